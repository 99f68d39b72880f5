#include "validate/schema/image/check.h"
#include "validate/schema/strings/format_check.h"

/* Types of values, by bit as in enum node_type. */
enum {
	NUMBERS = 1 << NODE_NUMBER,
	STRINGS = 1 << NODE_STRING,
	ARRAYS = 1 << NODE_ARRAY,
	OBJECTS = 1 << NODE_OBJECT,
	ALL_TYPES = (1 << NODE_ALIAS) - 1,
	LOOK = 1 << NODE_ALIAS, /* a list is only to look at the value */
};

/*
 * Operands of a step, a letter each: w any word; b block; p pattern; f format;
 * i an instruction of `operation`; I of any that its values can be given to.
 * The rest have a check of their own.
 */
struct fact {
	const char *operands;
	uint8_t types;
	uint8_t operation;
};

static const struct fact facts[] = {
	[QUICK_REFUSE] = {"", ALL_TYPES, 0},
	[QUICK_WHOLE] = {"", NUMBERS, 0},
	[QUICK_LITERAL] = {"", NUMBERS, 0},
	[QUICK_MIN_LENGTH] = {"w", STRINGS, 0},
	[QUICK_MAX_LENGTH] = {"w", STRINGS, 0},
	[QUICK_LEAST] = {"w", ARRAYS | OBJECTS, 0},
	[QUICK_MOST] = {"w", ARRAYS | OBJECTS, 0},
	[QUICK_PATTERN] = {"p", STRINGS, 0},
	[QUICK_FORMAT] = {"f", STRINGS, 0},
	[QUICK_STRINGS] = {"i", STRINGS, OPERATION_ENUM},
	[QUICK_ITEMS] = {"b", ARRAYS, 0},
	[QUICK_NAMES] = {"b", OBJECTS, 0},
	[QUICK_CALL] = {"b", ALL_TYPES, 0},
	[QUICK_NOT] = {"b", ALL_TYPES, 0},
	[QUICK_FULL] = {"b", ARRAYS | OBJECTS, 0},
	[QUICK_ITEMS_LISTED] = {"i", ARRAYS, OPERATION_ITEMS},
	[QUICK_UNIQUE] = {"i", ARRAYS, OPERATION_UNIQUE_ITEMS},
	[QUICK_MEMBERS] = {"i", OBJECTS, OPERATION_MEMBERS},
	[QUICK_INSTRUCTION] = {"I", ALL_TYPES, 0},
	[QUICK_NAMED] = {NULL, OBJECTS, 0},
	[QUICK_IF] = {"bbb", ALL_TYPES, 0},
	[QUICK_ANY_OF] = {NULL, ALL_TYPES, 0},
	[QUICK_ONE_OF] = {NULL, ALL_TYPES, 0},
	[QUICK_PICK] = {NULL, OBJECTS, 0},
};

/* A step and what there is to hold it against. */
struct look {
	const struct schema *schema;
	const uint8_t *notes; /* of the code */
	const uint32_t *step;
	uint32_t width;
	uint8_t types; /* of the values that come to it */
};

static bool is_instruction(const struct look *look, uint32_t at)
{
	return at < look->schema->code_count && look->notes[at] & CHECK_START;
}

/* An instruction by its name; members by bits that fit into a word. */
static bool is_named(const struct look *look, uint32_t at, uint8_t operation)
{
	const uint32_t *code = look->schema->code + at;

	return is_instruction(look, at) &&
	       program_operation(code) == operation &&
	       (operation != OPERATION_MEMBERS ||
		code[2] <= QUICK_REQUIRED_MAX);
}

/* Can values of these types be given to the instruction? */
static bool can_follow(const struct look *look, uint32_t at)
{
	static const uint8_t takes[SEGMENT_COUNT] = {
		[SEGMENT_ANY] = ALL_TYPES,  [SEGMENT_NUMBER] = NUMBERS,
		[SEGMENT_STRING] = STRINGS, [SEGMENT_ARRAY] = ARRAYS,
		[SEGMENT_OBJECT] = OBJECTS, [SEGMENT_APPLY] = ALL_TYPES,
		[SEGMENT_UNEVALUATED] = 0,
	};

	if (!is_instruction(look, at))
		return false;

	const uint8_t segments =
		check_segments_of(program_operation(look->schema->code + at));

	for (uint32_t i = 0; i < SEGMENT_COUNT; i++)
		if (segments >> i & 1 && look->types & ~takes[i])
			return false;
	return true;
}

static bool check_operand(const struct look *look, const struct fact *fact,
			  char kind, uint32_t word)
{
	switch (kind) {
	case 'b':
		return check_block(look->schema, word);
	case 'p':
		return word < look->schema->pattern_count;
	case 'f':
		return word < format_check_count();
	case 'i':
		return is_named(look, word, fact->operation);
	case 'I':
		return can_follow(look, word);
	default:
		return true;
	}
}

static bool check_operands(const struct look *look, const struct fact *fact)
{
	if (look->width != 1 + strlen(fact->operands))
		return false;
	for (uint32_t i = 0; fact->operands[i]; i++)
		if (!check_operand(look, fact, fact->operands[i],
				   look->step[1 + i]))
			return false;
	return true;
}

