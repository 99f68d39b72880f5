/* JSON Schema: what is found, where it is said to be, and in which words. */
#include "tests/unit/schema_case.h"

struct expectation {
	const char *what;
	const char *schema;
	const char *document;
	const char *expected;
};

static void expect_all(const struct expectation *list, size_t count,
		       struct schema_case base)
{
	for (size_t i = 0; i < count; i++) {
		base.schema = list[i].schema;
		base.document = list[i].document;
		schema_case_expect(list[i].what, &base, list[i].expected);
	}
}

static void types_are_told_apart_in_plain_words(void **state)
{
	static const struct expectation list[] = {
		{"integer", "{\"type\":\"integer\"}", "abc",
		 "1:1+3 schema/type expected integer, got string"},
		{"several", "{\"type\":[\"string\",\"integer\"]}", "[1, 2]",
		 "1:1+1 schema/type expected integer or string, got array"},
		{"null last", "{\"type\":[\"null\",\"string\"]}", "1",
		 "1:1+1 schema/type expected string or null, got integer"},
		{"an integer is a number",
		 "{\"type\":[\"integer\",\"number\"]}", "x",
		 "1:1+1 schema/type expected number, got string"},
		{"number with fraction", "{\"type\":\"integer\"}", "1.5",
		 "1:1+3 schema/type expected integer, got number"},
		{"1.0 is an integer", "{\"type\":\"integer\"}", "1.0", ""},
		{"1e3 is an integer", "{\"type\":\"integer\"}", "1e3", ""},
		{"integers are numbers", "{\"type\":\"number\"}", "12", ""},
		{"deep inside",
		 "{\"properties\":{\"a\":{\"items\":{\"type\":\"boolean\"}}}}",
		 "a:\n  - true\n  - off\n",
		 "3:5+3 schema/type expected boolean, got string"},
		{"the value, not its key",
		 "{\"properties\":{\"server\":{\"properties\":{\"port\":"
		 "{\"type\":\"integer\"}}}}}",
		 "server:\n  port: x\n",
		 "2:9+1 schema/type expected integer, got string"},
		{"an alias is where it stands",
		 "{\"properties\":{\"b\":{\"type\":\"integer\"}}}",
		 "a: &x text\nb: *x\n",
		 "2:4+2 schema/type expected integer, got string"},
	};

	(void)state;
	expect_all(list, array_size(list), (struct schema_case){0});
}

static const struct expectation keys[] = {
	{"missing at the root", "{\"required\":[\"port\"]}", "{\"a\":1}",
	 "1:1+1 schema/required missing required key 'port'"},
	{"missing: the key that holds the object",
	 "{\"properties\":{\"server\":{\"required\":[\"port\"]}}}",
	 "x: 1\nserver:\n  host: h\n",
	 "2:1+6 schema/required missing required key 'port'"},
	{"missing in an item", "{\"items\":{\"required\":[\"a\",\"b\"]}}",
	 "- a: 1\n", "1:3+1 schema/required missing required key 'b'"},
	{"unknown, with a guess",
	 "{\"properties\":{\"port\":{},\"host\":{}},"
	 "\"additionalProperties\":false}",
	 "host: h\nprot: 1\n",
	 "2:1+4 schema/additionalProperties unknown key 'prot'; did "
	 "you mean 'port'?"},
	{"unknown, nothing like it",
	 "{\"properties\":{\"port\":{}},"
	 "\"additionalProperties\":false}",
	 "colour: 1\n",
	 "1:1+6 schema/additionalProperties unknown key 'colour'"},
	{"wrong case is a slip too",
	 "{\"properties\":{\"logLevel\":{}},"
	 "\"additionalProperties\":false}",
	 "loglevel: 1\n",
	 "1:1+8 schema/additionalProperties unknown key 'loglevel'; "
	 "did you mean 'logLevel'?"},
	{"a pattern knows it",
	 "{\"patternProperties\":{\"^x-\":{}},"
	 "\"additionalProperties\":false}",
	 "x-a: 1\ny-a: 2\n",
	 "2:1+3 schema/additionalProperties unknown key 'y-a'"},
	{"forbidden by name", "{\"properties\":{\"old\":false,\"new\":true}}",
	 "new: 1\nold: 2\n",
	 "2:1+3 schema/properties the key 'old' is not allowed here"},
	{"its name is wrong", "{\"propertyNames\":{\"pattern\":\"^[a-z]+$\"}}",
	 "ab: 1\nA1: 2\n",
	 "2:1+2 schema/pattern the key 'A1' does not match the "
	 "pattern ^[a-z]+$"},
	{"a number as key is a name",
	 "{\"properties\":{\"8080\":{\"type\":\"string\"}},"
	 "\"propertyNames\":{\"type\":\"string\"}}",
	 "8080: 1\n", "1:7+1 schema/type expected string, got integer"},
	{"one key needs another",
	 "{\"dependentRequired\":{\"tls\":[\"cert\"]}}", "a: 1\ntls: on\n",
	 "2:1+3 schema/dependentRequired this key needs the key "
	 "'cert' too"},
	{"the same in older words", "{\"dependencies\":{\"tls\":[\"cert\"]}}",
	 "tls: on\n",
	 "1:1+3 schema/dependencies this key needs the key 'cert' "
	 "too"},
	{"not evaluated",
	 "{\"allOf\":[{\"properties\":{\"a\":{}}}],"
	 "\"unevaluatedProperties\":false}",
	 "a: 1\nb: 2\n", "2:1+1 schema/unevaluatedProperties unknown key 'b'"},
	{"too few", "{\"properties\":{\"m\":{\"minProperties\":2}}}",
	 "m: {a: 1}\n", "1:1+1 schema/minProperties must have at least 2 keys"},
};

