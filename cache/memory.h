/*
 * The memory tier: a table of items bounded by bytes, each step O(1). SIEVE
 * chooses what goes: a queue by age, one bit per item that a hit sets, and a
 * hand that clears bits and drops what has none. It was preferred to S3-FIFO
 * because a hit moves nothing, there is one queue and nothing to tune.
 */
#ifndef CACHE_MEMORY_H
#define CACHE_MEMORY_H

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
 * large for a shard is not kept. 0 or -ENOMEM (then what was there is gone).
 */
must_check int memory_put(struct memory *memory, const struct item_key *key,
			  struct blob *blob);

/*
 * Take everything out, sorted by key; the caller owns *items (items_free()).
 * What does not fit into the list for want of memory stays: -ENOMEM if none.
 */
must_check int memory_drain(struct memory *memory, struct item **items,
			    size_t *count);

/* Drop everything; counted as no eviction. */
void memory_clear(struct memory *memory);

struct memory_totals {
	uint64_t entries;
	uint64_t bytes; /* with what the table itself needs */
	uint64_t evictions;
};
struct memory_totals memory_totals(struct memory *memory);

#endif
