/* The judge: which file a schema is read from, and what changes that. */
#include "tests/unit/tree.h"

#include "fs/judge/judge.h"

#include <errno.h>

/* Four of them are longer than a name can be. */
#define LONG_NAME                                                              \
	"01234567890123456789012345678901234567890123456789012345678901234567" \
	"89"
#define SITE "https://www.schemastore.org/"

static const char wants_string[] =
	"{\"properties\": {\"a\": {\"type\": \"string\"}}}";
static const char wants_number[] =
	"{\"properties\": {\"a\": {\"type\": \"number\"}}}";

/* Two trees, and a judge over the first that knows the second. */
struct fixture {
	struct tree tree;
	struct tree other;
	struct source *source;
	struct cache *cache;
	struct profile *profile;
	struct settings settings;
	struct judge *judge;
};

static int set_up(void **state)
{
	const struct cache_options options = {.max_memory_bytes = 1 << 20};
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char *why = NULL;

	if (!fixture)
		return -1;
	tree_make(&fixture->tree);
	tree_make(&fixture->other);
	assert_int_equal(source_open(fixture->tree.path, &fixture->source), 0);
	assert_int_equal(cache_open(&options, &fixture->cache, &why), 0);
	free(why);
	fixture->profile = profile_new(true);
	fixture->settings = SETTINGS_DEFAULT;
	*state = fixture;
	return 0;
}

static void open_judge(struct fixture *fixture)
{
	assert_int_equal(judge_new(fixture->source, fixture->cache,
				   fixture->profile, &fixture->settings,
				   &fixture->judge),
			 0);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	judge_free(fixture->judge);
	cache_close(fixture->cache);
	profile_free(fixture->profile);
	source_close(fixture->source);
	settings_release(&fixture->settings);
	tree_remove(&fixture->tree);
	tree_remove(&fixture->other);
	judge_thread_ends();
	free(fixture);
	return 0;
}

static void add_map(struct fixture *fixture, const char *prefix,
		    const char *folder)
{
	auto_free char *value = NULL;
	auto_free char *why = NULL;

	assert_true(asprintf(&value, "%s=%s/%s", prefix, fixture->other.path,
			     folder) > 0);
	assert_true(settings_add_map(&fixture->settings, value, &why));
}

/* Judge `path` now: its state, and that its first finding says `text`. */
static void expect(struct fixture *fixture, const char *what, const char *path,
		   enum state state, const char *text)
{
	struct judgement *judgement;

	judge_refresh(fixture->judge);
	assert_int_equal(judge_file(fixture->judge, path, &judgement), 0);

	const struct verdict *verdict = judgement->verdict;
	const char *message =
		verdict->finding_count
			? verdict_text(verdict, verdict->findings[0].message)
			: "";

	if (verdict->state != state || !strstr(message, text))
		fail_msg("%s: %s, %s", what,
			 state_name((enum state)verdict->state), message);
	judgement_release(judgement);
}

static void urls_are_read_from_where_they_are_mapped(void **state)
{
	struct fixture *fixture = *state;

	tree_write(&fixture->other, "s/root.json",
		   "{\"properties\": {\"a\": {\"$ref\": \"part/a.json\"}}}");
	tree_write(&fixture->other, "s/part/a.json", "{\"type\": \"string\"}");
	tree_write(&fixture->other, "s/with space.json", wants_number);
	tree_write(&fixture->tree, "key.json",
		   "{\"$schema\": \"https://x/v1/root.json\", \"a\": 1}");
	tree_write(&fixture->tree, "hash.json",
		   "{\"$schema\": \"https://x/v1/root.json#\", \"a\": 1}");
	tree_write(&fixture->tree, "line.yaml",
		   "# yaml-language-server: $schema=https://x/v1/root.json\n"
		   "a: 1\n---\n# $schema: https://x/v1/with%20space.json\n"
		   "a: 1\n");
	tree_write(&fixture->tree, "line.toml",
		   "#:schema https://x/v1/root.json\na = 1\n");
	tree_write(&fixture->tree, "by.yaml", "a: 1\n");
	tree_write(&fixture->tree, ".cfgfs.yaml",
		   "schemas: [{files: [by.yaml], schema: "
		   "\"https://x/v1/root.json\"}]\n");
	add_map(fixture, "https://x/v1", "s");
	open_judge(fixture);
	expect(fixture, "key", "key.json", STATE_INVALID, "expected string");
	expect(fixture, "with '#'", "hash.json", STATE_INVALID,
	       "expected string");
	expect(fixture, "YAML", "line.yaml", STATE_INVALID, "expected string");
	expect(fixture, "TOML", "line.toml", STATE_INVALID, "expected string");
	expect(fixture, "configuration", "by.yaml", STATE_INVALID,
	       "expected string");
}

