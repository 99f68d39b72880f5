/*
 * What the parts of the writer of the quick form share.
 */
#ifndef VALIDATE_SCHEMA_COMPILE_QUICK_WRITER_H
#define VALIDATE_SCHEMA_COMPILE_QUICK_WRITER_H

#include "validate/schema/compile/quick.h"

struct quick_writer {
	struct emitter *emitter;
	struct quick_block *blocks;
	struct list pending; /* words of the lists being put together, nested */
	uint32_t depth;
	/*
	 * Something is referred to that is not at hand: whoever comes to it
	 * cannot decide, so nothing may be left out or be asked earlier.
	 */
	bool is_cautious;
};

/* The full form's code; it does not grow any more. */
static inline const uint32_t *quick_code(const struct quick_writer *writer,
					 uint32_t offset)
{
	return (const uint32_t *)writer->emitter->code.data + offset;
}

/* Finished steps; any writing may move them. */
static inline const uint32_t *quick_steps(const struct quick_writer *writer,
					  uint32_t entry)
{
	return (const uint32_t *)writer->emitter->quick.data +
	       (entry & ~QUICK_LOOK);
}

/* Add to the open list: a word; a head; a step with one operand. */
void quick_push(struct quick_writer *writer, uint32_t word);
void quick_push_head(struct quick_writer *writer,
		     enum quick_operation operation, uint32_t width);
void quick_push_step(struct quick_writer *writer,
		     enum quick_operation operation, uint32_t operand);

/*
 * Where a type of value goes on in a block, which is written if need be.
 * QUICK_BUSY or QUICK_UNKNOWN: it can only be called.
 */
uint32_t quick_entry(struct quick_writer *writer, uint32_t block,
		     enum node_type type);

/*
 * quick_pick.c: make the step at `start` of the open list, an anyOf or oneOf
 * over objects, jump by the member that tells its branches apart, if one does.
 */
void quick_pick(struct quick_writer *writer, uint32_t start);

#endif
