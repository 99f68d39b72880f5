#include "validate/schema/image/check.h"
#include "validate/schema/number.h"
#include "validate/schema/strings/format_check.h"

/* Segments by bit. */
enum {
	ANY = 1 << SEGMENT_ANY,
	NUMBER = 1 << SEGMENT_NUMBER,
	STRING = 1 << SEGMENT_STRING,
	ARRAY = 1 << SEGMENT_ARRAY,
	OBJECT = 1 << SEGMENT_OBJECT,
	APPLY = 1 << SEGMENT_APPLY,
	UNEVALUATED = 1 << SEGMENT_UNEVALUATED,
};

/*
 * What operands are, a letter each: w any word; b block, B block or none; k
 * key; p pattern; f format; s a scalar constant; r the keyword of the rest of
 * a list; n how many words follow behind the operands, all of the kind of the
 * letter `list`. Tables have a check of their own.
 */
struct fact {
	const char *operands;
	char list;
	uint8_t segments; /* it may stand in */
	uint8_t first;	  /* keywords that it may come from */
	uint8_t last;
};

static const struct fact facts[OPERATION_COUNT] = {
	[OPERATION_FALSE] = {"", 0, ANY, KEYWORD_NOT, KEYWORD_NOT},
	[OPERATION_ENUM] = {"www", 'w', ANY, KEYWORD_CONST, KEYWORD_ENUM},
	[OPERATION_MINIMUM] = {"swww", 0, NUMBER, KEYWORD_MINIMUM,
			       KEYWORD_EXCLUSIVE_MAXIMUM},
	[OPERATION_MAXIMUM] = {"swww", 0, NUMBER, KEYWORD_MINIMUM,
			       KEYWORD_EXCLUSIVE_MAXIMUM},
	[OPERATION_EXCLUSIVE_MINIMUM] = {"swww", 0, NUMBER, KEYWORD_MINIMUM,
					 KEYWORD_EXCLUSIVE_MAXIMUM},
	[OPERATION_EXCLUSIVE_MAXIMUM] = {"swww", 0, NUMBER, KEYWORD_MINIMUM,
					 KEYWORD_EXCLUSIVE_MAXIMUM},
	[OPERATION_MULTIPLE_OF] = {"swww", 0, NUMBER, KEYWORD_MULTIPLE_OF,
				   KEYWORD_MULTIPLE_OF},
	[OPERATION_MIN_LENGTH] = {"w", 0, STRING, KEYWORD_MIN_LENGTH,
				  KEYWORD_MIN_LENGTH},
	[OPERATION_MAX_LENGTH] = {"w", 0, STRING, KEYWORD_MAX_LENGTH,
				  KEYWORD_MAX_LENGTH},
	[OPERATION_PATTERN] = {"pk", 0, STRING, KEYWORD_PATTERN,
			       KEYWORD_PATTERN},
	[OPERATION_FORMAT] = {"fk", 0, STRING, KEYWORD_FORMAT, KEYWORD_FORMAT},
	[OPERATION_BASE64] = {"", 0, STRING, KEYWORD_CONTENT_ENCODING,
			      KEYWORD_CONTENT_ENCODING},
	[OPERATION_JSON] = {"w", 0, STRING, KEYWORD_CONTENT_MEDIA_TYPE,
			    KEYWORD_CONTENT_MEDIA_TYPE},
	[OPERATION_MIN_ITEMS] = {"w", 0, ARRAY, KEYWORD_MIN_ITEMS,
				 KEYWORD_MIN_ITEMS},
	[OPERATION_MAX_ITEMS] = {"w", 0, ARRAY, KEYWORD_MAX_ITEMS,
				 KEYWORD_MAX_ITEMS},
	[OPERATION_UNIQUE_ITEMS] = {"", 0, ARRAY, KEYWORD_UNIQUE_ITEMS,
				    KEYWORD_UNIQUE_ITEMS},
	[OPERATION_ITEMS] = {"Brn", 'b', ARRAY, KEYWORD_PREFIX_ITEMS,
			     KEYWORD_ITEMS},
	[OPERATION_CONTAINS] = {"bwww", 0, ARRAY, KEYWORD_CONTAINS,
				KEYWORD_CONTAINS},
	[OPERATION_MIN_PROPERTIES] = {"w", 0, OBJECT, KEYWORD_MIN_PROPERTIES,
				      KEYWORD_MIN_PROPERTIES},
	[OPERATION_MAX_PROPERTIES] = {"w", 0, OBJECT, KEYWORD_MAX_PROPERTIES,
				      KEYWORD_MAX_PROPERTIES},
	[OPERATION_MEMBERS] = {"wBww", 'w', OBJECT, KEYWORD_PROPERTIES,
			       KEYWORD_PROPERTIES},
	[OPERATION_PROPERTY_NAMES] = {"b", 0, OBJECT, KEYWORD_PROPERTY_NAMES,
				      KEYWORD_PROPERTY_NAMES},
	[OPERATION_DEPENDENT_REQUIRED] = {"kn", 'k', OBJECT,
					  KEYWORD_DEPENDENCIES,
					  KEYWORD_DEPENDENT_REQUIRED},
	[OPERATION_DEPENDENT_SCHEMA] = {"kb", 0, OBJECT, KEYWORD_DEPENDENCIES,
					KEYWORD_DEPENDENT_SCHEMAS},
	[OPERATION_REF] = {"b", 0, APPLY, KEYWORD_REF, KEYWORD_RECURSIVE_REF},
	[OPERATION_DYNAMIC_REF] = {"bw", 0, APPLY, KEYWORD_REF,
				   KEYWORD_RECURSIVE_REF},
	[OPERATION_UNRESOLVED] = {"k", 0, APPLY, KEYWORD_REF,
				  KEYWORD_RECURSIVE_REF},
	[OPERATION_ALL_OF] = {"n", 'b', APPLY, KEYWORD_ALL_OF, KEYWORD_ALL_OF},
	[OPERATION_ANY_OF] = {"n", 'b', APPLY, KEYWORD_ANY_OF, KEYWORD_ANY_OF},
	[OPERATION_ONE_OF] = {"n", 'b', APPLY, KEYWORD_ONE_OF, KEYWORD_ONE_OF},
	[OPERATION_NOT] = {"b", 0, APPLY, KEYWORD_NOT, KEYWORD_NOT},
	[OPERATION_IF] = {"bBB", 0, APPLY, KEYWORD_IF, KEYWORD_IF},
	[OPERATION_UNEVALUATED_ITEMS] = {"b", 0, UNEVALUATED,
					 KEYWORD_UNEVALUATED_ITEMS,
					 KEYWORD_UNEVALUATED_ITEMS},
	[OPERATION_UNEVALUATED_PROPERTIES] = {"b", 0, UNEVALUATED,
					      KEYWORD_UNEVALUATED_PROPERTIES,
					      KEYWORD_UNEVALUATED_PROPERTIES},
};