/* `words` up to the end of the step: a count and so many blocks. */
static bool check_branches(const struct look *look, uint32_t from,
			   uint32_t most)
{
	if (look->width <= from || look->step[from] > most ||
	    look->step[from] != look->width - from - 1)
		return false;
	for (uint32_t i = from + 1; i < look->width; i++)
		if (!check_block(look->schema, look->step[i]))
			return false;
	return true;
}

static bool check_named(const struct look *look)
{
	const struct program_slot *slots = quick_named(look->step);

	if (look->width < QUICK_NAMED_HEAD || look->step[1] > QUICK_NAMED_MAX ||
	    look->width != QUICK_NAMED_HEAD + look->step[1] * SLOT_WORDS)
		return false;
	for (uint32_t i = 0; i < look->step[1]; i++)
		if (!check_slot(look->schema, &slots[i], QUICK_NAMED_MAX))
			return false;
	return true;
}

/* The places of the table, of which one must be empty. */
static bool check_pick(const struct look *look)
{
	const struct quick_pick *table =
		(const struct quick_pick *)(const void *)(look->step +
							  QUICK_PICK_HEAD);
	uint32_t gaps = 0;

	if (look->width < QUICK_PICK_HEAD)
		return false;

	const uint64_t size = (uint64_t)look->step[6] + 1;

	if (size & (size - 1) ||
	    QUICK_PICK_HEAD + size * QUICK_PICK_WORDS >= look->width ||
	    look->step[2] >= look->schema->key_count)
		return false;
	for (uint32_t i = 0; i < size; i++) {
		if (table[i].key == PROGRAM_NONE)
			gaps++;
		else if (table[i].key >= look->schema->key_count)
			return false;
	}
	return gaps && check_branches(look,
				      QUICK_PICK_HEAD +
					      (uint32_t)size * QUICK_PICK_WORDS,
				      QUICK_BRANCHES_MAX);
}

static bool check_step(const struct look *look, bool is_look)
{
	const uint32_t operation = look->step[0] & 0xff;

	if (operation >= array_size(facts))
		return false;

	const struct fact *fact = &facts[operation];

	if (look->types & ~fact->types ||
	    (is_look && operation > QUICK_STRINGS))
		return false;
	if (operation == QUICK_NAMED)
		return check_named(look);
	if (operation == QUICK_PICK)
		return check_pick(look);
	if (!fact->operands)
		return check_branches(look, 1, UINT32_MAX);
	return check_operands(look, fact);
}

/* Note where lists begin: behind the end of another. */
static bool mark_lists(const struct schema *schema, uint8_t *lists)
{
	uint32_t at = QUICK_FIRST;
	bool is_open = false;

	if (schema->quick_count < QUICK_FIRST)
		return false;
	for (uint32_t i = 0; i < QUICK_FIRST; i++)
		if (schema->quick[i] != QUICK_END)
			return false;
	while (at < schema->quick_count) {
		const uint32_t *step = schema->quick + at;
		const bool is_end = quick_operation(step) == QUICK_END;
		const uint32_t width = is_end ? 1 : quick_width(step);

		if (!width || width > schema->quick_count - at)
			return false;
		if (!is_open)
			lists[at] = CHECK_LIST;
		is_open = !is_end;
		at += width;
	}
	return !is_open;
}

/* Note the types that come to a list, and whether it may look further. */
static bool mark_entry(const struct schema *schema, uint8_t *lists,
		       uint32_t entry, uint32_t type)
{
	const uint32_t at = entry & ~QUICK_LOOK;

	if (entry == QUICK_ACCEPT || entry == QUICK_REJECT)
		return true;
	if (at >= schema->quick_count || !(lists[at] & CHECK_LIST))
		return false;
	lists[at] |= (uint8_t)(1 << type);
	if (entry & QUICK_LOOK)
		lists[at] |= LOOK;
	return true;
}

static bool mark_entries(const struct schema *schema, uint8_t *lists)
{
	for (uint32_t i = 0; i < schema->block_count; i++) {
		const struct quick_block *block = &schema->quick_blocks[i];

		if (block->entry[NODE_ALIAS] != QUICK_ALIAS)
			return false;
		for (uint32_t type = 0; type < NODE_ALIAS; type++)
			if (!mark_entry(schema, lists, block->entry[type],
					type))
				return false;
	}
	return true;
}

static bool check_steps(const struct schema *schema, const uint8_t *notes,
			const uint8_t *lists)
{
	struct look look = {.schema = schema, .notes = notes};
	bool is_look = false;

	for (uint32_t at = QUICK_FIRST; at < schema->quick_count;
	     at += look.width) {
		look.step = schema->quick + at;
		look.width = 1;
		if (lists[at]) {
			look.types = lists[at] & ALL_TYPES;
			is_look = lists[at] & LOOK;
		}
		if (quick_operation(look.step) == QUICK_END)
			continue;
		look.width = quick_width(look.step);
		if (!check_step(&look, is_look))
			return false;
	}
	return true;
}

bool check_quick(const struct schema *schema, const uint8_t *notes,
		 uint8_t *lists)
{
	return !schema->quick_blocks ||
	       (mark_lists(schema, lists) && mark_entries(schema, lists) &&
		check_steps(schema, notes, lists));
}
