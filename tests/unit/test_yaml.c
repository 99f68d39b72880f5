/* The YAML reader: places, documents, schema comments, errors, templates. */
#include "tests/unit/yaml_shown.h"

#include "validate/validate.h"

/* The source bytes of every node in order, "<...>" each. */
static char *shown_places(const struct reading *reading)
{
	const struct doc *doc = &reading->doc;
	struct shown shown = {0};

	for (uint32_t i = 0; i < doc->count; i++) {
		const struct node *node = &doc->nodes[i];

		assert_true(node->offset + node->length <= doc->source.size);
		show(&shown, "<%.*s>", (int)node->length,
		     doc->source.data + node->offset);
	}
	return shown.text;
}

static void nodes_know_their_bytes(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		const char *places;
	} cases[] = {
		{"quotes belong to it", "['a', \"b\", c ]",
		 "<['a', \"b\", c ]><'a'><\"b\"><c>"},
		{"not tag and anchor", "[!!str &x  a, &y !t 'b', ! c]",
		 "<[!!str &x  a, &y !t 'b', ! c]><a><'b'><c>"},
		{"properties on the line above", "!t # comment\n&a\nx: 1\n",
		 "<x: 1><x><1>"},
		{"properties of an empty key", "&a: 1\n", "<: 1><><1>"},
		{"of an empty item", "- &a\n", "<- &a><>"},
		{"plain over lines", "a: b\n  c  \n# end\nd: e\n",
		 "<a: b\n  c  \n# end\nd: e><a><b\n  c><d><e>"},
		{"block ends with its last child",
		 "a:\n  b: 1 # x\n\n# y\nc: 2\n",
		 "<a:\n  b: 1 # x\n\n# y\nc: 2><a><b: 1><b><1><c><2>"},
		{"block scalar", "a: |\n  x\n  y\n\nb: 1\n",
		 "<a: |\n  x\n  y\n\nb: 1><a><|\n  x\n  y><b><1>"},
		{"empty values", "a:\nb: !!null\n",
		 "<a:\nb: !!null><a><><b><>"},
		{"aliases", "[&a 1, *a ]", "<[&a 1, *a ]><1><*a>"},
		{"beyond ASCII",
		 "\xc3\xa9: \"\xe2\x82\xac\"\nb: [\xf0\x9f\x98\x80, c]\n",
		 "<\xc3\xa9: \"\xe2\x82\xac\"\nb: [\xf0\x9f\x98\x80, c]>"
		 "<\xc3\xa9><\"\xe2\x82\xac\"><b><[\xf0\x9f\x98\x80, c]>"
		 "<\xf0\x9f\x98\x80><c>"},
		{"CRLF", "a: 1\r\nb: x\r\n  y\r\n",
		 "<a: 1\r\nb: x\r\n  y><a><1><b><x\r\n  y>"},
		{"a late byte order mark",
		 "# c\n\xef\xbb\xbf"
		 "a: 1\nb: 2\n",
		 "<a: 1\nb: 2><a><1><b><2>"},
		{"flow below block", "- {a: 1}\n- [b]\n",
		 "<- {a: 1}\n- [b]><{a: 1}><a><1><[b]><b>"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct reading reading;

		read_yaml_text(&reading, cases[i].text);

		char *places = shown_places(&reading);

		if (strcmp(places, cases[i].places) != 0)
			fail_msg("%s: %s", cases[i].what, places);
		free(places);
		reading_release(&reading);
	}
}

static void a_file_may_hold_many_documents(void **state)
{
	static const struct yaml_case cases[] = {
		{"nothing", "", "null", ""},
		{"comments only", "# x\n\n", "null", ""},
		{"one, implicit", "a: 1\n", "{\"a\": 1i}", ""},
		{"three", "1\n---\n2\n--- 3\n", "1i | 2i | 3i", ""},
		{"empty ones", "---\n---\n", "null | null", ""},
		{"ended", "--- a\n...\n--- b\n...\n", "\"a\" | \"b\"", ""},
		{"broken at its second", "a: 1\n---\nb: [\n", "{\"a\": 1i} | !",
		 "1:4:1+1 syntax/yaml"},
		{"broken between", "--- 1\n...\n%X\n--- 2\n", "1i | !", NULL},
	};
	struct reading reading;

	(void)state;
	try_yaml_cases(cases, array_size(cases));
	read_yaml_text(&reading,
		       "# c\na: 1\n--- \nb\n...\n# d\n%YAML 1.2\n---\n");
	assert_int_equal(reading.doc.document_count, 3);
	assert_int_equal(reading.doc.documents[0].offset, 4);
	assert_int_equal(reading.doc.documents[1].offset, 9);
	assert_int_equal(reading.doc.documents[2].offset, 24);
	reading_release(&reading);
}

