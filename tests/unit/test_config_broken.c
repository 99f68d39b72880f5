/* Configurations that are broken, unreadable or hostile. */
#include "tests/unit/config_tree.h"

#include <stdio.h>

static const struct {
	const char *what;
	const char *text;
	uint32_t line;
	uint32_t column;
	const char *rule;
} mistakes[] = {
	{"not YAML", "a: [1\n", 0, 0, "syntax/"},
	{"unknown key", "schema: []\n", 1, 1, "schema/"},
	{"unknown key of an entry", "schemas:\n- {schema: a, file: [b]}\n", 2,
	 0, "schema/"},
	{"wrong type", "ignore: x\n", 1, 9, "schema/type"},
	{"no schema", "schemas:\n- files: [a]\n", 2, 3, "schema/required"},
	{"empty schema", "schemas: [{files: [a], schema: \"\"}]\n", 1, 32,
	 "schema/pattern"},
	{"no patterns", "schemas: [{files: [], schema: a}]\n", 1, 0,
	 "schema/minItems"},
	{"wrong timeout",
	 "checks: [{id: a, files: [b], run: [c], timeout: 10}]\n", 1, 49,
	 "schema/type"},
	{"wrong level",
	 "checks: [{id: a, files: [b], run: [c], level: slow}]\n", 1, 47,
	 "schema/enum"},
	{"duplicate key", "ignore: [a]\nignore: [b]\n", 2, 1, "key/duplicate"},
	{"a list at the top", "- a\n", 1, 1, "schema/type"},
	{"second document", "ignore: [a]\n---\nignore: [b]\n", 0, 0,
	 "config/documents"},
	{"open bracket", "ignore:\n- a\n- \"[b\"\n", 3, 3, "config/pattern"},
	{"pattern of a schema", "schemas: [{files: [a, ./b], schema: c}]\n", 1,
	 23, "config/pattern"},
	{"pattern of a format", "formats: [{files: [\"\"], format: ini}]\n", 1,
	 20, "config/pattern"},
	{"pattern of a check",
	 "checks: [{id: a, files: [b], run: [c], inputs: [../d]}]\n", 1, 49,
	 "config/pattern"},
	{"entry for nothing", "schemas:\n- {schema: a}\n", 2, 3,
	 "config/schema"},
	{"entry for nothing by content", "schemas:\n- {schema: a, when: {}}\n",
	 2, 3, "config/schema"},
	{"NUL in a URL", "schemas: [{files: [a], schema: \"http://x/\\0\"}]\n",
	 1, 32, "config/schema"},
	{"map of no URL", "map: {a/b: c}\n", 1, 7, "schema/"},
	{"map out of the tree", "map: {\"http://x/\": ../c}\n", 1, 20,
	 "config/map"},
	{"catalog out of the tree", "catalog: a/../../c\n", 1, 10,
	 "config/catalog"},
	{"leaves the tree", "schemas: [{files: [a], schema: b/../../c}]\n", 1,
	 32, "config/schema"},
	{"the tree itself", "schemas: [{files: [a], schema: b/..}]\n", 1, 32,
	 "config/schema"},
	{"no such format", "formats: [{files: [a], format: xyz}]\n", 1, 32,
	 "config/format"},
	{"no such dialect",
	 "formats: [{files: [a], format: ini, dialect: jsonc}]\n", 1, 46,
	 "config/format"},
	{"id twice",
	 "checks:\n- {id: a, files: [b], run: [c]}\n"
	 "- {id: b, files: [b], run: [c]}\n"
	 "- {id: a, files: [b], run: [c]}\n",
	 4, 8, "config/check"},
	{"unknown need",
	 "checks:\n- {id: a, files: [b], run: [c], needs: [z]}\n", 2, 41,
	 "config/check"},
	{"needs itself",
	 "checks:\n- {id: a, files: [b], run: [c], needs: [a]}\n", 2, 40,
	 "config/check"},
	{"circle, and one behind it",
	 "checks:\n- {id: b, files: [b], run: [c], needs: [d, c]}\n"
	 "- {id: c, files: [b], run: [c], needs: [b]}\n"
	 "- {id: d, files: [b], run: [c]}\n"
	 "- {id: a, files: [b], run: [c], needs: [b]}\n",
	 3, 40, "config/check"},
};

