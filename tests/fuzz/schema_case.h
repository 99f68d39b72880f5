/*
 * A schema, a document and a second file that schemas may refer to, out of the
 * parts of one input, with what must hold of compiling and evaluating them.
 */
#ifndef TESTS_FUZZ_SCHEMA_CASE_H
#define TESTS_FUZZ_SCHEMA_CASE_H

#include "tests/fuzz/reader.h"
#include "validate/host.h"
#include "validate/schema/schema.h"

/* Steps of an evaluation: enough for what fits into an input. */
enum { SCHEMA_CASE_STEPS = 10000 };

/* Files that schemas can refer to: their own text and another. */
struct schema_case {
	struct schema_options options;
	const char *path; /* of the schema: "s.json" or "s.yaml" */
	struct span schema;
	struct span other; /* "other.json" */
};

/* Options by one byte: '0' is compat, dialect by content, JSON. */
void schema_case_options(struct schema_case *made, uint8_t byte);

/*
 * Compile and check what comes out; NULL when it is broken. The caller owns it
 * (schema_free()).
 */
struct schema *schema_case_compile(const struct schema_case *given);

/* What an evaluation says. */
enum schema_case_answer { ANSWER_GOOD, ANSWER_BAD, ANSWER_OPEN };

/* Hold the first document of a good reading against a schema, and check. */
enum schema_case_answer schema_case_evaluate(const struct schema *schema,
					     struct fuzz_reading *reading,
					     bool may_quote);

#endif
