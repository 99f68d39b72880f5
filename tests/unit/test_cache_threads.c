/* Eight threads on one cache; to be run under the thread sanitizer too. */
#include "tests/unit/cached.h"

#include "cache/cache.h"
#include "cache/store.h"

#include <pthread.h>

enum { THREADS = 8, STEPS = 1500, NUMBERS = 300 };

struct work {
	struct cache *cache;
	unsigned number;
	unsigned wrong;
	unsigned found;
	unsigned missed;
};

static void look(struct work *work, unsigned n)
{
	struct sample sample;
	struct cache_found found;

	sample_make(&sample, n);
	if (cache_get(work->cache, &sample.key, &sample.entry.content, NULL,
		      NULL, &found, NULL) == 0) {
		work->found++;
		work->wrong += !entry_equal(&sample.entry, &found.entry);
		cache_found_release(&found);
	} else {
		work->missed++;
	}
	sample_release(&sample);
}

static void keep(struct work *work, unsigned n)
{
	struct sample sample;

	sample_make(&sample, n);
	work->wrong += cache_put(work->cache, &sample.key, &sample.entry) != 0;
	sample_release(&sample);
}

static void *run(void *ctx)
{
	struct work *work = ctx;
	struct cache_stats stats;
	unsigned seed = work->number;

	for (unsigned i = 0; i < STEPS; i++) {
		seed = seed * 1103515245 + 12345;

		const unsigned n = (seed >> 8) % NUMBERS;

		if (seed >> 28 < 4)
			keep(work, n);
		else
			look(work, n);
		if (i % 100 == work->number * 10)
			work->wrong += cache_flush(work->cache) != 0;
		if (i % 200 == work->number * 5)
			cache_stats(work->cache, &stats);
		if (i == STEPS / 2 && work->number == 3)
			work->wrong += cache_clear(work->cache) != 0;
	}
	return NULL;
}

/* With so little memory that both tiers are in use. */
static void many_threads_share_a_cache(void **state)
{
	char *folder = scratch_make();
	const struct cache_options options = {.directory = folder,
					      .max_memory_bytes = 30000,
					      .max_disk_bytes = 60000};
	struct work works[THREADS] = {{0}};
	pthread_t threads[THREADS];
	struct cache_stats stats;
	struct cache *cache;
	char *why;
	uint64_t found = 0;
	uint64_t missed = 0;

	(void)state;
	assert_int_equal(cache_open(&options, &cache, &why), 0);
	assert_null(why);
	for (unsigned i = 0; i < THREADS; i++) {
		works[i] = (struct work){.cache = cache, .number = i};
		assert_int_equal(
			pthread_create(&threads[i], NULL, run, &works[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(works[i].wrong, 0);
		found += works[i].found;
		missed += works[i].missed;
	}
	cache_stats(cache, &stats);
	assert_int_equal(found,
			 stats.hits[TIER_MEMORY] + stats.hits[TIER_DISK]);
	assert_int_equal(missed, stats.misses);
	assert_int_equal(found, stats.total_hits);
	assert_int_equal(missed, stats.total_misses);
	assert_true(stats.hits[TIER_MEMORY] > 0);
	assert_true(stats.hits[TIER_DISK] > 0);
	assert_true(stats.evictions > 0);
	assert_true(stats.memory_bytes <= 30000);
	cache_close(cache);
	/* None is lost, and none counted twice, on the way to the disk. */
	assert_int_equal(cache_open(&options, &cache, &why), 0);
	cache_stats(cache, &stats);
	assert_int_equal(found, stats.total_hits);
	assert_int_equal(missed, stats.total_misses);
	cache_close(cache);
	scratch_remove(folder);
}

/* Each thread asks LOOKS times about what is there and about what is not,
 * while one writes over and over. */
enum { LOOKS = 4000, RUNS = 3 };

static void *ask_and_count(void *ctx)
{
	struct work *work = ctx;

	for (unsigned i = 0; i < LOOKS; i++) {
		look(work, i % 2 ? i % 20 : NUMBERS + i);
		if (work->number == 0 && i % 64 == 0) {
			keep(work, 20);
			work->wrong += cache_flush(work->cache) != 0;
		}
	}
	return NULL;
}

static void ask_from_all(struct cache *cache)
{
	struct work works[THREADS];
	pthread_t threads[THREADS];

	for (unsigned i = 0; i < THREADS; i++) {
		works[i] = (struct work){.cache = cache, .number = i};
		assert_int_equal(pthread_create(&threads[i], NULL,
						ask_and_count, &works[i]),
				 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(works[i].wrong, 0);
		assert_int_equal(works[i].found, LOOKS / 2);
	}
}

static uint64_t sum_of_tiers(const uint64_t *hits, size_t first, size_t end)
{
	uint64_t sum = 0;

	for (size_t i = first; i < end; i++)
		sum += hits[i];
	return sum;
}

/* One run: its own counts, and those of all runs so far. */
static void count_one_run(const char *folder, unsigned run)
{
	const uint64_t half = (uint64_t)THREADS * LOOKS / 2;
	const struct cache_options options = {.directory = folder,
					      .max_memory_bytes = 1 << 20};
	struct work filler = {0};
	struct cache_stats stats;
	struct cache *cache;
	char *why;

	assert_int_equal(cache_open(&options, &cache, &why), 0);
	assert_null(why);
	filler.cache = cache;
	for (unsigned i = 0; run == 0 && i < 20; i++)
		keep(&filler, i);
	ask_from_all(cache);
	cache_stats(cache, &stats);
	assert_int_equal(sum_of_tiers(stats.hits, 0, TIER_INDEX + 1), half);
	assert_int_equal(stats.misses, half);
	assert_int_equal(stats.total_hits, (run + 1) * half);
	assert_int_equal(stats.total_misses, (run + 1) * half);
	cache_close(cache);
}

static void no_hit_and_no_miss_is_lost(void **state)
{
	char *folder = scratch_make();
	const struct store_options options = {.folder = folder};
	struct store *store;
	char *why = NULL;

	(void)state;
	for (unsigned run = 0; run < RUNS; run++)
		count_one_run(folder, run);
	assert_int_equal(store_open(&options, &store, &why), 0);

	const struct store_totals totals = store_totals(store);

	assert_int_equal(totals.hits, (uint64_t)RUNS * THREADS * LOOKS / 2);
	assert_int_equal(totals.misses, totals.hits);
	assert_int_equal(sum_of_tiers(totals.tier_hits, 0, STORE_TIERS),
			 totals.hits);
	store_close(store);
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_threads_share_a_cache),
		cmocka_unit_test(no_hit_and_no_miss_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
