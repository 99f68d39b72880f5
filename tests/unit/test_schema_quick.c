/*
 * The quick form of a schema: that it says "valid" where it should, never
 * where it must not, and leaves to the full form what it cannot know.
 */
#include "tests/unit/both_forms.h"

enum answer {
	QUICKLY, /* valid, and the quick form tells */
	FULLY,	 /* valid, but only the full form tells */
	INVALID,
	UNDECIDED
};

struct quick_case {
	const char *what;
	const char *schema;
	const char *document;
	enum answer answer;
};

static const char *const answers[] = {"valid quickly", "valid fully", "invalid",
				      "undecided"};

static enum answer judge(const struct schema *schema,
			 const struct schema_run *run)
{
	const bool is_quick = both_forms_is_quick(schema, run);

	assert_int_equal(both_forms_evaluate(schema, run), 0);
	if (run->findings->is_undecided)
		return UNDECIDED;
	if (run->findings->totals[SEVERITY_ERROR])
		return INVALID;
	return is_quick ? QUICKLY : FULLY;
}

static void run_case(const struct quick_case *given, const char *format)
{
	const struct schema_options options = {SCHEMA_COMPAT,
					       SCHEMA_BY_CONTENT};
	struct reading reading = {0};
	struct schema *schema = NULL;
	char *why = NULL;

	if (schema_compile(span_of(given->schema), "s.yaml", &options, NULL,
			   &schema, &why) != 0)
		fail_msg("%s: %s", given->what, why);
	reading_run(&reading, format, "", span_of(given->document));
	reading.findings.count = 0;
	memset(reading.findings.totals, 0, sizeof(reading.findings.totals));

	const struct schema_run run = {
		.doc = &reading.doc,
		.root = reading.doc.documents[0].root,
		.max_steps = 1000000,
		.arena = &reading.arena,
		.findings = &reading.findings,
	};
	const enum answer answer = judge(schema, &run);

	if (answer != given->answer)
		fail_msg("%s: %s, not %s", given->what, answers[answer],
			 answers[given->answer]);
	reading_release(&reading);
	schema_free(schema);
}

static void run_cases(const struct quick_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		run_case(&cases[i], "yaml");
}

static void values_are_judged_by_their_type(void **state)
{
	static const struct quick_case cases[] = {
		{"type", "{type: string}", "a", QUICKLY},
		{"other type", "{type: string}", "1", INVALID},
		{"whole", "{type: integer}", "2", QUICKLY},
		{"whole with fraction", "{type: integer}", "2.0", QUICKLY},
		{"not whole", "{type: integer}", "2.5", INVALID},
		{"several", "{type: [integer, 'null']}", "null", QUICKLY},
		{"minimum", "{minimum: 3}", "3", QUICKLY},
		{"below", "{minimum: 3}", "2", INVALID},
		{"short", "{minLength: 3}", "ab", INVALID},
		{"in code points", "{minLength: 2, maxLength: 2}", "\"äö\"",
		 QUICKLY},
		{"long", "{maxLength: 2}", "abc", INVALID},
		{"pattern", "{pattern: '^a+$'}", "aa", QUICKLY},
		{"no match", "{pattern: '^a+$'}", "ab", INVALID},
		{"format", "{format: ipv4}", "1.2.3.4", QUICKLY},
		{"no format", "{format: ipv4}", "1.2.3.4.5", INVALID},
		{"false", "{properties: {a: false}}", "{a: 1}", INVALID},
		{"nothing asked", "{properties: {a: false}}", "7", QUICKLY},
	};

	(void)state;
	run_cases(cases, array_size(cases));
}

static void constants_are_found_by_type_and_text(void **state)
{
	static const char schema[] =
		"{enum: [a, bcd, efghijkl, abcdefghijklmnopqrstuvwxyz, 1, "
		"true, null, [1], {x: 1}]}";
	const struct quick_case cases[] = {
		{"one byte", schema, "a", QUICKLY},
		{"other byte", schema, "b", INVALID},
		{"three bytes", schema, "bcd", QUICKLY},
		{"three other bytes", schema, "bxd", INVALID},
		{"eight bytes", schema, "efghijkl", QUICKLY},
		{"long", schema, "abcdefghijklmnopqrstuvwxyz", QUICKLY},
		{"number", schema, "1.0", QUICKLY},
		{"other number", schema, "2", INVALID},
		{"true", schema, "true", QUICKLY},
		{"false", schema, "false", INVALID},
		{"null", schema, "null", QUICKLY},
		{"array", schema, "[1]", QUICKLY},
		{"object", schema, "{x: 1}", QUICKLY},
		{"other object", schema, "{x: 2}", INVALID},
		{"no such type", "{const: 1}", "a", INVALID},
	};

	(void)state;
	run_cases(cases, array_size(cases));
}

