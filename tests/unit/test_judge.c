/* The judge: what is known, what is stored, and what makes it forget. */
#include "tests/unit/tree.h"

#include "fs/survey.h"

#include <errno.h>
#include <pthread.h>

static const char config[] =
	"schemas:\n  - {files: ['app/*.yaml'], schema: schemas/app.json}\n";
static const char schema[] =
	"{\"type\": \"object\", \"required\": [\"port\"],"
	" \"properties\": {\"port\": {\"type\": \"integer\"}}}";

struct fixture {
	struct tree tree;
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
	tree_write(&fixture->tree, ".cfgfs.yaml", config);
	tree_write(&fixture->tree, "schemas/app.json", schema);
	tree_write(&fixture->tree, "app/good.yaml", "port: 80\n");
	tree_write(&fixture->tree, "app/bad.yaml", "port: eighty\n");
	tree_write(&fixture->tree, "notes.txt", "hello\n");
	assert_int_equal(source_open(fixture->tree.path, &fixture->source), 0);
	assert_int_equal(cache_open(&options, &fixture->cache, &why), 0);
	free(why);
	fixture->profile = profile_new(true);
	fixture->settings = SETTINGS_DEFAULT;
	fixture->settings.workers = 2;
	assert_int_equal(judge_new(fixture->source, fixture->cache,
				   fixture->profile, &fixture->settings,
				   &fixture->judge),
			 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	judge_free(fixture->judge);
	cache_close(fixture->cache);
	profile_free(fixture->profile);
	source_close(fixture->source);
	tree_remove(&fixture->tree);
	judge_thread_ends();
	free(fixture);
	return 0;
}

/* The state of a file, judged now; *tier where the answer came from. */
static enum state state_of(struct fixture *fixture, const char *path,
			   enum cache_tier *tier)
{
	struct judgement *judgement;

	judge_refresh(fixture->judge);
	assert_int_equal(judge_file(fixture->judge, path, &judgement), 0);

	const enum state found = (enum state)judgement->verdict->state;

	if (tier)
		*tier = judgement->tier;
	judgement_release(judgement);
	return found;
}

static bool is_known(struct fixture *fixture, const char *path)
{
	struct stamp stamp;

	judge_refresh(fixture->judge);
	assert_int_equal(source_stat(fixture->source, path, &stamp, NULL), 0);

	struct judgement *known = judge_known(fixture->judge, path, &stamp);

	judgement_release(known);
	return known != NULL;
}

static void files_are_judged_by_content_and_plan(void **state)
{
	struct fixture *fixture = *state;
	struct judgement *judgement;

	assert_int_equal(state_of(fixture, "app/good.yaml", NULL), STATE_VALID);
	assert_int_equal(state_of(fixture, "app/bad.yaml", NULL),
			 STATE_INVALID);
	assert_int_equal(state_of(fixture, "notes.txt", NULL), STATE_SKIPPED);
	assert_int_equal(state_of(fixture, ".cfgfs.yaml", NULL), STATE_VALID);
	assert_int_equal(judge_file(fixture->judge, "none", &judgement),
			 -ENOENT);
	assert_int_equal(judge_file(fixture->judge, "app", &judgement),
			 -EINVAL);
}

static void the_same_bytes_are_validated_once(void **state)
{
	struct fixture *fixture = *state;
	enum cache_tier tier;

	state_of(fixture, "app/good.yaml", &tier);
	assert_int_equal(tier, TIER_MISS);
	tree_write(&fixture->tree, "app/copy.yaml", "port: 80\n");
	state_of(fixture, "app/copy.yaml", &tier);
	assert_int_equal(tier, TIER_MEMORY);
	/* Elsewhere the configuration asks for no schema: another plan. */
	tree_write(&fixture->tree, "other/copy.yaml", "port: 80\n");
	state_of(fixture, "other/copy.yaml", &tier);
	assert_int_equal(tier, TIER_MISS);
}

static void an_edit_makes_a_file_unknown(void **state)
{
	struct fixture *fixture = *state;

	assert_false(is_known(fixture, "app/good.yaml"));
	state_of(fixture, "app/good.yaml", NULL);
	assert_true(is_known(fixture, "app/good.yaml"));
	tree_write(&fixture->tree, "app/good.yaml", "port: 8x\n");
	assert_false(is_known(fixture, "app/good.yaml"));
	assert_int_equal(state_of(fixture, "app/good.yaml", NULL),
			 STATE_INVALID);
}

static void a_changed_schema_makes_its_files_unknown_and_only_them(void **state)
{
	struct fixture *fixture = *state;

	tree_write(&fixture->tree, "free.yaml", "a: 1\n");
	state_of(fixture, "app/good.yaml", NULL);
	state_of(fixture, "free.yaml", NULL);
	tree_write(&fixture->tree, "schemas/app.json", "{\"type\": \"array\"}");
	assert_false(is_known(fixture, "app/good.yaml"));
	assert_true(is_known(fixture, "free.yaml"));
	assert_int_equal(state_of(fixture, "app/good.yaml", NULL),
			 STATE_INVALID);
	tree_write(&fixture->tree, "schemas/app.json", schema);
	assert_int_equal(state_of(fixture, "app/good.yaml", NULL), STATE_VALID);
}

static void a_missing_or_broken_schema_is_an_error_not_a_verdict(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX];

