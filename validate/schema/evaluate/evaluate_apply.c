#include "validate/schema/evaluate/evaluation.h"

bool evaluate_ref(struct evaluation *evaluation, const uint32_t *code,
		  const struct subject *subject)
{
	return evaluate_same(evaluation, code[2], subject, subject->marks);
}

bool evaluate_unresolved(struct evaluation *evaluation, const uint32_t *code,
			 const struct subject *subject)
{
	evaluation->unresolved = code[2];
	return evaluation_stop(evaluation, STOP_UNRESOLVED, subject->at);
}

/* The block of a dynamic name in one resource. */
static uint32_t find_anchor(const struct schema *program, uint32_t name,
			    uint32_t resource)
{
	for (uint32_t i = 0; i < program->anchor_count; i++)
		if (program->anchors[i].name == name &&
		    program->anchors[i].resource == resource)
			return program->anchors[i].block;
	return PROGRAM_NONE;
}

bool evaluate_dynamic_ref(struct evaluation *evaluation, const uint32_t *code,
			  const struct subject *subject)
{
	const uint32_t *scopes = evaluation->scopes.data;
	uint32_t block = PROGRAM_NONE;

	/* The outermost resource that knows the name has the word. */
	for (uint32_t i = 0;
	     block == PROGRAM_NONE && i < evaluation->scopes.count; i++)
		block = find_anchor(evaluation->program, code[3], scopes[i]);
	if (block == PROGRAM_NONE)
		block = code[2];
	return evaluate_same(evaluation, block, subject, subject->marks);
}

bool evaluate_all_of(struct evaluation *evaluation, const uint32_t *code,
		     const struct subject *subject)
{
	bool is_good = true;

	for (uint32_t i = 0; i < code[2]; i++) {
		if (evaluate_same(evaluation, code[3 + i], subject,
				  subject->marks))
			continue;
		is_good = false;
		if (!evaluation->is_explaining || evaluation->stop)
			return false;
	}
	return is_good;
}

bool evaluate_any_of(struct evaluation *evaluation, const uint32_t *code,
		     const struct subject *subject)
{
	bool is_good = false;

	for (uint32_t i = 0; i < code[2]; i++) {
		if (evaluate_quietly(evaluation, code[3 + i], subject))
			is_good = true;
		if (evaluation->stop)
			return false;
		/* All of them are asked for what they evaluate. */
		if (is_good && subject->marks == PROGRAM_NONE)
			return true;
	}
	if (!is_good && evaluation->is_explaining)
		explain_nearest(evaluation, code, subject);
	return is_good;
}

bool evaluate_one_of(struct evaluation *evaluation, const uint32_t *code,
		     const struct subject *subject)
{
	const uint32_t tags = evaluation->tags_met;
	uint32_t matches = 0;
	uint32_t first = 0;

	for (uint32_t i = 0; i < code[2]; i++) {
		if (!evaluate_quietly(evaluation, code[3 + i], subject)) {
			if (evaluation->stop)
				return false;
			continue;
		}
		/* By its tag a value may meet more than it will. */
		if (matches++ && evaluation->tags_met == tags)
			return evaluation_report(
				evaluation, subject, code, subject->at,
				(first + 1) << 16 | ((i + 1) & 0xffff));
		first = i;
	}
	if (!matches && evaluation->is_explaining)
		explain_nearest(evaluation, code, subject);
	return matches > 0;
}

bool evaluate_not(struct evaluation *evaluation, const uint32_t *code,
		  const struct subject *subject)
{
	const uint32_t tags = evaluation->tags_met;
	struct subject unmarked = *subject;

	unmarked.marks = PROGRAM_NONE;
	if (!evaluate_quietly(evaluation, code[2], &unmarked))
		return !evaluation->stop;
	if (evaluation->tags_met != tags)
		return true;
	return evaluation_report(evaluation, subject, code, subject->at, 0);
}

bool evaluate_if(struct evaluation *evaluation, const uint32_t *code,
		 const struct subject *subject)
{
	const uint32_t tags = evaluation->tags_met;
	const bool is_met = evaluate_quietly(evaluation, code[2], subject);
	const uint32_t block = is_met ? code[3] : code[4];

	if (evaluation->stop)
		return false;
	/* Met only by a tag: neither branch is known to apply. */
	if (is_met && evaluation->tags_met != tags)
		return true;
	return block == PROGRAM_NONE ||
	       evaluate_same(evaluation, block, subject, subject->marks);
}
