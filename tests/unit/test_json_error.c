/* What the JSON reader says about broken text, and where. */
#include "tests/unit/unit.h"

/* How a dialect is called as a format. */
static const char *format_of(const char *dialect)
{
	return *dialect ? dialect : "json";
}

static void run(struct reading *reading, const char *dialect, struct span text)
{
	*reading = (struct reading){0};
	reading_run(reading, format_of(dialect), dialect, text);
}

static uint32_t errors_of(const struct reading *reading)
{
	return reading->findings.totals[SEVERITY_ERROR];
}

static bool is_refused(const struct reading *reading)
{
	return errors_of(reading) > 0 || reading->findings.is_undecided;
}

struct error_case {
	const char *what;
	const char *dialect;
	const char *text;
	uint32_t offset;
	uint32_t length;
	const char *message; /* a part of it */
};

static const struct error_case error_cases[] = {
	{"nothing", "", "", 0, 1, "the file is empty; JSON needs a value"},
	{"only space", "", " \n", 2, 1, "is empty"},
	{"only a comment", "jsonc", "// x", 4, 1, "is empty"},
	{"open array", "", "[1,\n2", 5, 1, "'[' of line 1 is not closed"},
	{"open object", "", "[\n{", 3, 1, "'{' of line 2 is not closed"},
	{"after a comma", "", "[1,", 3, 1, "'[' of line 1"},
	{"after a key", "", "{\"a\"", 4, 1, "ends too early"},
	{"after a colon", "", "{\"a\":", 5, 1, "ends too early"},
	{"after an inner end", "", "\n[[1]", 5, 1, "'[' of line 2"},
	{"trailing comma in array", "", "[1 ,\n]", 3, 1, "trailing comma"},
	{"trailing comma in object", "", "{\"a\":1,}", 6, 1, "trailing comma"},
	{"comma first", "", "[,1]", 1, 1, "found ','"},
	{"comma first, jsonc", "jsonc", "[,]", 1, 1, "found ','"},
	{"comma first in object", "jsonc", "{,}", 1, 1, "found ','"},
	{"two commas", "", "[1,,2]", 3, 1, "found ','"},
	{"two trailing commas", "jsonc", "[1,,]", 3, 1, "found ','"},
	{"no comma in array", "", "[1 2]", 3, 1, "',' or ']' after"},
	{"no comma in object", "", "{\"a\":1 \"b\":2}", 7, 1,
	 "',' or '}' after"},
	{"wrong bracket", "", "[\n{\"a\":1]]", 8, 1, "'{' of line 2"},
	{"wrong brace", "", "[1}", 2, 1, "'[' of line 1"},
	{"colon in array", "", "[\"a\":1]", 4, 1, "',' or ']'"},
	{"no colon", "", "{\"a\" 1}", 5, 1, "expected ':'"},
	{"equals sign", "", "{\"a\"=1}", 4, 1, "not '='"},
	{"no value", "", "{\"a\":}", 5, 1, "before the closing bracket"},
	{"bare key", "", "{a:1}", 1, 1, "keys need double quotes"},
	{"number as key", "", "{1:1}", 1, 1, "keys need double quotes"},
	{"key in single quotes", "", "{'a':1}", 1, 1,
	 "keys need double quotes"},
	{"array as key", "", "{[1]:1}", 1, 1, "expected a key"},
	{"single quotes", "", "['a']", 1, 1, "double quotes"},
	{"curly quotes", "", "[\xe2\x80\x9c", 1, 1, "straight"},
	{"no-break space", "", "[\xc2\xa0", 1, 1, "no-break space"},
	{"byte order mark", "", "\xef\xbb\xbf[]", 0, 1, "byte order mark"},
	{"True", "", "[True]", 1, 1, "lower case"},
	{"NULL", "", "NULL", 0, 1, "lower case"},
	{"NaN", "", "NaN", 0, 1, "no such value"},
	{"cut word", "", "tru", 0, 1, "expected a value"},
	{"long word", "", "[nulls]", 5, 1, "',' or ']'"},
	{"long word alone", "", "truefalse", 4, 1, "text after the value"},
	{"bare word", "", "[abc]", 1, 1, "double quotes"},
	{"line comment", "", "1 // x", 2, 1, "comments are not allowed"},
	{"block comment", "", "[/* x */]", 1, 1, "comments are not allowed"},
	{"hash comment", "", "# x\n1", 0, 1, "comments are not allowed"},
	{"hash comment, jsonc", "jsonc", "1 # x", 2, 1, "comments"},
	{"comment without end", "jsonc", "[1 /* x *", 3, 2, "'*/' is missing"},
	{"comment too short", "jsonc", "/*/ 1", 0, 2, "'*/' is missing"},
	{"lone slash", "jsonc", "[1 /", 3, 1, "',' or ']'"},
	{"bad UTF-8 in comment", "jsonc", "// \xff\n1", 3, 1, "UTF-8"},
	{"plus", "", "+1", 0, 1, "cannot start with '+'"},
	{"point first", "", "[.5]", 1, 1, "cannot start with '.'"},
	{"minus alone", "", "[-]", 2, 1, "digit after '-'"},
	{"minus at the end", "", "-", 1, 1, "digit after '-'"},
	{"minus and word", "", "-Infinity", 1, 1, "digit after '-'"},
	{"point last", "", "[1.]", 3, 1, "digit after '.'"},
	{"point at the end", "", "1.", 2, 1, "digit after '.'"},
	{"point and exponent", "", "1.e5", 2, 1, "digit after '.'"},
	{"exponent alone", "", "1e", 2, 1, "in the exponent"},
	{"sign alone", "", "[1E+]", 4, 1, "in the exponent"},
	{"leading zero", "", "[-012]", 2, 1, "cannot start with 0"},
	{"two zeros", "", "00", 0, 1, "cannot start with 0"},
	{"hexadecimal", "", "0x1F", 1, 1, "hexadecimal"},
	{"two points", "", "1.2.3", 3, 1, "cannot go on"},
	{"number with unit", "", "{\"a\":10ms}", 7, 1, "cannot go on"},
	{"date", "", "[2024-01-01]", 5, 1, "cannot go on"},
	{"open string", "", "[\"abc", 1, 4, "not closed"},
	{"open empty string", "", "\"", 0, 1, "not closed"},
	{"backslash at the end", "", "\"abc\\", 0, 4, "not closed"},
	{"open on its line", "", "[\"abc\n]", 1, 4, "on its line"},
	{"tab", "", "\"a\tb\"", 2, 1, "write \\t"},
	{"control character", "", "\"a\x01\"", 2, 1, "control character"},
	{"unknown escape", "", "\"a\\x\"", 2, 2, "unknown escape"},
	{"escape before an open end", "", "\"\\q", 1, 2, "unknown escape"},
	{"short unicode", "", "\"\\u12\"", 1, 2, "four hexadecimal"},
	{"not hexadecimal", "", "\"\\u12g4\"", 1, 2, "four hexadecimal"},
	{"second unit bad", "", "\"\\ud800\\u12\"", 7, 2, "four hexadecimal"},
	{"bad UTF-8", "", "\"a\xff\"", 2, 1, "UTF-8"},
	{"surrogate in UTF-8", "", "[\"\xed\xa0\x80\"]", 2, 1, "UTF-8"},
	{"cut UTF-8", "", "\"a\xc3\"", 2, 1, "UTF-8"},
	{"bad UTF-8 before a tab", "", "\"\xff\t\"", 1, 1, "UTF-8"},
	{"bad UTF-8 before a bad escape", "", "\"\xff\\q\"", 1, 1, "UTF-8"},
	{"bad UTF-8 after an escape", "", "\"\\n\xff\"", 3, 1, "UTF-8"},
	{"text behind", "", "{} {}", 3, 1, "one value a file"},
	{"bracket behind", "", "[1]]", 3, 1, "without an opening one"},
	{"comma behind", "", "{},", 2, 1, "a comma after the value"},
	{"second on a line", "ndjson", "1 2", 2, 1, "begin a new line"},
	{"line ends", "ndjson", "[1\n]", 2, 1, "the line ends too early"},
	{"string over lines", "ndjson", "\"a\n\"", 0, 2, "not closed"},
	{"backslash outside", "", "[\\n]", 1, 1, "backslash"},
};