static void what_is_wrong_is_said_where_it_is(void **state)
{

	(void)state;
	for (size_t i = 0; i < array_size(mistakes); i++) {
		struct config *config = load(mistakes[i].text);
		const struct verdict *verdict = config_problems(config);
		const struct finding *finding = verdict->findings;
		struct planned planned;

		if (verdict->state != STATE_INVALID ||
		    verdict->finding_count != 1)
			fail_msg("%s: %s, %u findings", mistakes[i].what,
				 state_name(verdict->state),
				 verdict->finding_count);
		if (strncmp(verdict_text(verdict, finding->rule),
			    mistakes[i].rule, strlen(mistakes[i].rule)) != 0 ||
		    (mistakes[i].line && finding->line != mistakes[i].line) ||
		    (mistakes[i].column &&
		     finding->column != mistakes[i].column))
			fail_msg("%s: %u:%u %s", mistakes[i].what,
				 finding->line, finding->column,
				 verdict_text(verdict, finding->rule));
		assert_false(config_is_valid(config));
		/* Nothing of a broken configuration is in force. */
		assert_null(plan(&planned, config, "a.yaml", "")->skip);
		assert_null(planned.plan.schema);
		assert_int_equal(planned.plan.when_count, 0);
		assert_int_equal(config_untrusted_checks(config), 0);
		config_free(config);
	}
}

static void what_is_right_in_a_broken_configuration_counts_not(void **state)
{
	struct config *config =
		load("schemas:\n- {files: [\"*.yaml\"], schema: a}\n"
		     "- {when: {b: c}, schema: d}\n"
		     "formats: [{files: [e], format: ini}]\n"
		     "ignore: [\"[\"]\n");
	struct planned planned;

	(void)state;
	assert_false(config_is_valid(config));
	assert_null(plan(&planned, config, "x.yaml", "")->schema);
	assert_int_equal(plan(&planned, config, "x", "")->when_count, 0);
	assert_null(plan(&planned, config, "e", "")->choice.format);
	config_free(config);
}

static void braces_are_warned_of(void **state)
{
	struct config *config = load("ignore: [\"*.{yml,yaml}\", \"{a}\"]\n");
	const struct verdict *verdict = config_problems(config);

	(void)state;
	assert_int_equal(verdict->state, STATE_WARNING);
	assert_int_equal(verdict->finding_count, 1);
	assert_int_equal(verdict->findings[0].column, 10);
	assert_true(config_is_valid(config));
	config_free(config);
}

static void a_url_without_a_place_is_warned_of(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		enum state state;
	} cases[] = {
		{"nothing says where", "", STATE_WARNING},
		{"a map", "map: {\"http://x/\": a}\n", STATE_VALID},
		{"an empty map", "map: {}\n", STATE_WARNING},
		{"a catalog", "catalog: a\n", STATE_VALID},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		auto_free char *text = NULL;
		struct tree tree = {
			.files = {{"a/catalog.json", "{\"schemas\": []}", 0}}};
		struct planned planned;
		struct config *config;

		assert_true(asprintf(&text,
				     "schemas: [{files: [a], schema: "
				     "\"http://x/y\"}]\n%s",
				     cases[i].text) > 0);
		tree.files[1] = (struct file){CONFIG_FILE, text, 0};
		assert_int_equal(tree_load(&tree, &usual, &config), 0);
		if (config_problems(config)->state != cases[i].state)
			fail_msg("%s: %s", cases[i].what,
				 state_name(config_problems(config)->state));
		assert_string_equal(plan(&planned, config, "a", "")->schema,
				    "http://x/y");
		config_free(config);
	}
}

static void a_broken_configuration_leaves_the_ignore_files(void **state)
{
	struct tree tree = {.files = {{CONFIG_FILE, "ignore: [a, \"[\"]\n", 0},
				      {CONFIG_IGNORE_FILE, "b\n", 0}}};
	struct planned planned;
	struct config *config;

	(void)state;
	assert_int_equal(tree_load(&tree, &usual, &config), 0);
	assert_false(config_is_valid(config));
	assert_null(plan(&planned, config, "a/x.yaml", "")->skip);
	assert_string_equal(plan(&planned, config, "b/x.yaml", "")->skip,
			    "ignored by .cfgfsignore:1 (b)");
	config_free(config);
}