static void a_prefix_is_one_of_whole_parts(void **state)
{
	struct fixture *fixture = *state;

	tree_write(&fixture->other, "s/-old/a.json", "false");
	tree_write(&fixture->other, "s/a.json", wants_string);
	tree_write(&fixture->tree, "a.json",
		   "{\"$schema\": \"https://x/v1-old/a.json\"}");
	add_map(fixture, "https://x/v1", "s");
	open_judge(fixture);
	expect(fixture, "half a part", "a.json", STATE_ERROR,
	       "'https://x/v1-old/a.json' is named by a URL and nothing is "
	       "fetched");
}

static void the_longest_prefix_counts_and_the_command_line_first(void **state)
{
	struct fixture *fixture = *state;

	tree_write(&fixture->other, "s/n/a.json", wants_string);
	tree_write(&fixture->other, "n/a.json", wants_number);
	tree_write(&fixture->tree, "mine/a.json", wants_string);
	tree_write(&fixture->tree, "mine/n/a.json", "true");
	tree_write(&fixture->tree, "a.json",
		   "{\"$schema\": \"https://x/n/a.json\", \"a\": \"\"}");
	tree_write(&fixture->tree, "b.json",
		   "{\"$schema\": \"https://y/n/a.json\", \"a\": 1}");
	tree_write(&fixture->tree, ".cfgfs.yaml",
		   "map:\n  https://x/n/a.json: mine/a.json\n"
		   "  https://y/: mine\n  https://y/n/: mine\n");
	add_map(fixture, "https://x/", "s");
	add_map(fixture, "https://x/n/", "n");
	open_judge(fixture);
	expect(fixture, "the longest of the command line", "a.json",
	       STATE_INVALID, "expected number");
	expect(fixture, "the longest of the tree", "b.json", STATE_INVALID,
	       "expected string");
}

static void a_map_leads_nowhere_but_into_its_folder(void **state)
{
	static const struct {
		const char *url;
		const char *text;
	} urls[] = {
		{"https://x/../secret.json", "leads out of its folder"},
		{"https://x/%2e%2e/secret.json", "leads out of its folder"},
		{"https://x/..%2fsecret.json", "leads out of its folder"},
		{"https://x/d/%2e%2e/%2e%2e/secret.json",
		 "leads out of its folder"},
		{"https://x/out.json", "leads out of its folder"},
		{"https://x/%00", "is not in the folder"},
		{"https://x/", "is a folder"},
		{"https://x", "nothing is fetched"},
	};
	struct fixture *fixture = *state;
	char path[PATH_MAX];

	/* Lying there, it would make every file valid. */
	tree_write(&fixture->other, "secret.json", "true");
	tree_write(&fixture->other, "s/d/x", "");
	assert_int_equal(
		symlink("../secret.json",
			tree_path(&fixture->other, "s/out.json", path)),
		0);
	add_map(fixture, "https://x/", "s");
	open_judge(fixture);
	for (size_t i = 0; i < array_size(urls); i++) {
		char text[256];

		snprintf(text, sizeof(text), "{\"$schema\": \"%s\"}",
			 urls[i].url);
		tree_write(&fixture->tree, "a.json", text);
		expect(fixture, urls[i].url, "a.json", STATE_ERROR,
		       urls[i].text);
	}
}

static void what_lies_there_instead_of_a_file_is_told(void **state)
{
	static const struct {
		const char *path;
		const char *text;
	} cases[] = {
		{"none.json", "'none.json' does not exist"},
		{"file/none.json", "does not exist"},
		{LONG_NAME LONG_NAME LONG_NAME LONG_NAME ".json",
		 "...' does not exist"},
		{"folder", "'folder' is a folder; name a file"},
		{"out.json", "leads out of its folder"},
		{"loop.json", "is a symbolic link that leads in a circle"},
		{"pipe.json", "is no regular file"},
	};
	struct fixture *fixture = *state;
	char path[PATH_MAX];

	tree_write(&fixture->tree, "folder/x", "");
	tree_write(&fixture->tree, "file", "");
	tree_write(&fixture->other, "x.json", "true");
	assert_int_equal(symlink(fixture->other.path,
				 tree_path(&fixture->tree, "out.json", path)),
			 0);
	assert_int_equal(symlink("loop.json",
				 tree_path(&fixture->tree, "loop.json", path)),
			 0);
	assert_int_equal(
		mkfifo(tree_path(&fixture->tree, "pipe.json", path), 0600), 0);
	open_judge(fixture);
	for (size_t i = 0; i < array_size(cases); i++) {
		char text[512];

		snprintf(text, sizeof(text), "{\"$schema\": \"%s\"}",
			 cases[i].path);
		tree_write(&fixture->tree, "a.json", text);
		expect(fixture, cases[i].path, "a.json", STATE_ERROR,
		       cases[i].text);
	}
}

