/*
 * What the quick YAML reader takes and what it leaves to the library. Where it
 * takes a text, both make the same of it.
 */
#include "tests/unit/yaml_compare.h"

#include "validate/host.h"

#include <errno.h>

struct quick_case {
	const char *what;
	const char *text;
};

static void try_cases(const struct quick_case *cases, size_t count,
		      bool should_take)
{
	const struct limits limits = LIMITS_DEFAULT;

	for (size_t i = 0; i < count; i++)
		if (compare_readers(span_of(cases[i].text), &limits) !=
		    should_take)
			fail_msg("%s: %s:\n%s", cases[i].what,
				 should_take ? "left" : "taken", cases[i].text);
}

static void common_yaml_is_taken(void **state)
{
	static const struct quick_case cases[] = {
		{"nothing", ""},
		{"only comments", "# a\n\n  # b"},
		{"only blanks", "  \n \n   "},
		{"pairs", "a: 1\nb: c d\n"},
		{"no line end at the end", "a: 1"},
		{"CRLF", "a: 1\r\nb:\r\n  - c\r\n"},
		{"pairs below", "a:\n  b:\n    c: d\n  e: f\ng: h\n"},
		{"list below", "a:\n  - b\n  - c\nd: e\n"},
		{"list at the column of its key", "a:\n- b\n- c\nd:\n- e\n"},
		{"pairs in a list", "- a: b\n  c: d\n-   e: f\n    g: h\n"},
		{"lists in lists", "- - a\n  - b\n- - - c\n"},
		{"list at the column of its key, in a list",
		 "- a:\n  - b\n  - c: d\n    e:\n    - f\n  g: h\n- i\n"},
		{"values on the next line", "a:\n  b\nc:\n  'd'\n-e:\n  [f]\n"},
		{"items on the next line", "-\n  a: b\n-\n  - c\n-\n  d\n"},
		{"nulls", "a:\nb: # c\nc:\n\n- d:\ne:"},
		{"nulls in lists", "-\n- a\n-   # b\n- c:\n-"},
		{"null before the end of a level",
		 "a:\n  b:\nc:\n  -\nd:\n-\n"},
		{"comments", "# a\nb: c # d\n  # e\ne: # f\n  g\n#h"},
		{"tabs in comments and text",
		 "# a\tb and more\nc: |\n  d\te and more\n"},
		{"no comment", "a: b#c\nd#: e\nf: '#'\n"},
		{"blanks around a colon",
		 "a : b\n'c'  : d\ne:\tf\ng:\t\nh: i \t\n"},
		{"colons in text", "a: b:c\nd:e: http://f\n\"g\": :i\n:h: i\n"},
		{"signs in text", "a: -b\n-c: ?d\ne: a-b ?-\n?f: g\n"},
		{"flow signs in text", "a: b, [c] {d}\ne]: f}\n"},
		{"quotes in text", "a: b'c\"d\\e\nf'g: h\"\n"},
		{"quotes", "a: 'b ''c'''\n\"d\": \"e\"\n'': \"\"\n'''': ' '\n"},
		{"escapes",
		 "\"\\0\\a\\b\\t\\n\\v\\f\\r\\e\\ \\\"\\/\\\\\\N\\_\\x41\\u20ac"
		 "\\U0001F600\\\t\""},
		{"not ASCII",
		 "\xc3\xa9: \xe2\x82\xac \xf0\x9f\x98\x80 # \xc3\xbc"},
		{"flow",
		 "a: [b, 'c', {d: e}, [], {}]\nf: {g: [h], \"i\":j, k: }\n"},
		{"flow with a comma at the end", "[a, b, ]"},
		{"mapping with a comma at the end", "{a: b,}"},
		{"flow on lines",
		 "a: [\n  b, # c\n\n# d\nc\n]\ne: {\n f: g,\n  h:\n i\n }\n"},
		{"JSON",
		 "{\"a\": [1, 2.5e3, true, null],\n \"b\":{\"c\":\"d\"}}"},
		{"text in flow", "[a b, c:d, -e, f#g, http://h]"},
		{"text on lines", "a: b\n  c  \n\n   d # e\nf: g\n"},
		{"text on lines of an item", "- a\n b\n-\n  c\n  - d\n"},
		{"text on lines of the file", "a\nb\n\n\nc\n---\nd\n  e\n"},
		{"text on lines with CRLF",
		 "a: b\r\n  c\r\n\r\n  d\r\ne: f\r\n"},
		{"signs in text on lines", "a: b\n  - c\n  [d]\n  &e\n  'f\n"},
		{"a comment ends text on lines", "a: b\n  # c\nd: e\n  f #\n"},
		{"text not on lines", "a: b\n\n\n\nc:\n  - d\n\n  -   e\n\n"},
		{"quotes on lines",
		 "a: 'b  \n  c\n\n  ''d '\ne: \"f\\t\n g\"\n"},
		{"quotes on less deep lines", "- a:\n    b: 'c\nd\n\n\n e'\n"},
		{"quotes around lines", "\" \n a\n  \""},
		{"quotes on lines with CRLF", "a: 'b\r\n\r\n  c'\r\n"},
		{"quotes on lines in flow", "[\"a\n b\", 'c\n\n  d']"},
		{"literal text", "a: |\n  b\n   c\n\n  d\ne: f\n"},
		{"folded text", "a: >\n  b\n  c\n\n  d\n   e\n  f\n\n\ng: h\n"},
		{"folded text with tabs", "a: >\n  b\n  \tc\n  d\n"},
		{"ends of text", "a: |-\n  b\n\nc: |+\n  d\n\ne: >-\n  f\n"},
		{"depth of text", "a: |2\n   b\n  c\nd:\n- e: |1-\n   f\n"},
		{"both signs of text", "a: |+1\n b\n\nc: >2-\n   d\n"},
		{"text of the file", "|\n a\n"},
		{"text of an item", "- |\n a\n- >\n  b\n-\n  |\n c\n"},
		{"empty text", "a: |\nb: >\nc: |+\n\nd: |-\n\n"},
		{"text without line end", "a: |\n  b"},
		{"text and blanks at the end", "a: |\n  b\n   \n  "},
		{"text with a comment", "a: | # b\n  # c\n # d\ne: f\n"},
		{"text deeper at first", "a: |\n\n    \n    b\n    c\n"},
		{"text ends at a mark", "--- # a\nb: |\n  c\n---\nd: |\n---\n"},
		{"text with CRLF",
		 "a: |\r\n  b\r\n\r\n  c\r\nd: >\r\n  e\r\n  f\r\n"},
		{"documents", "---\na: b\n---\n- c\n---\n# d\n---\n"},
		{"a document without mark", "a\n---\nb\n"},
		{"nearly marks", "---a: b\n...c: d\ne:\n- ---\n- ...\n"},
		{"repeated keys", "a: 1\nb: 2\n\"a\": 3\nc: {d: 1, d: 2}\n"},
		{"types",
		 "[~, null, true, False, 0x1F, 0o17, 1.50, .inf, 007, 12]"},
		{"what 1.1 sees",
		 "a: yes\nb: 0777\nc: 1_000\nd: 1:30\nno: 1e3\n"},
		{"a merge without alias", "<<: {a: b}\nc: d\n"},
		{"a schema",
		 "# x\n# yaml-language-server: $schema=a.json\nb: c\n---\n"
		 "# $schema: d.json\ne\n"},
	};

	(void)state;
	try_cases(cases, array_size(cases), true);
}

