/* Strings that hold base64 or JSON. */
#include "tests/unit/schema_case.h"

#include "validate/schema/strings/content.h"

#include <errno.h>

/* A copy in an exactly sized heap block, so that ASan sees overreads. */
static char *block_of(struct span text)
{
	char *block = malloc(text.size ? text.size : 1);

	memcpy(block, text.data, text.size);
	return block;
}

static bool is_base64(const char *text)
{
	char *block = block_of(span_of(text));
	const bool is_good =
		content_is_base64((struct span){block, strlen(text)});

	free(block);
	return is_good;
}

static int is_json(const char *text, bool in_base64)
{
	char *block = block_of(span_of(text));
	const int r = content_is_json((struct span){block, strlen(text)},
				      in_base64, 1 << 20, NULL);

	free(block);
	return r;
}

static void base64_is_whole_groups_of_its_digits(void **state)
{
	static const char *const good[] = {
		"",    "YQ==", "YWI=", "YWJj", "YWJj\r\nYWI=\n", "+/+/ +/8=\t",
		"YR=="};
	static const char *const bad[] = {
		"Y",	"YQ",	    "YQ=",  "YQ===", "YQ=Y", "=",    "====",
		"Y===", "YQ==YQ==", "YW*j", "YWJ-_", "a%bc", "YWJjY"};

	(void)state;
	for (size_t i = 0; i < array_size(good); i++)
		if (!is_base64(good[i]))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < array_size(bad); i++)
		if (is_base64(bad[i]))
			fail_msg("%s", bad[i]);
}

static void json_is_read_by_its_own_reader(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		bool in_base64;
		int wanted;
	} cases[] = {
		{"an object", "{\"a\": [1, null]}", false, 1},
		{"a number", " 1.5e3 ", false, 1},
		{"a repeated key", "{\"a\": 1, \"a\": 2}", false, 1},
		{"nothing", "", false, 1},
		{"two values", "1 2", false, 0},
		{"a comment", "{} // no", false, 0},
		{"a word", "yes", false, 0},
		{"bytes that are not UTF-8", "\"\xff\"", false, 0},
		{"an object in base64", "eyJhIjoxfQ==", true, 1},
		{"half an object in base64", "eyJhIjox", true, 0},
		{"no base64 at all", "{}", true, 1},
		{"nothing in base64", "", true, 1},
		{"a blank", " ", false, 0},
		{"blanks in base64", "ICA=", true, 0},
		{"bytes that are not UTF-8, in base64", "/w==", true, 0},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		if (is_json(cases[i].text, cases[i].in_base64) !=
		    cases[i].wanted)
			fail_msg("%s", cases[i].what);
}

static void what_exceeds_a_limit_is_not_decided(void **state)
{
	enum { SIZE = 1 << 20 };
	char *deep = malloc(SIZE);
	char *long_list = malloc(SIZE);

	(void)state;
	memset(deep, '[', SIZE);
	memset(long_list, '1', SIZE);
	for (size_t i = 0; i < SIZE; i += 2)
		long_list[i] = ',';
	long_list[0] = '[';
	long_list[SIZE - 2] = ' ';
	long_list[SIZE - 1] = ']';
	assert_int_equal(content_is_json((struct span){deep, SIZE}, false,
					 1 << 26, NULL),
			 -E2BIG);
	assert_int_equal(content_is_json((struct span){long_list, SIZE}, false,
					 1 << 20, NULL),
			 -E2BIG);
	assert_int_equal(content_is_json((struct span){long_list, SIZE}, false,
					 1 << 27, NULL),
			 1);
	assert_int_equal(is_json("[[1]]", false), 1);
	for (uint64_t limit = 0; limit < 64; limit++)
		assert_int_equal(content_is_json(span_of("eyJhIjoxfQ=="), true,
						 limit, NULL),
				 -E2BIG);
	free(deep);
	free(long_list);
}

