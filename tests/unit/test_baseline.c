/* Baselines: their bytes, and the configuration that names them. */
#include "tests/unit/config_tree.h"

#include "fs/baseline/baseline.h"

static int read_text(const char *text, size_t size, struct limits limits,
		     struct baseline **out, char **why)
{
	char *block = malloc(size ? size : 1);

	memcpy(block, text, size);

	const int r =
		baseline_read((struct span){block, size}, &limits, out, why);

	free(block);
	return r;
}

static char *written(const struct baseline *baseline)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	baseline_write(out, baseline);
	fclose(out);
	return text;
}

static const char two_files[] = "{\n"
				"  \"version\": 1,\n"
				"  \"files\": {\n"
				"    \"a/\\u0001\\\"b\\\\.json\": {\n"
				"      \"schema/type\": 2\n"
				"    },\n"
				"    \"b.yaml\": {\n"
				"      \"key/duplicate\": 1,\n"
				"      \"yaml/tag\": 4294967294\n"
				"    }\n"
				"  }\n"
				"}\n";

static void what_is_written_is_read_back(void **state)
{
	struct baseline_maker maker = {0};
	struct baseline *baseline;
	struct baseline *again;
	char *why;

	(void)state;
	assert_int_equal(
		baseline_add(&maker, "b.yaml", "yaml/tag", UINT32_MAX - 1), 0);
	assert_int_equal(
		baseline_add(&maker, "a/\001\"b\\.json", "schema/type", 2), 0);
	assert_int_equal(baseline_add(&maker, "b.yaml", "key/duplicate", 1), 0);
	assert_int_equal(baseline_add(&maker, "c.yaml", "key/duplicate", 0), 0);
	assert_int_equal(baseline_make(&maker, &baseline), 0);

	char *text = written(baseline);

	assert_string_equal(text, two_files);
	assert_int_equal(
		read_text(text, strlen(text), LIMITS_DEFAULT, &again, &why), 0);
	free(text);
	text = written(again);
	assert_string_equal(text, two_files);
	free(text);
	assert_int_equal(baseline_count(again), 2);
	assert_int_equal(baseline_entries(again), 3);
	assert_int_equal(baseline_find(again, "b.yaml")->count, 2);
	assert_null(baseline_find(again, "b.yam"));
	baseline_release(baseline_share(again));
	baseline_release(again);
	baseline_release(baseline);
}

static void an_empty_one_is_fine(void **state)
{
	struct baseline_maker maker = {0};
	struct baseline *baseline;

	(void)state;
	assert_int_equal(baseline_make(&maker, &baseline), 0);

	char *text = written(baseline);

	assert_string_equal(text, "{\n  \"version\": 1,\n  \"files\": {}\n}\n");
	assert_null(baseline_find(baseline, "a"));
	free(text);
	baseline_release(baseline);
}

static void a_broken_one_is_told_with_its_place(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		const char *start;
	} cases[] = {
		{"nothing", "", "1:1: "},
		{"no JSON", "{\n x}", "2:2: "},
		{"a list", "[]", "1:1: "},
		{"no version", "{\"files\": {}}", "1:1: "},
		{"no files", "{\"version\": 1}", "1:1: "},
		{"another version", "{\"version\": 2, \"files\": {}}",
		 "1:13: "},
		{"version as text", "{\"version\": \"1\", \"files\": {}}",
		 "1:13: "},
		{"another key", "{\"version\": 1,\n \"file\": {}}", "2:2: "},
		{"a list of files", "{\"version\": 1, \"files\": []}",
		 "1:25: "},
		{"a file with a number",
		 "{\"version\": 1, \"files\": {\n\"a\": 1}}", "2:6: "},
		{"no count",
		 "{\"version\": 1, \"files\": {\"a\": {\"b/c\": "
		 "null}}}",
		 "1:39: "},
		{"count of none",
		 "{\"version\": 1, \"files\": {\"a\": {\"b/c\": 0}}}",
		 "1:39: "},
		{"a negative count",
		 "{\"version\": 1, \"files\": {\"a\": {\"b/c\": -1}}}",
		 "1:39: "},
		{"a broken count",
		 "{\"version\": 1, \"files\": {\"a\": {\"b/c\": 1.5}}}",
		 "1:39: "},
		{"too large a count",
		 "{\"version\": 1, \"files\": {\"a\": {\"b/c\": 4294967295}}}",
		 "1:39: "},
		{"a much too large count",
		 "{\"version\": 1, \"files\": {\"a\": {\"b/c\": "
		 "99999999999999999999999}}}",
		 "1:39: "},
		{"a rule that is never suppressed",
		 "{\"version\": 1, \"files\": {\"a\": {\"io/x\": 1}}}",
		 "1:32: "},
		{"a path that leads out",
		 "{\"version\": 1, \"files\": {\"../a\": {}}}", "1:26: "},
		{"a path that is not tidy",
		 "{\"version\": 1, \"files\": {\"a//b\": {}}}", "1:26: "},
		{"a path with a NUL",
		 "{\"version\": 1, \"files\": {\"a\\u0000b\": {}}}", "1:26: "},
		{"no path", "{\"version\": 1, \"files\": {\"\": {}}}",
		 "1:26: "},
		{"a file twice",
		 "{\"version\": 1, \"files\": {\"a\": {}, \"a\": {}}}",
		 "1:35: "},
		{"not UTF-8", "{\"\xff\": 1}", "1:3: "},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct baseline *baseline = NULL;
		char *why;
		const int r = read_text(cases[i].text, strlen(cases[i].text),
					LIMITS_DEFAULT, &baseline, &why);

		if (r != -EBADMSG || baseline ||
		    strncmp(why, cases[i].start, strlen(cases[i].start)) != 0)
			fail_msg("%s: %d, '%s'", cases[i].what, r, why);
		free(why);
	}
}