static const struct {
	const char *what;
	const char *text;
	const char *schemas[2]; /* of both documents; NULL: none */
} heads[] = {
	{"none", "# hello\na: 1", {NULL}},
	{"language server",
	 "# yaml-language-server: $schema=a/b.json\na: 1",
	 {"a/b.json"}},
	{"short", "# $schema: x.json\na: 1", {"x.json"}},
	{"without blanks", "#$schema:x.json\na: 1", {"x.json"}},
	{"with blanks",
	 "#  yaml-language-server :  $schema =  x.json  y\na: 1",
	 {"x.json"}},
	{"CRLF", "# $schema: x.json\r\na: 1\r\n", {"x.json"}},
	{"behind other comments", "# one\n\n# $schema: x\n---\na: 1", {"x"}},
	{"behind the marker", "---\n# $schema: x\na: 1", {"x"}},
	{"on the marker's line", "--- # $schema: x\na: 1", {"x"}},
	{"the first wins", "# $schema: x\n# $schema: y\na: 1", {"x"}},
	{"too late", "a: 1\n# $schema: x\nb: 2", {NULL}},
	{"beside content", "a: 1 # $schema: x", {NULL}},
	{"in content", "a: '# $schema: x'", {NULL}},
	{"each its own",
	 "# $schema: x\na: 1\n---\n# $schema: y\nb: 2",
	 {"x", "y"}},
	{"not handed on", "# $schema: x\na: 1\n---\nb: 2", {"x", NULL}},
	{"a tail is no head", "a: 1\n# $schema: x\n---\nb: 2", {NULL, NULL}},
	{"behind the end marker",
	 "a: 1\n...\n# $schema: x\n---\nb: 2",
	 {NULL, "x"}},
	{"of an empty file", "# $schema: x\n", {"x"}},
	{"without name", "# $schema:\na: 1", {NULL}},
	{"beyond ASCII",
	 "# \xc3\xa9\xc3\xa9\n# $schema: \xc3\xa9\na: 1",
	 {"\xc3\xa9"}},
	{"property behind", "# $schema: x\n&a !t\na: 1", {"x"}},
};

static bool names_schema(const struct reading *reading, uint32_t number,
			 const char *name)
{
	const struct document *document = &reading->doc.documents[number];

	if (!name)
		return !document->schema.data;
	return document->schema.data && span_is(document->schema, name) &&
	       document->schema.data ==
		       reading->doc.source.data + document->schema_offset;
}

static void comments_at_the_head_name_the_schema(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(heads); i++) {
		struct reading reading;

		read_yaml_text(&reading, heads[i].text);
		for (uint32_t n = 0; n < reading.doc.document_count; n++)
			if (!names_schema(&reading, n, heads[i].schemas[n]))
				fail_msg("%s", heads[i].what);
		reading_release(&reading);
	}
}

static size_t report_wrong(const char *text, const char *findings,
			   const char *message)
{
	print_error("%s: %s: %s\n", text, findings, message);
	return 1;
}

static const struct {
	const char *text;
	const char *place;
	const char *words;
} errors[] = {
	{"a: 1\n\tb: 2\n", "0:2:1", "a tab cannot indent"},
	{"a:\n\t- b\n", "0:2:1", "a tab cannot indent"},
	{"a: b: c\n", "0:1:5", "unexpected ':' here; quote"},
	{"a: 1\n b: 2\n", "0:2:3", "unexpected ':'"},
	{"a: 1\nb\nc: 2\n", "0:3:1",
	 "no ':' follows the key that begins "
	 "on line 2"},
	{"x: 1\na: 'b\nc: d\n", "0:4:1",
	 "quoted text that begins on "
	 "line 2 is never closed"},
	{"a: \"b\n---\n", "0:2:1", "line 1 is not closed before"},
	{"a:\n  - [1, 2\nb: 3\n", "0:3:2",
	 "',' or ']' in the list that "
	 "begins on line 2"},
	{"a: {b: 1\nc: 2\n", "0:2:2",
	 "',' or '}' in the mapping that "
	 "begins on line 1"},
	{"a:\n  b: 1\n c: 2\n", "0:3:2",
	 "does not fit the mapping that "
	 "begins on line 1"},
	{"- a\nb: 1\n", "0:2:1",
	 "'-' as in the list that begins on "
	 "line 1"},
	{"a: ]\n", "0:1:4", "expected a value here"},
	{"a: - b\n", "0:1:4", "unexpected '-'"},
	{"a: @b\n", "0:1:4", "'@' and '`' cannot begin"},
	{"a: %b\n", "0:1:4", "'%' cannot begin a text"},
	{"[a]\nb: 1\n", "1:2:1", "behind the end of the document"},
	{"a: \"\\q\"\n", "0:1:5", "unknown escape"},
	{"a: \"\\xg\"\n", "0:1:7", "more hexadecimal digits"},
	{"a: &\n", "0:1:5", "name of an anchor"},
	{"a: * b\n", "0:1:5", "name of an alias"},
	{"a: !e!x y\n", "0:1:4", "handle is not declared by a %TAG"},
	{"%YAML 3.0\n---\n", "0:1:1", "only YAML 1.1 and 1.2"},
	{"%FOO\n---\n", "0:1:5", "begins with '%'"},
	{"a: |0\n  x\n", "0:1:5", "indentation of a text block"},
	{"a: | x\n", "0:1:6", "nothing may follow '|'"},
	{"a: \x01\n", "0:1:4", "control character"},
	{"\xc3\xa9: \x7f\n", "0:1:4", "control character"},
	{"\xc3\xa9: [\xe2\x82\xac\n", "0:2:1", "line 1"},
};