static void what_is_rare_or_wrong_is_left(void **state)
{
	static const struct quick_case cases[] = {
		{"anchor", "a: &b c"},
		{"alias", "a: *b"},
		{"tag", "a: !b c"},
		{"directive", "%YAML 1.2\n---\na\n"},
		{"complex key", "? a\n: b\n"},
		{"empty key", ": a"},
		{"list as a key", "[a]: b"},
		{"mapping as a key", "{a: b}: c"},
		{"key on two lines", "a\nb: c\n"},
		{"key in quotes on two lines", "'a\n b': c\n"},
		{"key in quotes on two lines in flow", "{'a\n b': c}\n"},
		{"pair in text on lines", "a: b\n  c: d\n"},
		{"text on lines in flow", "[a\n b]"},
		{"tab before text on lines", "a: b\n \tc\n"},
		{"tab before quoted text on lines", "a: 'b\n\tc'\n"},
		{"mark in quotes", "a: 'b\n--- '\n"},
		{"end in quotes", "a: 'b\n... '\n"},
		{"escaped line end", "a: \"b\\\n  c\"\n"},
		{"escaped blank at a line's end", "a: \"b\\ \n  c\"\n"},
		{"control character on a line", "a: b\n  \x01\n"},
		{"no blank behind the colon of a quoted key", "'a':b\n"},
		{"no blank before a question mark in flow", "[a:?b]"},
		{"no blank before a comment", "'a'#b\n"},
		{"end of a document", "a\n...\n"},
		{"text behind a mark", "--- a\n"},
		{"pair in a list of flow", "[a: b]"},
		{"key without value in flow", "{a, b: c}"},
		{"nothing between commas", "[a,,b]"},
		{"mark in flow", "[a,\n--- ]"},
		{"comment without blank", "[a,#b\nc]"},
		{"value at a closing bracket", "{a:}"},
		{"flow without end", "[a, b"},
		{"too much behind flow", "[a] b"},
		{"too much behind quotes", "'a' b"},
		{"quote without end", "'a"},
		{"unknown escape", "\"\\q\""},
		{"escape of half a pair", "\"\\ud800\""},
		{"escape beyond Unicode", "\"\\U00110000\""},
		{"escape of few digits", "\"\\x4\""},
		{"LS as escape", "\"\\L\""},
		{"tab as indentation", "a:\n\tb: c\n"},
		{"tab behind a dash", "-\ta\n"},
		{"tab on an empty line", "a: b\n \t\nc: d\n"},
		{"tab before text", "a: |\n\tb\n"},
		{"less deep than its list", "  - a\n - b\n"},
		{"deeper than its mapping", "a: b\n  c: d\n"},
		{"less deep, not as before", "a:\n    b: c\n  d: e\n"},
		{"key in a list", "- a\nb: c\n"},
		{"item in a mapping", "a: b\n- c\n"},
		{"item on the line of a key", "a: - b\n"},
		{"pair on the line of a key", "a: b: c\n"},
		{"no colon", "a: b\nc\n"},
		{"two roots", "[a]\n[b]\n"},
		{"reserved signs", "a: @b\nc: `d\n"},
		{"percent", "a: %b\n"},
		{"depth of text zero", "a: |0\n b\n"},
		{"text on the line of its sign", "a: | b\n"},
		{"lone carriage return", "a: b\rc: d\n"},
		{"control character", "a: \x01\n"},
		{"control character in a comment", "a: b # \x01\n"},
		{"control character in text", "a: |\n  \x7f\n"},
		{"C1 control character", "a: \xc2\x80\n"},
		{"NEL", "a: b\xc2\x85\n"},
		{"LS", "a: b # \xe2\x80\xa8\n"},
		{"byte order mark", "# a\n\xef\xbb\xbf"
				    "b: c\n"},
		{"no character", "a: \xef\xbf\xbf\n"},
		{"not UTF-8", "a: \xff\n"},
		{"a template as a key", "{{ a }}: b\n"},
		{"a template as a comment", "a: {# b #}\n"},
	};

	(void)state;
	try_cases(cases, array_size(cases), false);
}

