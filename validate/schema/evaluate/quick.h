/*
 * What the parts of the quick evaluator share.
 *
 * A false answer here only means "ask the full form": so whatever is unusual
 * (a complex key, a name that is an alias) is answered so. But where false can
 * make true, behind `not` and its like, it must be known not to be such an
 * evasion: evaluation->stop tells.
 */
#ifndef VALIDATE_SCHEMA_EVALUATE_QUICK_H
#define VALIDATE_SCHEMA_EVALUATE_QUICK_H

#include "validate/schema/evaluate/evaluation.h"

/* Leave the answer to the full form. Returns false. */
bool quick_give_up(struct evaluation *evaluation);

/* Take more steps from the budget. */
bool quick_refill(struct evaluation *evaluation);

/* The rest of quick_hold_node(): through the list of an entry, or an alias. */
bool quick_go_on(struct evaluation *evaluation, uint32_t entry, uint32_t block,
		 uint32_t at);
/* The same for a list that looks at the value alone, not into it. */
bool quick_look(struct evaluation *evaluation, uint32_t entry, uint32_t at);

/* quick_object.c: the steps for objects. */
bool quick_members(struct evaluation *evaluation, const uint32_t *step,
		   uint32_t index);
bool quick_named_members(struct evaluation *evaluation, const uint32_t *step,
			 uint32_t index);
bool quick_names(struct evaluation *evaluation, uint32_t block, uint32_t index);
bool quick_picked(struct evaluation *evaluation, const uint32_t *step,
		  uint32_t index);

/* Take so many steps; false: there are not as many left. */
static inline bool quick_spend(struct evaluation *evaluation, uint32_t steps)
{
	evaluation->quick_steps -= steps;
	return evaluation->quick_steps >= 0 || quick_refill(evaluation);
}

/* Hold a value against a block; most answers are there at once. */
static inline bool quick_hold_node(struct evaluation *evaluation,
				   uint32_t block, uint32_t at)
{
	const uint8_t type = evaluation->nodes[at].type;
	const uint32_t entry = evaluation->quick_blocks[block].entry[type];

	if (entry <= QUICK_REJECT)
		return entry == QUICK_ACCEPT;
	if (entry & QUICK_LOOK)
		return quick_look(evaluation, entry, at);
	return quick_go_on(evaluation, entry, block, at);
}

/* Are the bytes equal? Short texts are the rule. */
static inline bool quick_same_bytes(const char *a, const char *b, uint32_t size)
{
	uint64_t left[2];
	uint64_t right[2];
	uint32_t few[4];

	if (size > 2 * sizeof(left[0]))
		return memcmp(a, b, size) == 0;
	if (size >= sizeof(left[0])) {
		memcpy(&left[0], a, sizeof(left[0]));
		memcpy(&right[0], b, sizeof(right[0]));
		memcpy(&left[1], a + size - sizeof(left[1]), sizeof(left[1]));
		memcpy(&right[1], b + size - sizeof(right[1]),
		       sizeof(right[1]));
		return left[0] == right[0] && left[1] == right[1];
	}
	if (size >= sizeof(few[0])) {
		memcpy(&few[0], a, sizeof(few[0]));
		memcpy(&few[1], b, sizeof(few[1]));
		memcpy(&few[2], a + size - sizeof(few[2]), sizeof(few[2]));
		memcpy(&few[3], b + size - sizeof(few[3]), sizeof(few[3]));
		return few[0] == few[1] && few[2] == few[3];
	}
	return size == 0 || (a[0] == b[0] && a[size / 2] == b[size / 2] &&
			     a[size - 1] == b[size - 1]);
}

/* Has the node this text of the schema? Their hashes are equal. */
static inline bool quick_is_key(const struct evaluation *evaluation,
				uint32_t key, const struct node *node)
{
	const struct program_key *wanted = &evaluation->program->keys[key];

	return wanted->size == node->size &&
	       quick_same_bytes(wanted->text, node->text, node->size);
}

#endif
