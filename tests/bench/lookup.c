/*
 * What a look-up of a verdict takes, in nanoseconds of CPU, so that a busy
 * machine does not count: in memory by one thread and by two at a time, and in
 * LMDB one by one and by the 64. One "name value unit" a line, best of 25.
 */
#include "tests/unit/cached.h"

#include "cache/cache.h"

#include <pthread.h>
#include <time.h>

enum { KEYS = 10000, ROUNDS = 25, THREADS = 2, BATCH = 64 };

struct ask {
	struct cache_key key;
	struct digest content;
};
static struct ask asks[KEYS];

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void check(bool is_right)
{
	if (!is_right) {
		fputs("lookup: not found where it should be\n", stderr);
		exit(1);
	}
}

/* In an order that is no order of the keys. */
static const struct ask *ask_at(unsigned i)
{
	return &asks[i * 7919u % KEYS];
}

static void get_each(struct cache *cache, enum cache_tier tier)
{
	for (unsigned i = 0; i < KEYS; i++) {
		const struct ask *ask = ask_at(i);
		struct cache_found found;

		check(cache_get(cache, &ask->key, &ask->content, NULL, NULL,
				&found, NULL) == 0 &&
		      found.tier == tier);
		cache_found_release(&found);
	}
}

static void get_batch(struct cache *cache, unsigned from)
{
	struct cache_ask batch[BATCH];
	unsigned count = 0;

	for (; count < BATCH && from + count < KEYS; count++) {
		const struct ask *ask = ask_at(from + count);

		batch[count] = (struct cache_ask){.key = ask->key,
						  .content = ask->content};
	}
	check(cache_get_many(cache, batch, count, NULL) == 0);
	for (unsigned i = 0; i < count; i++) {
		check(batch[i].is_found && batch[i].found.tier == TIER_DISK);
		cache_found_release(&batch[i].found);
	}
}

struct run {
	struct cache *cache;
	enum cache_tier tier;
	bool is_by_batch;
	pthread_barrier_t *start;
	double ns; /* a look-up */
};

static void *run(void *ctx)
{
	struct run *run = ctx;

	pthread_barrier_wait(run->start);

	const double begin = cpu_ns();

	if (run->is_by_batch)
		for (unsigned i = 0; i < KEYS; i += BATCH)
			get_batch(run->cache, i);
	else
		get_each(run->cache, run->tier);
	run->ns = (cpu_ns() - begin) / KEYS;
	return NULL;
}

static double run_together(const struct run *what, unsigned threads)
{
	pthread_t thread[THREADS];
	struct run runs[THREADS];
	pthread_barrier_t start;
	double worst = 0;

	pthread_barrier_init(&start, NULL, threads);
	for (unsigned i = 0; i < threads; i++) {
		runs[i] = *what;
		runs[i].start = &start;
		check(pthread_create(&thread[i], NULL, run, &runs[i]) == 0);
	}
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(thread[i], NULL);
		if (runs[i].ns > worst)
			worst = runs[i].ns;
	}
	pthread_barrier_destroy(&start);
	return worst;
}

/* The best of some rounds: all that disturbs makes it slower. */
static double measure(const char *name, const struct run *what,
		      unsigned threads)
{
	double best = run_together(what, threads);

	for (int i = 1; i < ROUNDS; i++) {
		const double ns = run_together(what, threads);

		if (ns < best)
			best = ns;
	}
	printf("%-24s %6.0f ns\n", name, best);
	return best;
}

static void fill(struct cache *cache)
{
	for (unsigned n = 0; n < KEYS; n++) {
		struct sample sample;

		sample_make_sized(&sample, n, 200);
		asks[n] = (struct ask){sample.key, sample.entry.content};
		check(cache_put(cache, &sample.key, &sample.entry) == 0);
		sample_release(&sample);
	}
	check(cache_flush(cache) == 0);
}

static struct cache *open_cache(const char *folder, bool is_brief)
{
	const struct cache_options options = {.directory = folder,
					      .max_memory_bytes = 32 << 20,
					      .max_disk_bytes = 64 << 20,
					      .is_brief = is_brief};
	struct cache *cache;
	char *why;

	check(cache_open(&options, &cache, &why) == 0 && !why);
	return cache;
}

int main(void)
{
	char *folder = scratch_make();
	struct cache *cache = open_cache(folder, false);
	struct run what = {.cache = cache, .tier = TIER_MEMORY};

	fill(cache);

	const double one = measure("memory, 1 thread", &what, 1);
	const double two = measure("memory, 2 threads", &what, 2);

	printf("%-24s %6.2f x\n", "memory, 2 / 1 threads", two / one);
	cache_close(cache);
	what = (struct run){.cache = open_cache(folder, true),
			    .tier = TIER_DISK};
	measure("lmdb, one by one", &what, 1);
	measure("lmdb, 2 threads", &what, 2);
	what.is_by_batch = true;
	measure("lmdb, by 64", &what, 1);
	cache_close(what.cache);
	scratch_remove(folder);
	return 0;
}
