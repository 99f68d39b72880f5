#include "validate/schema/evaluate/evaluation.h"
#include "validate/schema/number.h"
#include "validate/schema/strings/format_check.h"

/*
 * A false answer here only means "ask the full form": so whatever is unusual
 * (a complex key, a name that is an alias) is answered so. But where false can
 * make true, behind `not` and its like, it must be known not to be such an
 * evasion: evaluation->stop tells.
 */

/* Blocks inside blocks, as in the full form. */
enum { DEPTH_MAX = 2048 };

/* Steps are taken from the budget by so many at a time. */
enum { STEPS_AT_ONCE = 1024 };

/* What the full form gets more than the quick one. */
enum { BUDGET_SHARE = 8 };

/* Items that are compared each with each. */
enum { FEW_ITEMS = 16 };

static bool run(struct evaluation *evaluation, const uint32_t *step,
		uint32_t index);

/* Leave the answer to the full form. Returns false. */
static bool give_up(struct evaluation *evaluation)
{
	return evaluation_stop(evaluation, STOP_STEPS, evaluation->run->root);
}

/* Take more steps from the budget. */
static bool refill(struct evaluation *evaluation)
{
	const uint64_t missing = (uint64_t)-evaluation->quick_steps;

	evaluation->quick_steps = STEPS_AT_ONCE;
	return evaluation_spend(evaluation, missing + STEPS_AT_ONCE);
}

/* Take so many steps; false: there are not as many left. */
static inline bool spend(struct evaluation *evaluation, uint32_t steps)
{
	evaluation->quick_steps -= steps;
	return evaluation->quick_steps >= 0 || refill(evaluation);
}

static inline const struct node *node_at(const struct evaluation *evaluation,
					 uint32_t index)
{
	return &evaluation->doc->nodes[index];
}

static inline uint32_t entry_of(const struct evaluation *evaluation,
				uint32_t block, enum node_type type)
{
	return evaluation->program->quick_blocks[block].entry[type];
}

static bool go_on(struct evaluation *evaluation, uint32_t entry, uint32_t block,
		  uint32_t at)
{
	const struct node *node = node_at(evaluation, at);

	if (entry == QUICK_ALIAS) {
		at = node->target;
		node = node_at(evaluation, at);
		/* A name that is used as a value: rare, and not a string. */
		if (node->flags & NODE_KEY)
			return give_up(evaluation);
		entry = entry_of(evaluation, block, (enum node_type)node->type);
		if (entry < QUICK_FIRST)
			return entry == QUICK_ACCEPT;
	}
	if (evaluation->depth == DEPTH_MAX)
		return give_up(evaluation);
	if (!spend(evaluation, 1 + node->size / 4))
		return false;
	evaluation->depth++;

	const bool is_good =
		run(evaluation, evaluation->program->quick + entry, at);

	evaluation->depth--;
	return is_good;
}

/* Hold a value against a block; most answers are there at once. */
static inline bool hold(struct evaluation *evaluation, uint32_t block,
			uint32_t at)
{
	const struct node *node = node_at(evaluation, at);
	const uint32_t entry =
		entry_of(evaluation, block, (enum node_type)node->type);

	if (entry <= QUICK_REJECT)
		return entry == QUICK_ACCEPT;
	return go_on(evaluation, entry, block, at);
}

/* The bytes are equal; short texts are the rule. */
static inline bool same_bytes(const char *a, const char *b, uint32_t size)
{
	uint64_t left;
	uint64_t right;

	if (size < sizeof(left) || size > 2 * sizeof(left))
		return memcmp(a, b, size) == 0;
	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	if (left != right)
		return false;
	memcpy(&left, a + size - sizeof(left), sizeof(left));
	memcpy(&right, b + size - sizeof(right), sizeof(right));
	return left == right;
}

/* Has the node this text of the schema? Their hashes are equal. */
static inline bool is_key(const struct evaluation *evaluation, uint32_t key,
			  const struct node *node)
{
	const struct program_key *wanted = &evaluation->program->keys[key];

	return wanted->size == node->size &&
	       same_bytes(wanted->text, node->text, node->size);
}

static const struct program_slot *find_slot(const struct evaluation *evaluation,
					    const uint32_t *code,
					    const struct node *name)
{
	const struct program_slot *slots = program_slots(code);
	const uint32_t mask = code[5];

	for (uint32_t at = program_spread(name->hash);; at++) {
		const struct program_slot *slot = &slots[at & mask];

		if (slot->key == PROGRAM_NONE)
			return NULL;
		if (slot->hash == name->hash &&
		    is_key(evaluation, slot->key, name))
			return slot;
	}
}