uint8_t check_segments_of(enum operation operation)
{
	return facts[operation].segments;
}

static bool is_scalar(const struct schema *schema, uint32_t constant)
{
	return constant < schema->constants.count &&
	       !node_is_container(&schema->constants.nodes[constant]);
}

static bool check_operand(const struct schema *schema, char kind, uint32_t word)
{
	switch (kind) {
	case 'b':
		return check_block(schema, word);
	case 'B':
		return check_block_or_none(schema, word);
	case 'k':
		return word < schema->key_count;
	case 'p':
		return word < schema->pattern_count;
	case 'f':
		return word < format_check_count();
	case 's':
		return is_scalar(schema, word);
	case 'r':
		return word == KEYWORD_ITEMS ||
		       word == KEYWORD_ADDITIONAL_ITEMS;
	default:
		return true;
	}
}

/* The operands, and that what is counted behind them is all there is. */
static bool check_operands(const struct schema *schema, const uint32_t *code,
			   const struct fact *fact)
{
	const uint32_t fixed = PROGRAM_HEAD + (uint32_t)strlen(fact->operands);
	uint32_t count = 0;

	if (code[1] < fixed)
		return false;
	for (uint32_t i = 0; fact->operands[i]; i++) {
		const uint32_t word = code[PROGRAM_HEAD + i];

		if (!check_operand(schema, fact->operands[i], word))
			return false;
		if (fact->operands[i] == 'n')
			count = word;
	}
	/* Of tables it is not known yet how long they are. */
	if (fact->list == 'w')
		return true;
	if (code[1] - fixed != count)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!check_operand(schema, fact->list, code[fixed + i]))
			return false;
	return true;
}

/* Is it one less than a power of two, so that a search sees every place? */
static bool is_mask(uint32_t mask)
{
	return mask < UINT32_MAX && (mask & (mask + 1)) == 0;
}

/* The constants of a set follow each other, and its table has a gap. */
static bool check_enum(const struct schema *schema, const uint32_t *code)
{
	enum { TABLE = PROGRAM_HEAD + 3 };
	const struct doc *constants = &schema->constants;
	const uint32_t mask = code[4];
	uint32_t gaps = 0;
	uint32_t at = code[3];

	if (!is_mask(mask) || code[1] - TABLE != (uint64_t)mask + 1 ||
	    code[2] > mask)
		return false;
	for (uint32_t i = 0; i < code[2]; i++) {
		if (at >= constants->count)
			return false;
		at = constants->nodes[at].next;
	}
	for (uint32_t i = 0; i <= mask; i++) {
		if (code[TABLE + i] > constants->count)
			return false;
		gaps += code[TABLE + i] == 0;
	}
	return gaps > 0;
}

