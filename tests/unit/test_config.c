/* The configuration of a tree, and the plans that it gives. */
#include "tests/unit/config_tree.h"

#include "validate/engine.h"
#include "validate/validate.h"

static void a_tree_without_configuration_has_the_built_in_checks(void **state)
{
	struct tree tree = {0};
	struct config *config;
	struct planned planned;
	struct plan *p;

	(void)state;
	assert_int_equal(tree_load(&tree, &usual, &config), 0);
	assert_null(config_problems(config));
	assert_true(config_is_valid(config));
	assert_int_equal(config_untrusted_checks(config), 0);
	p = plan(&planned, config, "a/b/c.yaml", "");
	assert_string_equal(p->choice.format->name, "yaml");
	assert_null(p->skip);
	assert_null(p->schema);
	assert_int_equal(p->when_count, 0);
	assert_string_equal(p->directory, "a/b");
	assert_int_equal(p->limits.depth, usual.limits.depth);
	assert_string_equal(plan(&planned, config, "c.yaml", "")->directory,
			    "");
	assert_string_equal(config_schema_origin(config, "a/b/c.yaml"), "");
	config_free(config);
}

static void an_empty_configuration_is_valid(void **state)
{
	static const char *const texts[] = {"",
					    "# nothing\n",
					    "{}\n",
					    "schemas:\nignore:\n",
					    "schemas: []\n",
					    "\xef\xbb\xbfignore: [a]\n"};

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++)
		config_free(load_good(texts[i]));
}

static const char schema_list[] =
	"schemas:\n"
	"  - {files: [\"ingest/*.yaml\", \"!ingest/x.yaml\"],\n"
	"     schema: schemas/ingest.json}\n"
	"  - {files: [\"plain/\"], schema: none}\n"
	"  - {files: [\"*.yaml\"], when: {kind: A}, schema: "
	"./schemas//a.json}\n"
	"  - {when: {kind: B, apiVersion: 1}, schema: /b/../schemas/b.json}\n"
	"  - files:\n"
	"      - \"*.json\"\n"
	"      - \"*.yaml\"\n"
	"    schema: schemas/any.json\n"
	"  - {when: {kind: C}, schema: none}\n";

static void the_first_entry_that_fits_names_the_schema(void **state)
{
	static const struct {
		const char *path;
		const char *schema;
		const char *origin;
		const char *when; /* numbers of the rules for this file */
	} cases[] = {
		{"ingest/a.yaml", "schemas/ingest.json",
		 ".cfgfs.yaml:2 (ingest/*.yaml)", ""},
		{"ingest/x.yaml", "schemas/any.json", ".cfgfs.yaml:9 (*.yaml)",
		 "01"},
		{"ingest/a/b.yaml", "schemas/any.json",
		 ".cfgfs.yaml:9 (*.yaml)", "01"},
		{"plain/a.yaml", NULL, "", ""},
		{"q.json", "schemas/any.json", ".cfgfs.yaml:8 (*.json)", "1"},
		{"q.toml", NULL, "", "12"},
		{"ingest/..data/a.yaml", "schemas/ingest.json",
		 ".cfgfs.yaml:2 (ingest/*.yaml)", ""},
		{"..2024_05_01_10_11_12.123/ingest/a.yaml",
		 "schemas/ingest.json", ".cfgfs.yaml:2 (ingest/*.yaml)", ""},
		{"..20240_1/ingest/a.yaml", "schemas/any.json",
		 ".cfgfs.yaml:9 (*.yaml)", "01"},
		{"..20x4_1/ingest/a.yaml", "schemas/any.json",
		 ".cfgfs.yaml:9 (*.yaml)", "01"},
		{"..x/ingest/a.yaml", "schemas/any.json",
		 ".cfgfs.yaml:9 (*.yaml)", "01"},
	};
	struct config *config = load_good(schema_list);

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct planned planned;
		const struct plan *p =
			plan(&planned, config, cases[i].path, "");
		char when[8] = "";
		size_t used = 0;

		for (size_t j = 0; j < p->when_count; j++)
			if (plan_has_when(p, j))
				when[used++] = (char)('0' + j);
		if (!same(p->schema, cases[i].schema) ||
		    strcmp(when, cases[i].when) != 0 ||
		    strcmp(config_schema_origin(config, cases[i].path),
			   cases[i].origin) != 0)
			fail_msg("%s: %s, %s, when %s", cases[i].path,
				 p->schema ? p->schema : "none",
				 config_schema_origin(config, cases[i].path),
				 when);
	}
	config_free(config);
}