static void a_caller_can_end_it(void **state)
{
	enum { SIZE = 1 << 20 };
	const atomic_bool cancel = true;
	const struct host host = {.cancel = &cancel};
	char *text = malloc(SIZE);

	(void)state;
	memset(text, ' ', SIZE);
	for (size_t i = 0; i < SIZE; i += 2) {
		text[i] = '1';
		text[i + 1] = ',';
	}
	text[0] = '[';
	text[1] = ' ';
	assert_int_equal(content_is_json((struct span){text, SIZE}, false,
					 1 << 28, &host),
			 -ECANCELED);
	free(text);
}

static void names_of_types_may_have_parameters(void **state)
{
	(void)state;
	assert_true(content_is_json_name(span_of("application/json")));
	assert_true(content_is_json_name(
		span_of("Application/JSON; charset=utf-8")));
	assert_true(content_is_json_name(span_of("application/geo+json")));
	assert_true(content_is_json_name(span_of("application/a+json;x=y")));
	assert_false(content_is_json_name(span_of("application/jsonp")));
	assert_false(content_is_json_name(span_of("text/html;a+json")));
	assert_false(content_is_json_name(span_of("+json")));
	assert_false(content_is_json_name(span_of("")));
	assert_true(content_is_base64_name(span_of("BASE64")));
	assert_false(content_is_base64_name(span_of("base64url")));
	assert_false(content_is_base64_name(span_of("")));
}

static void drafts_up_to_7_assert_contents_in_compat(void **state)
{
	static const struct {
		const char *what;
		struct schema_case given;
		const char *expected;
	} cases[] = {
		{"base64 that is none",
		 {.schema = "{\"contentEncoding\": \"base64\"}",
		  .document = "'a%b'"},
		 "1:1+5 schema/contentEncoding "
		 "must be base64 text"},
		{"JSON that is none",
		 {.schema = "{\"contentMediaType\": \"application/json\"}",
		  .document = "'{:}'"},
		 "1:1+5 schema/contentMediaType "
		 "must be JSON text"},
		{"base64 of what is no JSON",
		 {.schema = "{\"contentMediaType\": \"application/json\", "
			    "\"contentEncoding\": \"base64\"}",
		  .document = "ezp9Cg=="},
		 "1:1+8 schema/contentMediaType "
		 "must be JSON text in base64"},
		{"no base64: said once",
		 {.schema = "{\"contentMediaType\": \"application/json\", "
			    "\"contentEncoding\": \"base64\"}",
		  .document = "'{}'"},
		 "1:1+4 schema/contentEncoding "
		 "must be base64 text"},
		{"another encoding hides the JSON",
		 {.schema = "{\"contentMediaType\": \"application/json\", "
			    "\"contentEncoding\": \"base32\"}",
		  .document = "'{:}'"},
		 ""},
		{"not a string",
		 {.schema = "{\"contentEncoding\": \"base64\"}",
		  .document = "5"},
		 ""},
		{"strict",
		 {.schema = "{\"contentEncoding\": \"base64\"}",
		  .document = "'a%b'",
		  .options = {SCHEMA_STRICT, SCHEMA_DRAFT7}},
		 ""},
		{"a later draft",
		 {.schema = "{\"contentEncoding\": \"base64\"}",
		  .document = "'a%b'",
		  .options = {SCHEMA_COMPAT, SCHEMA_2019_09}},
		 ""},
		{"too deep",
		 {.schema = "{\"contentMediaType\": \"application/json\"}",
		  .document =
			  "'[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
			  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
			  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
			  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
			  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
			  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
			  "'"},
		 "1:1+301 limit/content cannot be decided: the JSON text "
		 "in it is too large or too deeply nested"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		schema_case_expect(cases[i].what, &cases[i].given,
				   cases[i].expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_is_whole_groups_of_its_digits),
		cmocka_unit_test(json_is_read_by_its_own_reader),
		cmocka_unit_test(what_exceeds_a_limit_is_not_decided),
		cmocka_unit_test(a_caller_can_end_it),
		cmocka_unit_test(names_of_types_may_have_parameters),
		cmocka_unit_test(drafts_up_to_7_assert_contents_in_compat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
