/*
 * Evaluation: a byte for the options, one for the document's format, then the
 * document, the schema and other.json with separators between.
 */
#include "tests/fuzz/check_doc.h"
#include "tests/fuzz/check_verdict.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/schema_case.h"

/* 'd' is YAML. */
static const struct fuzz_reader readers[] = {
	{.format = "yaml",
	 .dialect = "",
	 .promises = CHECK_DOC_NESTED | CHECK_DOC_SHARED},
	{.format = "json", .dialect = "", .promises = CHECK_DOC_NESTED},
	{.format = "toml", .dialect = ""},
	{.format = "ini", .dialect = ""},
	{.format = "env", .dialect = "", .promises = CHECK_DOC_NESTED},
};

struct input {
	struct schema_case schema;
	const struct fuzz_reader *reader;
	struct span document;
};

/* The answer with these limits; OPEN if the document cannot be read. */
static enum schema_case_answer ask(const struct input *input,
				   const struct schema *schema,
				   const struct limits *limits, bool may_quote)
{
	struct fuzz_reading reading = {.limits = *limits};
	enum schema_case_answer answer = ANSWER_OPEN;

	fuzz_reading_run(&reading, input->reader, input->document);
	if (fuzz_reading_is_good(&reading) && reading.doc.document_count)
		answer = schema_case_evaluate(schema, &reading, may_quote);
	fuzz_reading_release(&reading);
	return answer;
}

/* The answer by another schema that refers to this one. */
static enum schema_case_answer ask_around(const struct input *input,
					  const char *around,
					  const struct limits *limits)
{
	struct schema_case made = {
		.options = input->schema.options,
		.path = "around.json",
		.schema = span_of(around),
		.other = input->schema.schema,
	};
	struct schema *schema = schema_case_compile(&made);
	const enum schema_case_answer answer =
		schema ? ask(input, schema, limits, true) : ANSWER_OPEN;

	schema_free(schema);
	return answer;
}

/* A reference changes nothing, and "not" turns the answer round. */
static void check_around(const struct input *input,
			 enum schema_case_answer answer,
			 const struct limits *limits)
{
	const enum schema_case_answer same =
		ask_around(input, "{\"$ref\": \"other.json\"}", limits);
	const enum schema_case_answer turned = ask_around(
		input, "{\"not\": {\"$ref\": \"other.json\"}}", limits);

	if (answer == ANSWER_OPEN)
		return;
	fuzz_require(same == ANSWER_OPEN || same == answer,
		     "a reference to a schema says what the schema says");
	/* A value with a tag of its own may meet both. */
	if (input->reader == readers &&
	    fuzz_contains(input->document, span_of("!")))
		return;
	fuzz_require(turned == ANSWER_OPEN || turned != answer,
		     "not says the opposite");
}

static void check_evaluation(const struct input *input,
			     const struct schema *schema)
{
	const uint32_t number = fuzz_number(input->document) +
				fuzz_number(input->schema.schema);
	const bool is_quoted =
		fuzz_contains(input->schema.schema, span_of(CHECK_SECRET));
	struct limits limits = LIMITS_DEFAULT;

	limits.steps = SCHEMA_CASE_STEPS;

	const enum schema_case_answer answer =
		ask(input, schema, &limits, is_quoted);

	/* Files are s.json and other.json: what refers to them would differ. */
	if (number % 8 == 0 && strcmp(input->schema.path, "s.json") == 0 &&
	    !fuzz_contains(input->schema.schema, span_of("json")) &&
	    input->schema.options.dialect != SCHEMA_BY_CONTENT)
		check_around(input, answer, &limits);
	if (number % 4 != 1)
		return;

	limits.steps = 1 + number / 4 % 60;
	limits.findings = number / 240 % 3;

	const enum schema_case_answer hasty =
		ask(input, schema, &limits, is_quoted);

	fuzz_require(hasty == ANSWER_OPEN || hasty == answer,
		     "fewer steps give the same answer or none");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = fuzz_span(data, size);
	struct input input = {.reader = NULL};
	struct schema *schema;

	schema_case_options(&input.schema, fuzz_take_byte(&rest));
	input.reader = &readers[fuzz_take_byte(&rest) % array_size(readers)];
	input.document = fuzz_take_part(&rest);
	input.schema.schema = fuzz_take_part(&rest);
	input.schema.other = rest;
	schema = schema_case_compile(&input.schema);
	if (schema)
		check_evaluation(&input, schema);
	schema_free(schema);
	return 0;
}
