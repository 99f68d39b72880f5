#include "cache/counters.h"

#include <sched.h>
#include <stdatomic.h>

enum { LINES = 16, TIERS = TIER_INDEX + 1 };

/* Misses are counted in the place of TIER_MISS. */
struct line {
	_Alignas(64) atomic_uint_fast64_t counts[TIERS];
};

struct counters {
	struct line lines[LINES];
	struct line saved;
};

struct counters *counters_new(void)
{
	struct counters *counters =
		aligned_alloc(_Alignof(struct counters), sizeof(*counters));

	if (counters)
		memset(counters, 0, sizeof(*counters));
	return counters;
}

void counters_add(struct counters *counters, enum cache_tier tier,
		  uint64_t count)
{
	const int processor = sched_getcpu();
	const unsigned line = processor < 0 ? 0 : (unsigned)processor % LINES;

	atomic_fetch_add_explicit(&counters->lines[line].counts[tier], count,
				  memory_order_relaxed);
}

static void add_line(const struct line *line, uint64_t sums[TIERS])
{
	for (size_t i = 0; i < TIERS; i++)
		sums[i] += atomic_load_explicit(&line->counts[i],
						memory_order_relaxed);
}

static struct counts counts_of(const uint64_t sums[TIERS])
{
	struct counts counts = {.misses = sums[TIER_MISS]};

	for (size_t i = TIER_MISS + 1; i < TIERS; i++)
		counts.hits[i] = sums[i];
	return counts;
}

static void sum_up(const struct counters *counters, uint64_t sums[TIERS])
{
	for (size_t i = 0; i < LINES; i++)
		add_line(&counters->lines[i], sums);
}

struct counts counters_sum(const struct counters *counters)
{
	uint64_t sums[TIERS] = {0};

	sum_up(counters, sums);
	return counts_of(sums);
}

/* Seen from another thread, more may be saved than was counted just before. */
struct counts counters_unsaved(const struct counters *counters)
{
	uint64_t saved[TIERS] = {0};
	uint64_t sums[TIERS] = {0};

	sum_up(counters, sums);
	add_line(&counters->saved, saved);
	for (size_t i = 0; i < TIERS; i++)
		sums[i] -= saved[i] < sums[i] ? saved[i] : sums[i];
	return counts_of(sums);
}

void counters_saved(struct counters *counters, const struct counts *saved)
{
	for (size_t i = 0; i < TIERS; i++)
		atomic_fetch_add(&counters->saved.counts[i],
				 i == TIER_MISS ? saved->misses
						: saved->hits[i]);
}

uint64_t counts_hits(const struct counts *counts)
{
	uint64_t hits = 0;

	for (size_t i = 0; i < TIER_INDEX; i++)
		hits += counts->hits[i];
	return hits;
}
