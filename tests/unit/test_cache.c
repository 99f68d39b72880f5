/* The cache as its users see it. */
#include "tests/unit/stored.h"

#include "cache/cache.h"

#include <signal.h>
#include <sys/resource.h>

enum { MEMORY = 1 << 20 };

static struct cache *open_cache(const char *folder, uint64_t memory_bytes)
{
	const struct cache_options options = {.directory = folder,
					      .max_memory_bytes = memory_bytes,
					      .max_disk_bytes = 64U << 20};
	struct cache *cache;
	char *why;

	assert_int_equal(cache_open(&options, &cache, &why), 0);
	if (why)
		fail_msg("%s", why);
	return cache;
}

static void put_number(struct cache *cache, unsigned n)
{
	struct sample sample;

	sample_make(&sample, n);
	assert_int_equal(cache_put(cache, &sample.key, &sample.entry), 0);
	sample_release(&sample);
}

/* Where number `n` was found, and right. */
static enum cache_tier find_number(struct cache *cache, unsigned n)
{
	struct sample sample;
	struct cache_found found = {0};
	enum cache_tier tier = TIER_MISS;

	sample_make(&sample, n);
	if (cache_get(cache, &sample.key, &sample.entry.content, NULL, NULL,
		      &found, NULL) == 0) {
		assert_true(entry_equal(&sample.entry, &found.entry));
		tier = found.tier;
		cache_found_release(&found);
	}
	sample_release(&sample);
	return tier;
}

static void without_a_folder_it_lives_in_memory(void **state)
{
	struct cache *cache = open_cache(NULL, MEMORY);
	struct cache_stats stats;

	(void)state;
	assert_int_equal(find_number(cache, 1), TIER_MISS);
	put_number(cache, 1);
	assert_int_equal(find_number(cache, 1), TIER_MEMORY);
	assert_int_equal(cache_pending(cache), 0);
	assert_int_equal(cache_flush(cache), 0);
	cache_stats(cache, &stats);
	assert_false(stats.disk_on);
	assert_int_equal(stats.hits[TIER_MEMORY], 1);
	assert_int_equal(stats.misses, 1);
	assert_int_equal(stats.memory_entries, 1);
	cache_close(cache);
}

static void an_entry_goes_to_disk_and_comes_back_to_memory(void **state)
{
	char *folder = scratch_make();
	struct cache *cache = open_cache(folder, MEMORY);
	struct cache_stats stats;

	(void)state;
	put_number(cache, 1);
	put_number(cache, 2);
	assert_int_equal(cache_pending(cache), 2);
	assert_int_equal(cache_flush(cache), 0);
	assert_int_equal(cache_pending(cache), 0);
	put_number(cache, 3); /* closing writes it */
	cache_close(cache);
	cache = open_cache(folder, MEMORY);
	for (unsigned n = 1; n <= 3; n++) {
		assert_int_equal(find_number(cache, n), TIER_DISK);
		assert_int_equal(find_number(cache, n), TIER_MEMORY);
	}
	assert_int_equal(find_number(cache, 4), TIER_MISS);
	cache_stats(cache, &stats);
	assert_true(stats.disk_on);
	assert_int_equal(stats.hits[TIER_DISK], 3);
	assert_int_equal(stats.hits[TIER_MEMORY], 3);
	assert_int_equal(stats.misses, 1);
	assert_int_equal(stats.disk_entries, 3);
	assert_int_equal(stats.memory_entries, 3);
	assert_true(stats.disk_bytes > 0);
	assert_int_equal(stats.total_hits, 6);
	cache_close(cache);
	cache = open_cache(folder, MEMORY);
	assert_int_equal(find_number(cache, 1), TIER_DISK);
	cache_stats(cache, &stats);
	assert_int_equal(stats.total_hits, 7);
	assert_int_equal(stats.total_misses, 1);
	cache_close(cache);
	scratch_remove(folder);
}

static void what_is_pending_is_found_without_a_memory_tier(void **state)
{
	char *folder = scratch_make();
	struct cache *cache = open_cache(folder, 0);

	(void)state;
	put_number(cache, 1);
	assert_int_equal(find_number(cache, 1), TIER_MEMORY);
	assert_int_equal(cache_flush(cache), 0);
	assert_int_equal(find_number(cache, 1), TIER_DISK);
	assert_int_equal(find_number(cache, 1), TIER_DISK);
	cache_close(cache);
	scratch_remove(folder);
}

