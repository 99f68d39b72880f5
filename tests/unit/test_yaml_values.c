/* YAML values: core types, tags, keys, anchors, merges, what 1.1 sees. */
#include "tests/unit/yaml_shown.h"

#include "validate/formats/yaml/yaml_anchor.h"

#define FIFTY_ZEROS "00000000000000000000000000000000000000000000000000"
#define FIFTY "01234567890123456789012345678901234567890123456789"

static const struct yaml_case core_types[] = {
	{"nulls", "[null, Null, NULL, ~, ]", "[null, null, null, null]", ""},
	{"empty value is null", "a:\nb: ", "{\"a\": null, \"b\": null}", ""},
	{"no nulls", "[nULL, none, nil, ~~]",
	 "[\"nULL\", \"none\", \"nil\", \"~~\"]", ""},
	{"booleans", "[true, True, TRUE, false, False, FALSE]",
	 "[true, true, true, false, false, false]", ""},
	{"no booleans", "[tRUE, t, y, n]", "[\"tRUE\", \"t\", \"y\", \"n\"]",
	 ""},
	{"integers", "[0, 12, -7, +3, -0]", "[0i, 12i, -7i, 3i, -0i]", ""},
	{"leading zeros are decimal", "[007, -00, +01]", "[7i, -0i, 1i]", ""},
	{"hexadecimal", "[0x1F, 0xff, 0x0, 0x00010]", "[31i, 255i, 0i, 16i]",
	 ""},
	{"zeros do not count", "0x" FIFTY_ZEROS FIFTY_ZEROS FIFTY_ZEROS "ff",
	 "255i", ""},
	{"octal", "[0o17, 0o0]", "[15i, 0i]", NULL},
	{"no based numbers", "[0x, 0o8, 0X1, -0o7, 0xg]",
	 "[\"0x\", \"0o8\", \"0X1\", \"-0o7\", \"0xg\"]", ""},
	{"beyond 64 bits", "[0xffffffffffffffffff, 0x1000000000]",
	 "[4722366482869645213695i, 68719476736i]", ""},
	{"zeros inside a long number", "[0x3b9aca00, 0x3b9aca01]",
	 "[1000000000i, 1000000001i]", ""},
	{"floats", "[1.5, -0.25, 1.0e+3, 1.5E-7]",
	 "[1.5f, -0.25f, 1.0e+3f, 1.5E-7f]", ""},
	{"floats as JSON writes them", "[.5, 5., +.5, -.5, 00.5, 5.e+3, -01.]",
	 "[0.5f, 5.0f, 0.5f, -0.5f, 0.5f, 5.0e+3f, -1.0f]", ""},
	{"exponent without dot", "[1e5, 1E-7, -2e+3]", "[1e5f, 1E-7f, -2e+3f]",
	 NULL},
	{"no numbers", "[1e, e5, 1.2.3, --1, +, '-', ., 1a, 0.e, .e5]",
	 "[\"1e\", \"e5\", \"1.2.3\", \"--1\", \"+\", \"-\", \".\", "
	 "\"1a\", \"0.e\", \".e5\"]",
	 ""},
	{"not finite", "[.inf, -.Inf, +.INF, .nan, .NaN, .NAN]",
	 "[inf#, -inf#, inf#, nan#, nan#, nan#]", ""},
	{"nearly not finite", "[.iNF, -.nan, inf, nan]",
	 "[\".iNF\", \"-.nan\", \"inf\", \"nan\"]", ""},
	{"quoted is text", "['1', \"true\", 'null', '']",
	 "[\"1\", \"true\", \"null\", \"\"]", ""},
	{"blocks are text", "a: |\n  1\nb: >-\n  2\n  3\n",
	 "{\"a\": \"1\n\", \"b\": \"2 3\"}", ""},
	{"escapes and folds", "[\"a\\tb\\u00e9\", 'it''s', x\n  y]",
	 "[\"a\tb\xc3\xa9\", \"it's\", \"x y\"]", ""},
};