/* `count` times `unit`, then `end`; free() the data. */
static struct span repeated(const char *unit, size_t count, const char *end)
{
	const size_t size = strlen(unit) * count + strlen(end);
	char *text = malloc(size + 1);
	char *at = text;

	for (size_t i = 0; i < count; i++)
		at = stpcpy(at, unit);
	strcpy(at, end);
	return (struct span){text, size};
}

static void deep_blocks_are_left(void **state)
{
	const struct limits limits = LIMITS_DEFAULT;
	const struct span deep = repeated("- ", 63, "a");
	const struct span deeper = repeated("- ", 64, "a");

	(void)state;
	assert_true(compare_readers(deep, &limits));
	assert_false(compare_readers(deeper, &limits));
	free((void *)(uintptr_t)deep.data);
	free((void *)(uintptr_t)deeper.data);
}

static void long_keys_are_left(void **state)
{
	static const struct {
		const char *what;
		const char *begin;
		const char *end;
	} cases[] = {
		{"in a block", "", ": b"},
		{"in flow", "{", ": b}"},
	};
	const struct limits limits = LIMITS_DEFAULT;

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		for (size_t size = 999; size < 1030; size++) {
			char text[2048];
			const size_t begin = strlen(cases[i].begin);

			strcpy(text, cases[i].begin);
			memset(text + begin, 'a', size);
			strcpy(text + begin + size, cases[i].end);
			if (compare_readers(span_of(text), &limits) !=
			    (size <= 1000))
				fail_msg("%s: %zu", cases[i].what, size);
		}
	}
}

