/*
 * Memory of one validation: taken piece by piece, given back all at once.
 * Its byte limit is the defence against hostile documents. One owner at a time.
 */
#ifndef VALIDATE_ARENA_H
#define VALIDATE_ARENA_H

#include "validate/base.h"

struct arena_block;

/*
 * `error` is 0, or says why an allocation failed first: -ENOMEM (no memory, a
 * failure of the environment) or -E2BIG (the limit, a property of the input).
 */
struct arena {
	struct arena_block *block; /* newest; the others hang behind it */
	char *next;		   /* free bytes of the newest block */
	char *end;
	size_t used_bytes;
	size_t limit_bytes;
	int error;
};

/* An empty arena that will hand out at most `limit_bytes`. Never fails. */
void arena_init(struct arena *arena, size_t limit_bytes);

/* Give everything back to the system; the arena is empty and usable again. */
void arena_release(struct arena *arena);

/* Forget everything that was handed out, but keep a block for the next use. */
void arena_reset(struct arena *arena);

/*
 * `size` bytes, not cleared, aligned for any object; they live until reset or
 * release. NULL on failure, with `arena->error` set.
 */
must_check void *arena_alloc(struct arena *arena, size_t size);

/*
 * Make a block of the arena larger, in place if it was the last one handed
 * out, else by a copy. NULL on failure; the old block stays as it was.
 */
must_check void *arena_grow(struct arena *arena, void *old, size_t old_size,
			    size_t new_size);

/* Give back the end of the block that was handed out last. */
void arena_trim(struct arena *arena, void *last, size_t old_size,
		size_t new_size);

/*
 * Forget what was handed out, and failed, since `mark` was a copy of the
 * arena; nothing older may have grown since then.
 */
void arena_rewind(struct arena *arena, const struct arena *mark);

/* A copy of `text` with a NUL behind it, or NULL as arena_alloc(). */
must_check char *arena_text(struct arena *arena, struct span text);

/* Text by a printf format, or NULL as arena_alloc(). */
must_check char *arena_printf(struct arena *arena, const char *format, ...)
	printf_like(2, 3);

#endif
