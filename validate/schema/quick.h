/*
 * The quick form of a program: for every block and every type of value, the
 * few steps that are left once all is done that can be known beforehand. It
 * only ever answers "valid"; for everything else the full form has the word.
 *
 * Written by compile/quick.c out of the full form, whose instructions it names
 * by their offset; run by evaluate/quick.c. A list of steps ends with
 * QUICK_END; a step is a head, which holds its operation and its length in
 * words, and the operands listed beside the operation.
 */
#ifndef VALIDATE_SCHEMA_QUICK_H
#define VALIDATE_SCHEMA_QUICK_H

#include "validate/doc.h"

/* Required keys of an object that fit into one word. */
enum { QUICK_REQUIRED_MAX = 64 };

enum quick_operation {
	QUICK_END,
	QUICK_REFUSE,
	/* the value's number must be whole, or be written so (draft 4) */
	QUICK_WHOLE,
	QUICK_LITERAL,
	/* limit: code points; items or members */
	QUICK_MIN_LENGTH,
	QUICK_MAX_LENGTH,
	QUICK_LEAST,
	QUICK_MOST,
	/* pattern */
	QUICK_PATTERN,
	/* check */
	QUICK_FORMAT,
	/* instruction: a set of strings */
	QUICK_STRINGS, /* up to here: a look at the value alone */
	/* block of all items; of all names; of the same value */
	QUICK_ITEMS,
	QUICK_NAMES,
	QUICK_CALL,
	QUICK_NOT,
	/* block, for the full form */
	QUICK_FULL,
	/* instruction: items, members, anything else */
	QUICK_ITEMS_LISTED,
	QUICK_UNIQUE,
	QUICK_MEMBERS,
	QUICK_INSTRUCTION,
	/*
	 * count, set of those required, count x struct program_slot: a few
	 * members, while the others do not matter
	 */
	QUICK_NAMED,
	/* block, then, else */
	QUICK_IF,
	/* count, count x block */
	QUICK_ANY_OF,
	QUICK_ONE_OF,
	/*
	 * The same for objects when one member tells the branches apart: hash
	 * and key of its name, is it anyOf?, set of branches if it is not
	 * there, mask, (mask + 1) x struct quick_pick, count, count x block.
	 * An empty place of the table holds the branches for other strings.
	 */
	QUICK_PICK,
};

/* Branches by number. */
struct quick_set {
	uint32_t low;
	uint32_t high;
};

enum { QUICK_BRANCHES_MAX = 64, QUICK_NAMED_MAX = 3 };

/* Branches that allow a string; key PROGRAM_NONE: an empty place. */
struct quick_pick {
	uint32_t hash;
	uint32_t key;
	struct quick_set branches;
};

/* Where a value of each type goes on: an offset into the steps, or these. */
enum {
	QUICK_ACCEPT,
	QUICK_REJECT,
	QUICK_ALIAS, /* ask what it stands for */
	QUICK_UNKNOWN,
	QUICK_BUSY,
	QUICK_FIRST /* offset of a list */
};

/* Set in the offset of a list whose steps look at the value alone. */
#define QUICK_LOOK (UINT32_C(1) << 31)

struct quick_block {
	uint32_t entry[NODE_ALIAS + 1]; /* by enum node_type */
	uint32_t unused;		/* a power of two is indexed faster */
};

enum { QUICK_NAMED_HEAD = 3, QUICK_PICK_HEAD = 7, QUICK_PICK_WORDS = 4 };

static inline enum quick_operation quick_operation(const uint32_t *step)
{
	return (enum quick_operation)(step[0] & 0xff);
}

/* Words of a step. */
static inline uint32_t quick_width(const uint32_t *step)
{
	return step[0] >> 8;
}

#endif