static void rules_that_are_gone_do_no_harm(void **state)
{
	static const char text[] =
		"{\"version\": 1, \"files\": {\"a\": {\"b/c\": 1}}}";
	struct baseline *baseline;
	char *why;

	(void)state;
	assert_int_equal(
		read_text(text, strlen(text), LIMITS_DEFAULT, &baseline, &why),
		0);
	assert_int_equal(baseline_entries(baseline), 1);
	baseline_release(baseline);
}

static void too_little_memory_is_told(void **state)
{
	struct limits limits = LIMITS_DEFAULT;
	struct baseline *baseline = NULL;
	char *why;

	(void)state;
	for (limits.arena_bytes = 0; !baseline; limits.arena_bytes += 32) {
		const int r = read_text(two_files, strlen(two_files), limits,
					&baseline, &why);

		if (r == 0)
			break;
		assert_int_equal(r, -EBADMSG);
		assert_string_equal(why, "it needs more memory than the limit");
		free(why);
	}
	baseline_release(baseline);
}

static size_t rule_of(const char *name)
{
	return (size_t)rule_find(span_of(name));
}

static void configuration_suppresses_by_name(void **state)
{
	struct config *config = load_good(
		"suppress:\n"
		"  - files: [\"legacy/*.json\", \"!legacy/new.json\"]\n"
		"    rules: [schema/required, \"yaml/*\"]\n"
		"    reason: to be replaced\n"
		"  - {files: [\"*.json\"], rules: [schema/type]}\n");
	struct config_suppression entry;
	struct planned planned;
	const struct plan *p = plan(&planned, config, "legacy/a.json", "");

	(void)state;
	assert_true(rule_set_has(&p->allowed, rule_of("schema/required")));
	assert_true(rule_set_has(&p->allowed, rule_of("yaml/tag")));
	assert_true(rule_set_has(&p->allowed, rule_of("schema/type")));
	assert_false(rule_set_has(&p->allowed, rule_of("schema/enum")));
	assert_true(config_suppression(config, "legacy/a.json", 0, &entry));
	assert_string_equal(entry.origin, ".cfgfs.yaml:2 (legacy/*.json)");
	assert_string_equal(entry.reason, "to be replaced");
	assert_true(config_suppression(config, "legacy/a.json", 1, &entry));
	assert_string_equal(entry.reason, "");
	assert_false(config_suppression(config, "legacy/a.json", 2, &entry));
	p = plan(&planned, config, "legacy/new.json", "");
	assert_false(rule_set_has(&p->allowed, rule_of("yaml/tag")));
	assert_true(rule_set_has(&p->allowed, rule_of("schema/type")));
	p = plan(&planned, config, "a.yaml", "");
	assert_true(rule_set_is_empty(&p->allowed));
	p = plan(&planned, config, CONFIG_FILE, "");
	assert_true(p->ignore_suppressions);
	config_free(config);
}

static void wrong_suppressions_are_told(void **state)
{
	static const struct {
		const char *text;
		const char *rule;
		uint32_t line;
		uint32_t column;
	} cases[] = {
		{"suppress: [{files: [a], rules: [schema/tpye]}]\n",
		 "config/rule", 1, 33},
		{"suppress: [{files: [a], rules: [syntax/json]}]\n",
		 "config/rule", 1, 33},
		{"suppress: [{files: [a]}]\n", "schema/required", 1, 12},
		{"suppress: [{rules: [yaml/tag]}]\n", "schema/required", 1, 12},
		{"suppress: [{files: [a], rules: [], x: 1}]\n",
		 "schema/minItems", 1, 25},
		{"suppress: [{files: [\"[\"], rules: [yaml/tag]}]\n",
		 "config/pattern", 1, 21},
		{"baseline: ../x.json\n", "config/baseline", 1, 11},
		{"baseline: \"\"\n", "schema/pattern", 1, 11},
		{"baseline: \"a\\0b\"\n", "config/baseline", 1, 11},
		{"baseline: [x]\n", "schema/type", 1, 11},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct config *config = load(cases[i].text);
		const struct verdict *verdict = config_problems(config);

		if (config_is_valid(config) || !verdict->finding_count)
			fail_msg("nothing is wrong with %s", cases[i].text);

		const struct finding *finding = &verdict->findings[0];

		if (strcmp(verdict_text(verdict, finding->rule),
			   cases[i].rule) != 0 ||
		    finding->line != cases[i].line ||
		    finding->column != cases[i].column)
			fail_msg("%s: %u:%u %s", cases[i].text, finding->line,
				 finding->column,
				 verdict_text(verdict, finding->rule));
		config_free(config);
	}
}

