/*
 * Can a program that came from outside be evaluated without harm? Every number
 * in it must lead somewhere, every instruction stand where values are of the
 * type it looks at, every search end. Whether it says the right thing is not
 * asked. Time and memory are linear in its size.
 */
#ifndef VALIDATE_SCHEMA_IMAGE_CHECK_H
#define VALIDATE_SCHEMA_IMAGE_CHECK_H

#include "validate/schema/program.h"

/* 0, -EBADMSG or -ENOMEM. */
must_check int check_schema(const struct schema *schema);

/* What is known of each word of the code, and of the quick steps. */
enum {
	CHECK_START = 1, /* an instruction begins here */
	CHECK_OWNED = 2, /* a block has it */
	CHECK_LIST = 128 /* a list of steps begins here */
};

/* Is it a number of the program, or PROGRAM_NONE where that is allowed? */
static inline bool check_block(const struct schema *schema, uint32_t block)
{
	return block < schema->block_count;
}

static inline bool check_block_or_none(const struct schema *schema,
				       uint32_t block)
{
	return block == PROGRAM_NONE || block < schema->block_count;
}

/* check_code.c: the instructions; `notes` gets CHECK_START. */
bool check_code(const struct schema *schema, uint8_t *notes);
/* Blocks: their segments, each of instructions of its own and its type. */
bool check_blocks(const struct schema *schema, uint8_t *notes);
/* Segments where an operation may stand: bits by enum segment. */
uint8_t check_segments_of(enum operation operation);
/* A place of a table of members that is in use; `required` are below it. */
bool check_slot(const struct schema *schema, const struct program_slot *slot,
		uint32_t required);

/*
 * check_quick.c: the quick form. `notes` are those of the code, `lists` is as
 * long as the steps, and cleared.
 */
bool check_quick(const struct schema *schema, const uint8_t *notes,
		 uint8_t *lists);

#endif