static void rules_by_content_carry_keys_values_and_schema(void **state)
{
	struct config *config = load_good(schema_list);
	struct planned planned;
	const struct plan *p = plan(&planned, config, "q.toml", "");

	(void)state;
	assert_int_equal(p->when_count, 3);
	assert_int_equal(p->when[0].pair_count, 1);
	assert_string_equal(p->when[0].pairs[0].pointer_key, "kind");
	assert_string_equal(p->when[0].pairs[0].value, "A");
	assert_string_equal(p->when[0].schema, "schemas/a.json");
	assert_int_equal(p->when[1].pair_count, 2);
	assert_string_equal(p->when[1].pairs[1].pointer_key, "apiVersion");
	assert_string_equal(p->when[1].pairs[1].value, "1");
	assert_string_equal(p->when[1].schema, "schemas/b.json");
	assert_null(p->when[2].schema);
	config_free(config);
}

static int no_schema(void *ctx, const char *path, const struct schema **out,
		     const char **why)
{
	(void)ctx;
	(void)path;
	(void)out;
	(void)why;
	return -ENOENT;
}

static void every_document_gets_the_schema_of_what_is_in_it(void **state)
{
	static const struct {
		const char *what;
		const char *path;
		const char *content;
		const char *schemas;
	} cases[] = {
		{"content before name", "x.yaml",
		 "kind: A\n---\n{kind: B, apiVersion: 1}\n---\nkind: Z\n",
		 "schemas/a.json, schemas/b.json, schemas/any.json"},
		{"all pairs must hold", "x.yaml", "kind: B\napiVersion: 2\n",
		 "schemas/any.json"},
		{"name first", "ingest/a.yaml", "kind: A\n",
		 "schemas/ingest.json"},
		{"left out for this file", "x.toml", "kind = \"A\"\n", ""},
		{"none by content", "x.toml", "kind = \"C\"\n", ""},
		{"not an object", "x.yaml", "- kind\n", "schemas/any.json"},
	};
	const struct host host = {.schema = no_schema};
	struct config *config = load_good(schema_list);
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	for (size_t i = 0; i < array_size(cases); i++) {
		struct planned planned;
		struct verdict *verdict;

		plan(&planned, config, cases[i].path, cases[i].content);
		assert_int_equal(validate_bytes(&planned.plan,
						span_of(cases[i].content),
						&host, &arena, &verdict),
				 0);
		if (strcmp(verdict_text(verdict, verdict->schema),
			   cases[i].schemas) != 0)
			fail_msg("%s: %s", cases[i].what,
				 verdict_text(verdict, verdict->schema));
		free(verdict);
	}
	arena_release(&arena);
	config_free(config);
}

static void plans_differ_exactly_where_verdicts_could(void **state)
{
	struct config *config = load_good(schema_list);
	struct planned a;
	struct planned b;
	const struct content_facts facts = content_facts_of(span_of("a: 1\n"));
	struct digest first;
	struct digest second;

	(void)state;
	first = plan_digest(plan(&a, config, "x/a.yaml", ""), &facts);
	second = plan_digest(plan(&b, config, "y/b.yaml", ""), &facts);
	assert_true(digest_equal(&first, &second));
	second = plan_digest(plan(&b, config, "ingest/b.yaml", ""), &facts);
	assert_false(digest_equal(&first, &second));
	/* The same schema by name, but one rule fewer by content. */
	a.plan = b.plan;
	a.plan.when_count = 2;
	b.plan.when_count = 2;
	b.plan.when_left_out[0] = 1;
	first = plan_digest(&a.plan, &facts);
	second = plan_digest(&b.plan, &facts);
	assert_false(digest_equal(&first, &second));
	config_free(config);
}

static void plans_differ_by_the_libraries_that_are_loaded(void **state)
{
	struct config *config = load_good(schema_list);
	struct planned planned;
	const struct content_facts facts = content_facts_of(span_of("a: 1\n"));
	char engine[ENGINE_TEXT_SIZE];
	struct digest first;
	struct digest second;

	(void)state;
	engine_describe(engine);
	assert_non_null(strstr(engine, "pcre2 1"));
	assert_non_null(strstr(engine, "unicode 1"));
	assert_non_null(strstr(engine, "yaml 0."));
	assert_non_null(strstr(engine, "xml "));
	assert_non_null(strstr(engine, "idna 1"));
	plan(&planned, config, "x/a.yaml", "");
	first = plan_digest(&planned.plan, &facts);
	second = plan_digest_under(engine, &planned.plan, &facts);
	assert_true(digest_equal(&first, &second));
	engine[strlen(engine) - 1]++;
	second = plan_digest_under(engine, &planned.plan, &facts);
	assert_false(digest_equal(&first, &second));
	config_free(config);
}

