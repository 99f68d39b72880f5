/* The catalog: which schema a name has, and where the file of a URL lies. */
#include "tests/unit/tree.h"

#include "fs/config/catalog/catalog.h"

#include <errno.h>

#define SITE "https://www.schemastore.org/"

static const char text[] =
	"{\"version\": 1, \"schemas\": [\n"
	"{\"name\": \"A\", \"url\": \"" SITE "a.json\","
	" \"fileMatch\": [\"a.yaml\", \"*.a.json\", \"*/b/*.a\"]},\n"
	"{\"name\": \"W\", \"url\": \"" SITE "w.json\","
	" \"fileMatch\": [\"**/.ci/*.yaml\", \"**/x/a.yaml\"]},\n"
	"{\"name\": \"B1\", \"url\": \"" SITE "b1.json\","
	" \"fileMatch\": [\"m.json\", \"m*.json\"]},\n"
	"{\"name\": \"B2\", \"url\": \"" SITE "b2.json\","
	" \"fileMatch\": [\"m.json\"],"
	" \"versions\": {\"1\": \"" SITE "b2-1.json\"}},\n"
	"{\"name\": \"N\", \"url\": \"https://n.example/s/a.json\","
	" \"fileMatch\": [\"!n\", \"n/o.json\", \"\", \"[\", 5]},\n"
	"{\"name\": \"O\", \"url\": \"https://o.example/only.json\"},\n"
	"{\"name\": \"F\", \"url\": \"https://f.example/part.json#/a\","
	" \"fileMatch\": [\"part\"]},\n"
	"{\"name\": \"no URL\", \"fileMatch\": [\"q\"]},\n"
	"{\"name\": \"bad URL\", \"url\": \"https://x/\\u0007\","
	" \"fileMatch\": [\"q\"]},\n"
	"{\"name\": \"\\u001b[2J\", \"url\": \"" SITE "t.json\","
	" \"fileMatch\": [\"t*\"]}, 7, null]}";

static struct catalog *load(const char *json, const char *folder)
{
	const size_t size = strlen(json);
	char *block = malloc(size ? size : 1);
	struct catalog *catalog = NULL;
	char why[CATALOG_WHY_SIZE];

	memcpy(block, json, size);
	if (catalog_load((struct span){block, size}, folder, &catalog, why))
		fail_msg("%s", why);
	free(block);
	return catalog;
}

static void files_have_the_schema_of_their_name(void **state)
{
	static const struct {
		const char *what;
		const char *path;
		const char *url; /* behind SITE; NULL: none */
	} cases[] = {
		{"a name", "a.yaml", "a.json"},
		{"a name below folders", "x1/y/a.yaml", "a.json"},
		{"a folder of that name", "a.yaml/z", NULL},
		{"another case", "A.yaml", NULL},
		{"longer in front", "aa.yaml", NULL},
		{"longer behind", "a.yaml2", NULL},
		{"an ending", "d/x.a.json", "a.json"},
		{"an ending alone", ".a.json", "a.json"},
		{"another ending", "x.b.json", NULL},
		{"folders, at the root", ".ci/x.yaml", "w.json"},
		{"folders, further down", "d/e/.ci/x.yaml", "w.json"},
		{"folders, another", "ci/x.yaml", NULL},
		{"folders, too deep", ".ci/d/x.yaml", NULL},
		{"folders count more than a name", ".ci/a.yaml", "w.json"},
		{"folders count more, by name", "q/x/a.yaml", "w.json"},
		{"a wild folder, further down", "p/q/b/x.a", "a.json"},
		{"a wild folder needs one", "b/x.a", NULL},
		{"one of two entries", "mm.json", "b1.json"},
		{"taken out is left out", "n", NULL},
		{"without the leading stars", "r/n/o.json",
		 "https://n.example/s/a.json"},
		{"an entry without URL", "q", NULL},
		{"no dot", "tt", "t.json"},
		{"the empty path", "", NULL},
	};
	struct catalog *catalog = load(text, "c");

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const char *url = cases[i].url;
		struct catalog_match match;
		char full[256] = "";

		if (url)
			snprintf(full, sizeof(full), "%s%s",
				 strstr(url, "://") ? "" : SITE, url);
		catalog_match(catalog, cases[i].path, &match);
		if (strcmp(match.url ? match.url : "", full) != 0 ||
		    match.candidate_count)
			fail_msg("%s: %s", cases[i].what,
				 match.url ? match.url : "none");
	}
	catalog_free(catalog);
}