static void keys_are_named_and_guessed(void **state)
{
	(void)state;
	expect_all(keys, array_size(keys), (struct schema_case){0});
}

static void values_are_held_to_what_the_schema_lists(void **state)
{
	static const struct expectation list[] = {
		{"enum", "{\"enum\":[\"a\",\"b\",1,null]}", "zzzz",
		 "1:1+4 schema/enum must be one of: a, b, 1, null"},
		{"enum with a guess",
		 "{\"properties\":{\"level\":{\"enum\":[\"debug\",\"info\"]}}}",
		 "level: inof\n",
		 "1:8+4 schema/enum must be one of: debug, info; did you mean "
		 "'info'?"},
		{"a long enum is cut", "{\"enum\":[1,2,3,4,5,6,7,8,9,10]}",
		 "11",
		 "1:1+2 schema/enum must be one of: 1, 2, 3, 4, 5, 6, 7, 8 and "
		 "2 more"},
		{"const", "{\"const\":\"v1\"}", "v2",
		 "1:1+2 schema/const must be v1"},
		{"numbers are equal by value", "{\"enum\":[1.0,100]}", "1e2",
		 ""},
		{"objects in any order", "{\"const\":{\"a\":[1],\"b\":{}}}",
		 "{b: {}, a: [1.0]}", ""},
		{"false is not 0", "{\"const\":false}", "0",
		 "1:1+1 schema/const must be false"},
	};

	(void)state;
	expect_all(list, array_size(list), (struct schema_case){0});
}