/* Hold a member against all patterns that its name matches. */
static bool hold_patterns(struct evaluation *evaluation, const uint32_t *code,
			  uint32_t key, uint32_t value, bool *is_known)
{
	const uint32_t *pattern = code + MEMBERS_HEAD;
	const struct span name = node_text(node_at(evaluation, key));

	for (uint32_t i = 0; i < code[4]; i++, pattern += 2) {
		if (!evaluation_match(evaluation, pattern[0], name, key)) {
			if (evaluation->stop)
				return false;
			continue;
		}
		*is_known = true;
		if (!hold(evaluation, pattern[1], value))
			return false;
	}
	return true;
}

static bool hold_member(struct evaluation *evaluation, const uint32_t *code,
			uint32_t key, uint32_t value, uint64_t *found)
{
	const struct program_slot *slot =
		find_slot(evaluation, code, node_at(evaluation, key));
	bool is_known = false;

	if (slot) {
		if (slot->required != PROGRAM_NONE)
			*found |= UINT64_C(1) << slot->required;
		is_known = slot->block != PROGRAM_NONE;
		if (is_known && !hold(evaluation, slot->block, value))
			return false;
	}
	if (code[4] && !hold_patterns(evaluation, code, key, value, &is_known))
		return false;
	return is_known || code[3] == PROGRAM_NONE ||
	       hold(evaluation, code[3], value);
}

/* The lowest `count` bits, at most 64. */
static uint64_t all_of(uint32_t count)
{
	return count ? UINT64_MAX >> (64 - count) : 0;
}

static bool hold_members(struct evaluation *evaluation, const uint32_t *code,
			 uint32_t index)
{
	const struct node *object = node_at(evaluation, index);
	uint64_t found = 0;

	if (object->size < code[2] || !spend(evaluation, object->size))
		return false;
	for (uint32_t key = index + 1; key < object->next;) {
		const struct node *name = node_at(evaluation, key);
		const uint32_t value = key + 1;

		if (name->type >= NODE_ARRAY)
			return give_up(evaluation);
		if (!hold_member(evaluation, code, key, value, &found))
			return false;
		key = node_at(evaluation, value)->next;
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
		    is_key(evaluation, slots[i].key, name))
			return &slots[i];
	return NULL;
}

static bool hold_named(struct evaluation *evaluation, const uint32_t *step,
		       uint32_t index)
{
	const uint32_t end = node_at(evaluation, index)->next;
	uint32_t found = 0;

	for (uint32_t key = index + 1; key < end;
	     key = node_at(evaluation, key + 1)->next) {
		const struct node *name = node_at(evaluation, key);

		if (name->type >= NODE_ARRAY)
			return give_up(evaluation);

		const struct program_slot *slot =
			find_named(evaluation, step, name);

		if (!slot)
			continue;
		if (slot->required != PROGRAM_NONE)
			found |= 1u << slot->required;
		if (slot->block != PROGRAM_NONE &&
		    !hold(evaluation, slot->block, key + 1))
			return false;
	}
	return found == step[2];
}

/* Branches that are left for this value of the member that decides. */
static uint64_t picked_by(const struct evaluation *evaluation,
			  const uint32_t *step, const struct node *value)
{
	const struct quick_pick *table =
		(const struct quick_pick *)(const void *)(step +
							  QUICK_PICK_HEAD);
	const uint32_t mask = step[8];

	if (value->type != NODE_STRING)
		return UINT64_MAX;
	for (uint32_t at = program_spread(value->hash);; at++) {
		const struct quick_pick *place = &table[at & mask];

		if (place->key == PROGRAM_NONE ||
		    (place->hash == value->hash &&
		     is_key(evaluation, place->key, value)))
			return place->branches.low |
			       (uint64_t)place->branches.high << 32;
	}
}

static uint64_t pick(const struct evaluation *evaluation, const uint32_t *step,
		     uint32_t index)
{
	const uint32_t end = node_at(evaluation, index)->next;

	for (uint32_t key = index + 1; key < end;
	     key = node_at(evaluation, key + 1)->next) {
		const struct node *name = node_at(evaluation, key);

		/* Who knows what a name of that kind is. */
		if (name->type >= NODE_ARRAY)
			return UINT64_MAX;
		if (name->hash == step[1] && is_key(evaluation, step[2], name))
			return picked_by(evaluation, step, name + 1);
	}
	return step[4] | (uint64_t)step[5] << 32;
}

