/*
 * Evaluate by the quick and the full form of a schema, and by a copy of it
 * that went through its image: all must agree.
 */
#ifndef TESTS_UNIT_BOTH_FORMS_H
#define TESTS_UNIT_BOTH_FORMS_H

#include "tests/unit/unit.h"

#include "validate/schema/evaluate/evaluation.h"

/* Findings of the quick form from `first` on, which may be cut. */
static inline void both_forms_compare(const struct findings *quick,
				      uint32_t first,
				      const struct findings *full)
{
	const uint32_t count = quick->count - first;

	if (quick->count < quick->max_count)
		assert_int_equal(count, full->count);
	assert_true(quick->is_undecided || !full->is_undecided);
	for (uint32_t i = 0; i < count; i++) {
		const struct raw_finding *a = &quick->list[first + i];
		const struct raw_finding *b = &full->list[i];

		assert_string_equal(a->rule, b->rule);
		assert_string_equal(a->message, b->message);
		assert_string_equal(a->schema_location, b->schema_location);
		assert_int_equal(a->place.offset, b->place.offset);
		assert_int_equal(a->place.length, b->place.length);
	}
}

/* Does the quick form alone tell that the document is valid? */
static inline bool both_forms_is_quick(const struct schema *schema,
				       const struct schema_run *run)
{
	struct evaluation evaluation = {
		.program = schema, .run = run, .doc = run->doc};
	const bool is_valid = quick_evaluate(&evaluation);

	pattern_memory_free(evaluation.memory);
	return is_valid;
}

/* The schema through its image; that of the copy is the same once more. */
static inline struct schema *both_forms_copy(const struct schema *schema)
{
	struct schema *copy = NULL;
	char *image = NULL;
	char *again = NULL;
	size_t size = 0;
	size_t again_size = 0;

	assert_int_equal(schema_export(schema, &image, &size), 0);
	assert_int_equal(schema_open((struct span){image, size}, &copy), 0);
	assert_int_equal(schema_export(copy, &again, &again_size), 0);
	assert_int_equal(again_size, size);
	assert_memory_equal(again, image, size);
	free(image);
	free(again);
	return copy;
}

/* Findings of a copy of the schema must be those of the schema. */
static inline void both_forms_compare_copy(const struct schema *schema,
					   const struct schema_run *run,
					   uint32_t first)
{
	struct schema *copy = both_forms_copy(schema);
	struct findings findings;
	struct schema_run again = *run;

	findings_init(&findings, run->arena, run->findings->max_count);
	again.findings = &findings;
	assert_int_equal(schema_evaluate(copy, &again), 0);
	both_forms_compare(run->findings, first, &findings);
	assert_int_equal(both_forms_is_quick(copy, run),
			 both_forms_is_quick(schema, run));
	schema_free(copy);
}

/* As schema_evaluate(). */
static inline int both_forms_evaluate(const struct schema *schema,
				      const struct schema_run *run)
{
	const uint32_t first = run->findings->count;
	struct findings findings;
	struct schema_run again = *run;

	findings_init(&findings, run->arena, run->findings->max_count);
	again.findings = &findings;

	const int full = schema_evaluate_fully(schema, &again);
	const int r = schema_evaluate(schema, run);

	assert_int_equal(r, full);
	both_forms_compare(run->findings, first, &findings);
	if (r == 0)
		both_forms_compare_copy(schema, run, first);
	return r;
}

#endif