static void plain_scalars_have_the_types_of_the_core_schema(void **state)
{

	(void)state;
	try_yaml_cases(core_types, array_size(core_types));
}

static void tags_decide_types(void **state)
{
	static const struct yaml_case cases[] = {
		{"string",
		 "[!!str 1, !!str true, !!str , !<tag:yaml.org,2002:"
		 "str> ~]",
		 "[\"1\", \"true\", \"\", \"~\"]", ""},
		{"non-specific is text", "[! 12, ! true, &a ! 3, ! &b 4]",
		 "[\"12\", \"true\", \"3\", \"4\"]", ""},
		{"quoted number", "[!!int \"3\", !!float '1.5', !!bool 'true']",
		 "[3i, 1.5f, true]", ""},
		{"quoted null", "!!null ''", "null", ""},
		{"float of an integer", "!!float 3", "3f", ""},
		{"float without end", "[!!float .inf, !!float .nan]",
		 "[inf#, nan#]", ""},
		{"unknown ones leave the look",
		 "[!Ref name, !env 12, !!binary aGk=, !x [1], !y {a: b}]",
		 "[\"name\", 12i, \"aGk=\", [1i], {\"a\": \"b\"}]", ""},
		{"unknown on quoted", "!vault '12'", "\"12\"", ""},
		{"by handle", "%TAG !e! tag:yaml.org,2002:\n---\n!e!str 1",
		 "\"1\"", ""},
		{"containers", "[!!map {}, !!seq [], ! {}, ! []]",
		 "[{}, [], {}, []]", ""},
		{"no integer", "a: !!int x", "{\"a\": \"x\"}",
		 "0:1:10+1 yaml/tag"},
		{"no integer either", "[!!int 1.0, !!bool yes, !!null 0]",
		 "[\"1.0\", \"yes\", \"0\"]",
		 "0:1:8+3 yaml/tag, 0:1:20+3 yaml/tag, 0:1:32+1 yaml/tag"},
		{"no scalar", "[!!map x, !!seq y]", "[\"x\", \"y\"]",
		 "0:1:8+1 yaml/tag, 0:1:17+1 yaml/tag"},
		{"no container", "[!!str [], !!map [], !!seq {}]",
		 "[[], [], {}]",
		 "0:1:8+1 yaml/tag, 0:1:18+1 yaml/tag, 0:1:28+1 yaml/tag"},
	};

	(void)state;
	try_yaml_cases(cases, array_size(cases));
}

static void keys_may_be_of_any_type(void **state)
{
	static const struct yaml_case cases[] = {
		{"scalars", "{1: a, true: b, ~: c, 0x10: d, 1.50: e}",
		 "{1i: \"a\", true: \"b\", null: \"c\", 16i: \"d\", "
		 "1.50f: \"e\"}",
		 ""},
		{"complex", "? [a, b]\n: 1\n? {c: d}\n: 2\n",
		 "{[\"a\", \"b\"]: 1i, {\"c\": \"d\"}: 2i}", ""},
		{"complex ones do not repeat", "? []\n: 1\n? []\n: 2\n",
		 "{[]: 1i, []: 2i}", ""},
		{"alias", "[&k 1, {*k : x}]", "[1i, {*1i: \"x\"}]", ""},
		{"without value", "{a, b: }", "{\"a\": null, \"b\": null}", ""},
		{"repeated", "a: 1\nb: 2\na: 3\n",
		 "{\"a\": 1i, \"b\": 2i, \"a\": 3i}", "0:3:1+1 key/duplicate"},
		{"repeated in another notation", "{16: a, 0x10: b}", NULL,
		 "0:1:9+4 key/duplicate"},
		{"repeated by alias", "{&k a: 1, *k : 2}", NULL,
		 "0:1:11+2 key/duplicate"},
		{"repeated below", "a:\n  - b: 1\n    b: 2\n", NULL,
		 "0:3:5+1 key/duplicate"},
	};
	struct reading reading;

	(void)state;
	try_yaml_cases(cases, array_size(cases));
	read_yaml_text(&reading, "[&k 7, {True: a, 0x10: b, *k : c, d: e}]");

	const uint32_t object = 2;

	assert_int_equal(reading.doc.nodes[object].type, NODE_OBJECT);
	assert_true(doc_find(&reading.doc, object, span_of("true")) !=
		    DOC_NONE);
	assert_true(doc_find(&reading.doc, object, span_of("16")) != DOC_NONE);
	assert_true(doc_find(&reading.doc, object, span_of("7")) != DOC_NONE);
	assert_true(doc_find(&reading.doc, object, span_of("d")) != DOC_NONE);
	assert_true(doc_find(&reading.doc, object, span_of("e")) == DOC_NONE);
	reading_release(&reading);
}

