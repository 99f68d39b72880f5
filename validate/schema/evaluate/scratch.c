#include "validate/schema/evaluate/evaluation.h"

#include <errno.h>

uint32_t scratch_push(struct evaluation *evaluation, uint32_t words)
{
	struct scratch *scratch = &evaluation->scratch;
	const uint32_t start = scratch->used;

	if (words > UINT32_MAX / 4 - start) {
		evaluation_stop(evaluation, -E2BIG, evaluation->run->root);
		return PROGRAM_NONE;
	}
	if (start + words > scratch->capacity) {
		const uint32_t capacity = (start + words) * 2;
		uint64_t *grown =
			arena_grow(evaluation->run->arena, scratch->words,
				   scratch->capacity * sizeof(*grown),
				   capacity * sizeof(*grown));

		if (!grown) {
			evaluation_stop(evaluation,
					evaluation->run->arena->error,
					evaluation->run->root);
			return PROGRAM_NONE;
		}
		scratch->words = grown;
		scratch->capacity = capacity;
	}
	memset(scratch->words + start, 0, words * sizeof(uint64_t));
	scratch->used = start + words;
	return start;
}

void scratch_pop(struct evaluation *evaluation, uint32_t to)
{
	if (to != PROGRAM_NONE)
		evaluation->scratch.used = to;
}

static uint32_t mark_words(const struct subject *subject)
{
	return subject->node->size / 64 + 1;
}

uint32_t scratch_push_marks(struct evaluation *evaluation,
			    const struct subject *subject)
{
	return scratch_push(evaluation, mark_words(subject));
}

void scratch_mark(struct evaluation *evaluation, uint32_t marks, uint32_t child)
{
	if (marks != PROGRAM_NONE)
		evaluation->scratch.words[marks + child / 64] |= UINT64_C(1)
								 << child % 64;
}

bool scratch_is_marked(const struct evaluation *evaluation, uint32_t marks,
		       uint32_t child)
{
	return evaluation->scratch.words[marks + child / 64] >> child % 64 & 1;
}

void scratch_merge(struct evaluation *evaluation, uint32_t from, uint32_t into,
		   const struct subject *subject)
{
	uint64_t *words = evaluation->scratch.words;

	if (into == PROGRAM_NONE)
		return;
	for (uint32_t i = 0; i < mark_words(subject); i++)
		words[into + i] |= words[from + i];
}

void scratch_mark_all(struct evaluation *evaluation, uint32_t marks,
		      const struct subject *subject)
{
	if (marks != PROGRAM_NONE)
		memset(evaluation->scratch.words + marks, 0xff,
		       mark_words(subject) * sizeof(uint64_t));
}