static void formats_are_given_where_the_name_tells_none(void **state)
{
	static const struct {
		const char *path;
		const char *content;
		const char *format;
		const char *dialect;
		const char *skip;
	} cases[] = {
		{"a.conf", "", "ini", "", NULL},
		{"units/a.conf", "", "ini", "systemd", NULL},
		{"rc", "", "jsonc", "jsonc", NULL},
		{"units/a.yaml", "", "yaml", "", NULL},
		{"a.conf", "# vim: ft=toml\n", "toml", "", NULL},
		{"other", "", NULL, "", "no known format"},
		{"other", "text", NULL, "", "no known format"},
	};
	struct config *config = load_good(
		"formats:\n"
		"  - {files: [units/], format: ini, dialect: systemd}\n"
		"  - {files: [\"*.conf\"], format: ini}\n"
		"  - {files: [rc], format: jsonc}\n");

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct planned planned;
		const struct plan *p =
			plan(&planned, config, cases[i].path, cases[i].content);
		const char *name =
			p->choice.format ? p->choice.format->name : NULL;

		if (!same(name, cases[i].format) ||
		    !same(p->choice.dialect, cases[i].dialect) ||
		    !same(p->skip, cases[i].skip))
			fail_msg("case %zu: %s", i, name ? name : "none");
	}
	config_free(config);
}

static void unknown_content_with_a_nul_is_binary(void **state)
{
	struct config *config = load_good("{}");
	struct planned planned;
	struct content_facts facts;
	char *content = calloc(1, 8193);

	(void)state;
	memset(content, 'x', 8192);
	facts = content_facts_of((struct span){content, 8193});
	config_plan(config, "a", &facts, planned.directory, &planned.plan);
	assert_string_equal(planned.plan.skip, "no known format");
	content[8191] = '\0';
	facts = content_facts_of((struct span){content, 8193});
	config_plan(config, "a", &facts, planned.directory, &planned.plan);
	assert_string_equal(planned.plan.skip, "binary");
	facts = content_facts_of((struct span){content, 8193});
	config_plan(config, "a.yaml", &facts, planned.directory, &planned.plan);
	assert_null(planned.plan.skip);
	free(content);
	config_free(config);
}

static void what_is_ignored_says_by_whom(void **state)
{
	static const struct {
		const char *path;
		const char *skip;
		bool as_directory;
	} cases[] = {
		{"a.tmp.yaml", "ignored by .cfgfsignore:2 (*.tmp.yaml)", false},
		{"keep.tmp.yaml", NULL, false},
		{"vendor/x/a.yaml", "ignored by .cfgfs.yaml:1 (vendor/**)",
		 false},
		{"vendor/README", "ignored by .cfgfs.yaml:1 (vendor/**)",
		 false},
		{"vendor", NULL, true},
		{"vendor/x", "ignored by .cfgfs.yaml:1 (vendor/**)", true},
		{"out", "ignored by .gitignore:1 (out/)", true},
		{"out", "no known format", false},
		{"out/a.yaml", "ignored by .gitignore:1 (out/)", false},
		{"..data/out", "ignored by .gitignore:1 (out/)", true},
		{"", NULL, true},
		{".cfgfs.yaml", NULL, false},
	};
	struct tree tree = {
		.files = {{CONFIG_FILE,
			   "ignore: [\"vendor/**\", \"!keep.*\", \".*\"]\n", 0},
			  {CONFIG_IGNORE_FILE, "# c\n*.tmp.yaml\n", 0},
			  {".gitignore", "out/\n!*.tmp.yaml\n", 0}}};
	struct settings settings = usual;
	struct config *config;

	(void)state;
	settings.use_gitignore = true;
	assert_int_equal(tree_load(&tree, &settings, &config), 0);
	assert_true(config_is_valid(config));
	for (size_t i = 0; i < array_size(cases); i++) {
		struct planned planned;
		const char *reason =
			cases[i].as_directory
				? config_excluded_directory(config,
							    cases[i].path)
				: plan(&planned, config, cases[i].path, "")
					  ->skip;

		if (!same(reason, cases[i].skip))
			fail_msg("%s: %s", cases[i].path,
				 reason ? reason : "not skipped");
	}
	config_free(config);
}