static void items_are_held_against_their_blocks(void **state)
{
	static const struct quick_case cases[] = {
		{"all", "{items: {type: integer}}", "[1, 2]", QUICKLY},
		{"one not", "{items: {type: integer}}", "[1, x]", INVALID},
		{"listed", "{prefixItems: [{type: integer}], items: false}",
		 "[1]", QUICKLY},
		{"too many", "{prefixItems: [{type: integer}], items: false}",
		 "[1, 2]", INVALID},
		{"no rest", "{prefixItems: [{type: integer}]}", "[1, a]",
		 QUICKLY},
		{"unique", "{uniqueItems: true}", "[a, b, c]", QUICKLY},
		{"repeated", "{uniqueItems: true}", "[a, b, a]", INVALID},
		{"unique numbers", "{uniqueItems: true}", "[1, 2]", QUICKLY},
		{"equal numbers", "{uniqueItems: true}", "[1, 1.0]", INVALID},
		{"unique lists", "{uniqueItems: true}", "[[a], [b]]", QUICKLY},
		{"contains", "{contains: {const: 1}}", "[2, 1]", QUICKLY},
		{"contains not", "{contains: {const: 1}}", "[2]", INVALID},
		{"few", "{minItems: 2}", "[1]", INVALID},
		{"many", "{maxItems: 1}", "[1, 2]", INVALID},
	};

	(void)state;
	run_cases(cases, array_size(cases));
}

static void members_are_found_whatever_their_number(void **state)
{
	static const char few[] = "{properties: {a: {type: integer}}, "
				  "required: [a, b]}";
	static const char many[] =
		"{properties: {a: {type: integer}, b: {}, c: {}, d: {}, e: {}},"
		" required: [a, e], additionalProperties: false}";
	static const char open[] =
		"{properties: {a: {type: integer}, b: {}, c: {}, d: {}}}";
	static const char by_pattern[] =
		"{patternProperties: {^x: {type: integer}}, "
		"properties: {xa: {minimum: 3}}, additionalProperties: "
		"{type: string}}";
	const struct quick_case cases[] = {
		{"few", few, "{c: 1, b: 2, a: 3}", QUICKLY},
		{"few, wrong", few, "{b: 2, a: x}", INVALID},
		{"few, missing", few, "{a: 1}", INVALID},
		{"many", many, "{e: 1, a: 2}", QUICKLY},
		{"many, wrong", many, "{e: 1, a: x}", INVALID},
		{"many, missing", many, "{a: 1, b: 1}", INVALID},
		{"many, unknown", many, "{a: 1, e: 2, f: 3}", INVALID},
		{"many, an alias", many, "{b: &x a, *x : 1, e: 1}", FULLY},
		{"many, a list as name", many, "{? [a] : 2, e: 1}", INVALID},
		{"open, an alias", open, "{c: &x a, *x : s}", INVALID},
		{"open, a list as name", open, "{? [a, b] : 2}", FULLY},
		{"pattern", by_pattern, "{xb: 1, y: z}", QUICKLY},
		{"pattern, wrong", by_pattern, "{xb: a}", INVALID},
		{"both", by_pattern, "{xa: 3}", QUICKLY},
		{"both, one wrong", by_pattern, "{xa: 2}", INVALID},
		{"rest, wrong", by_pattern, "{y: 1}", INVALID},
		{"names", "{propertyNames: {maxLength: 2}}", "{ab: 1}",
		 QUICKLY},
		{"names, wrong", "{propertyNames: {maxLength: 2}}", "{abc: 1}",
		 INVALID},
		{"a number as name", "{propertyNames: {pattern: '^1$'}}",
		 "{1: 1}", QUICKLY},
		{"dependent", "{dependentRequired: {a: [b]}}", "{a: 1}",
		 INVALID},
		{"least", "{minProperties: 2}", "{a: 1}", INVALID},
		{"most", "{maxProperties: 1}", "{a: 1, b: 2}", INVALID},
	};

	(void)state;
	run_cases(cases, array_size(cases));
}