static void check_error(const struct error_case *wanted)
{
	struct reading reading;

	run(&reading, wanted->dialect, span_of(wanted->text));
	assert_int_equal(reading.result, 0);
	if (errors_of(&reading) == 0 || reading.doc.document_count == 0)
		fail_msg("%s: accepted", wanted->what);

	const struct raw_finding *finding = reading.findings.list;

	if (finding->place.offset != wanted->offset ||
	    finding->place.length != wanted->length ||
	    finding->place.node != DOC_NONE ||
	    !strstr(finding->message, wanted->message) ||
	    strcmp(finding->rule, "syntax/json") != 0)
		fail_msg("%s: %u+%u %s %s", wanted->what, finding->place.offset,
			 finding->place.length, finding->rule,
			 finding->message);
	assert_int_equal(reading.doc.documents[0].root, DOC_NONE);
	assert_false(reading.findings.is_undecided);
	if (strcmp(wanted->dialect, "ndjson") != 0)
		assert_int_equal(errors_of(&reading), 1);
	reading_release(&reading);
}

static void broken_syntax_is_one_finding_at_its_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(error_cases); i++)
		check_error(&error_cases[i]);
}

static void messages_never_hold_a_value(void **state)
{
	static const char *const texts[] = {
		"[hunter2]",	   "[\"hunter2",      "{\"a\":\"hunter2\n\"}",
		"{\"a\":hunter2}", "{\"a\" hunter2}", "\"x\" hunter2",
		"[-hunter2]",	   "[1hunter2]",      "\"hunter2\\q\"",
	};

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++) {
		struct reading reading;

		run(&reading, "", span_of(texts[i]));
		assert_int_equal(errors_of(&reading), 1);
		assert_null(strstr(reading.findings.list[0].message, "hunt"));
		reading_release(&reading);
	}
}

