/*
 * Evaluate by the quick and the full form of a schema, which must agree.
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
	return r;
}

#endif