static bool hold_picked(struct evaluation *evaluation, const uint32_t *step,
			uint32_t index)
{
	const uint32_t *branches =
		step + QUICK_PICK_HEAD + (step[8] + 1) * QUICK_PICK_WORDS;
	const bool is_any = step[3];
	uint64_t left = pick(evaluation, step, index);
	uint32_t matches = 0;

	if (branches[0] < 64)
		left &= (UINT64_C(1) << branches[0]) - 1;
	for (; left && matches < (is_any ? 1 : 2); left &= left - 1) {
		const int branch = __builtin_ctzll(left);

		matches += hold(evaluation, branches[1 + branch], index);
		if (evaluation->stop)
			return false;
	}
	return matches == 1;
}

static bool hold_names(struct evaluation *evaluation, uint32_t block,
		       uint32_t index)
{
	const uint32_t end = node_at(evaluation, index)->next;
	const uint32_t entry = entry_of(evaluation, block, NODE_STRING);

	if (entry == QUICK_ACCEPT)
		return true;
	for (uint32_t key = index + 1; key < end;) {
		const struct node *name = node_at(evaluation, key);

		if (name->type >= NODE_ARRAY)
			return give_up(evaluation);
		if (entry == QUICK_REJECT ||
		    !go_on(evaluation, entry, block, key))
			return false;
		key = node_at(evaluation, name->next)->next;
	}
	return true;
}

static bool hold_items(struct evaluation *evaluation, uint32_t block,
		       uint32_t index)
{
	const uint32_t end = node_at(evaluation, index)->next;

	for (uint32_t at = index + 1; at < end;
	     at = node_at(evaluation, at)->next)
		if (!spend(evaluation, 1) || !hold(evaluation, block, at))
			return false;
	return true;
}

static bool hold_listed(struct evaluation *evaluation, const uint32_t *code,
			uint32_t index)
{
	const uint32_t end = node_at(evaluation, index)->next;
	uint32_t number = 0;

	for (uint32_t at = index + 1; at < end; number++) {
		const uint32_t block =
			number < code[4] ? code[5 + number] : code[2];

		if (block == PROGRAM_NONE)
			return true;
		if (!spend(evaluation, 1) || !hold(evaluation, block, at))
			return false;
		at = node_at(evaluation, at)->next;
	}
	return true;
}

static bool is_one_of(const struct evaluation *evaluation, const uint32_t *code,
		      uint32_t index)
{
	const struct node *constants = evaluation->program->constants.nodes;
	const struct node *node = node_at(evaluation, index);
	const uint32_t *table = code + 5;
	const uint32_t mask = code[4];

	for (uint32_t at = program_spread(node->hash); table[at & mask]; at++) {
		const struct node *constant = &constants[table[at & mask] - 1];

		if (constant->hash == node->hash &&
		    constant->type == NODE_STRING &&
		    constant->size == node->size &&
		    same_bytes(constant->text, node->text, node->size))
			return true;
	}
	return false;
}

static bool follow(struct evaluation *evaluation, const uint32_t *code,
		   uint32_t index)
{
	const struct node *node = node_at(evaluation, index);
	const struct subject subject = {
		.at = index,
		.index = index,
		.node = node,
		.marks = PROGRAM_NONE,
		.kinds = node->flags & NODE_KEY ? KIND_STRING : UINT8_MAX,
	};

	return operations[program_operation(code)](evaluation, code, &subject);
}

/* Of a few strings it is enough that all hashes differ. */
static bool is_unique(struct evaluation *evaluation, const uint32_t *code,
		      uint32_t index)
{
	const struct node *array = node_at(evaluation, index);
	const struct node *items = array + 1;

	if (array->size < 2)
		return true;
	if (array->size > FEW_ITEMS || array->next - index - 1 != array->size)
		return follow(evaluation, code, index);
	for (uint32_t i = 0; i < array->size; i++) {
		if (items[i].type != NODE_STRING)
			return follow(evaluation, code, index);
		for (uint32_t j = 0; j < i; j++)
			if (items[i].hash == items[j].hash)
				return follow(evaluation, code, index);
	}
	return true;
}

static bool is_any_of(struct evaluation *evaluation, const uint32_t *step,
		      uint32_t index)
{
	for (uint32_t i = 0; i < step[1] && !evaluation->stop; i++)
		if (hold(evaluation, step[2 + i], index))
			return true;
	return false;
}

static bool is_one_branch(struct evaluation *evaluation, const uint32_t *step,
			  uint32_t index)
{
	uint32_t matches = 0;

	for (uint32_t i = 0; i < step[1] && matches < 2; i++) {
		matches += hold(evaluation, step[2 + i], index);
		if (evaluation->stop)
			return false;
	}
	return matches == 1;
}