static void each_line_of_ndjson_is_judged_by_itself(void **state)
{
	struct reading reading;

	(void)state;
	run(&reading, "ndjson", span_of("{\"a\":1}\n{\"a\":\n\n[1,2]\nx\n"));
	assert_int_equal(reading.doc.document_count, 4);
	assert_int_equal(errors_of(&reading), 2);
	assert_int_equal(reading.findings.list[0].place.document, 1);
	assert_int_equal(reading.findings.list[0].place.offset, 13);
	assert_int_equal(reading.findings.list[1].place.document, 3);

	const struct document *documents = reading.doc.documents;

	assert_int_equal(documents[0].root, 0);
	assert_int_equal(documents[1].root, DOC_NONE);
	assert_int_equal(documents[1].offset, 8);
	assert_int_equal(reading.doc.nodes[documents[2].root].type, NODE_ARRAY);
	assert_int_equal(documents[3].root, DOC_NONE);
	reading_release(&reading);

	run(&reading, "ndjson", span_of(" \n\r\n"));
	assert_int_equal(reading.doc.document_count, 0);
	assert_false(is_refused(&reading));
	reading_release(&reading);
}

static void a_million_broken_lines_take_no_time(void **state)
{
	enum { SIZE = 2 << 20 };
	char *text = malloc(SIZE);
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < SIZE; i += 2) {
		text[i] = '[';
		text[i + 1] = '\n';
	}
	run(&reading, "ndjson", (struct span){text, SIZE});
	assert_int_equal(errors_of(&reading), SIZE / 2);
	assert_non_null(strstr(reading.findings.list[99].message,
			       "'[' of line 100 is not closed"));
	reading_release(&reading);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broken_syntax_is_one_finding_at_its_byte),
		cmocka_unit_test(messages_never_hold_a_value),
		cmocka_unit_test(a_million_broken_lines_take_no_time),
		cmocka_unit_test(each_line_of_ndjson_is_judged_by_itself),
	};

	return cmocka_run_group_tests_name("json_error", tests, NULL, NULL);
}