static void a_brief_one_keeps_on_disk_what_goes_there(void **state)
{
	char *folder = scratch_make();
	struct cache_options options = {.directory = folder,
					.max_memory_bytes = MEMORY,
					.is_brief = true};
	struct cache *cache;
	struct cache_stats stats;
	char *why;

	(void)state;
	assert_int_equal(cache_open(&options, &cache, &why), 0);
	put_number(cache, 1);
	assert_int_equal(find_number(cache, 1), TIER_MEMORY);
	assert_int_equal(cache_flush(cache), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(find_number(cache, 1), TIER_DISK);
	cache_stats(cache, &stats);
	assert_int_equal(stats.memory_entries, 0);
	cache_close(cache);
	/* Where there is no disk, memory is all there is. */
	options.directory = NULL;
	assert_int_equal(cache_open(&options, &cache, &why), 0);
	put_number(cache, 1);
	assert_int_equal(find_number(cache, 1), TIER_MEMORY);
	cache_close(cache);
	scratch_remove(folder);
}

/* More than may wait for the disk at a time. */
static void a_brief_one_loses_nothing_of_much(void **state)
{
	enum { COUNT = 1000, SIZE = 80000 };
	char *folder = scratch_make();
	struct cache_options options = {.directory = folder, .is_brief = true};
	struct cache *cache;
	struct cache_stats stats;
	struct sample sample;
	char *why;

	(void)state;
	assert_int_equal(cache_open(&options, &cache, &why), 0);
	for (unsigned n = 0; n < COUNT; n++) {
		sample_make_sized(&sample, n, SIZE);
		assert_int_equal(cache_put(cache, &sample.key, &sample.entry),
				 0);
		sample_release(&sample);
	}
	cache_close(cache);
	assert_int_equal(cache_open(&options, &cache, &why), 0);
	cache_stats(cache, &stats);
	assert_int_equal(stats.disk_entries, COUNT);
	cache_close(cache);
	scratch_remove(folder);
}

static void a_verdict_outlives_the_entry_it_came_with(void **state)
{
	struct cache *cache = open_cache(NULL, MEMORY);
	struct cache_found found = {0};
	struct sample sample;

	(void)state;
	for (unsigned n = 0; n < 8; n++) {
		sample_make(&sample, n);
		assert_int_equal(cache_put(cache, &sample.key, &sample.entry),
				 0);
		assert_int_equal(cache_get(cache, &sample.key,
					   &sample.entry.content, NULL, NULL,
					   &found, NULL),
				 0);

		struct verdict *verdict = cache_found_verdict(&found);

		assert_null(found.block);
		assert_int_equal(verdict->size, sample.entry.verdict->size);
		assert_memory_equal(verdict, sample.entry.verdict,
				    verdict->size);
		free(verdict);
		sample_release(&sample);
	}
	cache_close(cache);
}

static void make_twin(struct sample *sample, struct span content, unsigned n)
{
	sample_make(sample, n);
	sample->key.content = digest_tag_of(content);
	sample->entry.content = digest_of(content);
}

static bool finds_twin(struct cache *cache, const struct sample *sample)
{
	struct cache_found found;

	if (cache_get(cache, &sample->key, &sample->entry.content, NULL, NULL,
		      &found, NULL))
		return false;

	const bool same = entry_equal(&found.entry, &sample->entry);

	cache_found_release(&found);
	return same;
}

static void check_twins(const struct sample *first, const struct sample *second)
{
	char *folder = scratch_make();
	struct cache *cache = open_cache(folder, MEMORY);

	assert_int_equal(cache_put(cache, &first->key, &first->entry), 0);
	assert_true(finds_twin(cache, first));
	assert_false(finds_twin(cache, second));
	assert_int_equal(cache_put(cache, &second->key, &second->entry), 0);
	for (int i = 0; i < 3; i++) {
		assert_true(finds_twin(cache, first));
		assert_true(finds_twin(cache, second));
		cache_close(cache);
		cache = open_cache(folder, MEMORY);
	}
	cache_close(cache);
	scratch_remove(folder);
}

static void two_contents_with_one_tag_keep_their_own_verdicts(void **state)
{
	const char *root = getenv("CFGFS_SUITES");
	struct sample a;
	struct sample b;
	auto_free char *folder = NULL;

	(void)state;
	if (!root || asprintf(&folder, "%s/collision", root) < 0 ||
	    access(scratch_path(folder, "A.yaml"), R_OK)) {
		print_message("CFGFS_SUITES is not set or not there\n");
		skip();
	}

	const struct span first = scratch_read(scratch_path(folder, "A.yaml"));
	const struct span second = scratch_read(scratch_path(folder, "B.yaml"));

	make_twin(&a, first, 1);
	make_twin(&b, second, 2);
	assert_memory_equal(&a.key, &b.key, sizeof(a.key));
	assert_false(digest_equal(&a.entry.content, &b.entry.content));
	check_twins(&a, &b);
	check_twins(&b, &a);
	sample_release(&a);
	sample_release(&b);
	free((void *)(uintptr_t)first.data);
	free((void *)(uintptr_t)second.data);
}

/* As if even the first bytes of the digest were the same. */
static void another_content_with_the_same_full_key_is_a_miss(void **state)
{
	char *folder = scratch_make();
	struct cache *cache = open_cache(folder, MEMORY);
	struct sample sample;
	struct cache_found found;

	(void)state;
	sample_make(&sample, 1);
	assert_int_equal(cache_put(cache, &sample.key, &sample.entry), 0);
	for (int i = 0; i < 2; i++) { /* in memory, then on disk */
		sample.entry.content.bytes[31] ^= 1;
		assert_int_equal(cache_get(cache, &sample.key,
					   &sample.entry.content, NULL, NULL,
					   &found, NULL),
				 -ENOENT);
		sample.entry.content.bytes[31] ^= 1;
		assert_true(finds_twin(cache, &sample));
		cache_close(cache);
		cache = open_cache(folder, MEMORY);
	}
	cache_close(cache);
	sample_release(&sample);
	scratch_remove(folder);
}

struct asked {
	unsigned count;
	const char *changed;
};

static bool ask(void *ctx, const struct dependency *dependency)
{
	struct asked *asked = ctx;

	asked->count++;
	return !asked->changed || strcmp(dependency->path, asked->changed) != 0;
}

static int get_asking(struct cache *cache, const struct sample *sample,
		      struct asked *asked, char **stale)
{
	struct cache_found found;
	const int r = cache_get(cache, &sample->key, &sample->entry.content,
				ask, asked, &found, stale);

	if (r == 0)
		cache_found_release(&found);
	return r;
}

static void a_dependency_that_changed_makes_a_miss(void **state)
{
	char *folder = scratch_make();
	struct cache *cache = open_cache(folder, MEMORY);
	struct sample sample;

	(void)state;
	sample_make(&sample, 2); /* with two dependencies */
	assert_int_equal(cache_put(cache, &sample.key, &sample.entry), 0);
	for (int i = 0; i < 2; i++) { /* in memory, then on disk */
		struct asked all = {0};
		struct asked first = {.changed = sample.path};
		struct asked second = {.changed = "absent"};
		char *stale;

		assert_int_equal(get_asking(cache, &sample, &first, &stale),
				 -ENOENT);
		assert_string_equal(stale, sample.path);
		assert_int_equal(first.count, 1);
		free(stale);
		assert_int_equal(get_asking(cache, &sample, &second, &stale),
				 -ENOENT);
		assert_string_equal(stale, "absent");
		assert_int_equal(second.count, 2);
		free(stale);
		assert_int_equal(get_asking(cache, &sample, &second, NULL),
				 -ENOENT);
		assert_int_equal(get_asking(cache, &sample, &all, &stale), 0);
		assert_null(stale);
		assert_int_equal(all.count, 2);
		cache_close(cache);
		cache = open_cache(folder, MEMORY);
	}
	cache_close(cache);
	sample_release(&sample);
	scratch_remove(folder);
}

static void the_latest_entry_of_a_key_counts(void **state)
{
	char *folder = scratch_make();
	struct cache *cache = open_cache(folder, MEMORY);
	struct sample sample;
	struct cache_found found;

	(void)state;
	sample_make(&sample, 2);
	for (uint32_t i = 0; i < 3; i++) {
		sample.entry.usec = 100 + i;
		assert_int_equal(cache_put(cache, &sample.key, &sample.entry),
				 0);
		if (i == 1)
			assert_int_equal(cache_flush(cache), 0);
	}
	assert_int_equal(cache_pending(cache), 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(cache_get(cache, &sample.key,
					   &sample.entry.content, NULL, NULL,
					   &found, NULL),
				 0);
		assert_int_equal(found.entry.usec, 102);
		cache_found_release(&found);
		cache_close(cache);
		cache = open_cache(folder, MEMORY);
	}
	cache_close(cache);
	sample_release(&sample);
	scratch_remove(folder);
}

static void clearing_forgets_everywhere(void **state)
{
	char *folder = scratch_make();
	struct cache *cache = open_cache(folder, MEMORY);

	(void)state;
	put_number(cache, 1);
	assert_int_equal(cache_flush(cache), 0);
	put_number(cache, 2);
	assert_int_equal(cache_clear(cache), 0);
	assert_int_equal(find_number(cache, 1), TIER_MISS);
	assert_int_equal(find_number(cache, 2), TIER_MISS);
	assert_int_equal(cache_pending(cache), 0);
	put_number(cache, 3);
	assert_int_equal(find_number(cache, 3), TIER_MEMORY);
	cache_close(cache);
	scratch_remove(folder);
}

static void a_folder_that_cannot_be_used_leaves_memory(void **state)
{
	char *folder = scratch_make();
	struct cache_options options = {.max_memory_bytes = MEMORY};
	struct cache *cache;
	struct cache_stats stats;
	char *why;

	(void)state;
	scratch_write(scratch_path(folder, "file"), span_of("x"));
	options.directory = scratch_path(folder, "file/below");
	assert_int_equal(cache_open(&options, &cache, &why), 0);
	assert_non_null(why);
	assert_non_null(strstr(why, "memory only"));
	put_number(cache, 1);
	assert_int_equal(find_number(cache, 1), TIER_MEMORY);
	cache_stats(cache, &stats);
	assert_false(stats.disk_on);
	cache_close(cache);
	free(why);
	scratch_remove(folder);
}

static void a_damaged_store_is_told_and_begun_anew(void **state)
{
	char *folder = scratch_make();
	struct cache_options options = {.directory = folder,
					.max_memory_bytes = MEMORY};
	struct cache *cache = open_cache(folder, MEMORY);
	struct cache_stats stats;
	char *why;

	(void)state;
	put_number(cache, 1);
	cache_close(cache);
	assert_int_equal(truncate(scratch_path(folder, "data.mdb"), 9000), 0);
	assert_int_equal(cache_open(&options, &cache, &why), 0);
	assert_non_null(strstr(why, "damaged"));
	assert_null(strstr(why, "memory only"));
	assert_int_equal(find_number(cache, 1), TIER_MISS);
	put_number(cache, 1);
	assert_int_equal(cache_flush(cache), 0);
	cache_stats(cache, &stats);
	assert_true(stats.disk_on);
	assert_int_equal(stats.disk_entries, 1);
	cache_close(cache);
	free(why);
	scratch_remove(folder);
}

/* In a child, whose files may not grow. */
static void fail_three_times(const char *folder)
{
	const struct rlimit limit = {16384, 16384};
	struct cache *cache = open_cache(folder, MEMORY);
	struct cache_stats stats;

	signal(SIGXFSZ, SIG_IGN);
	put_number(cache, 0);
	assert_int_equal(cache_flush(cache), 0);
	setrlimit(RLIMIT_FSIZE, &limit);
	for (unsigned n = 1; n < 300; n++)
		put_number(cache, n);
	for (int i = 0; i < 3; i++) {
		cache_stats(cache, &stats);
		if (!stats.disk_on || cache_pending(cache) != 299)
			_exit(1);
		if (cache_flush(cache) >= 0)
			_exit(2);
	}
	cache_stats(cache, &stats);
	if (stats.disk_on || cache_pending(cache) != 0 ||
	    cache_flush(cache) != 0)
		_exit(3);
	for (unsigned n = 0; n < 300; n++)
		if (find_number(cache, n) != TIER_MEMORY)
			_exit(4);
	put_number(cache, 1000);
	if (cache_pending(cache) != 0)
		_exit(5);
	cache_close(cache);
	_exit(0);
}

static void three_failures_switch_the_disk_off(void **state)
{
	char *folder = scratch_make();
	const pid_t child = fork();

	(void)state;
	if (child == 0)
		fail_three_times(folder);
	assert_int_equal(stored_wait(child), 0);

	struct cache *cache = open_cache(folder, MEMORY);

	assert_int_equal(find_number(cache, 0), TIER_DISK);
	cache_close(cache);
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_folder_it_lives_in_memory),
		cmocka_unit_test(
			an_entry_goes_to_disk_and_comes_back_to_memory),
		cmocka_unit_test(
			what_is_pending_is_found_without_a_memory_tier),
		cmocka_unit_test(
			two_contents_with_one_tag_keep_their_own_verdicts),
		cmocka_unit_test(
			another_content_with_the_same_full_key_is_a_miss),
		cmocka_unit_test(a_brief_one_keeps_on_disk_what_goes_there),
		cmocka_unit_test(a_brief_one_loses_nothing_of_much),
		cmocka_unit_test(a_verdict_outlives_the_entry_it_came_with),
		cmocka_unit_test(a_dependency_that_changed_makes_a_miss),
		cmocka_unit_test(the_latest_entry_of_a_key_counts),
		cmocka_unit_test(clearing_forgets_everywhere),
		cmocka_unit_test(a_folder_that_cannot_be_used_leaves_memory),
		cmocka_unit_test(a_damaged_store_is_told_and_begun_anew),
		cmocka_unit_test(three_failures_switch_the_disk_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