static void aliases_stand_for_earlier_values(void **state)
{
	static const struct yaml_case cases[] = {
		{"scalar", "a: &x 1\nb: *x\n", "{\"a\": 1i, \"b\": *1i}", ""},
		{"container", "[&x {a: [1]}, *x, *x]",
		 "[{\"a\": [1i]}, *{\"a\": [1i]}, *{\"a\": [1i]}]", ""},
		{"redefined", "[&x 1, *x, &x 2, *x]", "[1i, *1i, 2i, *2i]", ""},
		{"names that begin alike",
		 "[&a 1, &aa 2, &ab 3, &b 4, *aa, *a, *b, *ab]",
		 "[1i, 2i, 3i, 4i, *2i, *1i, *4i, *3i]", ""},
		{"of an empty value", "[&x , *x]", "[null, *null]", ""},
		{"unknown", "a: *x\nb: 1", "!", "0:1:4+2 yaml/alias"},
		{"longer than a known one", "[&x 1, *xy]", "!",
		 "0:1:8+3 yaml/alias"},
		{"later", "[*x, &x 1]", "!", "0:1:2+2 yaml/alias"},
		{"of another document", "--- &x 1\n--- *x\n", "1i | !",
		 "1:2:5+2 yaml/alias"},
		{"cycle", "&x [*x]", "!", "0:1:5+2 yaml/alias"},
		{"cycle through a key", "&x {a: {*x : 1}}", "!",
		 "0:1:9+2 yaml/alias"},
		{"after a cycle all goes on", "--- &x [*x]\n--- 2", "! | 2i",
		 "0:1:9+2 yaml/alias"},
		{"beside itself", "[&x [1], *x]", "[[1i], *[1i]]", ""},
	};

	(void)state;
	try_yaml_cases(cases, array_size(cases));
}