static void ignoring_can_be_switched_off(void **state)
{
	struct tree tree = {.files = {{CONFIG_FILE, "ignore: [\"a.*\"]\n", 0},
				      {CONFIG_IGNORE_FILE, "b.*\n", 0},
				      {".gitignore", "c.*\n", 0}}};
	struct settings settings = usual;
	struct planned planned;
	struct config *config;

	(void)state;
	assert_int_equal(tree_load(&tree, &settings, &config), 0);
	assert_non_null(plan(&planned, config, "a.yaml", "")->skip);
	assert_non_null(plan(&planned, config, "b.yaml", "")->skip);
	assert_null(plan(&planned, config, "c.yaml", "")->skip);
	config_free(config);
	settings.use_ignore_files = false;
	settings.use_gitignore = true;
	assert_int_equal(tree_load(&tree, &settings, &config), 0);
	assert_null(plan(&planned, config, "a.yaml", "")->skip);
	assert_null(plan(&planned, config, "b.yaml", "")->skip);
	assert_null(plan(&planned, config, "c.yaml", "")->skip);
	assert_null(config_excluded_directory(config, "a.d"));
	config_free(config);
}

static void the_command_line_wins_but_not_over_the_configuration(void **state)
{
	struct tree tree = {.files = {{CONFIG_FILE, schema_list, 0}}};
	struct settings settings = usual;
	struct planned planned;
	struct config *config;
	struct plan *p;

	(void)state;
	settings.forced_schema = "all.json";
	settings.level = LEVEL_FAST;
	settings.require_schema = true;
	settings.show_values = true;
	settings.schema_options.mode = SCHEMA_STRICT;
	assert_int_equal(tree_load(&tree, &settings, &config), 0);
	p = plan(&planned, config, "ingest/a.yaml", "");
	assert_string_equal(p->forced_schema, "all.json");
	assert_string_equal(config_schema_origin(config, "ingest/a.yaml"),
			    "command line");
	assert_int_equal(p->level, LEVEL_FAST);
	assert_true(p->require_schema);
	assert_true(p->show_values);
	assert_int_equal(p->schema_options.mode, SCHEMA_STRICT);
	p = plan(&planned, config, CONFIG_FILE, "");
	assert_string_equal(p->forced_schema, CONFIG_SCHEMA_PATH);
	assert_string_equal(config_schema_origin(config, CONFIG_FILE),
			    "built in");
	assert_int_equal(p->level, LEVEL_STANDARD);
	assert_string_equal(p->choice.format->name, "yaml");
	assert_string_equal(p->directory, "");
	assert_string_equal(planned.directory, "");
	settings.level = LEVEL_THOROUGH;
	p = plan(&planned, config, CONFIG_FILE, "");
	assert_int_equal(p->level, LEVEL_THOROUGH);
	config_free(config);
}

static void checks_of_the_tree_are_counted_and_not_planned(void **state)
{
	struct config *config = load_good(
		"checks:\n"
		"  - {id: nginx, files: [\"nginx/**\"], run: [nginx, -t],\n"
		"     inputs: [\"certs/*\"], timeout: 10s, level: exhaustive,\n"
		"     priority: critical}\n"
		"  - {id: later, files: [\"*\"], run: [x], needs: [nginx]}\n");

	(void)state;
	assert_int_equal(config_untrusted_checks(config), 2);
	config_free(config);
}

static void a_large_honest_configuration_is_read(void **state)
{
	char *text = repeat("schemas:\n",
			    "- {files: [\"deploy/*/service.yaml\"], when: "
			    "{kind: Service}, schema: schemas/service.json}\n",
			    PLAN_WHEN_MAX, "");
	struct config *config = load_good(text);
	struct planned planned;
	const struct plan *p =
		plan(&planned, config, "deploy/a/service.yaml", "");

	(void)state;
	assert_int_equal(p->when_count, PLAN_WHEN_MAX);
	assert_true(plan_has_when(p, PLAN_WHEN_MAX - 1));
	p = plan(&planned, config, "other.yaml", "");
	assert_false(plan_has_when(p, PLAN_WHEN_MAX - 1));
	config_free(config);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_tree_without_configuration_has_the_built_in_checks),
		cmocka_unit_test(an_empty_configuration_is_valid),
		cmocka_unit_test(the_first_entry_that_fits_names_the_schema),
		cmocka_unit_test(rules_by_content_carry_keys_values_and_schema),
		cmocka_unit_test(
			every_document_gets_the_schema_of_what_is_in_it),
		cmocka_unit_test(plans_differ_exactly_where_verdicts_could),
		cmocka_unit_test(plans_differ_by_the_libraries_that_are_loaded),
		cmocka_unit_test(formats_are_given_where_the_name_tells_none),
		cmocka_unit_test(unknown_content_with_a_nul_is_binary),
		cmocka_unit_test(what_is_ignored_says_by_whom),
		cmocka_unit_test(ignoring_can_be_switched_off),
		cmocka_unit_test(
			the_command_line_wins_but_not_over_the_configuration),
		cmocka_unit_test(
			checks_of_the_tree_are_counted_and_not_planned),
		cmocka_unit_test(a_large_honest_configuration_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