static void what_exceeds_a_limit_is_left(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		struct limits limits;
		bool should_take;
	} cases[] = {
		{"nodes reached", "a: [b]", {.nodes = 4}, true},
		{"nodes exceeded", "a: [b]", {.nodes = 3}, false},
		{"depth reached", "a: [b]", {.depth = 2}, true},
		{"depth exceeded", "a: [b]", {.depth = 1}, false},
		{"findings beyond the limit",
		 "[yes, no]",
		 {.findings = 1},
		 true},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct limits limits = LIMITS_DEFAULT;
		const struct limits *set = &cases[i].limits;

		if (set->nodes)
			limits.nodes = set->nodes;
		if (set->depth)
			limits.depth = set->depth;
		if (set->findings)
			limits.findings = set->findings;
		if (compare_readers(span_of(cases[i].text), &limits) !=
		    cases[i].should_take)
			fail_msg("%s", cases[i].what);
	}
}

/* Leaves, without a trace, until the arena is large enough. */
static void a_small_arena_is_left_to_the_library(void **state)
{
	const char *text = "a: \"\\x41\"\nb: |\n  c\nd: [yes, {a: 1, a: 2}]\n";
	size_t bytes = 0;
	bool is_taken = false;

	(void)state;
	for (; !is_taken && bytes < 65536; bytes++) {
		struct reading reading = {.limits = LIMITS_DEFAULT};

		reading.limits.arena_bytes = bytes;
		read_yaml_with(&reading, quick_read, span_of(text));
		is_taken = reading.result == 0;
		if (!is_taken) {
			assert_int_equal(reading.result, QUICK_LEFT);
			assert_null(trace_of(&reading));
		}
		reading_release(&reading);
	}
	assert_true(is_taken);
	assert_true(bytes > 100);
}

static void a_cancelled_reading_ends(void **state)
{
	atomic_bool cancel = true;
	const struct host host = {.cancel = &cancel};
	struct limits limits = LIMITS_DEFAULT;
	struct arena arena;
	struct findings findings;
	struct doc doc;
	const struct span source = span_of("a: b\n");
	struct parse parse = {.source = source,
			      .limits = &limits,
			      .host = &host,
			      .dialect = "",
			      .doc = &doc,
			      .findings = &findings};

	(void)state;
	arena_init(&arena, limits.arena_bytes);
	findings_init(&findings, &arena, limits.findings);
	doc_init(&doc, &arena, source, limits.nodes);
	assert_int_equal(quick_read(&parse), -ECANCELED);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(common_yaml_is_taken),
		cmocka_unit_test(what_is_rare_or_wrong_is_left),
		cmocka_unit_test(deep_blocks_are_left),
		cmocka_unit_test(long_keys_are_left),
		cmocka_unit_test(what_exceeds_a_limit_is_left),
		cmocka_unit_test(a_small_arena_is_left_to_the_library),
		cmocka_unit_test(a_cancelled_reading_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
