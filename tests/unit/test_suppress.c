/* Comments that suppress findings, in every format that has comments. */
#include "tests/unit/judged.h"

/* One key must be a number and is not, wherever it stands. */
static const char number_schema[] =
	"{\"properties\": {\"n\": {\"type\": \"integer\"},"
	" \"m\": {\"type\": \"integer\"},"
	" \"s\": {\"properties\": {\"n\": {\"type\": \"integer\"}}}}}";

struct comment_case {
	const char *what;
	const char *format;
	const char *dialect;
	const char *text;
	const char *shown;
};

static void run_cases(const struct comment_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct judging judging = {
			.format = cases[i].format,
			.dialect = cases[i].dialect,
			.schema = number_schema,
			.text = span_of(cases[i].text),
		};
		char *shown = judged(&judging);

		/* XML is read only where there is a library for it. */
		if (!*shown && strcmp(judging.format, "xml") == 0) {
			free(shown);
			continue;
		}
		if (strcmp(shown, cases[i].shown) != 0)
			fail_msg("%s: got '%s', wanted '%s'", cases[i].what,
				 shown, cases[i].shown);
		free(shown);
	}
}

static void every_format_has_its_own_comments(void **state)
{
	static const struct comment_case cases[] = {
		{"yaml, behind a value", "yaml", NULL,
		 "n: x # cfgfs: disable-line=schema/type\n", "1 suppressed"},
		{"yaml, without blank before the sign", "yaml", NULL,
		 "n: x# cfgfs:disable-line=schema/type\n", "1:4 schema/type"},
		{"yaml, many signs", "yaml", NULL,
		 "n: x ### cfgfs: disable-line=schema/type\n", "1 suppressed"},
		{"yaml, no blank behind the sign", "yaml", NULL,
		 "n: x #cfgfs:disable-line=schema/type\n", "1 suppressed"},
		{"yaml, behind the sign of a block", "yaml", NULL,
		 "n: | # cfgfs: disable-line=schema/type\n  x\n",
		 "1 suppressed"},
		{"yaml, in a flow collection", "yaml", NULL,
		 "{\n# cfgfs: disable-next-line=schema/type\nn: x}\n",
		 "1 suppressed"},
		{"yaml, of another document", "yaml", NULL,
		 "n: x\n---\n# cfgfs: disable-file=schema/type\nn: x\n",
		 "2 suppressed"},
		{"yaml, in UTF-8 with a mark", "yaml", NULL,
		 "\xef\xbb\xbfn: x # cfgfs: disable-line=schema/type\n",
		 "1 suppressed"},
		{"toml", "toml", NULL,
		 "n = 'x'# cfgfs: disable-line=schema/type\n", "1 suppressed"},
		{"toml, next line", "toml", NULL,
		 "# cfgfs: disable-next-line=schema/type\nn = 'x'",
		 "1 suppressed"},
		{"ini, semicolon", "ini", NULL,
		 "[s]\n; cfgfs: disable-next-line=schema/type\nn = x\n",
		 "1 suppressed"},
		{"ini, number sign", "ini", NULL,
		 "[s]\n# cfgfs: disable-next-line=schema/type\nn = x\n",
		 "1 suppressed"},
		{"ini of git, behind a value", "ini", "gitconfig",
		 "[s]\n\tn = x ; cfgfs: disable-line=schema/type\n",
		 "1 suppressed"},
		{"ini of systemd knows no comment behind a value", "ini",
		 "systemd", "[s]\nn=x # cfgfs: disable-line=schema/type\n",
		 "2:3 schema/type"},
		{"env", "env", NULL, "n=x # cfgfs: disable-line=schema/type\n",
		 "1 suppressed"},
		{"env, a line of its own", "env", NULL,
		 "# cfgfs: disable-next-line=schema/type\nn=x\n",
		 "1 suppressed"},
		{"properties, exclamation mark", "properties", "properties",
		 "! cfgfs: disable-next-line=schema/type\nn=x\n",
		 "1 suppressed"},
		{"properties, number sign", "properties", "properties",
		 "# cfgfs: disable-next-line=schema/type\nn=x\n",
		 "1 suppressed"},
		{"jsonc, a line's rest", "jsonc", "jsonc",
		 "{\"n\": \"x\" // cfgfs: disable-line=schema/type\n}",
		 "1 suppressed"},
		{"jsonc, between", "jsonc", "jsonc",
		 "{/* cfgfs: disable-line=schema/type */ \"n\": \"x\"}",
		 "1 suppressed"},
		{"jsonc, over lines", "jsonc", "jsonc",
		 "/*\n   cfgfs: disable-next-line=schema/type -- why\n*/\n"
		 "{\"n\": \"x\"}",
		 "1 suppressed"},
		{"xml", "xml", NULL,
		 "<!-- cfgfs: disable-file=xml/namespace -->\n<a:b/>\n",
		 "1:1 schema/not-applied; 1 suppressed"},
		{"xml, on a line and over lines", "xml", NULL,
		 "<a>\n<!--\ncfgfs: disable-next-line=xml/* - why\n-->\n"
		 "<b:c/></a>\n",
		 "1:1 schema/not-applied; 1 suppressed"},
		{"json has no comments", "json", NULL, "{\"n\": \"x\"}",
		 "1:7 schema/type"},
		{"ndjson has none either", "ndjson", "ndjson",
		 "{\"n\": \"// cfgfs: disable-file=schema/type\"}\n",
		 "1:7 schema/type"},
	};

	(void)state;
	run_cases(cases, array_size(cases));
}

