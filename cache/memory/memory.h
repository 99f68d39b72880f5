/*
 * The memory tier: a table of items bounded by bytes, each step O(1).
 *
 * What goes: items wait in two queues, those that were asked for again in the
 * protected one, which has a share of the room; the oldest of the others is the
 * one to go. A newcomer must have been asked for more often than that one
 * (sketch.h), unless such counts prove to be worth nothing here (duels.h). So
 * it is near the best of LRU, LFU and ARC where each of them is at its best;
 * tests/bench/eviction.c tells how near.
 */
#ifndef CACHE_MEMORY_MEMORY_H
#define CACHE_MEMORY_MEMORY_H

#include "cache/item.h"

struct memory; /* safe from any thread */

/* A table of at most `max_bytes`; 0 bytes: it keeps nothing. 0 or -ENOMEM. */
must_check int memory_new(uint64_t max_bytes, struct memory **out);

/* NULL is allowed. */
void memory_free(struct memory *memory);

/* A reference to the bytes of `key`, or NULL. Counts as a use. */
struct blob *memory_get(struct memory *memory, const struct item_key *key);

/*
 * Keep another reference to `blob`, in place of what `key` had. What is too
 * large for a shard is not kept, and when the table is full, what is asked for
 * less than what would have to go. 0 or -ENOMEM (then what was there is gone).
 */
must_check int memory_put(struct memory *memory, const struct item_key *key,
			  struct blob *blob);

/*
 * Take everything out, sorted by key; the caller owns *items (items_free()).
 * What does not fit into the list for want of memory stays: -ENOMEM if none.
 */
must_check int memory_drain(struct memory *memory, struct item **items,
			    size_t *count);

/* Drop everything, also what is known of popularity; counted as no eviction. */
void memory_clear(struct memory *memory);

struct memory_totals {
	uint64_t entries;
	uint64_t bytes;	    /* with what the table itself needs */
	uint64_t evictions; /* with newcomers that were not kept */
};
struct memory_totals memory_totals(struct memory *memory);

#endif
