/* JSON Schema: broken schemas, references, budgets, and failing memory. */
#include "tests/unit/schema_case.h"

static const struct {
	const char *what;
	const char *schema;
	const char *why;
} broken[] = {
	{"not JSON", "{\"type\":", NULL},
	{"empty", "", NULL},
	{"no schema", "[1]",
	 "s.json:1:1: a schema must be an object or a boolean"},
	{"unknown type", "{\n  \"type\": \"int\"\n}",
	 "s.json:2:11: \"type\" must be the name of a type or a list "
	 "of such names (null, boolean, number, integer, string, "
	 "array, "
	 "object)"},
	{"properties", "{\"properties\": []}",
	 "s.json:1:16: \"properties\" must be an object of schemas"},
	{"a property", "{\"properties\":{\"a\":3}}",
	 "s.json:1:20: a schema must be an object or a boolean"},
	{"required", "{\"required\":\"a\"}",
	 "s.json:1:13: \"required\" must be a list of strings"},
	{"required names", "{\"required\":[1]}",
	 "s.json:1:13: \"required\" must be a list of strings"},
	{"limit", "{\"minLength\":-1}",
	 "s.json:1:14: \"minLength\" must be a whole number from 0 on"},
	{"divisor", "{\"multipleOf\":0}",
	 "s.json:1:15: \"multipleOf\" must be a number above 0"},
	{"enum", "{\"enum\":1}",
	 "s.json:1:9: \"enum\" must be a list of values"},
	{"pattern", "{\"pattern\":\"(\"}",
	 "s.json:1:12: not a regular expression: missing closing "
	 "parenthesis"},
	{"pattern that only others know", "{\"pattern\":\"^a++$\"}",
	 "s.json:1:12: not a regular expression: nothing to repeat "
	 "before +"},
	{"pattern of keys", "{\"patternProperties\":{\"[\":{}}}",
	 "s.json:1:23: not a regular expression: missing terminating ] "
	 "for character class"},
	{"reference to nothing", "{\"$ref\":\"#/$defs/x\"}",
	 "s.json:1:9: the reference to #/$defs/x cannot be resolved: "
	 "there is nothing at that place"},
	{"reference to no anchor", "{\"$ref\":\"#x\"}",
	 "s.json:1:9: the reference to #x cannot be resolved: there is "
	 "no such anchor"},
	{"a reference of controls", "{\"$ref\":\"#/a\\u001b\\u202eb\"}",
	 "s.json:1:9: the reference to #/a??b cannot be resolved: "
	 "there is nothing at that place"},
	{"reference to no file", "{\"items\":{\"$ref\":\"x.json\"}}",
	 "s.json:1:18: the reference to x.json cannot be resolved: "
	 "there is no such file"},
	{"reference to no schema", "{\"$ref\":\"#/x\",\"x\":1}",
	 "s.json:1:9: the reference to #/x cannot be resolved: what is "
	 "there is no schema"},
	{"reference that is no string", "{\"$ref\":1}",
	 "s.json:1:9: a reference must be a string"},
	{"in another file", "{\"$ref\":\"bad.json\"}",
	 "bad.json:2:1: \"allOf\" must be a list of schemas"},
};