static const char baseline_text[] =
	"{\"version\": 1, \"files\": {\"a.json\": {\"schema/type\": 2}}}";

static void the_baseline_of_the_configuration_is_in_the_plan(void **state)
{
	struct tree tree = {.files = {{CONFIG_FILE, "baseline: b/x.json\n", 0},
				      {"b/x.json", baseline_text, 0},
				      {"/y.json", baseline_text, 0}}};
	struct settings settings = usual;
	struct config *config;
	struct planned planned;
	const struct plan *p;

	(void)state;
	assert_int_equal(tree_load(&tree, &settings, &config), 0);
	assert_true(config_is_valid(config));
	p = plan(&planned, config, "a.json", "");
	assert_int_equal(p->baseline_count, 1);
	assert_string_equal(p->baseline[0].rule, "schema/type");
	assert_int_equal(p->baseline[0].at_most, 2);
	assert_int_equal(plan(&planned, config, "b.json", "")->baseline_count,
			 0);
	assert_string_equal(plan(&planned, config, "b/x.json", "")->skip,
			    "a baseline of findings");
	assert_string_equal(plan(&planned, config, BASELINE_FILE, "")->skip,
			    "a baseline of findings");
	config_free(config);

	/* The command line wins. */
	settings.baseline_file = "/y.json";
	tree.files[1].text = "broken";
	assert_int_equal(tree_load(&tree, &settings, &config), 0);
	assert_true(config_is_valid(config));
	assert_string_equal(config_baseline_path(config), "/y.json");
	assert_int_equal(plan(&planned, config, "a.json", "")->baseline_count,
			 1);
	config_free(config);

	/* What is not used need not be read. */
	settings.baseline_file = NULL;
	settings.records_baseline = true;
	assert_int_equal(tree_load(&tree, &settings, &config), 0);
	assert_true(config_is_valid(config));
	assert_true(plan(&planned, config, "a.json", "")->record_baseline);
	config_free(config);
}

static void a_broken_baseline_is_a_broken_configuration(void **state)
{
	static const struct {
		struct file file;
		const char *reason;
	} cases[] = {
		{{"b.json", "{\n]", 0},
		 "the baseline cannot be used: b.json:2:1: "},
		{{"b.json", NULL, -EACCES},
		 "the baseline cannot be used: b.json: Permission denied"},
		{{"other", "", 0},
		 "the baseline cannot be used: b.json does not exist; "},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct tree tree = {
			.files = {{CONFIG_FILE, "baseline: b.json\n", 0},
				  cases[i].file}};
		struct config *config;

		assert_int_equal(tree_load(&tree, &usual, &config), 0);
		assert_false(config_is_valid(config));

		const struct verdict *problems = config_problems(config);
		const char *reason = verdict_text(problems, problems->reason);

		if (strncmp(reason, cases[i].reason, strlen(cases[i].reason)) !=
		    0)
			fail_msg("'%s'", reason);
		config_free(config);
	}
}

static void memory_and_cancelling_end_the_loading(void **state)
{
	static const int errors[] = {-ENOMEM, -ECANCELED};

	(void)state;
	for (size_t i = 0; i < array_size(errors); i++) {
		struct tree tree = {
			.files = {{CONFIG_FILE, "baseline: b.json\n", 0},
				  {"b.json", NULL, errors[i]}}};
		struct config *config;

		assert_int_equal(tree_load(&tree, &usual, &config), errors[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(an_empty_one_is_fine),
		cmocka_unit_test(a_broken_one_is_told_with_its_place),
		cmocka_unit_test(rules_that_are_gone_do_no_harm),
		cmocka_unit_test(too_little_memory_is_told),
		cmocka_unit_test(configuration_suppresses_by_name),
		cmocka_unit_test(wrong_suppressions_are_told),
		cmocka_unit_test(
			the_baseline_of_the_configuration_is_in_the_plan),
		cmocka_unit_test(a_broken_baseline_is_a_broken_configuration),
		cmocka_unit_test(memory_and_cancelling_end_the_loading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