static void several_schemas_of_one_name_are_none(void **state)
{
	struct catalog *catalog = load(text, "c");
	struct catalog_match match;

	(void)state;
	catalog_match(catalog, "d/m.json", &match);
	assert_null(match.url);
	/* B1 says it twice and counts once. */
	assert_int_equal(match.candidate_count, 2);
	assert_string_equal(match.candidates[0], SITE "b1.json");
	assert_string_equal(match.candidates[1], SITE "b2.json");
	catalog_match(catalog, "t", &match);
	assert_string_equal(match.origin, "catalog: ?[2J");
	catalog_free(catalog);
}

static void more_candidates_than_are_named_are_counted(void **state)
{
	struct catalog *catalog =
		load("{\"schemas\": ["
		     "{\"url\": \"http://x/1\", \"fileMatch\": [\"f\"]},"
		     "{\"url\": \"http://x/2\", \"fileMatch\": [\"f\"]},"
		     "{\"url\": \"http://x/3\", \"fileMatch\": [\"f\"]},"
		     "{\"url\": \"http://x/4\", \"fileMatch\": [\"f\"]},"
		     "{\"url\": \"http://x/5\", \"fileMatch\": [\"f\"]}]}",
		     "");
	struct catalog_match match;

	(void)state;
	catalog_match(catalog, "f", &match);
	assert_null(match.url);
	assert_int_equal(match.candidate_count, 5);
	assert_string_equal(match.candidates[3], "http://x/4");
	catalog_free(catalog);
}

static void what_the_catalog_says_is_part_of_the_key(void **state)
{
	const struct content_facts facts = content_facts_of(span_of("a: 1\n"));
	struct plan plan = {.directory = "",
			    .candidates = {"u", "v", "w", "x"},
			    .candidate_count = 4};
	struct plan other = plan;
	struct digest a = plan_digest(&plan, &facts);
	struct digest b = plan_digest(&other, &facts);

	(void)state;
	assert_true(digest_equal(&a, &b));
	other.candidate_count = 5;
	b = plan_digest(&other, &facts);
	assert_false(digest_equal(&a, &b));
	other = plan;
	other.candidates[3] = "y";
	b = plan_digest(&other, &facts);
	assert_false(digest_equal(&a, &b));
	other = plan;
	other.is_by_catalog = true;
	b = plan_digest(&other, &facts);
	assert_false(digest_equal(&a, &b));
}

static void what_is_no_catalog_is_told(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		const char *why;
	} cases[] = {
		{"nothing", "", "line 1, column 1"},
		{"cut", "{\"schemas\": [", "line 1, column 14"},
		{"a list", "[]", "no list 'schemas'"},
		{"no list", "{\"schemas\": {}}", "no list 'schemas'"},
		{"not UTF-8", "{\"schemas\": [\"\xff\"]}", "not UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct catalog *catalog = NULL;
		char why[CATALOG_WHY_SIZE];

		if (catalog_load(span_of(cases[i].text), "", &catalog, why) !=
			    -EBADMSG ||
		    !strstr(why, cases[i].why))
			fail_msg("%s: %s", cases[i].what, why);
		assert_null(catalog);
	}
}

static void a_catalog_that_would_slow_every_file_down_is_refused(void **state)
{
	static const char head[] = "{\"schemas\": [{\"url\": \"http://x/1\", "
				   "\"fileMatch\": [\"f\"";
	static const char more[] = ",\"f\"";
	const size_t count = 1 << 16;
	char *json = malloc(sizeof(head) + count * (sizeof(more) - 1) + 4);
	char *end = stpcpy(json, head);
	struct catalog *catalog = NULL;
	char why[CATALOG_WHY_SIZE];

	(void)state;
	for (size_t i = 0; i < count; i++)
		end = stpcpy(end, more);
	strcpy(end, "]}]}");
	assert_int_equal(catalog_load(span_of(json), "", &catalog, why),
			 -EBADMSG);
	assert_non_null(strstr(why, "65,536"));
	free(json);
}

/* A tree with a catalog's folder, and where that says a URL leads. */
struct fixture {
	struct tree tree;
	struct source *source;
	struct folders *folders;
	struct settings settings;
	struct catalog *catalog;
};