static void limits_are_exact(void **state)
{
	static const struct expectation list[] = {
		{"minimum", "{\"minimum\":1}", "0",
		 "1:1+1 schema/minimum must be at least 1"},
		{"maximum beyond 2^53", "{\"maximum\":9007199254740993}",
		 "9007199254740994",
		 "1:1+16 schema/maximum must be at most 9007199254740993"},
		{"beyond 2^64", "{\"maximum\":18446744073709551616}",
		 "18446744073709551616", ""},
		{"exclusive", "{\"exclusiveMinimum\":0}", "0",
		 "1:1+1 schema/exclusiveMinimum must be more than 0"},
		{"exclusive in draft 4",
		 "{\"$schema\":\"http://json-schema.org/draft-04/schema#\","
		 "\"maximum\":3,\"exclusiveMaximum\":true}",
		 "3", "1:1+1 schema/maximum must be less than 3"},
		{"multipleOf with decimals", "{\"multipleOf\":0.01}", "19.99",
		 ""},
		{"multipleOf", "{\"multipleOf\":0.1}", "0.25",
		 "1:1+4 schema/multipleOf must be a multiple of 0.1"},
		{"huge exponents are compared", "{\"maximum\":1e400}", "1e399",
		 ""},
		{"minus zero is zero", "{\"minimum\":0}", "-0.0", ""},
		{"length in code points", "{\"maxLength\":2}",
		 "\xc3\xa9\xe2\x82\xac", ""},
		{"length", "{\"minLength\":3}", "\xc3\xa9\xc3\xa9",
		 "1:1+4 schema/minLength must have at least 3 characters"},
		{"one character", "{\"maxLength\":1}", "ab",
		 "1:1+2 schema/maxLength must have at most 1 character"},
		{"items: the key that holds them",
		 "{\"properties\":{\"l\":{\"maxItems\":1}}}", "l: [1, 2]\n",
		 "1:1+1 schema/maxItems must have at most 1 item"},
		{"too long a tuple",
		 "{\"prefixItems\":[{},{}],\"items\":false}", "[1, 2, 3, 4]",
		 "1:8+1 schema/items only 2 items are allowed here"},
		{"the same before 2020-12",
		 "{\"items\":[{}],\"additionalItems\":false}", "[1, 2]",
		 "1:5+1 schema/additionalItems only 1 item is allowed here"},
		{"unique: the second one", "{\"uniqueItems\":true}",
		 "[1, 2, 1.0]",
		 "1:8+3 schema/uniqueItems repeats an earlier item of this "
		 "list"},
		{"unique objects", "{\"uniqueItems\":true}",
		 "[{a: 1, b: 2}, {b: 2, a: 1}]",
		 "1:16+1 schema/uniqueItems repeats an earlier item of this "
		 "list"},
		{"contains", "{\"contains\":{\"const\":1}}", "[2, 3]",
		 "1:1+1 schema/contains must have at least 1 item of the kind "
		 "that 'contains' describes"},
		{"contains too often",
		 "{\"contains\":{\"const\":1},\"maxContains\":1}", "[1, 1]",
		 "1:1+1 schema/contains must have at most 1 item of the kind "
		 "that 'contains' describes"},
		{"pattern", "{\"pattern\":\"^v[0-9]+$\"}", "x1",
		 "1:1+2 schema/pattern does not match the pattern ^v[0-9]+$"},
		{"format", "{\"format\":\"ipv4\"}", "10.0.0.256",
		 "1:1+10 schema/format must be an IPv4 address"},
	};

	(void)state;
	expect_all(list, array_size(list), (struct schema_case){0});
}

static void only_the_nearest_branch_is_explained(void **state)
{
	static const struct expectation list[] = {
		{"types of all branches",
		 "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]}",
		 "[]",
		 "1:1+1 schema/type expected integer or string, got array"},
		{"the branch of that type",
		 "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"object\","
		 "\"required\":[\"name\"]}]}",
		 "{a: 1}", "1:1+1 schema/required missing required key 'name'"},
		{"the branch of that kind",
		 "{\"oneOf\":[{\"properties\":{\"kind\":{\"const\":\"a\"},"
		 "\"x\":{\"type\":\"integer\"}}},"
		 "{\"properties\":{\"kind\":{\"const\":\"b\"},"
		 "\"y\":{\"type\":\"integer\"},\"z\":{\"type\":\"integer\"}}}]"
		 "}",
		 "kind: b\ny: q\nz: q\n",
		 "2:4+1 schema/type expected integer, got string\n"
		 "3:4+1 schema/type expected integer, got string"},
		{"more than one matches",
		 "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"integer\"},"
		 "{\"minimum\":0}]}",
		 "5",
		 "1:1+1 schema/oneOf must match exactly one of the "
		 "alternatives, but matches number 2 and number 3"},
		{"then",
		 "{\"if\":{\"required\":[\"a\"]},\"then\":"
		 "{\"required\":[\"b\"]},\"else\":{\"required\":[\"c\"]}}",
		 "a: 1\n", "1:1+1 schema/required missing required key 'b'"},
		{"else",
		 "{\"if\":{\"required\":[\"a\"]},\"then\":"
		 "{\"required\":[\"b\"]},\"else\":{\"required\":[\"c\"]}}",
		 "z: 1\n", "1:1+1 schema/required missing required key 'c'"},
		{"the values of all branches",
		 "{\"oneOf\":[{\"const\":\"on\",\"title\":\"t\"},"
		 "{\"enum\":[\"off\",3]}]}",
		 "offf",
		 "1:1+4 schema/enum must be one of: on, off, 3; did you mean "
		 "'off'?"},
		{"not this key", "{\"not\":{\"required\":[\"old\"]}}", "old: 1",
		 "1:1+1 schema/not must not have the key 'old'"},
		{"not these keys",
		 "{\"not\":{\"required\":[\"old\",\"older\"]}}",
		 "{old: 1, older: 2}",
		 "1:1+1 schema/not must not be what 'not' describes"},
		{"not", "{\"not\":{\"type\":\"string\"}}", "abc",
		 "1:1+3 schema/not must not be what 'not' describes"},
		{"said once, though demanded twice",
		 "{\"allOf\":[{\"required\":[\"a\"]},{\"required\":[\"a\"]}]}",
		 "b: 1", "1:1+1 schema/required missing required key 'a'"},
		{"nothing is allowed", "false", "1",
		 "1:1+1 schema/false nothing is allowed here"},
	};

	(void)state;
	expect_all(list, array_size(list), (struct schema_case){0});
}

