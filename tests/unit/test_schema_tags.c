/* Values with tags of some program's own, held against a schema. */
#include "tests/unit/unit.h"

#include "validate/validate.h"

#include <errno.h>

/* Gives one schema, compiled from `text`. */
struct giver {
	const char *text;
	struct schema_options options;
	struct schema *schema;
	char *why;
};

static int give(void *ctx, const char *path, const struct schema **out,
		const char **why)
{
	struct giver *giver = ctx;
	const int r =
		schema_compile(span_of(giver->text), path, &giver->options,
			       NULL, &giver->schema, &giver->why);

	*out = giver->schema;
	*why = giver->why;
	return r;
}

static enum state judge(const char *schema, const char *text,
			enum schema_mode mode)
{
	struct giver giver = {.text = schema, .options = {.mode = mode}};
	const struct host host = {.ctx = &giver, .schema = give};
	const struct plan plan = {
		.choice = {format_find("yaml"), ""},
		.level = LEVEL_STANDARD,
		.forced_schema = "s.json",
		.directory = "",
		.schema_options = giver.options,
		.limits = LIMITS_DEFAULT,
	};
	struct verdict *verdict;
	struct arena arena;

	arena_init(&arena, SIZE_MAX);
	assert_int_equal(
		validate_bytes(&plan, span_of(text), &host, &arena, &verdict),
		0);

	const enum state state = (enum state)verdict->state;

	schema_free(giver.schema);
	free(giver.why);
	free(verdict);
	arena_release(&arena);
	return state;
}

#define A(schema) "{\"properties\": {\"a\": " schema "}}"
#define NUMBER A("{\"type\": \"number\"}")

static const struct {
	const char *what;
	const char *schema;
	const char *text;
	bool is_valid;
} cases[] = {
	{"without a tag", NUMBER, "a: x\n", false},
	{"a scalar", NUMBER, "a: !Ref x\n", true},
	{"a quoted scalar", NUMBER, "a: !vault 'x'\n", true},
	{"a block", NUMBER, "a: !vault |\n  x\n", true},
	{"nothing behind the tag", NUMBER, "a: !secret\n", true},
	{"a list", NUMBER, "a: !Join [x, y]\n", true},
	{"a mapping", NUMBER, "a: !Sub {x: y}\n", true},
	{"a block list", NUMBER, "a: !Join\n- x\n", true},
	{"an alias of it", NUMBER, "b: &b !Ref x\na: *b\n", true},
	{"a handle of its own", NUMBER,
	 "%TAG !e! tag:example.com,2000:\n---\na: !e!x y\n", true},
	{"a full one", NUMBER, "a: !<tag:example.com,2000:x> y\n", true},
	{"one of YAML", NUMBER, "a: !!str 1\n", false},
	{"one of YAML's types", NUMBER, "a: !!binary aGk=\n", false},
	{"the one that means none", NUMBER, "a: ! 1\n", false},
	{"beside it", NUMBER, "b: !Ref x\na: y\n", false},
	{"above it", NUMBER, "!x\na: y\n", true},
	{"the root", "{\"type\": \"array\"}", "!x {}\n", true},
	{"a key", "{\"propertyNames\": {\"maxLength\": 1}}", "!x ab: 1\n",
	 false},
	{"what must not be there", A("false"), "a: !Ref x\n", false},
	{"an unknown key", "{\"additionalProperties\": false}", "a: !Ref x\n",
	 false},
	{"a required key", "{\"required\": [\"a\"]}", "a: !Ref x\n", true},
	{"enum", A("{\"enum\": [1]}"), "a: !Ref x\n", true},
	{"const", A("{\"const\": 1}"), "a: !Ref x\n", true},
	{"items", A("{\"items\": {\"type\": \"number\"}}"), "a: [1, !Ref x]\n",
	 true},
	{"items beside it", A("{\"items\": {\"type\": \"number\"}}"),
	 "a: [y, !Ref x]\n", false},
	{"maxItems", A("{\"maxItems\": 1}"), "a: !Split [x, y]\n", true},
	{"uniqueItems", A("{\"uniqueItems\": true}"), "a: [!Ref x, !Ref x]\n",
	 true},
	{"uniqueItems without", A("{\"uniqueItems\": true}"), "a: [x, x]\n",
	 false},
	{"not", "{\"not\": " NUMBER "}", "a: !Ref x\n", true},
	{"not without", "{\"not\": " NUMBER "}", "a: 1\n", false},
	{"oneOf of two that it meets",
	 "{\"oneOf\": [" NUMBER ", " A("{\"type\": \"string\"}") "]}",
	 "a: !Ref x\n", true},
	{"oneOf without", "{\"oneOf\": [" NUMBER ", true]}", "a: 1\n", false},
	{"oneOf of none",
	 "{\"oneOf\": [{\"required\": [\"b\"]}, {\"required\": [\"c\"]}]}",
	 "a: !Ref x\n", false},
	{"if",
	 "{\"if\": " A("{\"const\": 1}") ", \"then\": {\"required\": [\"b\"]},"
					 " \"else\": {\"required\": [\"c\"]}}",
	 "a: !Ref x\n", true},
	{"if without",
	 "{\"if\": " A("{\"const\": 1}") ", \"then\": {\"required\": [\"b\"]},"
					 " \"else\": {\"required\": [\"c\"]}}",
	 "a: 1\n", false},
	{"maxContains", A("{\"contains\": {\"const\": 1}, \"maxContains\": 1}"),
	 "a: [1, !Ref x]\n", true},
	{"maxContains without",
	 A("{\"contains\": {\"const\": 1}, \"maxContains\": 1}"), "a: [1, 1]\n",
	 false},
	{"unevaluatedProperties",
	 "{\"properties\": {\"a\": {\"type\": \"number\"}},"
	 " \"unevaluatedProperties\": false}",
	 "a: !Ref x\n", true},
};

static void what_a_program_will_replace_is_not_held_against_a_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const enum state found =
			judge(cases[i].schema, cases[i].text, SCHEMA_COMPAT);

		if (found != (cases[i].is_valid ? STATE_VALID : STATE_INVALID))
			fail_msg("%s: %s", cases[i].what, state_name(found));
	}
}

static void by_the_letter_it_is_what_it_is(void **state)
{
	(void)state;
	assert_int_equal(judge(NUMBER, "a: !Ref x\n", SCHEMA_STRICT),
			 STATE_INVALID);
	assert_int_equal(judge(NUMBER, "a: !Ref 1\n", SCHEMA_STRICT),
			 STATE_VALID);
	assert_int_equal(judge(A("{\"uniqueItems\": true}"),
			       "a: [!Ref x, !Ref x]\n", SCHEMA_STRICT),
			 STATE_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_a_program_will_replace_is_not_held_against_a_type),
		cmocka_unit_test(by_the_letter_it_is_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