static const struct yaml_case merges[] = {
	{"one mapping", "[&b {x: 1, y: 2}, {<<: *b, z: 3}]",
	 "[{\"x\": 1i, \"y\": 2i}, {\"z\": 3i, ^\"x\": *1i, "
	 "^\"y\": *2i}]",
	 ""},
	{"own key wins, before or behind",
	 "[&b {x: 1, y: 2}, {x: 8, <<: *b, y: 9}]",
	 "[{\"x\": 1i, \"y\": 2i}, {\"x\": 8i, \"y\": 9i}]", ""},
	{"earlier of a list wins",
	 "[&a {x: 1}, &b {x: 2, y: 3}, {<<: [*a, *b]}, {<<: [*b, *a]}]",
	 "[{\"x\": 1i}, {\"x\": 2i, \"y\": 3i}, {^\"x\": *1i, ^\"y\": "
	 "*3i}, {^\"x\": *2i, ^\"y\": *3i}]",
	 ""},
	{"merges of merges", "[&a {x: 1}, &b {<<: *a, y: 2}, {<<: *b, z: 3}]",
	 "[{\"x\": 1i}, {\"y\": 2i, ^\"x\": *1i}, {\"z\": 3i, ^\"y\": "
	 "*2i, ^\"x\": *1i}]",
	 ""},
	{"merges of longer merges",
	 "[&a {w: 1, x: 2, y: 3}, &b {<<: *a, w: 4}, {<<: *b, x: 5}]",
	 "[{\"w\": 1i, \"x\": 2i, \"y\": 3i}, {\"w\": 4i, ^\"x\": *2i, "
	 "^\"y\": *3i}, {\"x\": 5i, ^\"w\": *4i, ^\"y\": *3i}]",
	 ""},
	{"written inside", "{<<: {x: 1, y: [2]}, z: 3}",
	 "{\"z\": 3i, ^\"x\": *1i, ^\"y\": *[2i]}", ""},
	{"merges inside what is merged",
	 "[&a {x: 1}, {<<: [{<<: *a, y: 2}, {w: 4}], z: 3}]",
	 "[{\"x\": 1i}, {\"z\": 3i, ^\"y\": *2i, ^\"x\": *1i, ^\"w\": "
	 "*4i}]",
	 ""},
	{"a value inside that others use", "{<<: {x: &v [1]}, x: 2, y: *v}",
	 "{\"x\": 2i, \"y\": *[1i]}", ""},
	{"an alias that was merged", "[&v 1, &b {x: *v}, {<<: *b}]",
	 "[1i, {\"x\": *1i}, {^\"x\": *1i}]", ""},
	{"aliases behind find their nodes",
	 "[&a {x: 1}, {<<: *a, y: &v 2}, *v, &l [3], *l]",
	 "[{\"x\": 1i}, {\"y\": 2i, ^\"x\": *1i}, *2i, [3i], *[3i]]", ""},
	{"keys of other types",
	 "[&k 5, &b {1: a, *k : c, ? [x] : d}, {<<: *b}]",
	 "[5i, {1i: \"a\", *5i: \"c\", [\"x\"]: \"d\"}, {^1i: "
	 "*\"a\", ^5i: *\"c\", ^*[\"x\"]: *\"d\"}]",
	 ""},
	{"nothing to merge", "{<<: {}, a: 1, b: {<<: []}}",
	 "{\"a\": 1i, \"b\": {}}", ""},
	{"deep in lists", "- &b {x: 1}\n- - - {<<: *b}\n    - y\n",
	 "[{\"x\": 1i}, [[{^\"x\": *1i}, \"y\"]]]", ""},
	{"quoted or tagged is a key", "{'<<': {a: 1}, !!str <<: 2}", NULL,
	 "0:1:22+2 key/duplicate"},
	{"in a list it is text", "[<<]", "[\"<<\"]", ""},
	{"in two documents", "--- {<<: {a: 1}}\n--- {<<: {b: 2}}\n",
	 "{^\"a\": *1i} | {^\"b\": *2i}", ""},
	{"twice", "[&a {x: 1}, {<<: *a, <<: {y: 2}}]", NULL,
	 "0:1:22+2 key/duplicate"},
	{"a scalar", "{<<: 1, a: 2}", "!", "0:1:6+1 yaml/merge"},
	{"a list with a scalar", "[&a {}, {<<: [*a, 1]}]", "!",
	 "0:1:19+1 yaml/merge"},
	{"an alias of a scalar", "[&a 1, {<<: *a}]", "!",
	 "0:1:13+2 yaml/merge"},
	{"own cycle", "&a {<<: *a}", "!", "0:1:9+2 yaml/alias"},
	{"warnings lead to the new nodes", "[{<<: {a: yes}, b: no}, off]", NULL,
	 "0:1:11+3 yaml/ambiguous, 0:1:20+2 yaml/ambiguous, 0:1:25+3 "
	 "yaml/ambiguous"},
};

static void merge_keys_bring_pairs_that_own_ones_override(void **state)
{

	(void)state;
	try_yaml_cases(merges, array_size(merges));
}

