#include "validate/schema/evaluate/quick.h"

#include "validate/schema/number.h"
#include "validate/schema/strings/format_check.h"

/* Blocks inside blocks, as in the full form. */
enum { DEPTH_MAX = 2048 };

/* Steps are taken from the budget by so many at a time. */
enum { STEPS_AT_ONCE = 1024 };

/* What the full form gets more than the quick one. */
enum { BUDGET_SHARE = 8 };

/* Items that are compared each with each. */
enum { FEW_ITEMS = 16 };

bool quick_give_up(struct evaluation *evaluation)
{
	return evaluation_stop(evaluation, STOP_STEPS, evaluation->run->root);
}

bool quick_refill(struct evaluation *evaluation)
{
	const uint64_t missing = (uint64_t)-evaluation->quick_steps;

	evaluation->quick_steps = STEPS_AT_ONCE;
	return evaluation_spend(evaluation, missing + STEPS_AT_ONCE);
}

static bool hold_items(struct evaluation *evaluation, uint32_t block,
		       uint32_t index)
{
	const struct node *nodes = evaluation->nodes;
	const uint32_t end = nodes[index].next;

	if (!quick_spend(evaluation, nodes[index].size))
		return false;
	for (uint32_t at = index + 1; at < end; at = nodes[at].next)
		if (!quick_hold_node(evaluation, block, at))
			return false;
	return true;
}

static bool hold_listed(struct evaluation *evaluation, const uint32_t *code,
			uint32_t index)
{
	const struct node *nodes = evaluation->nodes;
	const uint32_t end = nodes[index].next;
	uint32_t number = 0;

	if (!quick_spend(evaluation, nodes[index].size))
		return false;
	for (uint32_t at = index + 1; at < end; number++) {
		const uint32_t block =
			number < code[4] ? code[5 + number] : code[2];

		if (block == PROGRAM_NONE)
			return true;
		if (!quick_hold_node(evaluation, block, at))
			return false;
		at = nodes[at].next;
	}
	return true;
}

static bool is_one_of(const struct evaluation *evaluation, const uint32_t *code,
		      const struct node *node)
{
	const struct node *constants = evaluation->program->constants.nodes;
	const uint32_t *table = code + 5;
	const uint32_t mask = code[4];

	for (uint32_t at = program_spread(node->hash); table[at & mask]; at++) {
		const struct node *constant = &constants[table[at & mask] - 1];

		if (constant->hash == node->hash &&
		    constant->type == NODE_STRING &&
		    constant->size == node->size &&
		    quick_same_bytes(constant->text, node->text, node->size))
			return true;
	}
	return false;
}

static bool follow(struct evaluation *evaluation, const uint32_t *code,
		   uint32_t index)
{
	/* Names do not come here: nobody asks whether it is to be a string. */
	const struct subject subject = {
		.at = index,
		.index = index,
		.node = &evaluation->nodes[index],
		.marks = PROGRAM_NONE,
		.kinds = UINT8_MAX,
	};

	return operations[program_operation(code)](evaluation, code, &subject);
}

/* Of a few strings it is enough that all hashes differ. */
static bool is_unique(struct evaluation *evaluation, const uint32_t *code,
		      uint32_t index)
{
	const struct node *array = &evaluation->nodes[index];
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
	if (!quick_spend(evaluation, step[1]))
		return false;
	for (uint32_t i = 0; i < step[1] && !evaluation->stop; i++)
		if (quick_hold_node(evaluation, step[2 + i], index))
			return true;
	return false;
}

static bool is_one_branch(struct evaluation *evaluation, const uint32_t *step,
			  uint32_t index)
{
	uint32_t matches = 0;

	if (!quick_spend(evaluation, step[1]))
		return false;
	for (uint32_t i = 0; i < step[1] && matches < 2; i++) {
		matches += quick_hold_node(evaluation, step[2 + i], index);
		if (evaluation->stop)
			return false;
	}
	return matches == 1;
}

static bool is_not(struct evaluation *evaluation, uint32_t block,
		   uint32_t index)
{
	return !quick_hold_node(evaluation, block, index) && !evaluation->stop;
}

