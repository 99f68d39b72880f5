#include "validate/schema/evaluate/quick.h"

/*
 * A key that is a scalar is one node: its value is the next one. Keys that are
 * containers or aliases are left to the full form.
 */
static inline bool is_plain(const struct node *key)
{
	return key->type < NODE_ARRAY;
}

static inline const struct program_slot *
find_slot(const struct evaluation *evaluation, const uint32_t *code,
	  const struct node *name)
{
	const struct program_slot *slots = program_slots(code);
	const uint32_t mask = code[5];

	for (uint32_t at = program_spread(name->hash);; at++) {
		const struct program_slot *slot = &slots[at & mask];

		if (slot->key == PROGRAM_NONE)
			return NULL;
		if (slot->hash == name->hash &&
		    quick_is_key(evaluation, slot->key, name))
			return slot;
	}
}

/* Hold a member against all patterns that its name matches. */
static bool hold_patterns(struct evaluation *evaluation, const uint32_t *code,
			  uint32_t key, bool *is_known)
{
	const uint32_t *pattern = code + MEMBERS_HEAD;
	const struct span name = node_text(&evaluation->nodes[key]);

	for (uint32_t i = 0; i < code[4]; i++, pattern += 2) {
		if (!evaluation_match(evaluation, pattern[0], name, key)) {
			if (evaluation->stop)
				return false;
			continue;
		}
		*is_known = true;
		if (!quick_hold_node(evaluation, pattern[1], key + 1))
			return false;
	}
	return true;
}

static bool hold_rest(struct evaluation *evaluation, const uint32_t *code,
		      uint32_t key, bool is_known)
{
	if (code[4] && !hold_patterns(evaluation, code, key, &is_known))
		return false;
	return is_known || code[3] == PROGRAM_NONE ||
	       quick_hold_node(evaluation, code[3], key + 1);
}

/* The lowest `count` bits, at most 64. */
static uint64_t all_of(uint32_t count)
{
	return count ? UINT64_MAX >> (64 - count) : 0;
}

bool quick_members(struct evaluation *evaluation, const uint32_t *step,
		   uint32_t index)
{
	const uint32_t *code = evaluation->program->code + step[1];
	const struct node *nodes = evaluation->nodes;
	const uint32_t end = nodes[index].next;
	uint64_t found = 0;

	if (nodes[index].size < code[2] ||
	    !quick_spend(evaluation, nodes[index].size))
		return false;
	for (uint32_t key = index + 1; key < end; key = nodes[key + 1].next) {
		if (!is_plain(&nodes[key]))
			return quick_give_up(evaluation);

		const struct program_slot *slot =
			find_slot(evaluation, code, &nodes[key]);
		const bool is_known = slot && slot->block != PROGRAM_NONE;

		if (slot && slot->required != PROGRAM_NONE)
			found |= UINT64_C(1) << slot->required;
		if (is_known &&
		    !quick_hold_node(evaluation, slot->block, key + 1))
			return false;
		if ((!is_known || code[4]) &&
		    !hold_rest(evaluation, code, key, is_known))
			return false;
	}
	return found == all_of(code[2]);
}

/* The slot of a name among a few, NULL if it is none of them. */
static inline const struct program_slot *
find_named(const struct evaluation *evaluation, const uint32_t *step,
	   const struct node *name)
{
	const struct program_slot *slots = quick_named(step);

	for (uint32_t i = 0; i < step[1]; i++)
		if (slots[i].hash == name->hash &&
		    quick_is_key(evaluation, slots[i].key, name))
			return &slots[i];
	return NULL;
}

bool quick_named_members(struct evaluation *evaluation, const uint32_t *step,
			 uint32_t index)
{
	const struct node *nodes = evaluation->nodes;
	const uint32_t end = nodes[index].next;
	uint32_t found = 0;

	for (uint32_t key = index + 1; key < end; key = nodes[key + 1].next) {
		if (!is_plain(&nodes[key]))
			return quick_give_up(evaluation);

		const struct program_slot *slot =
			find_named(evaluation, step, &nodes[key]);

		if (!slot)
			continue;
		if (slot->required != PROGRAM_NONE)
			found |= 1u << slot->required;
		if (slot->block != PROGRAM_NONE &&
		    !quick_hold_node(evaluation, slot->block, key + 1))
			return false;
	}
	return found == step[2];
}

bool quick_names(struct evaluation *evaluation, uint32_t block, uint32_t index)
{
	const struct node *nodes = evaluation->nodes;
	const uint32_t end = nodes[index].next;
	const uint32_t entry =
		evaluation->quick_blocks[block].entry[NODE_STRING];

	if (entry == QUICK_ACCEPT || index + 1 == end)
		return true;
	if (entry == QUICK_REJECT)
		return false;
	/* Whatever YAML sees in a key, as a name it is a string. */
	for (uint32_t key = index + 1; key < end; key = nodes[key + 1].next) {
		if (!is_plain(&nodes[key]))
			return quick_give_up(evaluation);
		if (!quick_go_on(evaluation, entry & ~QUICK_LOOK, block, key))
			return false;
	}
	return true;
}

/* Branches that are left for this value of the member that decides. */
static uint64_t picked_by(const struct evaluation *evaluation,
			  const uint32_t *step, const struct node *value)
{
	const struct quick_pick *table =
		(const struct quick_pick *)(const void *)(step +
							  QUICK_PICK_HEAD);
	const uint32_t mask = step[6];

	if (value->type != NODE_STRING)
		return UINT64_MAX;
	for (uint32_t at = program_spread(value->hash);; at++) {
		const struct quick_pick *place = &table[at & mask];

		if (place->key == PROGRAM_NONE ||
		    (place->hash == value->hash &&
		     quick_is_key(evaluation, place->key, value)))
			return place->branches.low |
			       (uint64_t)place->branches.high << 32;
	}
}

static uint64_t pick(const struct evaluation *evaluation, const uint32_t *step,
		     uint32_t index)
{
	const struct node *nodes = evaluation->nodes;
	const uint32_t end = nodes[index].next;

	for (uint32_t key = index + 1; key < end; key = nodes[key + 1].next) {
		/* Who knows what a name of that kind is. */
		if (!is_plain(&nodes[key]))
			return UINT64_MAX;
		if (nodes[key].hash == step[1] &&
		    quick_is_key(evaluation, step[2], &nodes[key]))
			return picked_by(evaluation, step, &nodes[key + 1]);
	}
	return step[4] | (uint64_t)step[5] << 32;
}

bool quick_picked(struct evaluation *evaluation, const uint32_t *step,
		  uint32_t index)
{
	const uint32_t *branches = step + QUICK_PICK_HEAD +
				   ((size_t)step[6] + 1) * QUICK_PICK_WORDS;
	const uint32_t enough = step[3] ? 1 : 2;
	uint64_t left = pick(evaluation, step, index) & all_of(branches[0]);
	uint32_t matches = 0;

	for (; left && matches < enough; left &= left - 1) {
		const int branch = __builtin_ctzll(left);

		matches += quick_hold_node(evaluation, branches[1 + branch],
					   index);
		if (evaluation->stop)
			return false;
	}
	return matches == 1;
}