static void findings_have_pointers_after_a_merge(void **state)
{
	struct reading reading;

	(void)state;
	read_yaml_text(&reading, "[&a {x: 1}, {<<: *a, y: {z: off}}]");
	assert_int_equal(reading.findings.count, 1);

	const uint32_t node = reading.findings.list[0].place.node;
	const char *pointer = doc_pointer(&reading.doc, &reading.arena,
					  reading.doc.documents[0].root, node);

	assert_string_equal(pointer, "/1/y/z");
	reading_release(&reading);

	/* The second `<<` is gone with what it brought. */
	read_yaml_text(&reading, "[&a {x: 1}, {<<: *a, <<: {y: 2}}]");
	assert_int_equal(reading.findings.count, 1);
	assert_int_equal(reading.findings.list[0].place.node, DOC_NONE);
	reading_release(&reading);
}

static void a_merged_pair_stands_where_it_is_merged(void **state)
{
	struct reading reading;

	(void)state;
	read_yaml_text(&reading, "[&a {x: 1}, {<<: *a}, {<<: {y: 22}}]");

	const struct doc *doc = &reading.doc;
	const uint32_t first = doc->nodes[1].next;
	const uint32_t second = doc->nodes[first].next;
	const uint32_t x = doc_find(doc, first, span_of("x"));
	const uint32_t y = doc_find(doc, second, span_of("y"));

	assert_int_equal(doc->nodes[x].type, NODE_ALIAS);
	assert_int_equal(doc->nodes[x].offset, 17);
	assert_int_equal(doc->nodes[x].length, 2);
	assert_int_equal(doc->nodes[x - 1].offset, 17);
	assert_int_equal(doc->nodes[y].offset, 31);
	assert_int_equal(doc->nodes[y].length, 2);
	assert_int_equal(doc->nodes[y - 1].offset, 28);
	reading_release(&reading);
}

/* Each case is one plain scalar; `sees` is part of the message, NULL: none. */
static const struct {
	const char *text;
	const char *sees;
} plain_scalars[] = {
	{"yes", "boolean"},
	{"Yes", "boolean"},
	{"YES", "boolean"},
	{"no", "boolean"},
	{"No", "boolean"},
	{"NO", "boolean"},
	{"on", "boolean"},
	{"ON", "boolean"},
	{"off", "boolean"},
	{"Off", "boolean"},
	{"OFF", "boolean"},
	{"yES", NULL},
	{"y", NULL},
	{"n", NULL},
	{"one", NULL},
	{"nope", NULL},
	{"true", NULL},
	{"0777", "octal"},
	{"-0644", "octal"},
	{"010", "octal"},
	{"01_0", "octal"},
	{"07", NULL},
	{"0", NULL},
	{"00", NULL},
	{"08", "string"},
	{"0129", "string"},
	{"08_1", NULL},
	{"0o17", "string"},
	{"-0o17", NULL},
	{"0b101", "binary"},
	{"-0b1_1", "binary"},
	{"0b12", NULL},
	{"0b", NULL},
	{"0x1F", NULL},
	{"-0x1F", "hexadecimal"},
	{"0x1_F", "hexadecimal"},
	{"0xfg", NULL},
	{"1:30", "base 60"},
	{"-12:30:45", "base 60"},
	{"190:20:30.15", "base 60"},
	{"22:22", "base 60"},
	{"0:30.5", "base 60"},
	{"08:30", NULL},
	{"1:60", NULL},
	{"1:5", "base 60"},
	{"1:300", NULL},
	{"80:8080", NULL},
	{"1:2:x", NULL},
	{"1:a", NULL},
	{"12:34:56:ab", NULL},
	{"1:30.x", NULL},
	{"1_000", "'_'"},
	{"+1_0", "'_'"},
	{"1_000.5", "'_'"},
	{"1_0.5e+3", "'_'"},
	{"_1", NULL},
	{"1_a", NULL},
	{"1_0e5", NULL},
	{"1e-7", "1.0e+5"},
	{"1e5", "1.0e+5"},
	{"1E+5", "1.0e+5"},
	{"-1.5e3", "1.0e+5"},
	{".5e3", "1.0e+5"},
	{"1.5e+3", NULL},
	{"1.e-3", NULL},
	{"1.5", NULL},
	{".5", NULL},
	{"-.5", NULL},
	{"1.2.3", NULL},
	{"1e", NULL},
	{"-e1", NULL},
	{"+", NULL},
	{"2001-12-14", NULL},
	{"12", NULL},
	{"-", NULL},
	{".", NULL},
};