	tree_write(&fixture->tree, "schemas/app.json", "{\"type\": 7}");
	assert_int_equal(state_of(fixture, "app/good.yaml", NULL), STATE_ERROR);
	assert_int_equal(
		unlink(tree_path(&fixture->tree, "schemas/app.json", path)), 0);
	assert_int_equal(state_of(fixture, "app/good.yaml", NULL), STATE_ERROR);
	tree_write(&fixture->tree, "schemas/app.json", schema);
	assert_int_equal(state_of(fixture, "app/good.yaml", NULL), STATE_VALID);
}

static void a_broken_configuration_keeps_the_last_good_one(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(judge_config_state(fixture->judge), "valid");
	tree_write(&fixture->tree, ".cfgfs.yaml", "schemas: [{fils: x}]\n");
	judge_refresh(fixture->judge);
	assert_string_equal(judge_config_state(fixture->judge), "invalid");
	assert_int_equal(state_of(fixture, "app/bad.yaml", NULL),
			 STATE_INVALID);
	assert_int_equal(state_of(fixture, ".cfgfs.yaml", NULL), STATE_INVALID);
	tree_write(&fixture->tree, ".cfgfs.yaml", "ignore: ['app/**']\n");
	judge_refresh(fixture->judge);
	assert_string_equal(judge_config_state(fixture->judge), "valid");
	assert_int_equal(state_of(fixture, "app/bad.yaml", NULL),
			 STATE_SKIPPED);
}

static void a_survey_is_sorted_complete_and_counted(void **state)
{
	static const char *const paths[] = {".cfgfs.yaml", "app/bad.yaml",
					    "app/good.yaml", "notes.txt",
					    "schemas/app.json"};
	struct fixture *fixture = *state;
	struct survey_options options = {.depth = SURVEY_KNOWN};
	struct survey survey;

	assert_int_equal(survey_run(fixture->judge, "", &options, &survey), 0);
	assert_int_equal(survey.count, array_size(paths));
	assert_int_equal(survey.by_state[STATE_UNCHECKED], array_size(paths));
	survey_release(&survey);

	options.depth = SURVEY_JUDGED;
	assert_int_equal(survey_run(fixture->judge, "", &options, &survey), 0);
	for (size_t i = 0; i < array_size(paths); i++)
		assert_string_equal(survey.entries[i].path, paths[i]);
	assert_int_equal(survey.by_state[STATE_VALID], 3);
	assert_int_equal(survey.by_state[STATE_INVALID], 1);
	assert_int_equal(survey.by_state[STATE_SKIPPED], 1);
	assert_int_equal(survey.by_severity[SEVERITY_ERROR], 1);
	survey_release(&survey);
	assert_int_equal(survey_run(fixture->judge, "none", &options, &survey),
			 -ENOENT);
}