static void every_violation_is_found(void **state)
{
	const struct schema_case given = {
		.schema = "{\"properties\":{\"a\":{\"type\":\"integer\"},"
			  "\"b\":{\"items\":{\"maximum\":3}}},"
			  "\"required\":[\"c\"]}",
		.document = "a: x\nb: [1, 4, 5]\n",
	};

	(void)state;
	schema_case_expect("all", &given,
			   "1:4+1 schema/type expected integer, got string\n"
			   "2:8+1 schema/maximum must be at most 3\n"
			   "2:11+1 schema/maximum must be at most 3\n"
			   "1:1+1 schema/required missing required key 'c'");
}

static void findings_tell_the_place_in_the_schema(void **state)
{
	static const struct expectation list[] = {
		{"a property",
		 "{\"properties\":{\"a/b\":{\"type\":\"integer\"}}}",
		 "a/b: x\n", "1:6+1 schema/type s.json#/properties/a~1b/type"},
		{"through a reference",
		 "{\"$ref\":\"#/definitions/x\",\"definitions\":{\"x\":"
		 "{\"required\":[\"q\"]}}}",
		 "{}", "1:1+1 schema/required s.json#/definitions/x/required"},
		{"a tilde", "{\"properties\":{\"~\":{\"type\":\"integer\"}}}",
		 "\"~\": x\n", "1:6+1 schema/type s.json#/properties/~0/type"},
		{"in a list", "{\"allOf\":[{},{\"minimum\":5}]}", "1",
		 "1:1+1 schema/minimum s.json#/allOf/1/minimum"},
		{"in another file", "{\"$ref\":\"sub/other.json#/$defs/n\"}",
		 "1", "1:1+1 schema/minimum sub/other.json#/$defs/n/minimum"},
		{"false", "{\"items\":{\"allOf\":[false]}}", "[1]",
		 "1:2+1 schema/false s.json#/items/allOf/0"},
	};
	static const struct schema_file files[] = {
		{"sub/other.json", "{\"$defs\":{\"n\":{\"minimum\":2}}}"},
		{NULL, NULL},
	};

	(void)state;
	expect_all(list, array_size(list),
		   (struct schema_case){.with_location = true, .files = files});
}

static void values_stay_hidden_unless_asked_for(void **state)
{
	struct schema_case given = {
		.schema = "{\"properties\":{\"token\":{\"type\":\"integer\"},"
			  "\"mode\":{\"enum\":[\"a\",\"b\"]}}}",
		.document = "token: s3cret\nmode: s3cret\n",
	};
	char found[FOUND_SIZE];

	(void)state;
	assert_int_equal(schema_case_run(&given, found), 0);
	assert_null(strstr(found, "s3cret"));
	given.show_values = true;
	assert_int_equal(schema_case_run(&given, found), 0);
	assert_non_null(strstr(found, "got string (it is s3cret)"));
}