/* What values are compared with, or divided by. */
static bool check_number(const struct schema *schema, const uint32_t *code)
{
	const struct node *node = &schema->constants.nodes[code[2]];
	const int64_t value = (int64_t)((uint64_t)code[5] << 32 | code[4]);
	struct number number;

	if (!number_read(node_text(node), &number) ||
	    number.class == NUMBER_NAN)
		return false;
	if (program_operation(code) != OPERATION_MULTIPLE_OF)
		return true;
	return number.class == NUMBER_FINITE && !number.is_negative &&
	       number.digits.size > 0 && (!code[3] || value > 0);
}

bool check_slot(const struct schema *schema, const struct program_slot *slot,
		uint32_t required)
{
	return slot->key < schema->key_count &&
	       check_block_or_none(schema, slot->block) &&
	       (slot->required == PROGRAM_NONE || slot->required < required);
}

static bool check_members(const struct schema *schema, const uint32_t *code)
{
	const uint64_t mask = code[5];
	const uint64_t width =
		MEMBERS_HEAD + (uint64_t)2 * code[4] + (mask + 1) * SLOT_WORDS;
	uint32_t gaps = 0;

	if (!is_mask(code[5]) || width != code[1] || code[2] > mask + 1)
		return false;
	for (uint32_t i = 0; i < code[4]; i++)
		if (code[MEMBERS_HEAD + 2 * i] >= schema->pattern_count ||
		    !check_block(schema, code[MEMBERS_HEAD + 2 * i + 1]))
			return false;
	for (uint32_t i = 0; i <= mask; i++) {
		const struct program_slot *slot = &program_slots(code)[i];

		if (slot->key == PROGRAM_NONE)
			gaps++;
		else if (!check_slot(schema, slot, code[2]))
			return false;
	}
	return gaps > 0;
}

static bool check_instruction(const struct schema *schema, const uint32_t *code)
{
	const enum operation operation = program_operation(code);
	const struct fact *fact = &facts[operation];

	if (program_keyword(code) < fact->first ||
	    program_keyword(code) > fact->last ||
	    !check_operands(schema, code, fact))
		return false;
	if (operation == OPERATION_ENUM)
		return check_enum(schema, code);
	if (operation == OPERATION_MEMBERS)
		return check_members(schema, code);
	if (fact->operands[0] == 's')
		return check_number(schema, code);
	return true;
}

bool check_code(const struct schema *schema, uint8_t *notes)
{
	uint32_t at = 0;

	while (at < schema->code_count) {
		const uint32_t *code = schema->code + at;
		const uint32_t left = schema->code_count - at;

		if (left < PROGRAM_HEAD || code[1] < PROGRAM_HEAD ||
		    code[1] > left ||
		    program_operation(code) >= OPERATION_COUNT ||
		    !check_instruction(schema, code))
			return false;
		notes[at] = CHECK_START;
		at += code[1];
	}
	return true;
}

static bool check_segment(const struct schema *schema, uint8_t *notes,
			  const struct block *block, uint32_t segment)
{
	const uint32_t end = block->start[segment + 1];
	uint32_t at = block->start[segment];

	if (end > schema->code_count || at > end)
		return false;
	while (at < end) {
		const uint32_t *code = schema->code + at;

		if (notes[at] != CHECK_START ||
		    !(facts[program_operation(code)].segments >> segment & 1))
			return false;
		notes[at] |= CHECK_OWNED;
		at += code[1];
	}
	return at == end;
}

/* A flag that is neither of both must not be read as one. */
static bool is_flag(const bool *flag)
{
	uint8_t byte;

	memcpy(&byte, flag, sizeof(byte));
	return byte <= 1;
}

/* Findings tell where the block is that they come from. */
static bool can_be_told(const struct schema *schema, const struct block *block)
{
	if (block->location != PROGRAM_NONE)
		return block->location < schema->location_count;
	return !block->kinds && block->start[0] == block->start[SEGMENT_COUNT];
}

bool check_blocks(const struct schema *schema, uint8_t *notes)
{
	for (uint32_t i = 0; i < schema->block_count; i++) {
		const struct block *block = &schema->blocks[i];

		if (!is_flag(&block->is_false) ||
		    !is_flag(&block->is_tracking) ||
		    !can_be_told(schema, block))
			return false;
		for (uint32_t j = 0; j < SEGMENT_COUNT; j++)
			if (!check_segment(schema, notes, block, j))
				return false;
		/* Only tracking finds out what was evaluated. */
		if (!block->is_tracking && block->start[SEGMENT_UNEVALUATED] !=
						   block->start[SEGMENT_COUNT])
			return false;
	}
	return true;
}