static void text_that_looks_like_a_comment_is_text(void **state)
{
	static const struct comment_case cases[] = {
		{"yaml, in double quotes", "yaml", NULL,
		 "n: \" # cfgfs: disable-line=schema/type\"\n",
		 "1:4 schema/type"},
		{"yaml, in a key", "yaml", NULL,
		 "\" # cfgfs: disable-file=schema/type\": 1\nn: x\n",
		 "2:4 schema/type"},
		{"yaml, in quotes over lines", "yaml", NULL,
		 "a: '\n  # cfgfs: disable-file=schema/type\n  '\nn: x\n",
		 "4:4 schema/type"},
		{"yaml, in a block of text", "yaml", NULL,
		 "a: |\n  # cfgfs: disable-file=schema/type\nn: x\n",
		 "3:4 schema/type"},
		{"yaml, in a folded block with an anchor", "yaml", NULL,
		 "a: &b >-\n  # cfgfs: disable-file=schema/type\nn: x\n",
		 "3:4 schema/type"},
		{"yaml, below a block of text", "yaml", NULL,
		 "a: |\n  text\n# cfgfs: disable-next-line=schema/type\n"
		 "n: x\n",
		 "1 suppressed"},
		{"yaml, in a value that is merged", "yaml", NULL,
		 "<<: {n: ' # cfgfs: disable-file=schema/type'}\n",
		 "1:9 schema/type"},
		{"yaml, in a value that a merge leaves out", "yaml", NULL,
		 "<<: {n: ' # cfgfs: disable-file=schema/type'}\nn: x\n",
		 "2:4 schema/type"},
		{"toml, in a string over lines", "toml", NULL,
		 "a = \"\"\"\n# cfgfs: disable-file=schema/type\n\"\"\"\n"
		 "n = 'x'\n",
		 "4:5 schema/type"},
		{"toml, in a value that is repeated", "toml", NULL,
		 "n = 'x'\nn = ' # cfgfs: disable-file=key/duplicate'\n",
		 "1:5 schema/type; 2:1 key/duplicate"},
		{"toml, in a key that is repeated", "toml", NULL,
		 "'# cfgfs: disable-file=key/duplicate' = 1\n"
		 "'# cfgfs: disable-file=key/duplicate' = 1\n",
		 "2:1 key/duplicate"},
		{"toml, below a header that is repeated", "toml", NULL,
		 "a = 1\n[a]\nb = '# cfgfs: disable-file=key/duplicate'\n",
		 "2:2 key/duplicate"},
		{"ini, in a value that is repeated", "ini", NULL,
		 "[s]\nm = a # cfgfs: disable-file=key/duplicate\nm = b\n",
		 "3:1 key/duplicate"},
		{"ini, in the name of a section that is repeated", "ini", NULL,
		 "[a # cfgfs: disable-file=ini/*]\n"
		 "[a # cfgfs: disable-file=ini/*]\n",
		 "2:2 ini/section-repeated"},
		{"env, in quotes", "env", NULL,
		 "n='# cfgfs: disable-file=schema/type'\n", "1:3 schema/type"},
		{"env, in quotes over lines", "env", NULL,
		 "A='\n# cfgfs: disable-file=schema/type\n'\nn=x\n",
		 "4:3 schema/type"},
		{"env, in quotes of a value that is repeated", "env", NULL,
		 "A='\n# cfgfs: disable-file=key/duplicate\n'\nA=1\n",
		 "4:1 key/duplicate"},
		{"properties, in a line that goes on", "properties",
		 "properties",
		 "a=1\\\n# cfgfs: disable-file=schema/type\nn=x\n",
		 "3:3 schema/type"},
		{"properties, behind a value", "properties", "properties",
		 "n=x # cfgfs: disable-line=schema/type\n", "1:3 schema/type"},
		{"jsonc, in a string", "jsonc", "jsonc",
		 "{\"n\": \"// cfgfs: disable-line=schema/type\"}",
		 "1:7 schema/type"},
		{"jsonc, in a key", "jsonc", "jsonc",
		 "{\"// cfgfs: disable-file=schema/type\": 1, \"n\": \"\"}",
		 "1:48 schema/type"},
		{"xml, in CDATA", "xml", NULL,
		 "<a:b><![CDATA[<!-- cfgfs: disable-file=xml/* -->]]></a:b>\n",
		 "1:1 schema/not-applied; 1:2 xml/namespace"},
		{"xml, in an instruction", "xml", NULL,
		 "<?a <!-- cfgfs: disable-file=xml/* -->?><a:b/>\n",
		 "1:1 schema/not-applied; 1:42 xml/namespace"},
		{"xml, in a declaration", "xml", NULL,
		 "<!DOCTYPE a [<!ENTITY b '<!-- cfgfs: disable-file=x -->'>]>"
		 "<a:b/>\n",
		 "1:1 schema/not-applied; 1:61 xml/namespace"},
		{"not at the start of a comment", "yaml", NULL,
		 "n: x # of cfgfs: disable-line=schema/type\n",
		 "1:4 schema/type"},
	};

	(void)state;
	run_cases(cases, array_size(cases));
}

