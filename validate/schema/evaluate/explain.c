#include "validate/schema/evaluate/evaluation.h"

/*
 * How much a violation speaks against a branch being the one that was meant.
 * What the value is as a whole, or what its keys are for telling branches
 * apart, says more than a mistake further inside.
 */
static uint32_t weight(const struct violation *violation, uint32_t level)
{
	const uint32_t depth = violation->level - level;
	const bool is_constant = violation->keyword == KEYWORD_CONST ||
				 violation->keyword == KEYWORD_ENUM;

	if (depth > 1)
		return 1;
	if (depth == 1)
		return is_constant			    ? 100
		       : violation->keyword == KEYWORD_TYPE ? 20
							    : 4;
	if (violation->keyword == KEYWORD_TYPE)
		return 10000;
	if (is_constant)
		return 5000;
	return violation->keyword == KEYWORD_REQUIRED ? 12 : 8;
}

/* Branches held against each other. */
struct contest {
	uint32_t base;	     /* first violation of the best branch */
	uint32_t length;     /* how many it has */
	uint64_t score;	     /* and what they weigh together */
	uint32_t kinds;	     /* types that the branches ask for */
	bool is_about_type;  /* no branch has another objection */
	bool is_about_value; /* the same for enum and const */
};

static uint64_t score_of(const struct evaluation *evaluation, uint32_t start)
{
	const struct violation *list = evaluation->violations.data;
	uint64_t score = 0;

	for (uint32_t i = start; i < evaluation->violations.count; i++)
		score += weight(&list[i], evaluation->level);
	return score;
}

/* Keep the violations behind the best so far if they weigh less. */
static void compare(struct evaluation *evaluation, struct contest *contest)
{
	struct list *violations = &evaluation->violations;
	struct violation *list = violations->data;
	const uint32_t start = contest->base + contest->length;
	const uint32_t length = violations->count - start;
	const uint64_t score = score_of(evaluation, start);

	const bool is_plain =
		length == 1 && list[start].level == evaluation->level;

	if (is_plain && list[start].keyword == KEYWORD_TYPE)
		contest->kinds |= list[start].detail;
	else
		contest->is_about_type = false;
	if (!is_plain || (list[start].keyword != KEYWORD_ENUM &&
			  list[start].keyword != KEYWORD_CONST))
		contest->is_about_value = false;
	if (length && (score < contest->score || !contest->length)) {
		memmove(list + contest->base, list + start,
			length * sizeof(*list));
		contest->length = length;
		contest->score = score;
	}
	violations->count = contest->base + contest->length;
}

/* Make one violation of the objections that all branches share. */
static void unite(struct evaluation *evaluation, const struct contest *contest,
		  const uint32_t *code, const struct subject *subject)
{
	struct violation *list = evaluation->violations.data;

	if (!contest->length) {
		(void)evaluation_report(evaluation, subject, code, subject->at,
					0);
	} else if (contest->is_about_type) {
		list[contest->base].detail = contest->kinds;
	} else if (contest->is_about_value && code[2] > 1) {
		evaluation->violations.count = contest->base;
		(void)evaluation_report_as(evaluation, subject, code,
					   KEYWORD_ENUM, subject->at, 0);
	}
}

void explain_nearest(struct evaluation *evaluation, const uint32_t *code,
		     const struct subject *subject)
{
	struct contest contest = {.base = evaluation->violations.count,
				  .is_about_type = true,
				  .is_about_value = true};

	for (uint32_t i = 0; i < code[2] && !evaluation->stop; i++) {
		(void)evaluate_same(evaluation, code[3 + i], subject,
				    PROGRAM_NONE);
		compare(evaluation, &contest);
	}
	unite(evaluation, &contest, code, subject);
}