static void the_cache_tells_ways_of_absence_apart(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX];

	tree_write(&fixture->tree, "a.json", "{\"$schema\": \"s\"}");
	open_judge(fixture);
	expect(fixture, "nothing", "a.json", STATE_ERROR, "does not exist");
	assert_int_equal(mkdir(tree_path(&fixture->tree, "s", path), 0700), 0);
	expect(fixture, "a folder", "a.json", STATE_ERROR, "is a folder");
	assert_int_equal(rmdir(path), 0);
	expect(fixture, "nothing again", "a.json", STATE_ERROR,
	       "does not exist");
	/* The same for another judge, which has it from the cache alone. */
	assert_int_equal(mkdir(path, 0700), 0);
	judge_free(fixture->judge);
	open_judge(fixture);
	expect(fixture, "a folder", "a.json", STATE_ERROR, "is a folder");
}

static void edits_of_maps_and_mapped_files_count_at_once(void **state)
{
	struct fixture *fixture = *state;

	tree_write(&fixture->tree, "s/a.json", wants_string);
	tree_write(&fixture->tree, "t/a.json", wants_number);
	tree_write(&fixture->tree, "a.json",
		   "{\"$schema\": \"https://x/a.json\", \"a\": 1}");
	open_judge(fixture);
	expect(fixture, "no map", "a.json", STATE_ERROR, "nothing is fetched");
	tree_write(&fixture->tree, ".cfgfs.yaml", "map: {\"https://x/\": s}\n");
	expect(fixture, "a map", "a.json", STATE_INVALID, "expected string");
	tree_write(&fixture->tree, "s/a.json", "true");
	expect(fixture, "its file edited", "a.json", STATE_VALID, "");
	tree_write(&fixture->tree, "t/a.json", wants_string);
	tree_write(&fixture->tree, ".cfgfs.yaml", "map: {\"https://x/\": t}\n");
	expect(fixture, "another map", "a.json", STATE_INVALID,
	       "expected string");
	tree_write(&fixture->tree, ".cfgfs.yaml", "map: {\"https://x/\": u}\n");
	expect(fixture, "a map to nothing", "a.json", STATE_ERROR,
	       "is not in the folder");
	tree_write(&fixture->tree, "u/a.json", "true");
	expect(fixture, "what comes there", "a.json", STATE_VALID, "");
}

static void the_catalog_is_the_last_to_be_asked(void **state)
{
	struct fixture *fixture = *state;

	tree_write(&fixture->tree, "store/catalog.json",
		   "{\"schemas\": [{\"name\": \"App\", \"url\": \"" SITE
		   "app.json\", \"fileMatch\": [\"app.*\"]}]}");
	tree_write(&fixture->tree, "store/app.json", wants_string);
	tree_write(&fixture->tree, "number.json", wants_number);
	tree_write(&fixture->tree, "d/app.yaml", "a: 1\n");
	tree_write(&fixture->tree, "named/app.json",
		   "{\"$schema\": \"../number.json\", \"a\": 1}");
	tree_write(&fixture->tree, "none/app.yaml",
		   "# yaml-language-server: $schema=none\na: 1\n");
	tree_write(&fixture->tree, "conf/app.yaml", "a: 1\n");
	tree_write(&fixture->tree, "off/app.yaml", "a: 1\n");
	tree_write(&fixture->tree, ".cfgfs.yaml",
		   "catalog: store\nschemas:\n"
		   "- {files: [conf/], schema: number.json}\n"
		   "- {files: [off/], schema: none}\n");
	open_judge(fixture);
	expect(fixture, "by name", "d/app.yaml", STATE_INVALID,
	       "expected string");
	expect(fixture, "the file says", "named/app.json", STATE_VALID, "");
	expect(fixture, "the file says none", "none/app.yaml", STATE_VALID, "");
	expect(fixture, "the tree says", "conf/app.yaml", STATE_VALID, "");
	expect(fixture, "the tree says none", "off/app.yaml", STATE_VALID, "");
}