static void directives_say_which_lines(void **state)
{
	static const struct comment_case cases[] = {
		{"only the line itself", "yaml", NULL,
		 "m: x\nn: x # cfgfs: disable-line=schema/type\n",
		 "1:4 schema/type; 1 suppressed"},
		{"a line that ends with CRLF", "yaml", NULL,
		 "m: x\r\nn: x # cfgfs: disable-line=schema/type\r\n",
		 "1:4 schema/type; 1 suppressed"},
		{"the last line, without newline", "yaml", NULL,
		 "m: x\nn: x # cfgfs: disable-line=schema/type",
		 "1:4 schema/type; 1 suppressed"},
		{"the next line over blank ones and comments", "yaml", NULL,
		 "# cfgfs: disable-next-line=schema/type\r\n\r\n  # more\r\n"
		 "  \nm: x\r\nn: x\r\n",
		 "6:4 schema/type; 1 suppressed"},
		{"the next line, not the rest of this one", "jsonc", "jsonc",
		 "{/* cfgfs: disable-next-line=schema/type */ \"n\": \"\",\n"
		 "\"m\": \"\"}",
		 "1:50 schema/type; 1 suppressed"},
		{"the next line over comments of another kind", "jsonc",
		 "jsonc",
		 "{ // cfgfs: disable-next-line=schema/type\n/* a\n\n*/ // b\n"
		 "\"n\": \"\",\n\"m\": \"\"}",
		 "6:6 schema/type; 1 suppressed"},
		{"several for one line", "yaml", NULL,
		 "# cfgfs: disable-next-line=schema/type\n"
		 "# cfgfs: disable-next-line=yaml/ambiguous\nn: yes\n",
		 "2 suppressed"},
		{"no next line", "yaml", NULL,
		 "n: x\n# cfgfs: disable-next-line=schema/type\n",
		 "1:4 schema/type; 2:28 suppression/unused"},
		{"all of the file, from its end", "yaml", NULL,
		 "m: x\nn: yes\n# cfgfs: disable-file=schema/*\n",
		 "2:4 yaml/ambiguous; 2 suppressed"},
		{"several rules and a reason", "yaml", NULL,
		 "n: yes # cfgfs: disable-line=schema/type , "
		 "yaml/ambiguous -- as it is, n/a\n",
		 "2 suppressed"},
		{"blanks around the sign", "yaml", NULL,
		 "n: x # cfgfs:  disable-line = schema/type\t\n",
		 "1 suppressed"},
		{"a finding about all of the file is on its first line", "yaml",
		 NULL, "[] # cfgfs: disable-line=schema/type\n",
		 "1:26 suppression/unused"},
	};

	(void)state;
	run_cases(cases, array_size(cases));
}

