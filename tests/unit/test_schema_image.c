/* Images of compiled schemas: whole, damaged and forged. */
#include "tests/unit/both_forms.h"
#include "tests/unit/schema_case.h"

#include "validate/schema/image/image.h"

#include <pthread.h>

/* A schema with every operation but those that replace another. */
static const char all_schema[] =
	"{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\","
	"\"$defs\": {\"p\": {\"type\": \"integer\", \"minimum\": 1,"
	" \"maximum\": 9, \"exclusiveMinimum\": 0, \"exclusiveMaximum\": 10}},"
	"\"type\": \"object\", \"required\": [\"kind\", \"port\"],"
	"\"minProperties\": 1, \"maxProperties\": 20,"
	"\"properties\": {\"port\": {\"$ref\": \"#/$defs/p\"},"
	"\"name\": {\"type\": \"string\", \"minLength\": 2, \"maxLength\": 9,"
	" \"pattern\": \"^a+$\", \"format\": \"hostname\"},"
	"\"b\": {\"contentEncoding\": \"base64\"},"
	"\"j\": {\"contentMediaType\": \"application/json\"},"
	"\"far\": {\"$ref\": \"http://example.com/s\"},"
	"\"list\": {\"type\": \"array\", \"uniqueItems\": true,"
	" \"minItems\": 1, \"maxItems\": 3, \"contains\": {\"const\": \"x\"},"
	" \"prefixItems\": [{\"type\": \"string\"}],"
	" \"items\": {\"enum\": [\"x\", [1], {\"a\": null}]},"
	" \"unevaluatedItems\": false}},"
	"\"patternProperties\": {\"^x-\": {\"multipleOf\": 2}},"
	"\"propertyNames\": {\"maxLength\": 9},"
	"\"allOf\": [{\"oneOf\": [{\"required\": [\"name\"]},"
	" {\"required\": [\"q\"]}]}],"
	"\"anyOf\": [{\"properties\": {\"kind\": {\"const\": \"a\"},"
	" \"q\": {\"not\": {\"type\": \"null\"}}}},"
	" {\"properties\": {\"kind\": {\"enum\": [\"b\", \"c\"]}}}],"
	"\"if\": {\"required\": [\"q\"]}, \"then\": {\"minProperties\": 3},"
	"\"dependentRequired\": {\"q\": [\"port\"]},"
	"\"dependentSchemas\": {\"q\": {\"maxProperties\": 9}},"
	"\"unevaluatedProperties\": false}";

/* With dynamic names there is no quick form. */
static const char dynamic_schema[] =
	"{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\","
	"\"$id\": \"http://example.com/root\", \"$dynamicAnchor\": \"n\","
	"\"properties\": {\"list\": {\"items\": {\"$dynamicRef\": \"#n\"}},"
	" \"port\": {\"type\": \"integer\"}, \"kind\": {\"enum\": [1.5]}}}";

/* Nothing that leaves open what the answer is, so it has a quick form. */
static const char quick_schema[] =
	"{\"oneOf\": [{\"properties\": {\"kind\": {\"const\": \"a\"},"
	" \"name\": {\"pattern\": \"^(?=a)a\"}, \"port\": {\"minimum\": 1}},"
	" \"required\": [\"kind\"]},"
	" {\"properties\": {\"kind\": {\"enum\": [\"b\", \"z\"]}},"
	" \"required\": [\"kind\"]}],"
	"\"properties\": {\"list\": {\"items\": {\"type\": [\"string\","
	" \"array\"], \"minLength\": 1}, \"uniqueItems\": true},"
	" \"q\": {\"if\": {\"type\": \"integer\"}, \"then\": {\"maximum\":"
	" 5}}, \"p\": {\"not\": {\"maxLength\": 1}}, \"r\": {}},"
	"\"additionalProperties\": {\"type\": [\"integer\", \"null\"]},"
	"\"propertyNames\": {\"pattern\": \"^[a-z-]+$\"}}";

static const char *const documents[] = {
	"{\"kind\": \"a\", \"port\": 3, \"name\": \"aa\", \"list\": [\"x\","
	" [1]], \"x-y\": 4}",
	"{\"kind\": \"z\", \"port\": \"3\", \"name\": \"b\", \"list\": [\"x\","
	" \"x\", {\"a\": null}], \"x-y\": 5, \"zz\": 1, \"q\": null}",
	"{\"list\": [{\"list\": [{\"kind\": 1.5}]}], \"far\": 1, \"b\": \"=\","
	" \"j\": \"{\", \"p\": \"pp\", 1: 2, [k]: v, true: 3}",
	"[1, [2], {kind: a}]",
	"&a [x, *a2, &a2 y]",
	"12",
	"text",
};

static struct schema *compile(const char *text)
{
	const struct schema_case given = {.schema = text};
	struct schema *schema = NULL;
	char *why = NULL;

	if (schema_case_compile(&given, &schema, &why))
		fail_msg("%s", why);
	return schema;
}

/* An exactly sized copy is opened, and goes away. */
static int open_copy(const char *image, size_t size, struct schema **out)
{
	char *copy = malloc(size ? size : 1);

	memcpy(copy, image, size);

	const int r = schema_open((struct span){copy, size}, out);

	free(copy);
	return r;
}

/* Whatever it says, it ends. */
static void evaluate_all(const struct schema *schema)
{
	for (size_t i = 0; i < array_size(documents); i++) {
		struct reading reading = {0};

		reading_run(&reading, "yaml", "", span_of(documents[i]));

		const struct schema_run run = {
			.doc = &reading.doc,
			.root = reading.doc.document_count
					? reading.doc.documents[0].root
					: DOC_NONE,
			.max_steps = 5000,
			.arena = &reading.arena,
			.findings = &reading.findings,
		};

		if (run.root != DOC_NONE) {
			const int r = schema_evaluate(schema, &run);
			const int full = schema_evaluate_fully(schema, &run);

			assert_true(r == 0 || r == -EBADMSG || r == -E2BIG);
			assert_true(full == 0 || full == -EBADMSG ||
				    full == -E2BIG);
		}
		reading_release(&reading);
	}
}