static void edits_of_the_catalog_count_at_once(void **state)
{
	static const char both[] =
		"{\"schemas\": ["
		"{\"name\": \"A\", \"url\": \"" SITE "a.json\","
		" \"fileMatch\": [\"x.yaml\"]},"
		"{\"name\": \"B\", \"url\": \"" SITE "b.json\","
		" \"fileMatch\": [\"x.yaml\"]}]}";
	static const char one[] =
		"{\"schemas\": [{\"name\": \"A\", \"url\": \"" SITE "a.json\","
		" \"fileMatch\": [\"x.yaml\"]}]}";
	struct fixture *fixture = *state;

	tree_write(&fixture->tree, "store/catalog.json", both);
	tree_write(&fixture->tree, "x.yaml", "a: 1\n");
	tree_write(&fixture->tree, ".cfgfs.yaml", "catalog: store\n");
	open_judge(fixture);
	expect(fixture, "two", "x.yaml", STATE_WARNING,
	       "name one in .cfgfs.yaml or in the file: " SITE "a.json, " SITE
	       "b.json");
	tree_write(&fixture->tree, "store/catalog.json", one);
	expect(fixture, "one, its file not kept", "x.yaml", STATE_VALID,
	       "not held against " SITE "a.json");
	tree_write(&fixture->tree, ".cfgfs.yaml",
		   "catalog: store\nschemas: [{files: [x.yaml], schema: \"" SITE
		   "a.json\"}]\n");
	expect(fixture, "named by the tree it must be there", "x.yaml",
	       STATE_ERROR, "is not in the folder");
	tree_write(&fixture->tree, ".cfgfs.yaml", "catalog: store\n");
	tree_write(&fixture->tree, "store/deep/down/a.json", wants_string);
	expect(fixture, "its file comes", "x.yaml", STATE_INVALID,
	       "expected string");
	tree_write(&fixture->tree, "store/a.json", "true");
	expect(fixture, "one that is nearer", "x.yaml", STATE_VALID, "");
	tree_write(&fixture->tree, "store/catalog.json", "{");
	expect(fixture, "a broken edit", "x.yaml", STATE_VALID, "");
	assert_string_equal(judge_config_state(fixture->judge), "invalid");
	tree_write(&fixture->tree, "store/catalog.json", both);
	expect(fixture, "a good one", "x.yaml", STATE_WARNING, "several");
	assert_string_equal(judge_config_state(fixture->judge), "valid");
}

static void without_its_schema_a_required_one_is_missed(void **state)
{
	struct fixture *fixture = *state;
	struct judgement *judgement;

	tree_write(&fixture->tree, "store/catalog.json",
		   "{\"schemas\": [{\"url\": \"" SITE "a.json\","
		   " \"fileMatch\": [\"x.yaml\"]}]}");
	tree_write(&fixture->tree, "x.yaml", "a: 1\n");
	tree_write(&fixture->tree, ".cfgfs.yaml", "catalog: store\n");
	fixture->settings.require_schema = true;
	open_judge(fixture);
	expect(fixture, "not kept", "x.yaml", STATE_INVALID,
	       "not held against");
	assert_int_equal(judge_file(fixture->judge, "x.yaml", &judgement), 0);
	/* What was not there was not used either. */
	assert_string_equal(
		verdict_text(judgement->verdict, judgement->verdict->schema),
		"");
	judgement_release(judgement);
}

static void every_format_can_do_without_its_schema(void **state)
{
	static const struct {
		const char *path;
		const char *text; /* fails where the schema counts */
		enum state state;
	} cases[] = {
		{"without.yaml", "a: 1\n", STATE_INVALID},
		{"line.yaml", "# yaml-language-server: $schema=none\na: 1\n",
		 STATE_VALID},
		{"comment.yaml", "# $schema: none\na: 1\n", STATE_VALID},
		{"key.yaml", "$schema: none\na: 1\n", STATE_VALID},
		{"first.yaml",
		 "# yaml-language-server: $schema=none\na: 1\n---\na: 1\n",
		 STATE_INVALID},
		{"second.yaml",
		 "a: x\n---\n# yaml-language-server: $schema=none\na: 1\n",
		 STATE_VALID},
		{"without.json", "{\"a\": 1}", STATE_INVALID},
		{"key.json", "{\"$schema\": \"none\", \"a\": 1}", STATE_VALID},
		{"key.jsonc", "// c\n{\"$schema\": \"none\", \"a\": 1}",
		 STATE_VALID},
		{"first.ndjson",
		 "{\"$schema\": \"none\", \"a\": 1}\n{\"a\": 1}\n",
		 STATE_INVALID},
		{"both.ndjson",
		 "{\"$schema\": \"none\", \"a\": 1}\n{\"a\": \"x\"}\n",
		 STATE_VALID},
		{"without.toml", "a = 1\n", STATE_INVALID},
		{"line.toml", "#:schema none\na = 1\n", STATE_VALID},
		{"key.toml", "\"$schema\" = \"none\"\na = 1\n", STATE_VALID},
		{"without.ini", "[a]\nb = 1\n", STATE_INVALID},
		{"key.ini", "$schema = none\n[a]\nb = 1\n", STATE_VALID},
		{"without.properties", "a.b = 1\n", STATE_VALID},
	};
	struct fixture *fixture = *state;

	tree_write(&fixture->tree, "s.json", wants_string);
	tree_write(&fixture->tree, ".cfgfs.yaml",
		   "schemas: [{files: [\"*\"], schema: s.json}]\n");
	open_judge(fixture);
	for (size_t i = 0; i < array_size(cases); i++) {
		tree_write(&fixture->tree, cases[i].path, cases[i].text);
		expect(fixture, cases[i].path, cases[i].path, cases[i].state,
		       "");
	}
}