static void what_a_1_1_reader_sees_otherwise_is_a_warning(void **state)
{

	(void)state;
	for (size_t i = 0; i < array_size(plain_scalars); i++) {
		struct reading reading;
		char text[64];

		(void)snprintf(text, sizeof(text), "a: %s",
			       plain_scalars[i].text);
		if (strcmp(plain_scalars[i].text, "-") == 0)
			continue; /* a list to YAML */
		read_yaml_text(&reading, text);

		const uint32_t count = reading.findings.count;
		const char *message =
			count ? reading.findings.list[0].message : "";

		if (count != (plain_scalars[i].sees != NULL) ||
		    (count && !strstr(message, plain_scalars[i].sees)))
			fail_msg("%s: %s", text, message);
		assert_int_equal(reading.findings.totals[SEVERITY_ERROR], 0);
		reading_release(&reading);
	}
}

static void only_plain_untagged_values_are_ambiguous(void **state)
{
	static const struct yaml_case cases[] = {
		{"keys", "{on: 1, yes: 2, No: 3, y: 4, off: 5}", NULL, ""},
		{"number keys", "0777: 1", NULL, "0:1:1+4 yaml/ambiguous"},
		{"quoted", "['yes', \"1_000\", 'on']", NULL, ""},
		{"block", "a: |-\n  yes\n", NULL, ""},
		{"tagged", "[!!str yes, ! 1:30, !x on]", NULL, ""},
		{"place", "a:\n  - b: &x 0777 # mode\n", NULL,
		 "0:2:11+4 yaml/ambiguous"},
		{"aliases once", "[&x yes, *x]", NULL,
		 "0:1:5+3 yaml/ambiguous"},
	};

	(void)state;
	try_yaml_cases(cases, array_size(cases));
}

/* 2,000 names with long common beginnings, in an order that is not sorted. */
static void anchors_are_found_among_many(void **state)
{
	struct yaml_anchors anchors = {0};
	struct arena arena;
	char name[128];

	(void)state;
	arena_init(&arena, 1 << 22);
	for (uint32_t i = 0; i < 2000; i++) {
		const uint32_t n = i * 769 % 2000;

		(void)snprintf(name, sizeof(name), "%.*s%u", (int)(n % 50),
			       FIFTY, n);
		assert_null(yaml_anchor_find(&anchors, span_of(name)));
		assert_int_equal(
			yaml_anchor_set(&anchors, &arena, span_of(name), n), 0);
	}
	for (uint32_t n = 0; n < 2000; n++) {
		(void)snprintf(name, sizeof(name), "%.*s%u", (int)(n % 50),
			       FIFTY, n);
		assert_int_equal(
			yaml_anchor_find(&anchors, span_of(name))->node, n);
		(void)snprintf(name, sizeof(name), "%.*s%ux", (int)(n % 50),
			       FIFTY, n);
		assert_null(yaml_anchor_find(&anchors, span_of(name)));
	}
	assert_null(yaml_anchor_find(&anchors, span_of("")));
	yaml_anchor_clear(&anchors);
	assert_null(yaml_anchor_find(&anchors, span_of("0")));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			plain_scalars_have_the_types_of_the_core_schema),
		cmocka_unit_test(tags_decide_types),
		cmocka_unit_test(keys_may_be_of_any_type),
		cmocka_unit_test(aliases_stand_for_earlier_values),
		cmocka_unit_test(merge_keys_bring_pairs_that_own_ones_override),
		cmocka_unit_test(findings_have_pointers_after_a_merge),
		cmocka_unit_test(a_merged_pair_stands_where_it_is_merged),
		cmocka_unit_test(what_a_1_1_reader_sees_otherwise_is_a_warning),
		cmocka_unit_test(only_plain_untagged_values_are_ambiguous),
		cmocka_unit_test(anchors_are_found_among_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