/* Open what may be forged; is it refused? */
static bool is_refused(const char *image, size_t size)
{
	struct schema *schema = NULL;
	const int r = open_copy(image, size, &schema);

	if (r) {
		assert_int_equal(r, -EBADMSG);
		assert_null(schema);
		return true;
	}
	evaluate_all(schema);
	schema_free(schema);
	return false;
}

static const char *const schemas[] = {all_schema, dynamic_schema, quick_schema,
				      "true", "false"};

static void an_opened_schema_says_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(schemas) * array_size(documents);
	     i++) {
		struct schema *schema =
			compile(schemas[i / array_size(documents)]);
		struct reading reading = {0};

		reading_run(&reading, "yaml", "",
			    span_of(documents[i % array_size(documents)]));

		const struct schema_run run = {
			.doc = &reading.doc,
			.root = reading.doc.document_count
					? reading.doc.documents[0].root
					: DOC_NONE,
			.max_steps = 100000,
			.arena = &reading.arena,
			.findings = &reading.findings,
		};

		if (run.root != DOC_NONE)
			assert_int_equal(both_forms_evaluate(schema, &run), 0);
		reading_release(&reading);
		schema_free(schema);
	}
}

static void a_cut_image_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(schemas); i++) {
		struct schema *schema = compile(schemas[i]);
		char *image = NULL;
		size_t size = 0;

		assert_int_equal(schema_export(schema, &image, &size), 0);
		for (size_t cut = 0; cut < size; cut++)
			assert_true(is_refused(image, cut));
		assert_false(is_refused(image, size));
		free(image);
		schema_free(schema);
	}
}

/* Each word of an image is set to values that are most likely to harm. */
static void forge_words(const char *text)
{
	static const uint32_t values[] = {0,	  1,	      2,
					  3,	  0x7fffffff, 0x80000005,
					  100000, UINT32_MAX, UINT32_MAX - 1};
	enum { OTHERS = 6 };
	struct schema *schema = compile(text);
	char *image = NULL;
	size_t size = 0;
	size_t refused = 0;

	assert_int_equal(schema_export(schema, &image, &size), 0);
	for (size_t at = 0; at + 4 <= size; at += 4) {
		uint32_t word;

		memcpy(&word, image + at, 4);
		for (size_t i = 0; i < array_size(values) + OTHERS; i++) {
			const uint32_t near[OTHERS] = {
				word + 1,      word - 1,   word ^ 0x100,
				word ^ 0x8000, word + 256, word * 2};
			const uint32_t value =
				i < OTHERS ? near[i] : values[i - OTHERS];

			memcpy(image + at, &value, 4);
			refused += is_refused(image, size);
		}
		memcpy(image + at, &word, 4);
	}
	print_message("%zu bytes, %zu forgeries refused\n", size, refused);
	assert_true(refused > size);
	free(image);
	schema_free(schema);
}

static void a_forged_word_is_refused_or_harmless(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(schemas); i++)
		forge_words(schemas[i]);
}

static void a_changed_byte_is_refused_or_harmless(void **state)
{
	struct schema *schema = compile(quick_schema);
	char *image = NULL;
	size_t size = 0;

	(void)state;
	assert_int_equal(schema_export(schema, &image, &size), 0);
	for (size_t i = 0; i < size; i++) {
		image[i] = (char)~image[i];
		(void)is_refused(image, size);
		image[i] = (char)~image[i];
	}
	free(image);
	schema_free(schema);
}

static void an_image_of_another_kind_is_refused(void **state)
{
	static const struct {
		const char *what;
		size_t offset;
	} cases[] = {
		{"other bytes", 0},
		{"another version", offsetof(struct image_header, version)},
		{"another byte order", offsetof(struct image_header, mark)},
		{"another set of operations",
		 offsetof(struct image_header, shape)},
	};
	struct schema *schema = compile(all_schema);
	char *image = NULL;
	size_t size = 0;

	(void)state;
	assert_int_equal(schema_export(schema, &image, &size), 0);
	for (size_t i = 0; i < array_size(cases); i++) {
		image[cases[i].offset] ^= 4;
		if (!is_refused(image, size))
			fail_msg("%s is accepted", cases[i].what);
		image[cases[i].offset] ^= 4;
	}
	free(image);
	schema_free(schema);
}

/* Patterns are compiled by whoever comes to them first. */
static void *evaluate_often(void *schema)
{
	evaluate_all(schema);
	return NULL;
}

static void threads_may_open_patterns_at_once(void **state)
{
	enum { THREADS = 8, ROUNDS = 20 };
	struct schema *schema = compile(quick_schema);

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct schema *copy = both_forms_copy(schema);
		pthread_t threads[THREADS];

		for (int i = 0; i < THREADS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL,
							evaluate_often, copy),
					 0);
		for (int i = 0; i < THREADS; i++)
			pthread_join(threads[i], NULL);
		schema_free(copy);
	}
	schema_free(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_opened_schema_says_the_same),
		cmocka_unit_test(a_cut_image_is_refused),
		cmocka_unit_test(a_forged_word_is_refused_or_harmless),
		cmocka_unit_test(a_changed_byte_is_refused_or_harmless),
		cmocka_unit_test(an_image_of_another_kind_is_refused),
		cmocka_unit_test(threads_may_open_patterns_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
