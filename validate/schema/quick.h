/*
 * The quick form of a program: for every block and every type of value, the
 * few steps that are left once all is done that can be known beforehand. It
 * only ever answers "valid"; for everything else the full form has the word.
 *
 * Written by compile/quick.c out of the full form, whose instructions it names
 * by their offset; run by evaluate/quick.c. A list of steps ends with
 * QUICK_END; a step is a word with its operation, and operands behind it.
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
	/* block of all items; of all names; of the same value */
	QUICK_ITEMS,
	QUICK_NAMES,
	QUICK_CALL,
	QUICK_NOT,
	/* block, for the full form */
	QUICK_FULL,
	/* instruction: a set of strings, items, members, anything else */
	QUICK_STRINGS,
	QUICK_ITEMS_LISTED,
	QUICK_UNIQUE,
	QUICK_MEMBERS,
	QUICK_INSTRUCTION,
	/* block, then, else */
	QUICK_IF,
	/* count, count x block */
	QUICK_ANY_OF,
	QUICK_ONE_OF,
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

struct quick_block {
	uint32_t entry[NODE_ALIAS + 1]; /* by enum node_type */
	uint32_t unused;		/* a power of two is indexed faster */
};

/* Words of a step. */
static inline uint32_t quick_width(const uint32_t *step)
{
	switch ((enum quick_operation)step[0]) {
	case QUICK_END:
	case QUICK_REFUSE:
	case QUICK_WHOLE:
	case QUICK_LITERAL:
		return 1;
	case QUICK_IF:
		return 4;
	case QUICK_ANY_OF:
	case QUICK_ONE_OF:
		return 2 + step[1];
	case QUICK_MIN_LENGTH:
	case QUICK_MAX_LENGTH:
	case QUICK_LEAST:
	case QUICK_MOST:
	case QUICK_PATTERN:
	case QUICK_FORMAT:
	case QUICK_ITEMS:
	case QUICK_NAMES:
	case QUICK_CALL:
	case QUICK_NOT:
	case QUICK_FULL:
	case QUICK_STRINGS:
	case QUICK_ITEMS_LISTED:
	case QUICK_UNIQUE:
	case QUICK_MEMBERS:
	case QUICK_INSTRUCTION:
		break;
	}
	return 2;
}

#endif