static void a_file_that_cannot_be_read_is_a_problem_not_a_failure(void **state)
{
	static const struct {
		const char *what;
		const char *path;
		int error;
		const char *reason; /* NULL: no problem */
	} cases[] = {
		{"not there", CONFIG_FILE, -ENOTDIR, NULL},
		{"forbidden", CONFIG_FILE, -EACCES,
		 "cannot read '.cfgfs.yaml': Permission denied"},
		{"a link", CONFIG_FILE, -ELOOP,
		 "cannot read '.cfgfs.yaml': it is a symbolic link"},
		{"a directory", CONFIG_IGNORE_FILE, -EINVAL,
		 "cannot read '.cfgfsignore': it is not a regular file"},
		{"a huge one", CONFIG_IGNORE_FILE, -EFBIG,
		 "cannot read '.cfgfsignore': it is too large"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct tree tree = {
			.files = {{cases[i].path, "", cases[i].error}}};
		struct config *config;

		assert_int_equal(tree_load(&tree, &usual, &config), 0);

		const struct verdict *verdict = config_problems(config);

		if (!same(verdict ? verdict_text(verdict, verdict->reason)
				  : NULL,
			  cases[i].reason) ||
		    config_is_valid(config) != (cases[i].reason == NULL))
			fail_msg("%s", cases[i].what);
		config_free(config);
	}
}

static void a_failure_of_the_machine_is_handed_on(void **state)
{
	static const char *const paths[] = {CONFIG_FILE, CONFIG_IGNORE_FILE};

	(void)state;
	for (size_t i = 0; i < array_size(paths); i++) {
		struct tree tree = {.files = {{paths[i], "", -ENOMEM}}};
		struct config *config = NULL;

		assert_int_equal(tree_load(&tree, &usual, &config), -ENOMEM);
		assert_null(config);
	}
}

static void an_unusable_ignore_file_spoils_a_good_configuration(void **state)
{
	struct tree tree = {.files = {{CONFIG_FILE, "ignore: [a]\n", 0},
				      {CONFIG_IGNORE_FILE, "", -EACCES}}};
	struct planned planned;
	struct config *config;

	(void)state;
	assert_int_equal(tree_load(&tree, &usual, &config), 0);
	assert_false(config_is_valid(config));
	assert_non_null(plan(&planned, config, "a/x.yaml", "")->skip);
	config_free(config);
}

static void any_arena_limit_gives_an_answer(void **state)
{
	static const char text[] =
		"schemas:\n- {files: [a], when: {b: c}, schema: d}\n"
		"formats: [{files: [e], format: ini}]\n"
		"checks: [{id: f, files: [g], run: [h], needs: []}]\n"
		"ignore: [i]\n";
	struct settings settings = usual;
	bool is_valid = false;

	(void)state;
	for (size_t limit = 0; !is_valid; limit += limit < 4096 ? 1 : 97) {
		struct tree tree = {.files = {{CONFIG_FILE, text, 0},
					      {CONFIG_IGNORE_FILE, "x\n", 0}}};
		struct config *config;

		assert_true(limit < (size_t)1 << 20);
		settings.limits.arena_bytes = limit;
		assert_int_equal(tree_load(&tree, &settings, &config), 0);
		is_valid = config_is_valid(config);
		if (!is_valid)
			assert_int_equal(config_problems(config)->state,
					 STATE_ERROR);
		config_free(config);
	}
}

static const struct {
	const char *what;
	const char *start;
	const char *part;
	const char *end;
	size_t count;
	enum state state;
} hostile[] = {
	{"patterns", "ignore: [", "a,", "b]\n", 16000, STATE_INVALID},
	{"patterns by aliases",
	 "schemas:\n- &a {files: [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p],\n"
	 "     schema: x}\n",
	 "- *a\n", "", 20000, STATE_ERROR},
	{"paths by aliases",
	 "schemas:\n- {files: [a], schema: &a "
	 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}\n",
	 "- {files: [a], schema: *a}\n", "", 5000, STATE_ERROR},
	{"rules by content", "schemas:\n", "- {when: {a: b}, schema: c}\n", "",
	 PLAN_WHEN_MAX + 1, STATE_ERROR},
	{"a huge file", "#", "0123456789abcdef", "\n", 65536, STATE_ERROR},
	{"needs by aliases",
	 "checks:\n- {id: a, files: [b], run: [c], needs: &n [z,z,z,z,"
	 "z,z,z,z,z,z,z,z,z,z,z,z,z,z,z,z,z,z,z,z,z,z,z,z,z,z,z,z]}\n",
	 "- {id: b, files: [b], run: [c], needs: *n}\n", "", 3000, STATE_ERROR},
	{"names by aliases",
	 "checks:\n- {id: &i "
	 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, "
	 "files: [b], run: [c]}\n",
	 "- {id: *i, files: [b], run: [c]}\n", "", 5000, STATE_ERROR},
};

static void hostile_files_are_told_to_stop(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(hostile); i++) {
		char *text = repeat(hostile[i].start, hostile[i].part,
				    hostile[i].count, hostile[i].end);
		struct config *config = load(text);
		const struct verdict *verdict = config_problems(config);

		if (verdict->state != hostile[i].state ||
		    (verdict->state == STATE_ERROR &&
		     verdict->finding_count > 1))
			fail_msg("%s: %s, %u", hostile[i].what,
				 state_name(verdict->state),
				 verdict->finding_count);
		config_free(config);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_said_where_it_is),
		cmocka_unit_test(
			what_is_right_in_a_broken_configuration_counts_not),
		cmocka_unit_test(braces_are_warned_of),
		cmocka_unit_test(a_url_without_a_place_is_warned_of),
		cmocka_unit_test(
			a_broken_configuration_leaves_the_ignore_files),
		cmocka_unit_test(
			a_file_that_cannot_be_read_is_a_problem_not_a_failure),
		cmocka_unit_test(a_failure_of_the_machine_is_handed_on),
		cmocka_unit_test(
			an_unusable_ignore_file_spoils_a_good_configuration),
		cmocka_unit_test(any_arena_limit_gives_an_answer),
		cmocka_unit_test(hostile_files_are_told_to_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
