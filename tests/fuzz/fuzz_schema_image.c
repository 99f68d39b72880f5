/*
 * Images of schemas: a byte for the options, then the document, the schema and
 * changes to its image with separators between. A change is four bytes: the
 * place of a word (two bytes, counted from the end if the third is odd), how it
 * is changed, and by what. What can be opened must be safe to evaluate.
 */
#include "tests/fuzz/check_program.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/schema_case.h"
#include "validate/schema/evaluate/evaluation.h"

#include <errno.h>

static const struct fuzz_reader reader = {.format = "yaml", .dialect = ""};

static uint32_t changed(uint32_t word, uint8_t how, uint8_t by)
{
	switch (how / 2 % 5) {
	case 0:
		return word + by;
	case 1:
		return word - by;
	case 2:
		return by;
	case 3:
		return UINT32_MAX - by;
	default:
		return word ^ (uint32_t)by << (how / 10 % 4 * 8);
	}
}

static void change(char *image, size_t size, struct span changes)
{
	const uint8_t *at = (const uint8_t *)changes.data;

	for (size_t left = changes.size; left >= 4; left -= 4, at += 4) {
		const size_t words = size / sizeof(uint32_t);
		const size_t number = (at[0] | (size_t)at[1] << 8) % words;
		char *place = image +
			      sizeof(uint32_t) *
				      (at[2] % 2 ? words - 1 - number : number);
		uint32_t word;

		memcpy(&word, place, sizeof(word));
		word = changed(word, at[2], at[3]);
		memcpy(place, &word, sizeof(word));
	}
}

typedef int evaluator(const struct schema *schema,
		      const struct schema_run *run);

/* Any answer will do, but there must be one. */
static void evaluate(evaluator *by, const struct schema *schema,
		     struct span document)
{
	struct fuzz_reading reading = {.limits = LIMITS_DEFAULT};

	fuzz_reading_run(&reading, &reader, document);
	if (fuzz_reading_is_good(&reading) && reading.doc.document_count) {
		const struct schema_run run = {
			.doc = &reading.doc,
			.root = reading.doc.documents[0].root,
			.max_steps = SCHEMA_CASE_STEPS,
			.arena = &reading.arena,
			.findings = &reading.findings,
		};
		const int r = by(schema, &run);

		fuzz_require(r == 0 || r == -EBADMSG || r == -E2BIG,
			     "an evaluation ends with an answer");
	}
	fuzz_reading_release(&reading);
}

static void check_image(const struct schema *schema, struct span document,
			struct span changes)
{
	struct schema *opened = NULL;
	auto_free char *image = NULL;
	size_t size = 0;

	fuzz_require(schema_export(schema, &image, &size) == 0,
		     "a small schema has an image");
	change(image, size, changes);

	const int r = schema_open((struct span){image, size}, &opened);

	fuzz_require(r == 0 || r == -EBADMSG, "an image is good or damaged");
	fuzz_require(r == 0 || changes.size >= 4, "an image can be opened");
	if (r)
		return;
	evaluate(schema_evaluate, opened, document);
	evaluate(schema_evaluate_fully, opened, document);
	schema_free(opened);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = fuzz_span(data, size);
	struct schema_case made = {.other = span_of("{}")};
	struct span document;
	struct schema *schema;

	schema_case_options(&made, fuzz_take_byte(&rest));
	document = fuzz_take_part(&rest);
	made.schema = fuzz_take_part(&rest);
	schema = schema_case_compile(&made);
	if (schema)
		check_image(schema, document, rest);
	schema_free(schema);
	return 0;
}