static void what_is_wrong_with_a_directive_is_said(void **state)
{
	static const struct comment_case cases[] = {
		{"another word", "yaml", NULL, "a: 1 # cfgfs: enable=x\n",
		 "1:15 suppression/syntax"},
		{"no word", "yaml", NULL, "a: 1 # cfgfs:\n",
		 "1:8 suppression/syntax"},
		{"no rule", "yaml", NULL, "a: 1 # cfgfs: disable-line\n",
		 "1:15 suppression/syntax"},
		{"no rule behind the sign", "yaml", NULL,
		 "a: 1 # cfgfs: disable-line= -- why\n",
		 "1:29 suppression/syntax"},
		{"no rule behind a comma", "yaml", NULL,
		 "n: x # cfgfs: disable-line=schema/type,\n",
		 "1:4 schema/type; 1:8 suppression/syntax"},
		{"a reason without its sign", "yaml", NULL,
		 "n: x # cfgfs: disable-line=schema/type too old\n",
		 "1:4 schema/type; 1:40 suppression/syntax"},
		{"a rule that there is not", "yaml", NULL,
		 "n: x # cfgfs: disable-line=schema/tpye\n",
		 "1:4 schema/type; 1:28 suppression/unknown-rule"},
		{"a group that there is not", "yaml", NULL,
		 "n: x # cfgfs: disable-line=scheme/*\n",
		 "1:4 schema/type; 1:28 suppression/unknown-rule"},
		{"everything", "yaml", NULL, "n: x # cfgfs: disable-line=*\n",
		 "1:4 schema/type; 1:28 suppression/unknown-rule"},
		{"rules that are never suppressed", "yaml", NULL,
		 "# cfgfs: disable-file=syntax/yaml,limit/depth,io/*,"
		 "schema/missing,suppression/unused,suppression/*\n",
		 "1:23 suppression/not-allowed; 1:35 suppression/not-allowed; "
		 "1:47 suppression/not-allowed; 1:52 suppression/not-allowed; "
		 "1:67 suppression/not-allowed; 1:86 suppression/not-allowed"},
		{"nothing to suppress", "yaml", NULL,
		 "n: 1 # cfgfs: disable-line=schema/type,schema/*\n",
		 "1:28 suppression/unused; 1:40 suppression/unused"},
		{"the same again", "yaml", NULL,
		 "# cfgfs: disable-file=schema/type\n"
		 "# cfgfs: disable-file=schema/type\nn: x\n",
		 "2:23 suppression/unused; 1 suppressed"},
		{"one of several", "yaml", NULL,
		 "n: x # cfgfs: disable-line=schema/type,yaml/tag\n",
		 "1:40 suppression/unused; 1 suppressed"},
		{"in another document", "yaml", NULL,
		 "a: 1\n---\nb: 1 # cfgfs: disable-line=yaml/tag\n",
		 "3:28 suppression/unused"},
		{"a comment in a comment", "yaml", NULL,
		 "n: x # cfgfs: disable-line=schema/type -- "
		 "# cfgfs: disable-file=no/rule\n",
		 "1 suppressed"},
		{"a file with broken syntax", "yaml", NULL,
		 "# cfgfs: disable-file=schema/type\nn: [\n",
		 "3:1 syntax/yaml"},
		{"toml with broken syntax", "toml", NULL,
		 "# cfgfs: disable-file=no/rule\nn = [\n", "2:5 syntax/toml"},
	};

	(void)state;
	run_cases(cases, array_size(cases));
}

static void findings_that_reading_makes_are_suppressed_too(void **state)
{
	static const struct comment_case cases[] = {
		{"a key that is repeated", "yaml", NULL,
		 "a: 1\na: 2 # cfgfs: disable-line=key/duplicate\n",
		 "1 suppressed"},
		{"of many", "yaml", NULL,
		 "a: 1\na: 2 # cfgfs: disable-line=key/duplicate\na: 3\n"
		 "a: 4\n",
		 "3:1 key/duplicate; 4:1 key/duplicate; 1 suppressed"},
		{"inside a mapping that is merged where it stands", "yaml",
		 NULL,
		 "a:\n  <<:\n    b:\n      c: yes "
		 "# cfgfs: disable-line=yaml/ambiguous\n      d: 1\n",
		 "1 suppressed"},
		{"in a mapping that is merged", "yaml", NULL,
		 "a: &a {b: yes}\nc:\n  <<: *a\n  d: no "
		 "# cfgfs: disable-line=yaml/ambiguous\n",
		 "1:11 yaml/ambiguous; 1 suppressed"},
	};

	(void)state;
	run_cases(cases, array_size(cases));
}