static void branches_are_chosen_as_the_full_form_does(void **state)
{
	static const char one[] =
		"{oneOf: [{properties: {k: {const: a}, v: {type: integer}}, "
		"required: [k]}, {properties: {k: {enum: [b, c]}, v: {type: "
		"string}}}, {properties: {k: {const: c}, v: {type: string}}, "
		"required: [k]}]}";
	const struct quick_case cases[] = {
		{"any", "{anyOf: [{type: integer}, {minLength: 2}]}", "ab",
		 QUICKLY},
		{"none", "{anyOf: [{type: integer}, {minLength: 2}]}", "a",
		 INVALID},
		{"one", "{oneOf: [{type: integer}, {minimum: 2}]}", "1",
		 QUICKLY},
		{"two", "{oneOf: [{type: integer}, {minimum: 2}]}", "2",
		 INVALID},
		{"all", "{allOf: [{minimum: 1}, {maximum: 3}]}", "2", QUICKLY},
		{"not all", "{allOf: [{minimum: 1}, {maximum: 3}]}", "4",
		 INVALID},
		{"not", "{not: {required: [a]}}", "{b: 1}", QUICKLY},
		{"not so", "{not: {required: [a]}}", "{a: 1}", INVALID},
		{"then", "{if: {required: [a]}, then: {required: [b]}}",
		 "{a: 1, b: 1}", QUICKLY},
		{"then, wrong", "{if: {required: [a]}, then: {required: [b]}}",
		 "{a: 1}", INVALID},
		{"else", "{if: {type: string}, else: {minimum: 1}}", "2",
		 QUICKLY},
		{"else, wrong", "{if: {type: string}, else: {minimum: 1}}", "0",
		 INVALID},
		{"picked", one, "{v: 1, k: a}", QUICKLY},
		{"picked, wrong", one, "{v: x, k: a}", INVALID},
		{"picked second", one, "{k: b, v: x}", QUICKLY},
		{"picked two", one, "{k: c, v: x}", INVALID},
		{"picked none", one, "{k: d}", INVALID},
		{"picked by no string", one, "{k: 1}", INVALID},
		{"picked by a number",
		 "{oneOf: [{properties: {k: {enum: [a, 1]}}}, "
		 "{properties: {k: {const: b}}}]}",
		 "{k: 1}", QUICKLY},
		{"picked among others",
		 "{oneOf: [{properties: {k: {const: a}}}, {properties: {k: "
		 "{const: b}}}, {properties: {l: {type: integer}}}]}",
		 "{k: c, l: 1}", QUICKLY},
		{"without the member", one, "{v: x}", QUICKLY},
		{"no object", one, "7", INVALID},
	};

	(void)state;
	run_cases(cases, array_size(cases));
}

static void references_end_where_the_document_does(void **state)
{
	static const char tree[] = "{type: object, properties: {left: {$ref: "
				   "'#'}, value: {type: integer}}}";
	const struct quick_case cases[] = {
		{"recursive", tree, "{left: {left: {value: 1}}}", QUICKLY},
		{"deep inside", tree, "{left: {left: {value: x}}}", INVALID},
		{"endless", "{$ref: '#'}", "1", UNDECIDED},
		{"endless but for a type", "{type: string, $ref: '#'}", "1",
		 INVALID},
	};

	(void)state;
	run_cases(cases, array_size(cases));
}

static void what_is_unusual_is_left_to_the_full_form(void **state)
{
	static const char remote[] =
		"{anyOf: [{properties: {k: {const: a}, x: {$ref: "
		"'http://far/away'}}}, {properties: {k: {const: b}}}]}";
	const struct quick_case cases[] = {
		{"alias as value", "{properties: {b: {type: integer}}}",
		 "{a: &x 1, b: *x}", QUICKLY},
		{"alias, wrong", "{properties: {b: {type: integer}}}",
		 "{a: &x s, b: *x}", INVALID},
		{"name as value", "{properties: {b: {type: string}}}",
		 "{&x a: 1, b: *x}", FULLY},
		{"a number's name as value",
		 "{properties: {b: {type: integer}}}", "{&x 3: 1, b: *x}",
		 FULLY},
		{"alias as name", "{properties: {a: {type: integer}}}",
		 "{c: &x a, *x : 1}", FULLY},
		{"alias as name, wrong", "{properties: {a: {type: string}}}",
		 "{c: &x a, *x : 1}", INVALID},
		{"complex name", "{properties: {a: {type: integer}}}",
		 "{? [1] : 2}", FULLY},
		{"complex name behind not", "{not: {properties: {a: false}}}",
		 "{? [1] : 2}", INVALID},
		{"unevaluated",
		 "{properties: {a: {}}, "
		 "unevaluatedProperties: false}",
		 "{a: {b: 1}}", QUICKLY},
		{"unevaluated, wrong",
		 "{properties: {a: {}}, "
		 "unevaluatedProperties: false}",
		 "{b: 1}", INVALID},
		{"dynamic",
		 "{$schema: 'https://json-schema.org/draft/2020-12/schema', "
		 "$dynamicAnchor: n, type: object, "
		 "additionalProperties: {$dynamicRef: '#n'}}",
		 "{a: {}}", FULLY},
		{"not at hand, not needed", remote, "{k: b}", QUICKLY},
		{"not at hand, needed", remote, "{x: 1, k: b}", UNDECIDED},
	};

	(void)state;
	run_cases(cases, array_size(cases));
}

static void untyped_values_are_left_to_the_full_form(void **state)
{
	static const struct quick_case cases[] = {
		{"read as a number", "{properties: {a: {type: integer}}}",
		 "a=1\n", FULLY},
		{"not to be a number",
		 "{properties: {a: {not: {type: integer}}}}", "a=1\n", INVALID},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		run_case(&cases[i], "env");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_judged_by_their_type),
		cmocka_unit_test(constants_are_found_by_type_and_text),
		cmocka_unit_test(items_are_held_against_their_blocks),
		cmocka_unit_test(members_are_found_whatever_their_number),
		cmocka_unit_test(branches_are_chosen_as_the_full_form_does),
		cmocka_unit_test(references_end_where_the_document_does),
		cmocka_unit_test(what_is_unusual_is_left_to_the_full_form),
		cmocka_unit_test(untyped_values_are_left_to_the_full_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