static void a_broken_schema_says_where_and_why(void **state)
{
	static const struct schema_file files[] = {
		{"bad.json", "{\"allOf\":\n1}"},
		{NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < array_size(broken); i++) {
		const struct schema_case given = {.schema = broken[i].schema,
						  .files = files};
		struct schema *schema = NULL;
		char *why = NULL;
		const int r = schema_case_compile(&given, &schema, &why);

		if (r != -EBADMSG || !why || schema)
			fail_msg("%s: returned %d", broken[i].what, r);
		if (broken[i].why && why && strcmp(why, broken[i].why) != 0)
			fail_msg("%s: %s", broken[i].what, why);
		free(why);
	}
}

static void references_find_what_they_name(void **state)
{
	static const struct {
		const char *what;
		const char *schema;
	} list[] = {
		{"the root", "{\"$defs\":{\"n\":{\"$ref\":\"#/properties/v\"}},"
			     "\"properties\":{\"v\":{\"type\":\"null\"},"
			     "\"w\":{\"$ref\":\"#/$defs/n\"}}}"},
		{"an anchor", "{\"$defs\":{\"n\":{\"$anchor\":\"q\","
			      "\"type\":\"null\"}},\"properties\":{\"w\":"
			      "{\"$ref\":\"#q\"}}}"},
		{"an identifier",
		 "{\"$id\":\"http://x.example/a\",\"$defs\":{\"n\":{\"$id\":"
		 "\"b\",\"type\":\"null\"}},\"properties\":{\"w\":{\"$ref\":"
		 "\"http://x.example/b\"}}}"},
		{"a file",
		 "{\"properties\":{\"w\":{\"$ref\":\"dir/o.json\"}}}"},
		{"a file's part", "{\"properties\":{\"w\":{\"$ref\":\"./dir/"
				  "o.json#/$defs/m\"}}}"},
		{"a file beside the one it calls itself",
		 "{\"$id\":\"http://x.example/s.json\",\"properties\":{\"w\":"
		 "{\"$ref\":\"dir/o.json\"}}}"},
		{"a YAML file",
		 "{\"properties\":{\"w\":{\"$ref\":\"dir/n.yaml#/n\"}}}"},
		{"the file, from within a generated identifier",
		 "{\"$schema\":\"http://json-schema.org/draft-07/schema\","
		 "\"$id\":\"http://x.example/s\",\"definitions\":{\"n\":"
		 "{\"type\":\"null\"}},\"properties\":{\"w\":{\"$id\":"
		 "\"/properties/w\",\"allOf\":[{\"$ref\":"
		 "\"#/definitions/n\"}]}}}"},
		{"escapes", "{\"$defs\":{\"a/b~ %\":{\"type\":\"null\"}},"
			    "\"properties\":{\"w\":{\"$ref\":"
			    "\"#/$defs/a~1b~0%20%25\"}}}"},
	};
	static const struct schema_file files[] = {
		{"dir/o.json", "{\"$ref\":\"n.yaml#/n\",\"$defs\":{\"m\":"
			       "{\"$ref\":\"../dir/n.yaml#/n\"}}}"},
		{"dir/n.yaml", "n:\n  type: 'null'\n"},
		{NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < array_size(list); i++) {
		struct schema_case given = {.schema = list[i].schema,
					    .document = "w: 1\n",
					    .files = files};

		schema_case_expect(
			list[i].what, &given,
			"1:4+1 schema/type expected null, got integer");
		given.document = "w: null\n";
		schema_case_expect(list[i].what, &given, "");
	}
}

static void a_url_matters_only_where_it_is_needed(void **state)
{
	struct schema_case given = {
		.schema = "{\"properties\":{\"w\":{\"$ref\":"
			  "\"https://x.example/s.json#/a\"}}}",
		.document = "v: 1\n",
	};

	(void)state;
	schema_case_expect("not reached", &given, "");
	given.document = "w: 1\n";
	schema_case_expect(
		"reached", &given,
		"1:4+1 schema/unresolved cannot be decided: the "
		"schema refers to https://x.example/s.json#/a, which "
		"is not at hand; nothing is fetched: say with --map or "
		"--catalog where a copy lies");
	given.options.mode = SCHEMA_STRICT;
	schema_case_expect("strict", &given,
			   "s.json:1:28: the reference to "
			   "https://x.example/s.json#/a cannot be resolved: "
			   "nothing is fetched; say with --map or --catalog "
			   "where a copy lies, or refer to its path");
}

static void endless_schemas_end(void **state)
{
	static const char *const endless[] = {
		"{\"$ref\":\"#\"}",
		"{\"allOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}",
		"{\"anyOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":"
		"{\"not\":{\"$ref\":\"#\"}}}}",
	};
	char found[FOUND_SIZE];

	(void)state;
	for (size_t i = 0; i < array_size(endless); i++) {
		const struct schema_case given = {.schema = endless[i],
						  .document = "1"};

		assert_int_equal(schema_case_run(&given, found), 0);
		assert_non_null(strstr(found, "limit/schema-depth"));
	}
}

static void a_recursive_schema_follows_the_document(void **state)
{
	const struct schema_case given = {
		.schema = "{\"properties\":{\"next\":{\"$ref\":\"#\"}},"
			  "\"additionalProperties\":false}",
		.document = "next: {next: {next: {neXt: 1}}}\n",
	};

	(void)state;
	schema_case_expect("deep", &given,
			   "1:22+4 schema/additionalProperties unknown key "
			   "'neXt'; did you mean 'next'?");
}

/* 2^n ways through n levels of anyOf, none of which leads anywhere. */
static void steps_bound_what_is_exponential(void **state)
{
	char text[4096] = "{\"$defs\":{\"l0\":{\"type\":\"null\"}";
	char found[FOUND_SIZE];
	size_t size = strlen(text);

	(void)state;
	for (int i = 1; i <= 40; i++)
		size += (size_t)snprintf(
			text + size, sizeof(text) - size,
			",\"l%d\":{\"anyOf\":[{\"$ref\":\"#/"
			"$defs/l%d\"},{\"$ref\":\"#/$defs/l%d\""
			"}]}",
			i, i - 1, i - 1);
	snprintf(text + size, sizeof(text) - size,
		 "},\"$ref\":\"#/$defs/l40\"}");

	const struct schema_case given = {
		.schema = text, .document = "1", .max_steps = 100000};

	assert_int_equal(schema_case_run(&given, found), 0);
	assert_string_equal(found,
			    "1:1+1 limit/steps cannot be decided: more than "
			    "the limit of 100000 for steps");
}

static void a_pattern_that_gives_up_is_no_mismatch(void **state)
{
	const struct schema_case given = {
		.schema = "{\"pattern\":\"^(?=a)(a+)+$\"}",
		.document = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
	};

	(void)state;
	schema_case_expect("catastrophic", &given,
			   "1:1+41 limit/pattern cannot be decided: a pattern "
			   "of the schema takes too many steps");
}

static void many_unique_items_take_linear_time(void **state)
{
	enum { ITEMS = 100000, SIZE = 16 * ITEMS };
	char *text = malloc(SIZE);
	size_t size = 0;
	char found[FOUND_SIZE];

	(void)state;
	text[size++] = '[';
	for (int i = 0; i < ITEMS; i++)
		size += (size_t)snprintf(text + size, SIZE - size, "%s\"k%d\"",
					 i ? "," : "", i);
	snprintf(text + size, SIZE - size, "]");

	struct schema_case given = {.schema = "{\"uniqueItems\":true}",
				    .document = text,
				    .format = "json",
				    .max_steps = 10UL * ITEMS};

	assert_int_equal(schema_case_run(&given, found), 0);
	assert_string_equal(found, "");
	snprintf(text + size, SIZE - size, ",\"k7\"]");
	assert_int_equal(schema_case_run(&given, found), 0);
	assert_non_null(strstr(found, "schema/uniqueItems"));
	free(text);
}

static void many_required_keys_take_linear_time(void **state)
{
	enum { KEYS = 20000, SIZE = 24 * KEYS };
	char *schema = malloc(SIZE);
	char *document = malloc(SIZE);
	size_t s = 0;
	size_t d = 0;
	char found[FOUND_SIZE];

	(void)state;
	s += (size_t)snprintf(schema, SIZE, "{\"required\":[");
	d += (size_t)snprintf(document, SIZE, "{");
	for (int i = 0; i < KEYS; i++) {
		s += (size_t)snprintf(schema + s, SIZE - s, "%s\"k%d\"",
				      i ? "," : "", i);
		d += (size_t)snprintf(document + d, SIZE - d, "%s\"k%d\":1",
				      i ? "," : "", KEYS - 1 - i);
	}
	snprintf(schema + s, SIZE - s, "]}");
	snprintf(document + d, SIZE - d, "}");

	const struct schema_case given = {.schema = schema,
					  .document = document,
					  .format = "json",
					  .max_steps = 3UL * KEYS};

	assert_int_equal(schema_case_run(&given, found), 0);
	assert_string_equal(found, "");
	free(schema);
	free(document);
}

/* Anchors that double at every level stand for 2^30 values. */
static void aliases_are_bounded_by_steps(void **state)
{
	char text[2048];
	size_t size = (size_t)snprintf(text, sizeof(text), "a0: &a0 [x, y]\n");
	char found[FOUND_SIZE];

	(void)state;
	for (int i = 1; i <= 30; i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size,
					 "a%d: &a%d [*a%d, [*a%d]]\n", i, i,
					 i - 1, i - 1);

	const struct schema_case given = {
		.schema = "{\"additionalProperties\":{\"uniqueItems\":true}}",
		.document = text,
		.max_steps = 100000,
	};

	assert_int_equal(schema_case_run(&given, found), 0);
	assert_non_null(strstr(found, "limit/steps"));
}

/* Depth by aliases: 60 levels of 200 nested lists, one inside the other. */
static void depth_by_aliases_does_not_reach_the_stack(void **state)
{
	enum { LEVELS = 60, NESTED = 200, SIZE = LEVELS * (NESTED * 2 + 32) };
	char *text = malloc(SIZE);
	size_t size = (size_t)snprintf(text, SIZE, "a0: &a0 1\n");
	char found[FOUND_SIZE];

	(void)state;
	for (int i = 1; i < LEVELS; i++) {
		size += (size_t)snprintf(text + size, SIZE - size, "a%d: &a%d ",
					 i, i);
		memset(text + size, '[', NESTED);
		size += NESTED;
		size += (size_t)snprintf(text + size, SIZE - size, "*a%d ",
					 i - 1);
		memset(text + size, ']', NESTED);
		size += NESTED;
		text[size++] = '\n';
	}
	snprintf(text + size, SIZE - size, "b: [*a%d, *a%d]\n", LEVELS - 1,
		 LEVELS - 2);

	const struct schema_case given = {
		.schema = "{\"properties\":{\"b\":{\"uniqueItems\":true}}}",
		.document = text,
	};

	assert_int_equal(schema_case_run(&given, found), 0);
	assert_non_null(strstr(found, "limit/steps"));
	free(text);
}

static void failing_memory_is_an_answer(void **state)
{
	struct schema_case given = {
		.schema = "{\"properties\":{\"a\":{\"anyOf\":[{\"type\":"
			  "\"integer\"},{\"pattern\":\"^[a-z]{3}$\"}]}},"
			  "\"required\":[\"b\"],\"uniqueItems\":true,"
			  "\"unevaluatedProperties\":false,"
			  "\"items\":{\"uniqueItems\":true}}",
		.document = "a: x1\nc: 2\n",
	};
	char found[FOUND_SIZE];
	int r = -E2BIG;

	(void)state;
	for (given.arena_bytes = 1; r != 0; given.arena_bytes += 7) {
		r = schema_case_run(&given, found);
		if (r != 0)
			assert_int_equal(r, -E2BIG);
		assert_true(given.arena_bytes < 100000);
	}
	assert_true(given.arena_bytes > 100);
	assert_non_null(strstr(found, "schema/required"));
}

static void schemas_cut_anywhere_do_no_harm(void **state)
{
	static const char whole[] =
		"{\"$id\":\"http://x/y\",\"type\":[\"object\",\"null\"],"
		"\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}},\"$defs\":"
		"{\"b\":{\"enum\":[1,{\"x\":[2]}],\"pattern\":\"^\\\\p{L}+$\","
		"\"multipleOf\":0.5,\"minLength\":3}},\"oneOf\":[true,false],"
		"\"dependentSchemas\":{\"q\":{\"required\":[\"r\"]}}}";
	char text[sizeof(whole)];

	(void)state;
	for (size_t size = 0; size < sizeof(whole); size++) {
		struct schema_case given = {.schema = text};
		struct schema *schema = NULL;
		char *why = NULL;

		memcpy(text, whole, size);
		text[size] = '\0';

		const int r = schema_case_compile(&given, &schema, &why);

		assert_int_equal(r, size + 1 < sizeof(whole) ? -EBADMSG : 0);
		schema_free(schema);
		free(why);
	}
}

static void lists_and_mappings_as_keys_have_no_text(void **state)
{
	static const struct {
		const char *what;
		const char *names; /* a schema for names */
		const char *found;
	} cases[] = {
		{"shortest", "{\"minLength\":1}",
		 "1:3+1 schema/minLength the key '' must have at least 1 "
		 "character"},
		{"longest", "{\"maxLength\":0}", ""},
		{"pattern", "{\"pattern\":\"^.+$\"}",
		 "1:3+1 schema/pattern the key '' does not match the pattern "
		 "^.+$"},
		{"format", "{\"format\":\"date\"}",
		 "1:3+1 schema/format the key '' must be a date such as "
		 "2024-01-31"},
		{"enum", "{\"enum\":[{\"y\":\"z\"},\"x\"]}",
		 "1:3+1 schema/enum the key '' must be one of: a certain "
		 "object, x"},
		{"const", "{\"const\":\"\"}", ""},
		{"type", "{\"type\":\"object\"}",
		 "1:3+1 schema/type expected object, got string"},
		{"not", "{\"not\":{\"minLength\":1}}", ""},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		char schema[200];
		struct schema_case given = {.schema = schema,
					    .document = "? {y: z}\n: e\n"};

		snprintf(schema, sizeof(schema), "{\"propertyNames\":%s}",
			 cases[i].names);
		schema_case_expect(cases[i].what, &given, cases[i].found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broken_schema_says_where_and_why),
		cmocka_unit_test(references_find_what_they_name),
		cmocka_unit_test(a_url_matters_only_where_it_is_needed),
		cmocka_unit_test(endless_schemas_end),
		cmocka_unit_test(a_recursive_schema_follows_the_document),
		cmocka_unit_test(steps_bound_what_is_exponential),
		cmocka_unit_test(a_pattern_that_gives_up_is_no_mismatch),
		cmocka_unit_test(many_unique_items_take_linear_time),
		cmocka_unit_test(many_required_keys_take_linear_time),
		cmocka_unit_test(aliases_are_bounded_by_steps),
		cmocka_unit_test(depth_by_aliases_does_not_reach_the_stack),
		cmocka_unit_test(failing_memory_is_an_answer),
		cmocka_unit_test(schemas_cut_anywhere_do_no_harm),
		cmocka_unit_test(lists_and_mappings_as_keys_have_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
