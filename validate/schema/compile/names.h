/*
 * What names stand for, each under a number of its own: a hash table in the
 * arena. Zeroed memory is an empty one.
 */
#ifndef VALIDATE_SCHEMA_COMPILE_NAMES_H
#define VALIDATE_SCHEMA_COMPILE_NAMES_H

#include "validate/arena.h"

#define NAMES_NONE UINT32_MAX

struct name_slot {
	struct span text; /* borrowed; data NULL: free */
	uint32_t number;
	uint32_t hash;
	uint32_t value;
};

struct names {
	struct name_slot *slots;
	uint32_t size; /* a power of two, or 0 */
	uint32_t count;
};

/* Add a name unless it is there: the first one counts. `text` outlives the
 * table. 0 or the arena's error. */
must_check int names_add(struct names *names, struct arena *arena,
			 uint32_t number, struct span text, uint32_t value);

/* NAMES_NONE if it is not there. */
uint32_t names_find(const struct names *names, uint32_t number,
		    struct span text);

#endif