static void without_a_look_at_schemas_their_rules_are_not_unused(void **state)
{
	const struct judging judging = {
		.text = span_of("# cfgfs: disable-file=schema/type,"
				"yaml/ambiguous\na: 1\n")};
	char *shown = judged(&judging);

	(void)state;
	assert_string_equal(shown, "1:35 suppression/unused");
	free(shown);
}

/* Nobody has looked for what it suppresses. */
static void with_a_broken_schema_nothing_is_unused(void **state)
{
	const struct judging judging = {
		.schema = "[",
		.text = span_of("# cfgfs: disable-file=schema/type\na: 1\n")};
	char *shown = judged(&judging);

	(void)state;
	assert_string_equal(shown, "2:1 schema/broken");
	free(shown);
}

static void findings_come_before_remarks_when_there_are_many(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct verdict *verdict;

	(void)state;
	fputs("# cfgfs: disable-file=yaml/tag, no/rule\n", out);
	for (int i = 0; i < 151; i++)
		fputs("a: 1\n", out);
	fclose(out);

	const struct judging judging = {.text = {text, size}};

	assert_int_equal(judging_run(&judging, &verdict), 0);
	assert_int_equal(verdict->finding_count, 100);
	assert_int_equal(verdict->findings[0].line, 3);
	assert_int_equal(verdict->totals[SEVERITY_ERROR], 150);
	assert_int_equal(verdict->totals[SEVERITY_WARNING], 2);
	free(verdict);
	free(text);
}

static void suppressions_can_be_ignored(void **state)
{
	struct judging judging = {
		.schema = number_schema,
		.text = span_of("n: x # cfgfs: disable-line=schema/type,x\n"),
		.plan = {.ignore_suppressions = true},
	};
	char *shown;

	(void)state;
	rule_set_add(&judging.plan.allowed,
		     (size_t)rule_find(span_of("schema/type")));
	shown = judged(&judging);
	assert_string_equal(shown, "1:4 schema/type");
	free(shown);
}

/* More than are kept are there, and those that are shown have their text. */
static void totals_are_exact_beyond_the_limit(void **state)
{
	enum { LINES = 1000, MUTED = 400 };
	static const char *const formats[] = {"yaml", "toml", "ini", "env"};
	static const char *const lines[] = {"a: 1", "a = 1", "a = 1", "a=1"};

	(void)state;
	for (size_t i = 0; i < array_size(formats); i++) {
		char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);
		struct verdict *verdict;

		for (int j = 0; j < LINES; j++) {
			if (j > 0 && j <= MUTED)
				fputs("# cfgfs: disable-next-line="
				      "key/duplicate\n",
				      out);
			fprintf(out, "%s\n", lines[i]);
		}
		fclose(out);

		const struct judging judging = {.format = formats[i],
						.text = {text, size}};

		assert_int_equal(judging_run(&judging, &verdict), 0);
		assert_int_equal(verdict_suppressed(verdict), MUTED);
		assert_int_equal(verdict->totals[SEVERITY_ERROR] +
					 verdict->totals[SEVERITY_WARNING],
				 LINES - 1 - MUTED);
		assert_int_equal(verdict->finding_count, 100);
		for (uint32_t j = 0; j < verdict->finding_count; j++) {
			const struct finding *finding = &verdict->findings[j];

			assert_int_equal(finding->line, 2 * MUTED + 2 + j);
			assert_non_null(
				strstr(verdict_text(verdict, finding->message),
				       "'a'"));
		}
		free(verdict);
		free(text);
	}
}

static char *repeat_text(const char *part, size_t count, const char *end)
{
	const size_t size = strlen(part);
	char *text = malloc(size * count + strlen(end) + 1);
	char *at = text;

	for (size_t i = 0; i < count; i++)
		at = stpcpy(at, part);
	stpcpy(at, end);
	return text;
}

