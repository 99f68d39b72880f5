/* Output formats: well-formed and unmistakable whatever names and messages
 * hold. */
#include "tests/unit/outputs.h"
#include "tests/unit/tree.h"

#include "fs/report/quote.h"
#include "fs/service.h"

static const char hostile_name[] = "a%b,c:d\n\"<&>#\\\033[1m\xff.yaml";
static const char hostile_message[] =
	"x%\r\n::error::]]></failure>\"\\ # SKIP\033\xe2\x80\xa8\xff";

static void quoting_is_exact(void **state)
{
	static const struct {
		const char *what;
		void (*write)(FILE *out, const char *text);
		const char *text;
		const char *wanted;
	} cases[] = {
		{"JSON", quote_json, "a\"\\\n\t\1\177\xc3\xa4",
		 "\"a\\\"\\\\\\n\\t\\u0001\\u007f\xc3\xa4\""},
		{"JSON, not UTF-8", quote_json, "\xff\xc3",
		 "\"\\ufffd\\ufffd\""},
		{"JSON, a line separator", quote_json, "\xe2\x80\xa8",
		 "\"\\u2028\""},
		{"XML", quote_xml, "<a b=\"'\">&\t\r\n",
		 "&lt;a b=&quot;'&quot;&gt;&amp;&#9;&#13;\n"},
		{"XML, what it cannot hold", quote_xml,
		 "\1\33\xff\xef\xbf\xbf\xef\xbf\xbe",
		 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf"
		 "\xbd"},
		{"URI", quote_uri, "a b/\xc3\xa4%#?:c~.-_",
		 "a%20b/%C3%A4%25%23%3F%3Ac~.-_"},
		{"URI of a full path", quote_uri, "/a\xff", "file:///a%FF"},
		{"Base64 of nothing", quote_base64, "", ""},
		{"Base64 of one", quote_base64, "f", "Zg=="},
		{"Base64 of two", quote_base64, "fo", "Zm8="},
		{"Base64 of three", quote_base64, "foo", "Zm9v"},
		{"Base64 of four", quote_base64, "foob", "Zm9vYg=="},
		{"Base64 of bytes", quote_base64, "\xff\xfe\xfb", "//77"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		char *text = NULL;
		size_t size = 0;
		FILE *file = open_memstream(&text, &size);

		cases[i].write(file, cases[i].text);
		fclose(file);
		if (strcmp(text, cases[i].wanted) != 0)
			fail_msg("%s: %s", cases[i].what, text);
		free(text);
	}
}

static void paths_lead_from_the_working_directory(void **state)
{
	static const struct {
		const char *what;
		const char *prefix;
		const char *inside;
		const char *path;
		const char *wanted;
	} cases[] = {
		{"the root itself", "", "", "web/a.yaml", "web/a.yaml"},
		{"from above", "conf/", "", "web/a.yaml", "conf/web/a.yaml"},
		{"from inside", "../", "web", "web/a.yaml", "a.yaml"},
		{"from beside", "../", "web", "db/a.ini", "../db/a.ini"},
		{"a name that begins alike", "../", "web", "web2/a.yaml",
		 "../web2/a.yaml"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const struct output_part part = {.prefix = cases[i].prefix,
						 .inside = cases[i].inside};
		auto_free char *path = output_path(&part, cases[i].path);

		if (strcmp(path, cases[i].wanted) != 0)
			fail_msg("%s: %s", cases[i].what, path);
	}
}

static void every_format_has_a_name_and_a_summary(void **state)
{
	static const char *const names[] = {
		"text",	 "concise", "json",   "jsonl",	"sarif",
		"junit", "tap",	    "github", "gitlab", "html"};

	(void)state;
	for (size_t i = 0; i < array_size(names); i++) {
		const struct output_format *format = output_format_at(i);

		assert_string_equal(format->name, names[i]);
		assert_ptr_equal(output_find(names[i]), format);
		assert_true(strlen(format->summary) > 10);
	}
	assert_null(output_format_at(array_size(names)));
	assert_null(output_find("yaml"));
}

/* One of each state, with hostile texts. */
static void add_all(struct outputs *outputs)
{
	static const char *const many[] = {"first", "second", "third", "last",
					   NULL};
	static const char *const notes[] = {NULL};

	outputs_add(outputs, "many.yaml", outputs_verdict(many));
	outputs_add(outputs, "good.yaml", outputs_verdict(notes));
	outputs_add_error(outputs, hostile_name, hostile_message);
	outputs_add_plain(outputs, "skip\n# SKIP.txt", STATE_SKIPPED,
			  "no\nformat #<");
	outputs_add_plain(outputs, "lost.yaml", STATE_ERROR, "cannot <be>\n");
}

static void assert_is_json(const char *format, const char *reader,
			   const char *text)
{
	struct reading reading = {0};

	reading_run(&reading, reader, strcmp(reader, "json") ? reader : "",
		    span_of(text));
	assert_int_equal(reading.result, 0);
	if (reading.findings.count)
		fail_msg("%s: %s at %u of %s", format,
			 reading.findings.list[0].message,
			 reading.findings.list[0].place.offset, text);
	reading_release(&reading);
}

static void what_claims_to_be_json_is_json(void **state)
{
	static const char *const formats[][2] = {{"json", "json"},
						 {"jsonl", "ndjson"},
						 {"sarif", "json"},
						 {"gitlab", "json"}};
	const struct outputs nothing = {.output = {.version = "1"}};
	struct outputs outputs = {0};

	(void)state;
	add_all(&outputs);
	for (size_t i = 0; i < array_size(formats); i++) {
		auto_free char *text = outputs_write(&outputs, formats[i][0]);
		auto_free char *empty = outputs_write(&nothing, formats[i][0]);

		assert_is_json(formats[i][0], formats[i][1], text);
		assert_is_json(formats[i][0], formats[i][1], empty);
	}
	outputs_release(&outputs);
}

static void names_that_are_not_utf8_stay_apart_in_json(void **state)
{
	static const char *const formats[] = {"json", "jsonl"};
	struct outputs outputs = {0};

	(void)state;
	outputs_add_error(&outputs, "a\xfe", "x");
	outputs_add_error(&outputs, "a\xff", "x");
	outputs_add_error(&outputs, "a\xc3\xa4", "x");
	for (size_t i = 0; i < array_size(formats); i++) {
		outputs_have(&outputs, formats[i],
			     "\"path\": \"a\\ufffd\", \"path_bytes\": "
			     "\"Yf4=\"");
		outputs_have(&outputs, formats[i],
			     "\"path\": \"a\\ufffd\", \"path_bytes\": "
			     "\"Yf8=\"");
		outputs_have(&outputs, formats[i],
			     "\"path\": \"a\xc3\xa4\", \"state\"");
	}
	outputs_have(&outputs, "sarif", "\"uri\": \"a%FE\"");
	outputs_have(&outputs, "sarif", "\"uri\": \"a%FF\"");
	outputs_release(&outputs);
}

static void every_record_of_lines_is_one_line(void **state)
{
	static const struct {
		const char *format;
		const char *wanted;
	} cases[] = {
		{"concise",
		 "\"a%b,c:d\\n\\\"<&>#\\\\\\033[1m\\377.yaml\":1:1: error: "
		 "x%\\r\\n::error::]]></failure>\"\\ # "
		 "SKIP\\033\\342\\200\\250\\377 [schema/type]\n"},
		{"github",
		 "::error file=a%25b%2Cc%3Ad%0A\"<&>#\\\033[1m\xff.yaml,"
		 "line=1,col=1,endColumn=4,title=cfgfs schema/type::"
		 "\"a%25b,c:d\\n\\\"<&>#\\\\\\033[1m\\377.yaml\":1:1: "
		 "x%25\\r\\n::error::]]></failure>\"\\ # "
		 "SKIP\\033\\342\\200\\250\\377\n"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct outputs outputs = {0};

		outputs_add_error(&outputs, hostile_name, hostile_message);
		outputs_are(&outputs, cases[i].format, cases[i].wanted);
		outputs_release(&outputs);
	}
}

static void text_has_a_summary_in_words(void **state)
{
	struct outputs outputs = {0};

	(void)state;
	add_all(&outputs);
	outputs_have(&outputs, "text",
		     "many.yaml:1:1: error: first [schema/type]\n"
		     "many.yaml:1:2: warning: second [yaml/ambiguous]\n"
		     "many.yaml:1:3: info: third [schema/type]\n");
	outputs_have(&outputs, "text",
		     "lost.yaml: error: cannot <be>\\n [check/undecided]\n\n"
		     "5 files: 1 valid, 2 invalid, 1 error, 1 skipped; "
		     "3 errors, 1 warning, 1 note (0 from the cache, ");
	outputs_release(&outputs);
}

static void tap_has_a_test_for_each_file(void **state)
{
	struct outputs outputs = {.part = {.prefix = "conf/"}};

	(void)state;
	outputs_add_error(&outputs, "a # SKIP.yaml", "b: \"c\"");
	outputs_add_plain(&outputs, "b\\c", STATE_SKIPPED, "no # x");
	outputs_add_plain(&outputs, "c", STATE_ERROR, "lost");
	outputs_are(&outputs, "tap",
		    "TAP version 13\n"
		    "1..3\n"
		    "not ok 1 - conf/a \\# SKIP.yaml\n"
		    "  ---\n"
		    "  state: invalid\n"
		    "  findings:\n"
		    "    - severity: error\n"
		    "      rule: \"schema/type\"\n"
		    "      line: 1\n"
		    "      column: 1\n"
		    "      message: \"b: \\\"c\\\"\"\n"
		    "  ...\n"
		    "ok 2 - \"conf/b\\\\\\\\c\" # SKIP no \\# x\n"
		    "not ok 3 - conf/c\n"
		    "  ---\n"
		    "  state: error\n"
		    "  findings:\n"
		    "    - severity: error\n"
		    "      rule: \"check/undecided\"\n"
		    "      message: \"lost\"\n"
		    "  ...\n");
	outputs_release(&outputs);
}

static void junit_has_a_case_for_each_file(void **state)
{
	static const char *const warning[] = {"one", "two", NULL};
	struct outputs outputs = {0};
	struct verdict *verdict = outputs_verdict(warning);

	(void)state;
	outputs_add(&outputs, "a.yaml", outputs_verdict(warning));
	outputs_add_error(&outputs, "<\33>", "]]>\1&\"");
	verdict->state = STATE_WARNING;
	outputs_add(&outputs, "w.yaml", verdict);
	outputs_add_plain(&outputs, "s", STATE_SKIPPED, "no <format>");
	outputs_add_plain(&outputs, "e", STATE_ERROR, "lost");
	outputs_add_plain(&outputs, "v", STATE_VALID, "");
	outputs_are(&outputs, "junit",
		    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		    "<testsuites name=\"cfgfs\" tests=\"6\" failures=\"2\" "
		    "errors=\"1\" skipped=\"1\" time=\"0.000\">\n"
		    "  <testsuite name=\"cfgfs\" tests=\"6\" failures=\"2\" "
		    "errors=\"1\" skipped=\"1\" time=\"0.000\">\n"
		    "    <testcase classname=\"cfgfs\" name=\"a.yaml\" "
		    "file=\"a.yaml\" time=\"0.000000\">\n"
		    "      <failure type=\"schema/type\" message=\"one\">"
		    "a.yaml:1:1: error: one [schema/type]\n"
		    "a.yaml:1:2: warning: two [yaml/ambiguous]\n</failure>\n"
		    "    </testcase>\n"
		    "    <testcase classname=\"cfgfs\" "
		    "name=\"&quot;&lt;\\033&gt;&quot;\" "
		    "file=\"&quot;&lt;\\033&gt;&quot;\" time=\"0.000000\">\n"
		    "      <failure type=\"schema/type\" "
		    "message=\"]]&gt;\\001&amp;&quot;\">"
		    "&quot;&lt;\\033&gt;&quot;:1:1: error: "
		    "]]&gt;\\001&amp;&quot; [schema/type]\n</failure>\n"
		    "    </testcase>\n"
		    "    <testcase classname=\"cfgfs\" name=\"w.yaml\" "
		    "file=\"w.yaml\" time=\"0.000000\">\n"
		    "      <system-out>w.yaml:1:1: error: one [schema/type]\n"
		    "w.yaml:1:2: warning: two [yaml/ambiguous]\n</system-out>\n"
		    "    </testcase>\n"
		    "    <testcase classname=\"cfgfs\" name=\"s\" file=\"s\" "
		    "time=\"0.000000\">\n"
		    "      <skipped message=\"no &lt;format&gt;\"/>\n"
		    "    </testcase>\n"
		    "    <testcase classname=\"cfgfs\" name=\"e\" file=\"e\" "
		    "time=\"0.000000\">\n"
		    "      <error type=\"check/undecided\" message=\"lost\">"
		    "e: error: lost [check/undecided]\n</error>\n"
		    "    </testcase>\n"
		    "    <testcase classname=\"cfgfs\" name=\"v\" file=\"v\" "
		    "time=\"0.000000\"/>\n"
		    "  </testsuite>\n</testsuites>\n");
	outputs_release(&outputs);
}

static void a_page_shows_hostile_text_as_text(void **state)
{
	struct outputs outputs = {0};

	(void)state;
	outputs_add_error(&outputs, "<b>\33&\"'", "</bdi><script>\1");
	outputs_add_plain(&outputs, "s", STATE_SKIPPED, "no <format>");
	outputs_add_plain(&outputs, "v", STATE_VALID, "");
	outputs_have(&outputs, "html",
		     "<h3><span class=\"mark invalid\">invalid</span> "
		     "<bdi>&lt;b&gt;\xef\xbf\xbd&amp;&quot;'</bdi></h3>");
	outputs_have(&outputs, "html",
		     "<bdi>&lt;/bdi&gt;&lt;script&gt;\xef\xbf\xbd</bdi>");
	outputs_have(&outputs, "html",
		     "<bdi>no &lt;format&gt;</bdi></td><td class=\"n\">1</td>"
		     "<td class=\"b\"><div class=\"one\" "
		     "style=\"width: 100.0%\"></div></td></tr>");
	outputs_have(&outputs, "html", "<h2>3 files</h2>");
	outputs_have(&outputs, "html",
		     "<div class=\"valid\" style=\"flex: 1\"></div>");
	outputs_release(&outputs);
}

static void a_page_of_nothing_is_a_page(void **state)
{
	struct outputs outputs = {0};

	(void)state;
	outputs.output.version = "1.2";
	outputs_have(&outputs, "html", "<h2>0 files</h2>");
	outputs_have(&outputs, "html", "</html>\n");
	outputs_release(&outputs);
}

static void charts_show_the_most_frequent_first(void **state)
{
	static const char *const three[] = {"one", "two", "three", NULL};
	struct outputs outputs = {0};
	char *text;

	(void)state;
	outputs_add(&outputs, "a.yaml", outputs_verdict(three));
	text = outputs_write(&outputs, "html");
	assert_non_null(strstr(text, "<td><bdi>schema/type</bdi></td>"
				     "<td class=\"n\">2</td>"));
	assert_true(strstr(text, "<bdi>schema/type</bdi>") <
		    strstr(text, "<bdi>yaml/ambiguous</bdi>"));
	free(text);
	outputs_release(&outputs);
}

static void sarif_names_places_as_its_readers_want_them(void **state)
{
	struct outputs outputs = {.part = {.prefix = "../"}};

	(void)state;
	outputs_add_error(&outputs, "a b.yaml", "one");
	outputs_have(&outputs, "sarif", "\"executionSuccessful\": true");
	outputs_have(&outputs, "sarif",
		     "{\"id\": \"schema/type\", \"shortDescription\": "
		     "{\"text\": \"The schema's 'type' does not hold.\"}}]");
	outputs_have(&outputs, "sarif",
		     "{\"ruleId\": \"schema/type\", \"ruleIndex\": 0, "
		     "\"level\": \"error\", \"message\": {\"text\": \"one\"}");
	outputs_have(&outputs, "sarif",
		     "{\"uri\": \"../a%20b.yaml\"}, \"region\": {\"startLine\""
		     ": 1, \"startColumn\": 1, \"endColumn\": 4}}}]");
	outputs_have(&outputs, "sarif",
		     "\"partialFingerprints\": {\"cfgfs/v1\": \"");
	outputs_add_plain(&outputs, "c", STATE_ERROR, "lost");
	outputs_have(&outputs, "sarif", "\"executionSuccessful\": false");
	outputs_have(&outputs, "sarif",
		     "\"ruleId\": \"check/undecided\", \"ruleIndex\": 1");
	outputs_have(&outputs, "sarif",
		     "[{\"physicalLocation\": {\"artifactLocation\": "
		     "{\"uri\": \"../c\"}}}]}]}]}\n");
	outputs_release(&outputs);
}

static void trouble_makes_a_run_of_sarif_incomplete(void **state)
{
	struct outputs outputs = {0};

	(void)state;
	outputs_add_error(&outputs, "a", "one");
	outputs.output.had_trouble = true;
	outputs_have(&outputs, "sarif", "\"executionSuccessful\": false");
	outputs_release(&outputs);
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

static void gitlab_has_each_issue_once(void **state)
{
	static const char *const three[] = {"x", "x", "x", NULL};
	struct outputs outputs = {0};
	struct output_part parts[2];

	(void)state;
	outputs_add(&outputs, "a", outputs_verdict(three));
	outputs_add_error(&outputs, "b\xfe", "x");
	outputs_add_error(&outputs, "b\xff", "x");
	outputs_add_plain(&outputs, "c", STATE_ERROR, "lost");
	parts[0] = parts[1] = outputs.part;
	outputs.output.parts = parts;
	outputs.output.part_count = 2;

	auto_free char *text = outputs_write(&outputs, "gitlab");
	char seen[6][33] = {0};
	size_t found = 0;

	for (char *at = text; (at = strstr(at, "fingerprint\": \"")); at++) {
		assert_true(found < array_size(seen));
		memcpy(seen[found], at + strlen("fingerprint\": \""), 32);
		for (size_t i = 0; i < found; i++)
			assert_string_not_equal(seen[i], seen[found]);
		found++;
	}
	assert_int_equal(found, 6);
	assert_int_equal(count(text, "\"severity\": \"minor\""), 1);
	assert_int_equal(count(text, "\"c\", \"lines\": {\"begin\": 1}"), 1);
	assert_int_equal(
		count(text, "\"path\": \"a\", \"lines\": {\"begin\": 1}"), 3);
	outputs_release(&outputs);
}

static void json_says_how_many_findings_are_not_listed(void **state)
{
	static const char *const two[] = {"x", "y", NULL};
	struct outputs outputs = {0};
	struct verdict *verdict = outputs_verdict(two);

	(void)state;
	verdict->totals[SEVERITY_ERROR] += 7;
	outputs_add(&outputs, "a", verdict);
	outputs_have(&outputs, "json", "\"not_listed\": 7, \"findings\": [");
	outputs_have(&outputs, "concise",
		     "a: 7 more findings are not listed\n");
	verdict->totals[SEVERITY_ERROR] -= 6;
	outputs_have(&outputs, "concise", "a: 1 more finding is not listed\n");
	outputs_release(&outputs);
}

/* A tree on disk that is judged, then changed. */
static void excerpts_are_of_what_was_judged_or_not_at_all(void **state)
{
	struct service_options options = {.settings = SETTINGS_DEFAULT};
	const struct survey_options survey_options = {.depth = SURVEY_JUDGED};
	struct outputs outputs = {0};
	struct service service;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_write(&tree, "a.json", "{\"k\": [1,]}\n");
	tree_write(&tree, "b.jsonc", "// x\n{\"k\": 1, \"k\": 2}\n");
	options.root = tree.path;
	options.settings.workers = 1;
	assert_int_equal(service_open(&options, &service), 0);
	assert_int_equal(
		survey_run(service.judge, "", &survey_options, &outputs.survey),
		0);
	outputs.part = (struct output_part){.judge = service.judge,
					    .survey = &outputs.survey,
					    .prefix = "",
					    .inside = ""};
	outputs.output.parts = &outputs.part;
	outputs.output.part_count = 1;
	outputs_have(&outputs, "text",
		     "a.json:1:9: error: trailing comma: remove it "
		     "[syntax/json]\n"
		     "  1 | {\"k\": [***,***\n"
		     "    |           ^\n\nb.jsonc:2:10: error: ");
	outputs_have(&outputs, "text", "  2 | {\"k\": ***, \"k\": ***}\n");
	tree_write(&tree, "a.json", "{\"l\": [2,]}\n");
	outputs_have(&outputs, "text", "[syntax/json]\nb.jsonc");
	outputs.part.input = span_of("{\"k\": [1,]}\n");
	outputs_have(&outputs, "text", "  1 | {\"k\": [***,***\n");
	outputs_release(&outputs);
	service_close(&service);
	tree_remove(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quoting_is_exact),
		cmocka_unit_test(paths_lead_from_the_working_directory),
		cmocka_unit_test(every_format_has_a_name_and_a_summary),
		cmocka_unit_test(what_claims_to_be_json_is_json),
		cmocka_unit_test(names_that_are_not_utf8_stay_apart_in_json),
		cmocka_unit_test(every_record_of_lines_is_one_line),
		cmocka_unit_test(text_has_a_summary_in_words),
		cmocka_unit_test(tap_has_a_test_for_each_file),
		cmocka_unit_test(junit_has_a_case_for_each_file),
		cmocka_unit_test(a_page_shows_hostile_text_as_text),
		cmocka_unit_test(a_page_of_nothing_is_a_page),
		cmocka_unit_test(charts_show_the_most_frequent_first),
		cmocka_unit_test(sarif_names_places_as_its_readers_want_them),
		cmocka_unit_test(trouble_makes_a_run_of_sarif_incomplete),
		cmocka_unit_test(gitlab_has_each_issue_once),
		cmocka_unit_test(json_says_how_many_findings_are_not_listed),
		cmocka_unit_test(excerpts_are_of_what_was_judged_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