static bool is_not(struct evaluation *evaluation, uint32_t block,
		   uint32_t index)
{
	return !hold(evaluation, block, index) && !evaluation->stop;
}

static bool hold_if(struct evaluation *evaluation, const uint32_t *step,
		    uint32_t index)
{
	const bool is_then = hold(evaluation, step[1], index);

	return !evaluation->stop &&
	       hold(evaluation, is_then ? step[2] : step[3], index);
}

/* Bytes bound code points on both sides: mostly nothing is to be counted. */
static bool has_length(const struct node *node, uint32_t least, uint32_t most)
{
	uint32_t count = 0;

	if (node->size >= (uint64_t)least * 4 && node->size <= most)
		return true;
	for (uint32_t i = 0; i < node->size; i++)
		count += ((unsigned char)node->text[i] & 0xc0) != 0x80;
	return count >= least && count <= most;
}

static bool is_whole(const struct node *node)
{
	struct number number;

	return node->flags & NODE_INTEGER ||
	       (number_read(node_text(node), &number) &&
		number_is_integer(&number));
}

static inline bool take(struct evaluation *evaluation, const uint32_t *step,
			uint32_t index)
{
	const struct node *node = node_at(evaluation, index);
	const uint32_t *code = evaluation->program->code;

	switch (quick_operation(step)) {
	case QUICK_MEMBERS:
		return hold_members(evaluation, code + step[1], index);
	case QUICK_STRINGS:
		return is_one_of(evaluation, code + step[1], index);
	case QUICK_ITEMS:
		return hold_items(evaluation, step[1], index);
	case QUICK_CALL:
		return hold(evaluation, step[1], index);
	case QUICK_ANY_OF:
		return is_any_of(evaluation, step, index);
	case QUICK_ONE_OF:
		return is_one_branch(evaluation, step, index);
	case QUICK_WHOLE:
		return is_whole(node);
	case QUICK_LITERAL:
		return node->flags & NODE_INTEGER;
	case QUICK_MIN_LENGTH:
		return has_length(node, step[1], UINT32_MAX);
	case QUICK_MAX_LENGTH:
		return has_length(node, 0, step[1]);
	case QUICK_LEAST:
		return node->size >= step[1];
	case QUICK_MOST:
		return node->size <= step[1];
	case QUICK_PATTERN:
		return evaluation_match(evaluation, step[1], node_text(node),
					index);
	case QUICK_FORMAT:
		return format_check(step[1], node_text(node));
	case QUICK_NAMES:
		return hold_names(evaluation, step[1], index);
	case QUICK_NOT:
		return is_not(evaluation, step[1], index);
	case QUICK_IF:
		return hold_if(evaluation, step, index);
	case QUICK_ITEMS_LISTED:
		return hold_listed(evaluation, code + step[1], index);
	case QUICK_UNIQUE:
		return is_unique(evaluation, code + step[1], index);
	case QUICK_INSTRUCTION:
		return follow(evaluation, code + step[1], index);
	case QUICK_FULL:
		return evaluate_fully(evaluation, step[1], index);
	case QUICK_NAMED:
		return hold_named(evaluation, step, index);
	case QUICK_PICK:
		return hold_picked(evaluation, step, index);
	case QUICK_REFUSE:
	case QUICK_END:
		break;
	}
	return false;
}

static bool run(struct evaluation *evaluation, const uint32_t *step,
		uint32_t index)
{
	for (; quick_operation(step) != QUICK_END; step += quick_width(step))
		if (!take(evaluation, step, index))
			return false;
	return true;
}

bool quick_hold(struct evaluation *evaluation, uint32_t block, uint32_t at)
{
	if (block == PROGRAM_TRUE)
		return true;
	/* Whatever YAML sees in a key, as a name it is a string. */
	if (node_at(evaluation, at)->flags & NODE_KEY)
		return give_up(evaluation);
	return hold(evaluation, block, at);
}

bool quick_evaluate(struct evaluation *evaluation)
{
	const struct schema_run *run = evaluation->run;

	if (!evaluation->program->quick_blocks || run->doc->is_untyped)
		return false;
	evaluation->is_quick = true;
	evaluation->budget.steps = run->max_steps / BUDGET_SHARE;

	const bool is_good =
		quick_hold(evaluation, evaluation->program->entry, run->root);

	evaluation->is_quick = false;
	if (is_good && !evaluation->stop)
		return true;
	/* As if nothing had been asked, but for failures to evaluate. */
	if (evaluation->stop > 0)
		evaluation->stop = 0;
	evaluation->budget = (struct equal_budget){run->max_steps, 0};
	evaluation->depth = 0;
	evaluation->scratch.used = 0;
	return false;
}