static int set_up(void **state)
{
	static const char *const files[] = {
		"c/catalog.json",
		"c/s/a.json",
		"c/s/deep/a.json",
		"c/r/b1.json",
		"c/s/b1.json",
		"c/s/only.json",
		"c/test/x/w.json",
		"c/.git/w.json",
		"c/negative_test/w.json",
		"c/s/part.json",
		"c/node_modules/w.json",
		"outside.json",
	};
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture)
		return -1;
	tree_make(&fixture->tree);
	for (size_t i = 0; i < array_size(files); i++)
		tree_write(&fixture->tree, files[i], "{}");
	fixture->settings = SETTINGS_DEFAULT;
	assert_int_equal(source_open(fixture->tree.path, &fixture->source), 0);
	assert_int_equal(folders_new(fixture->source, &fixture->settings,
				     &fixture->folders),
			 0);
	fixture->catalog = load(text, "c");
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	catalog_free(fixture->catalog);
	folders_free(fixture->folders);
	source_close(fixture->source);
	tree_remove(&fixture->tree);
	free(fixture);
	return 0;
}

static void locate(struct fixture *fixture, const char *what, const char *url,
		   const char *path, int error)
{
	char found[PATH_MAX] = "";
	const int r =
		catalog_locate(fixture->catalog, fixture->folders, url, found);

	if (r != error || (r == 0 && strcmp(found, path) != 0))
		fail_msg("%s: %d %s", what, r, found);
}

static void urls_lead_to_files_by_their_last_part(void **state)
{
	static const struct {
		const char *what;
		const char *url;
		const char *path;
		int error;
	} cases[] = {
		{"of an entry, fewest folders first", SITE "a.json",
		 "c/s/a.json", 0},
		{"as deep, first by bytes", SITE "b1.json", "c/r/b1.json", 0},
		{"of a version, without a file", SITE "b2-1.json", NULL,
		 -ENOENT},
		{"its own site, not named", SITE "part.json", "c/s/part.json",
		 0},
		{"its older site, no ending", "http://json.schemastore.org/b1",
		 "c/r/b1.json", 0},
		{"its sources",
		 "https://raw.githubusercontent.com/SchemaStore/schemastore/"
		 "master/src/schemas/json/a.json",
		 "c/s/a.json", 0},
		{"another site, named, its last part alone",
		 "https://o.example/only.json", "c/s/only.json", 0},
		{"another site, named, its last part shared",
		 "https://n.example/s/a.json", NULL, -ENOENT},
		{"another site, not named", "https://p.example/only.json", NULL,
		 -EREMOTE},
		{"part of a file", "https://f.example/part.json#/a", NULL,
		 -ENOENT},
		{"tests and the like are no schemas", SITE "w.json", NULL,
		 -ENOENT},
		{"a site, no file", SITE, NULL, -ENOENT},
		{"a step", SITE "..", NULL, -ENOENT},
		{"what looks like the site",
		 "https://www.schemastore.org.example/a.json", NULL, -EREMOTE},
		{"what looks like the site", "ftp://www.schemastore.org/a.json",
		 NULL, -EREMOTE},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < array_size(cases); i++)
		locate(fixture, cases[i].what, cases[i].url, cases[i].path,
		       cases[i].error);
}

static void files_that_come_and_go_are_seen(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX];

	locate(fixture, "before", SITE "w.json", NULL, -ENOENT);
	tree_write(&fixture->tree, "c/s/w.json", "{}");
	catalog_refresh(fixture->catalog, fixture->folders);
	locate(fixture, "come", SITE "w.json", "c/s/w.json", 0);
	assert_int_equal(remove(tree_path(&fixture->tree, "c/s/w.json", path)),
			 0);
	catalog_refresh(fixture->catalog, fixture->folders);
	locate(fixture, "gone", SITE "w.json", NULL, -ENOENT);
	tree_write(&fixture->tree, "c/new/w.json", "{}");
	catalog_refresh(fixture->catalog, fixture->folders);
	locate(fixture, "in a new folder", SITE "w.json", "c/new/w.json", 0);
}

#define located(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_have_the_schema_of_their_name),
		cmocka_unit_test(several_schemas_of_one_name_are_none),
		cmocka_unit_test(more_candidates_than_are_named_are_counted),
		cmocka_unit_test(what_the_catalog_says_is_part_of_the_key),
		cmocka_unit_test(what_is_no_catalog_is_told),
		cmocka_unit_test(
			a_catalog_that_would_slow_every_file_down_is_refused),
		located(urls_lead_to_files_by_their_last_part),
		located(files_that_come_and_go_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
