/*
 * What takes longest, by name: a bounded number of names with count and sum.
 * When it is full, a new name takes the place of the least if it takes longer.
 */
#ifndef FS_TALLY_H
#define FS_TALLY_H

#include "validate/base.h"

struct tally; /* safe from any thread */

/* NULL: no memory. */
struct tally *tally_new(size_t capacity);
void tally_free(struct tally *tally);

/* Add what one case under a name took, and how large it was. */
void tally_add(struct tally *tally, const char *name, uint64_t ns,
	       uint64_t bytes);

struct tally_line {
	char *name; /* owned */
	uint64_t count;
	uint64_t ns;	/* of all cases */
	uint64_t bytes; /* of the last one */
};

struct tally_view {
	struct tally_line *lines; /* what takes longest comes first */
	size_t line_count;
	uint64_t count; /* of all names, also of those that are not kept */
	uint64_t ns;
};

/* 0 and *out (tally_view_release()), or -ENOMEM. */
must_check int tally_read(struct tally *tally, struct tally_view *out);
void tally_view_release(struct tally_view *view);

#endif