static bool hold_if(struct evaluation *evaluation, const uint32_t *step,
		    uint32_t index)
{
	const bool is_then = quick_hold_node(evaluation, step[1], index);

	return !evaluation->stop &&
	       quick_hold_node(evaluation, is_then ? step[2] : step[3], index);
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

/* Steps that look at the value alone. */
static inline bool take_look(struct evaluation *evaluation,
			     const uint32_t *step, uint32_t index)
{
	const struct node *node = &evaluation->nodes[index];
	const uint32_t *code = evaluation->program->code;

	switch (quick_operation(step)) {
	case QUICK_STRINGS:
		return is_one_of(evaluation, code + step[1], node);
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
	case QUICK_END:
	case QUICK_REFUSE:
	case QUICK_ITEMS:
	case QUICK_NAMES:
	case QUICK_CALL:
	case QUICK_NOT:
	case QUICK_FULL:
	case QUICK_ITEMS_LISTED:
	case QUICK_UNIQUE:
	case QUICK_MEMBERS:
	case QUICK_INSTRUCTION:
	case QUICK_NAMED:
	case QUICK_IF:
	case QUICK_ANY_OF:
	case QUICK_ONE_OF:
	case QUICK_PICK:
		break;
	}
	return false;
}

static inline bool take(struct evaluation *evaluation, const uint32_t *step,
			uint32_t index)
{
	const uint32_t *code = evaluation->program->code;

	switch (quick_operation(step)) {
	case QUICK_MEMBERS:
		return quick_members(evaluation, step, index);
	case QUICK_NAMED:
		return quick_named_members(evaluation, step, index);
	case QUICK_PICK:
		return quick_picked(evaluation, step, index);
	case QUICK_NAMES:
		return quick_names(evaluation, step[1], index);
	case QUICK_ITEMS:
		return hold_items(evaluation, step[1], index);
	case QUICK_ITEMS_LISTED:
		return hold_listed(evaluation, code + step[1], index);
	case QUICK_UNIQUE:
		return is_unique(evaluation, code + step[1], index);
	case QUICK_CALL:
		return quick_hold_node(evaluation, step[1], index);
	case QUICK_ANY_OF:
		return is_any_of(evaluation, step, index);
	case QUICK_ONE_OF:
		return is_one_branch(evaluation, step, index);
	case QUICK_NOT:
		return is_not(evaluation, step[1], index);
	case QUICK_IF:
		return hold_if(evaluation, step, index);
	case QUICK_INSTRUCTION:
		return follow(evaluation, code + step[1], index);
	case QUICK_FULL:
		return evaluate_fully(evaluation, step[1], index);
	case QUICK_END:
	case QUICK_REFUSE:
	case QUICK_WHOLE:
	case QUICK_LITERAL:
	case QUICK_MIN_LENGTH:
	case QUICK_MAX_LENGTH:
	case QUICK_LEAST:
	case QUICK_MOST:
	case QUICK_PATTERN:
	case QUICK_FORMAT:
	case QUICK_STRINGS:
		break;
	}
	return take_look(evaluation, step, index);
}

bool quick_look(struct evaluation *evaluation, uint32_t entry, uint32_t at)
{
	const uint32_t *step = evaluation->quick + (entry & ~QUICK_LOOK);

	for (; quick_operation(step) != QUICK_END; step += quick_width(step))
		if (!take_look(evaluation, step, at))
			return false;
	return true;
}

static bool hold_alias(struct evaluation *evaluation, uint32_t block,
		       uint32_t alias)
{
	const uint32_t at = evaluation->nodes[alias].target;

	/* A name that is used as a value: rare, and not always a string. */
	if (evaluation->nodes[at].flags & NODE_KEY)
		return quick_give_up(evaluation);
	return quick_hold_node(evaluation, block, at);
}

bool quick_go_on(struct evaluation *evaluation, uint32_t entry, uint32_t block,
		 uint32_t at)
{
	const uint32_t *step = evaluation->quick + entry;
	bool is_good = true;

	if (entry == QUICK_ALIAS)
		return hold_alias(evaluation, block, at);
	if (evaluation->depth == DEPTH_MAX)
		return quick_give_up(evaluation);
	if (!quick_spend(evaluation, 1))
		return false;
	evaluation->depth++;
	for (; is_good && quick_operation(step) != QUICK_END;
	     step += quick_width(step))
		is_good = take(evaluation, step, at);
	evaluation->depth--;
	return is_good;
}

bool quick_hold(struct evaluation *evaluation, uint32_t block, uint32_t at)
{
	if (block == PROGRAM_TRUE)
		return true;
	/* Whatever YAML sees in a key, as a name it is a string. */
	if (evaluation->nodes[at].flags & NODE_KEY)
		return quick_give_up(evaluation);
	return quick_hold_node(evaluation, block, at);
}

bool quick_evaluate(struct evaluation *evaluation)
{
	const struct schema_run *run = evaluation->run;

	if (!evaluation->program->quick_blocks || run->doc->is_untyped)
		return false;
	evaluation->is_quick = true;
	evaluation->nodes = run->doc->nodes;
	evaluation->quick = evaluation->program->quick;
	evaluation->quick_blocks = evaluation->program->quick_blocks;
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