static void a_schema_is_required_of_every_document(void **state)
{
	struct fixture *fixture = *state;
	struct judgement *judgement;

	tree_write(&fixture->tree, "s.json", "true");
	tree_write(&fixture->tree, "all.yaml",
		   "# $schema: s.json\na: 1\n---\n# $schema: s.json\na: 1\n");
	tree_write(&fixture->tree, "one.yaml",
		   "# $schema: s.json\na: 1\n---\na: 1\n---\n"
		   "# $schema: none\na: 1\n");
	fixture->settings.require_schema = true;
	open_judge(fixture);
	expect(fixture, "all", "all.yaml", STATE_VALID, "");
	expect(fixture, "one", "one.yaml", STATE_INVALID, "no schema is");
	assert_int_equal(judge_file(fixture->judge, "one.yaml", &judgement), 0);
	assert_int_equal(judgement->verdict->finding_count, 2);
	assert_int_equal(judgement->verdict->findings[0].document, 1);
	assert_int_equal(judgement->verdict->findings[1].document, 2);
	judgement_release(judgement);
}

static void a_catalog_that_cannot_be_read_is_told(void **state)
{
	struct fixture *fixture = *state;

	tree_write(&fixture->tree, ".cfgfs.yaml", "catalog: store\n");
	open_judge(fixture);
	assert_string_equal(judge_config_state(fixture->judge), "invalid");

	struct verdict *problems = judge_config_problems(fixture->judge);

	assert_string_equal(
		verdict_text(problems, problems->reason),
		"cannot read 'catalog.json': No such file or directory");
	free(problems);
}

static void metaschemas_need_no_file(void **state)
{
	struct fixture *fixture = *state;

	tree_write(&fixture->tree, "a.yaml",
		   "# yaml-language-server: "
		   "$schema=http://json-schema.org/draft-07/schema#\n"
		   "type: 5\n");
	open_judge(fixture);
	expect(fixture, "built in", "a.yaml", STATE_INVALID, "");
	expect(fixture, "again", "a.yaml", STATE_INVALID, "");
}

static void no_file_takes_the_place_of_the_own_schema(void **state)
{
	struct fixture *fixture = *state;

	tree_write(&fixture->tree, "cfgfs:config", "true");
	tree_write(&fixture->tree, ".cfgfs.yaml", "nonsense: 1\n");
	open_judge(fixture);
	tree_write(&fixture->tree, "a.yaml",
		   "# $schema: cfgfs:config\nnonsense: 1\n");
	expect(fixture, "own", ".cfgfs.yaml", STATE_INVALID, "unknown key");
	expect(fixture, "by name", "a.yaml", STATE_INVALID, "unknown key");
}

#define judged(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		judged(urls_are_read_from_where_they_are_mapped),
		judged(a_prefix_is_one_of_whole_parts),
		judged(the_longest_prefix_counts_and_the_command_line_first),
		judged(a_map_leads_nowhere_but_into_its_folder),
		judged(what_lies_there_instead_of_a_file_is_told),
		judged(the_cache_tells_ways_of_absence_apart),
		judged(edits_of_maps_and_mapped_files_count_at_once),
		judged(the_catalog_is_the_last_to_be_asked),
		judged(edits_of_the_catalog_count_at_once),
		judged(without_its_schema_a_required_one_is_missed),
		judged(every_format_can_do_without_its_schema),
		judged(a_schema_is_required_of_every_document),
		judged(a_catalog_that_cannot_be_read_is_told),
		judged(metaschemas_need_no_file),
		judged(no_file_takes_the_place_of_the_own_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
