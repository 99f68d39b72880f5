/*
 * Schemas: a byte for the options, the schema, the separator, other.json. A
 * schema that compiles is held against its own text.
 */
#include "tests/fuzz/check_doc.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/schema_case.h"
#include "validate/schema/program.h"

/* The same text makes the same program. */
static void check_again(const struct schema_case *given,
			const struct schema *first)
{
	struct schema *second = schema_case_compile(given);

	fuzz_require(second && second->code_count == first->code_count &&
			     memcmp(second->code, first->code,
				    first->code_count * sizeof(uint32_t)) == 0,
		     "the same schema makes the same program");
	schema_free(second);
}

static void evaluate_own_text(const struct schema_case *given,
			      const struct schema *schema)
{
	const bool is_yaml = strcmp(given->path, "s.yaml") == 0;
	const struct fuzz_reader reader = {.format = is_yaml ? "yaml" : "json",
					   .dialect = ""};
	struct fuzz_reading reading = {.limits = LIMITS_DEFAULT};

	reading.limits.steps = SCHEMA_CASE_STEPS;
	fuzz_reading_run(&reading, &reader, given->schema);
	if (fuzz_reading_is_good(&reading))
		(void)schema_case_evaluate(schema, &reading, true);
	fuzz_reading_release(&reading);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = fuzz_span(data, size);
	struct schema_case made = {.path = ""};

	schema_case_options(&made, fuzz_take_byte(&rest));
	made.schema = fuzz_take_part(&rest);
	made.other = rest;

	auto_free char *schema_bytes = fuzz_copy(made.schema);
	auto_free char *other_bytes = fuzz_copy(made.other);

	made.schema.data = schema_bytes;
	made.other.data = other_bytes;

	struct schema *schema = schema_case_compile(&made);

	if (!schema)
		return 0;
	evaluate_own_text(&made, schema);
	if (fuzz_number(made.schema) % 4 == 0)
		check_again(&made, schema);
	schema_free(schema);
	return 0;
}