static void a_survey_tells_of_links_and_reserved_names(void **state)
{
	struct fixture *fixture = *state;
	const struct survey_options options = {.depth = SURVEY_JUDGED};
	struct survey survey;
	char path[PATH_MAX];
	char target[PATH_MAX];
	size_t outside = 0;
	size_t dangling = 0;
	size_t reserved = 0;

	assert_int_equal(symlink("../../etc",
				 tree_path(&fixture->tree, "app/out", path)),
			 0);
	assert_int_equal(
		symlink("nowhere", tree_path(&fixture->tree, "lost", path)), 0);
	assert_int_equal(symlink("app/good.yaml",
				 tree_path(&fixture->tree, "fine", path)),
			 0);
	/* It begins like the root's own path, and leaves it all the same. */
	tree_path(&fixture->tree, "../../etc", target);
	assert_int_equal(
		symlink(target, tree_path(&fixture->tree, "sly", path)), 0);
	tree_path(&fixture->tree, "app/good.yaml", target);
	assert_int_equal(
		symlink(target, tree_path(&fixture->tree, "full", path)), 0);
	tree_write(&fixture->tree, "app/.status", "mine\n");
	assert_int_equal(survey_run(fixture->judge, "", &options, &survey), 0);
	for (size_t i = 0; i < survey.count; i++) {
		const struct verdict *verdict =
			survey.entries[i].judgement->verdict;
		const char *rule =
			verdict->finding_count
				? verdict_text(verdict,
					       verdict->findings[0].rule)
				: "";

		outside += strcmp(rule, "link/outside") == 0;
		dangling += strcmp(rule, "link/dangling") == 0;
		reserved += strcmp(rule, "name/reserved") == 0;
	}
	assert_int_equal(outside, 2);
	assert_int_equal(dangling, 1);
	assert_int_equal(reserved, 1);
	survey_release(&survey);
}

static void *read_once(void *ctx)
{
	struct judgement *judgement;
	struct fixture *fixture = ctx;

	assert_int_equal(
		judge_file(fixture->judge, "app/large.yaml", &judgement), 0);
	judgement_release(judgement);
	judge_thread_ends();
	return NULL;
}

static void many_readers_of_a_new_file_cause_one_validation(void **state)
{
	struct fixture *fixture = *state;
	pthread_t threads[16];
	const size_t size = 400000;
	auto_free char *text = malloc(size + 1);

	for (size_t i = 0; i < size; i++)
		text[i] = "- a\n"[i % 4];
	text[size] = '\0';
	tree_write(&fixture->tree, "app/large.yaml", text);
	for (size_t i = 0; i < array_size(threads); i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, read_once, fixture),
			0);
	for (size_t i = 0; i < array_size(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(profile_read(fixture->profile, PHASE_PARSE_YAML).count,
			 1);
}

static void schemas_lead_nowhere_but_into_the_tree(void **state)
{
	static const char *const references[] = {"../../secret.json",
						 "/secret.json",
						 "file:///secret.json",
						 "%2fsecret.json",
						 "..%2f..%2fsecret.json",
						 "/%2e%2e/secret.json",
						 "out.json",
						 "folder"};
	struct fixture *fixture = *state;
	char path[PATH_MAX];
	struct tree secret;
	char text[PATH_MAX * 2];

	/* Lying there, it would make every file valid. */
	tree_make(&secret);
	tree_write(&secret, "secret.json", "true");
	tree_write(&fixture->tree, "schemas/folder/x", "");
	assert_int_equal(
		symlink(tree_path(&secret, "secret.json", text),
			tree_path(&fixture->tree, "schemas/out.json", path)),
		0);
	for (size_t i = 0; i < array_size(references); i++) {
		snprintf(text, sizeof(text), "{\"$ref\": \"%s%s\"}",
			 strncmp(references[i], "%2f", 3) == 0 ? "%2f..%2f.."
							       : "",
			 references[i]);
		tree_write(&fixture->tree, "schemas/app.json", text);
		if (state_of(fixture, "app/good.yaml", NULL) != STATE_ERROR)
			fail_msg("%s", text);
	}
	snprintf(text, sizeof(text), "{\"$ref\": \"%%2f%s/secret.json\"}",
		 secret.path + 1);
	tree_write(&fixture->tree, "schemas/app.json", text);
	assert_int_equal(state_of(fixture, "app/good.yaml", NULL), STATE_ERROR);
	tree_remove(&secret);
}

static void a_schema_may_be_reached_by_a_link_inside_the_tree(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX];

	tree_write(&fixture->tree, "versions/1.json", schema);
	tree_write(&fixture->tree, "versions/2.json", "{\"type\": \"array\"}");
	tree_path(&fixture->tree, "schemas/app.json", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("../versions/1.json", path), 0);
	assert_int_equal(state_of(fixture, "app/good.yaml", NULL), STATE_VALID);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("../versions/2.json", path), 0);
	assert_false(is_known(fixture, "app/good.yaml"));
	assert_int_equal(state_of(fixture, "app/good.yaml", NULL),
			 STATE_INVALID);
}