static void untyped_text_is_what_the_schema_asks_for(void **state)
{
	static const struct expectation list[] = {
		{"a number",
		 "{\"properties\":{\"P\":{\"type\":\"integer\","
		 "\"minimum\":1}}}",
		 "P=8080\n", ""},
		{"too small",
		 "{\"properties\":{\"P\":{\"type\":\"integer\","
		 "\"minimum\":9000}}}",
		 "P=8080\n", "1:3+4 schema/minimum must be at least 9000"},
		{"no number", "{\"properties\":{\"P\":{\"type\":\"integer\"}}}",
		 "P=abc\n", "1:3+3 schema/type expected integer, got string"},
		{"still a string",
		 "{\"properties\":{\"P\":{\"type\":\"string\",\"maxLength\":4}}"
		 "}",
		 "P=8080\n", ""},
		{"a boolean", "{\"properties\":{\"P\":{\"type\":\"boolean\"}}}",
		 "P=Yes\n", ""},
		{"one of numbers", "{\"properties\":{\"P\":{\"enum\":[1,2]}}}",
		 "P=2\n", ""},
		{"none of them", "{\"properties\":{\"P\":{\"enum\":[1,2]}}}",
		 "P=3\n", "1:3+1 schema/enum must be one of: 1, 2"},
		{"never null", "{\"properties\":{\"P\":{\"type\":\"null\"}}}",
		 "P=null\n", "1:3+4 schema/type expected null, got string"},
	};

	(void)state;
	expect_all(list, array_size(list),
		   (struct schema_case){.format = "env"});
}

static void modes_differ_where_schemas_and_letter_do(void **state)
{
	static const char siblings[] =
		"{\"$schema\":\"http://json-schema.org/draft-07/schema#\","
		"\"definitions\":{\"s\":{\"type\":\"string\"}},"
		"\"properties\":{\"a\":{\"$ref\":\"#/definitions/s\","
		"\"maxLength\":1}}}";
	struct schema_case given = {.schema = siblings, .document = "a: xy\n"};

	(void)state;
	schema_case_expect("compat: siblings count", &given,
			   "1:4+2 schema/maxLength must have at most 1 "
			   "character");
	given.options.mode = SCHEMA_STRICT;
	schema_case_expect("strict: they do not", &given, "");
	given.schema = "{\"format\":\"ipv4\"}";
	given.document = "x";
	schema_case_expect("strict: formats are remarks", &given, "");
	given.options.dialect = SCHEMA_DRAFT4;
	given.schema = "{\"type\":\"integer\"}";
	given.document = "1.0";
	schema_case_expect("strict, draft 4: 1.0 is no integer", &given,
			   "1:1+3 schema/type expected integer, got number");
	given.schema = "{\"const\":1}";
	schema_case_expect("strict, draft 4: there is no const", &given, "");
}

static void a_word_of_2020_12_tells_the_dialect(void **state)
{
	static const struct expectation list[] = {
		{"a tree that refers to itself",
		 "{\"$dynamicAnchor\":\"n\",\"properties\":{\"c\":{\"items\":"
		 "{\"$dynamicRef\":\"#n\"}},\"v\":{\"type\":\"integer\"}}}",
		 "c: [{v: x}]\n",
		 "1:9+1 schema/type expected integer, got string"},
		{"contains evaluates",
		 "{\"contains\":{\"type\":\"string\"},"
		 "\"unevaluatedItems\":false}",
		 "[a, b]", ""},
	};

	(void)state;
	expect_all(list, array_size(list), (struct schema_case){0});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_told_apart_in_plain_words),
		cmocka_unit_test(keys_are_named_and_guessed),
		cmocka_unit_test(values_are_held_to_what_the_schema_lists),
		cmocka_unit_test(limits_are_exact),
		cmocka_unit_test(only_the_nearest_branch_is_explained),
		cmocka_unit_test(every_violation_is_found),
		cmocka_unit_test(findings_tell_the_place_in_the_schema),
		cmocka_unit_test(values_stay_hidden_unless_asked_for),
		cmocka_unit_test(untyped_text_is_what_the_schema_asks_for),
		cmocka_unit_test(modes_differ_where_schemas_and_letter_do),
		cmocka_unit_test(a_word_of_2020_12_tells_the_dialect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
