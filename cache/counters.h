/*
 * Hits and misses, counted by threads that do not wait for each other: each
 * processor has a line of memory of its own.
 */
#ifndef CACHE_COUNTERS_H
#define CACHE_COUNTERS_H

#include "cache/cache.h"

struct counters; /* safe from any thread, but for counters_saved() */

struct counts {
	uint64_t hits[TIER_INDEX + 1]; /* by enum cache_tier */
	uint64_t misses;
};

/* Of all tiers; those of the index are among the others. */
uint64_t counts_hits(const struct counts *counts);

/* NULL without memory. free() it. */
must_check struct counters *counters_new(void);

/* More answers of this tier; TIER_MISS: there was none. */
void counters_add(struct counters *counters, enum cache_tier tier,
		  uint64_t count);

struct counts counters_sum(const struct counters *counters);

/* What was counted since it was last saved. */
struct counts counters_unsaved(const struct counters *counters);

/* So much more of it is in the totals on disk. One caller at a time. */
void counters_saved(struct counters *counters, const struct counts *saved);

#endif