static void a_reference_is_seen_however_it_is_written(void **state)
{
	static const char text[] = "{\"$\\u0073chema\": \"x.json\", \"p\": 1}";
	struct fixture *fixture = *state;

	/* The same bytes mean another schema in another folder. */
	tree_write(&fixture->tree, "a/x.json", "{}");
	tree_write(&fixture->tree, "a/f.json", text);
	tree_write(&fixture->tree, "b/x.json",
		   "{\"properties\": {\"p\": {\"type\": \"string\"}}}");
	tree_write(&fixture->tree, "b/f.json", text);
	assert_int_equal(state_of(fixture, "a/f.json", NULL), STATE_VALID);
	assert_int_equal(state_of(fixture, "b/f.json", NULL), STATE_INVALID);
}

static void a_file_is_held_against_a_bounded_number_of_schemas(void **state)
{
	enum { DOCUMENTS = 200 };
	struct fixture *fixture = *state;
	char text[DOCUMENTS * 64] = "";
	char *end = text;
	struct judgement *judgement;

	for (int i = 0; i < DOCUMENTS; i++)
		end += sprintf(end,
			       "# yaml-language-server: $schema=s%d.json\n"
			       "a: 1\n---\n",
			       i);
	tree_write(&fixture->tree, "many.yaml", text);
	assert_int_equal(judge_file(fixture->judge, "many.yaml", &judgement),
			 0);
	assert_int_equal(judgement->verdict->state, STATE_ERROR);
	assert_int_equal(judgement->links.count, LIMITS_DEFAULT.schemas);
	judgement_release(judgement);
}

static void a_configuration_that_could_not_be_read_is_read_again(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX];

	assert_int_equal(
		truncate(tree_path(&fixture->tree, ".cfgfs.yaml", path),
			 300 << 20),
		0);
	judge_refresh(fixture->judge);
	assert_string_equal(judge_config_state(fixture->judge), "invalid");
	tree_write(&fixture->tree, ".cfgfs.yaml", config);
	judge_refresh(fixture->judge);
	assert_string_equal(judge_config_state(fixture->judge), "valid");
	assert_int_equal(state_of(fixture, ".cfgfs.yaml", NULL), STATE_VALID);
}