static void syntax_errors_say_where_and_what_to_do(void **state)
{

	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < array_size(errors); i++) {
		struct reading reading;

		read_yaml_text(&reading, errors[i].text);

		char *findings = shown_yaml_findings(&reading);
		const size_t size = strlen(errors[i].place);
		const char *message = reading.findings.count
					      ? reading.findings.list[0].message
					      : "";

		if (strncmp(findings, errors[i].place, size) != 0 ||
		    strcmp(findings + size, "+1 syntax/yaml") != 0 ||
		    !strstr(message, errors[i].words))
			wrong +=
				report_wrong(errors[i].text, findings, message);
		free(findings);
		reading_release(&reading);
	}
	assert_int_equal(wrong, 0);
}

/* The verdict of a text under a plan without schema. */
static struct verdict *judged(const char *text)
{
	const struct plan plan = {
		.choice = {.format = format_find("yaml"), .dialect = ""},
		.directory = "",
		.limits = LIMITS_DEFAULT,
	};
	struct verdict *verdict = NULL;
	struct arena arena;

	arena_init(&arena, SIZE_MAX / 2);
	assert_int_equal(
		validate_bytes(&plan, span_of(text), NULL, &arena, &verdict),
		0);
	arena_release(&arena);
	return verdict;
}

static const struct {
	const char *what;
	const char *text;
	const char *reason; /* NULL: judged */
	enum state state;
} templates[] = {
	{"Helm, block", "a: 1\n{{- if .Values.x }}\nb: 2\n{{- end }}\n", "Helm",
	 STATE_SKIPPED},
	{"Helm, in place of a value",
	 "spec:\n  {{- include \"x\" . | nindent 2 }}\n", "Helm",
	 STATE_SKIPPED},
	{"Helm, two values in one", "image: {{ .a }}:{{ .b }}\n", "Helm",
	 STATE_SKIPPED},
	{"Helm, no error for YAML", "a: {{ .Values.a }}\n", "Helm",
	 STATE_SKIPPED},
	{"Helm, comment", "{{/* note */}}\na: 1\n", "Helm", STATE_SKIPPED},
	{"Jinja, block", "{% if x %}\na: 1\n{% endif %}\n", "Jinja",
	 STATE_SKIPPED},
	{"Jinja, comment", "{# note #}\na: 1\n", "Jinja", STATE_SKIPPED},
	{"ERB", "a: 1\n<% if x %>\nb: 2\n<% end %>\n", "ERB", STATE_SKIPPED},
	{"GitHub", "a: ${{ github.ref }}\n", NULL, STATE_VALID},
	{"GitHub in a broken file", "a: [${{ github.ref }}\n", NULL,
	 STATE_INVALID},
	{"in quotes", "a: '{{ .x }}'\n", NULL, STATE_VALID},
	{"in quotes of a broken file", "a: '{{ .x }}'\nb: c: d\n", NULL,
	 STATE_INVALID},
	{"in a block of a broken file", "a: |\n  {{ x }}\n  {% y %}\nb: c: d\n",
	 NULL, STATE_INVALID},
	{"behind the error", "b: c: d\na:\n  {{ .x }}\n", NULL, STATE_INVALID},
	{"inside a plain text", "a: x{{ y }}\nb: c: d\n", NULL, STATE_INVALID},
	{"behind a colon in a plain text", "a: x:{{ y }}\nb: c: d\n", NULL,
	 STATE_INVALID},
	{"never closed", "a:\n  {{- if\n", NULL, STATE_INVALID},
	{"real mappings", "a: {{b: 1}: 2}\n", NULL, STATE_VALID},
	{"a comparison", "a: b\n<% c\n", NULL, STATE_INVALID},
};

static void templates_are_skipped_and_said_to_be_such(void **state)
{

	(void)state;
	for (size_t i = 0; i < array_size(templates); i++) {
		struct verdict *verdict = judged(templates[i].text);
		const char *reason = verdict_text(verdict, verdict->reason);
		const char *should =
			templates[i].reason ? templates[i].reason : "";

		if (verdict->state != templates[i].state ||
		    !strstr(reason, should) || (!*should && *reason))
			fail_msg("%s: %u '%s'", templates[i].what,
				 verdict->state, reason);
		free(verdict);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_know_their_bytes),
		cmocka_unit_test(a_file_may_hold_many_documents),
		cmocka_unit_test(comments_at_the_head_name_the_schema),
		cmocka_unit_test(syntax_errors_say_where_and_what_to_do),
		cmocka_unit_test(templates_are_skipped_and_said_to_be_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
