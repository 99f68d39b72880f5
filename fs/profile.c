#include "fs/profile.h"

#include <math.h>
#include <stdatomic.h>
#include <time.h>

enum {
	STEPS = 4,	      /* buckets per power of two */
	BUCKETS = 40 * STEPS, /* up to 2^40 ns, 18 minutes */
	SHARDS = 8,	      /* so that threads do not share cache lines */
	FILES = 16,	      /* of the slowest */
	CHECKS = 32,
};

static const char *const names[PHASE_COUNT] = {
	[PHASE_OPEN] = "open",
	[PHASE_READ] = "read",
	[PHASE_HASH] = "hash",
	[PHASE_INDEX] = "index",
	[PHASE_LOOKUP_MEMORY] = "look-up.memory",
	[PHASE_LOOKUP_DISK] = "look-up.disk",
	[PHASE_PARSE_YAML] = "parse.yaml",
	[PHASE_PARSE_JSON] = "parse.json",
	[PHASE_PARSE_TOML] = "parse.toml",
	[PHASE_PARSE_INI] = "parse.ini",
	[PHASE_PARSE_ENV] = "parse.env",
	[PHASE_PARSE_PROPERTIES] = "parse.properties",
	[PHASE_PARSE_XML] = "parse.xml",
	[PHASE_PARSE_OTHER] = "parse.other",
	[PHASE_COMPILE] = "compile",
	[PHASE_SCHEMA] = "schema",
	[PHASE_STORE] = "store",
	[PHASE_REPLY] = "reply",
};

struct histogram {
	atomic_uint_fast64_t sum_ns;
	atomic_uint_fast32_t buckets[BUCKETS];
};

struct profile {
	bool is_on;
	struct tally *files;
	struct tally *checks;
	_Alignas(64) struct histogram shards[SHARDS][PHASE_COUNT];
};

struct profile *profile_new(bool is_on)
{
	struct profile *profile = aligned_alloc(64, sizeof(*profile));

	if (!profile)
		return NULL;
	memset(profile, 0, sizeof(*profile));
	profile->is_on = is_on;
	profile->files = tally_new(FILES);
	profile->checks = tally_new(CHECKS);
	if (!profile->files || !profile->checks) {
		profile_free(profile);
		return NULL;
	}
	return profile;
}

void profile_free(struct profile *profile)
{
	if (!profile)
		return;
	tally_free(profile->files);
	tally_free(profile->checks);
	free(profile);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t profile_start(const struct profile *profile)
{
	return profile && profile->is_on ? now_ns() : 0;
}

/* Four steps per power of two: a bucket is at most 19 % wide. */
static unsigned bucket_of(uint64_t ns)
{
	if (ns < STEPS)
		return (unsigned)ns;

	const unsigned top = 63u - (unsigned)__builtin_clzll(ns);
	const unsigned step = (unsigned)(ns >> (top - 2)) & (STEPS - 1);
	const unsigned bucket = (top - 1) * STEPS + step;

	return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* The middle of a bucket. */
static double bucket_ns(unsigned bucket)
{
	if (bucket < STEPS)
		return bucket;

	const unsigned top = bucket / STEPS + 1;
	const double width = ldexp(1, (int)top - 2);

	return width * (STEPS + bucket % STEPS + 0.5);
}

/* Threads are spread over the shards in the order of their first lap. */
static unsigned shard_of_thread(void)
{
	static atomic_uint next;
	static _Thread_local unsigned mine;

	if (mine == 0)
		mine = 1 + atomic_fetch_add(&next, 1) % SHARDS;
	return mine - 1;
}

void profile_add(struct profile *profile, enum profile_phase phase, uint64_t ns)
{
	if (!profile || !profile->is_on)
		return;

	struct histogram *histogram =
		&profile->shards[shard_of_thread()][phase];

	atomic_fetch_add_explicit(&histogram->sum_ns, ns, memory_order_relaxed);
	atomic_fetch_add_explicit(&histogram->buckets[bucket_of(ns)], 1,
				  memory_order_relaxed);
}

uint64_t profile_lap(struct profile *profile, enum profile_phase phase,
		     uint64_t *since)
{
	if (!profile || !profile->is_on)
		return 0;

	const uint64_t now = now_ns();
	const uint64_t spent = now - *since;

	profile_add(profile, phase, spent);
	*since = now;
	return spent;
}

void profile_file(struct profile *profile, const char *path, uint64_t ns,
		  uint64_t bytes)
{
	if (profile && profile->is_on)
		tally_add(profile->files, path, ns, bytes);
}

void profile_check(struct profile *profile, const char *schema, uint64_t ns)
{
	if (profile && profile->is_on)
		tally_add(profile->checks, schema, ns, 0);
}

struct tally *profile_files(const struct profile *profile)
{
	return profile->files;
}

struct tally *profile_checks(const struct profile *profile)
{
	return profile->checks;
}

const char *profile_phase_name(enum profile_phase phase)
{
	return names[phase];
}

static enum profile_phase find_phase(const char *name)
{
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum profile_phase)i;
	return PHASE_PARSE_OTHER;
}

/* Most files are of the format of the one before: the name is the same one. */
enum profile_phase profile_phase_find(const char *name)
{
	static _Thread_local const char *last;
	static _Thread_local enum profile_phase found;

	if (last != name) {
		found = find_phase(name);
		last = name;
	}
	return found;
}

static uint64_t percentile_us(const uint64_t *counts, uint64_t total,
			      double share)
{
	const double wanted = share * (double)total;
	uint64_t seen = 0;

	for (unsigned i = 0; i < BUCKETS; i++) {
		seen += counts[i];
		if (counts[i] && (double)seen >= wanted)
			return (uint64_t)(bucket_ns(i) / 1000);
	}
	return 0;
}

struct profile_line profile_read(const struct profile *profile,
				 enum profile_phase phase)
{
	struct profile_line line = {.name = names[phase]};
	uint64_t counts[BUCKETS] = {0};
	uint64_t sum_ns = 0;

	for (unsigned shard = 0; profile && shard < SHARDS; shard++) {
		const struct histogram *from = &profile->shards[shard][phase];

		sum_ns += atomic_load_explicit(&from->sum_ns,
					       memory_order_relaxed);
		for (unsigned i = 0; i < BUCKETS; i++)
			counts[i] += atomic_load_explicit(&from->buckets[i],
							  memory_order_relaxed);
	}
	for (unsigned i = 0; i < BUCKETS; i++)
		line.count += counts[i];
	line.seconds = (double)sum_ns / 1e9;
	line.p50_us = percentile_us(counts, line.count, 0.50);
	line.p99_us = percentile_us(counts, line.count, 0.99);
	return line;
}