static void explain_names_schema_and_reason(void **state)
{
	struct fixture *fixture = *state;
	struct explanation explanation;

	assert_int_equal(
		judge_explain(fixture->judge, "app/good.yaml", &explanation),
		0);
	assert_string_equal(explanation.format, "yaml");
	assert_string_equal(explanation.schema, "schemas/app.json");
	assert_null(explanation.stored);
	explanation_release(&explanation);
	state_of(fixture, "app/good.yaml", NULL);
	assert_int_equal(
		judge_explain(fixture->judge, "app/good.yaml", &explanation),
		0);
	assert_non_null(explanation.stored);
	assert_int_equal(explanation.stored->links.count, 1);
	explanation_release(&explanation);
	tree_write(&fixture->tree, "schemas/app.json", "{}");
	judge_refresh(fixture->judge);
	assert_int_equal(
		judge_explain(fixture->judge, "app/good.yaml", &explanation),
		0);
	assert_null(explanation.stored);
	assert_string_equal(explanation.stale, "schemas/app.json");
	explanation_release(&explanation);
}

#define judged(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void the_level_can_be_changed_at_any_time(void **state)
{
	struct fixture *fixture = *state;
	enum cache_tier tier;
	uint64_t footing;

	assert_int_equal(state_of(fixture, "app/bad.yaml", NULL),
			 STATE_INVALID);
	assert_int_equal(state_of(fixture, "notes.txt", NULL), STATE_SKIPPED);
	assert_true(judge_stands(fixture->judge, "app/bad.yaml"));
	footing = judge_footing(fixture->judge);
	assert_int_equal(judge_set_level(fixture->judge, LEVEL_STANDARD), 0);
	assert_int_equal(judge_footing(fixture->judge), footing);
	assert_int_equal(judge_set_level(fixture->judge, LEVEL_FAST), 0);
	assert_int_not_equal(judge_footing(fixture->judge), footing);
	assert_false(judge_stands(fixture->judge, "app/bad.yaml"));
	assert_true(judge_stands(fixture->judge, "notes.txt"));
	assert_int_equal(judge_level(fixture->judge), LEVEL_FAST);
	/* Of another level is unchecked; what is skipped stays so. */
	assert_false(is_known(fixture, "app/bad.yaml"));
	assert_true(is_known(fixture, "notes.txt"));
	assert_int_equal(state_of(fixture, "app/bad.yaml", &tier), STATE_VALID);
	assert_int_equal(tier, TIER_MISS);
	assert_true(is_known(fixture, "app/bad.yaml"));
	assert_int_equal(judge_set_level(fixture->judge, LEVEL_STANDARD), 0);
	assert_false(is_known(fixture, "app/bad.yaml"));
	assert_int_equal(state_of(fixture, "app/bad.yaml", &tier),
			 STATE_INVALID);
	assert_int_equal(tier, TIER_MEMORY);
}

static void a_level_that_is_not_there_is_refused(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(judge_set_level(fixture->judge, LEVEL_THOROUGH),
			 -ENOTSUP);
	assert_int_equal(judge_set_level(fixture->judge, LEVEL_EXHAUSTIVE),
			 -ENOTSUP);
	assert_int_equal(judge_level(fixture->judge), LEVEL_STANDARD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_level_can_be_changed_at_any_time, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_level_that_is_not_there_is_refused, set_up,
			tear_down),
		judged(files_are_judged_by_content_and_plan),
		judged(the_same_bytes_are_validated_once),
		judged(an_edit_makes_a_file_unknown),
		judged(a_changed_schema_makes_its_files_unknown_and_only_them),
		judged(a_missing_or_broken_schema_is_an_error_not_a_verdict),
		judged(a_broken_configuration_keeps_the_last_good_one),
		judged(a_survey_is_sorted_complete_and_counted),
		judged(a_survey_tells_of_links_and_reserved_names),
		judged(many_readers_of_a_new_file_cause_one_validation),
		judged(schemas_lead_nowhere_but_into_the_tree),
		judged(a_schema_may_be_reached_by_a_link_inside_the_tree),
		judged(a_reference_is_seen_however_it_is_written),
		judged(a_file_is_held_against_a_bounded_number_of_schemas),
		judged(a_configuration_that_could_not_be_read_is_read_again),
		judged(explain_names_schema_and_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