/* ThreadSanitizer slows one thread down as well, and adds nothing here. */
#ifdef __SANITIZE_THREAD__
enum { HOSTILE_PARTS = 10000 };
#else
enum { HOSTILE_PARTS = 200000 };
#endif

/* Each would take hours if it were quadratic. */
static void hostile_comments_take_linear_time(void **state)
{
	static const struct {
		const char *format;
		const char *part;
		const char *end;
	} cases[] = {
		{"yaml", "# cfgfs: disable-next-line=schema/type\n", "n: x\n"},
		{"yaml", "# cfgfs: disable-next-line=schema/type\n", ""},
		{"yaml", "# cfgfs: disable-file=schema/type\n", "n: x\n"},
		{"yaml", " # cfgfs: disable-line=schema/type", "\n"},
		{"yaml", "- yes # cfgfs: disable-line=yaml/ambiguous\n", ""},
		{"toml", "#cfgfs:disable-file=a,", "\n"},
		{"jsonc", "/* cfgfs: ", "{}"},
		{"jsonc", "/* cfgfs: */", "{}"},
		{"jsonc", "/* cfgfs: disable-next-line=schema/type */", "{}"},
		{"jsonc", "// cfgfs: /* cfgfs:\n", "{}"},
		{"yaml", "cfgfs:\t\t\t\t\t\t\t\t\t\t", "\n"},
		{"properties", "# cfgfs: x \\\n", "n=x\n"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		char *text =
			repeat_text(cases[i].part, HOSTILE_PARTS, cases[i].end);
		const struct judging judging = {.format = cases[i].format,
						.schema = number_schema,
						.text = span_of(text)};
		struct verdict *verdict;

		assert_int_equal(judging_run(&judging, &verdict), 0);
		assert_true(verdict->finding_count <= 100);
		free(verdict);
		free(text);
	}
}

/* Copies of one key stand at one place of the source, thousands of times. */
static void merged_keys_full_of_marks_take_linear_time(void **state)
{
	char *marks = repeat_text(" # cfgfs: x", 20000, "");
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct verdict *verdict;

	(void)state;
	fprintf(out, "a: &a\n  ? '%s'\n  : 1\nb:\n", marks);
	for (int i = 0; i < 4000; i++)
		fputs("- {<<: *a}\n", out);
	fclose(out);

	const struct judging judging = {.text = {text, size}};

	assert_int_equal(judging_run(&judging, &verdict), 0);
	assert_int_equal(verdict->finding_count, 0);
	free(verdict);
	free(text);
	free(marks);
}

static void a_small_arena_is_an_error_of_the_content(void **state)
{
	static const char text[] =
		"# cfgfs: disable-file=key/duplicate, no/rule\n"
		"a: 1\na: 2\nn: x # cfgfs: disable-line=schema/type\n";
	struct judging judging = {
		.schema = number_schema,
		.text = span_of(text),
		.plan = {.record_baseline = true, .limits = LIMITS_DEFAULT}};
	enum state state_now = STATE_ERROR;

	(void)state;
	for (size_t limit = 0; state_now == STATE_ERROR; limit += 16) {
		struct verdict *verdict;

		judging.plan.limits.arena_bytes = limit;
		assert_int_equal(judging_run(&judging, &verdict), 0);
		state_now = (enum state)verdict->state;
		if (state_now == STATE_ERROR)
			assert_string_equal(
				verdict_text(verdict, verdict->reason),
				"needs more memory than the limit");
		free(verdict);
	}
	assert_int_equal(state_now, STATE_WARNING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_has_its_own_comments),
		cmocka_unit_test(text_that_looks_like_a_comment_is_text),
		cmocka_unit_test(directives_say_which_lines),
		cmocka_unit_test(what_is_wrong_with_a_directive_is_said),
		cmocka_unit_test(
			findings_that_reading_makes_are_suppressed_too),
		cmocka_unit_test(
			without_a_look_at_schemas_their_rules_are_not_unused),
		cmocka_unit_test(with_a_broken_schema_nothing_is_unused),
		cmocka_unit_test(
			findings_come_before_remarks_when_there_are_many),
		cmocka_unit_test(suppressions_can_be_ignored),
		cmocka_unit_test(totals_are_exact_beyond_the_limit),
		cmocka_unit_test(hostile_comments_take_linear_time),
		cmocka_unit_test(merged_keys_full_of_marks_take_linear_time),
		cmocka_unit_test(a_small_arena_is_an_error_of_the_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
