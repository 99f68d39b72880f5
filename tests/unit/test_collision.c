/*
 * Two contents with one XXH3-128, one valid and one not (tests/data/collision
 * says how they were made): wherever the cache meets them, each keeps its own
 * verdict, whichever came first.
 */
#include "tests/unit/stored.h"
#include "tests/unit/tree.h"

#include "cache/maintain/archive.h"
#include "fs/survey.h"

#include <pthread.h>

enum { VALID, INVALID, BOTH };

static const char *const names[BOTH] = {"valid.yaml", "invalid.yaml"};
static const enum state states[BOTH] = {STATE_VALID, STATE_INVALID};

static struct span texts[BOTH];

static int read_texts(void **state)
{
	const char *data = getenv("CFGFS_TEST_DATA");
	auto_free char *folder = NULL;

	(void)state;
	assert_true(asprintf(&folder, "%s/collision",
			     data ? data : "tests/data") > 0);
	for (int i = 0; i < BOTH; i++)
		texts[i] = scratch_read(scratch_path(folder, names[i]));
	return 0;
}

static int free_texts(void **state)
{
	(void)state;
	for (int i = 0; i < BOTH; i++)
		free((void *)(uintptr_t)texts[i].data);
	return 0;
}

static void only_the_proof_tells_them_apart(void **state)
{
	struct digest_tag tags[BOTH];
	struct digest digests[BOTH];

	(void)state;
	for (int i = 0; i < BOTH; i++) {
		tags[i] = digest_tag_of(texts[i]);
		digests[i] = digest_of(texts[i]);
	}
	assert_memory_equal(&tags[VALID], &tags[INVALID], sizeof(tags[0]));
	assert_false(digest_equal(&digests[VALID], &digests[INVALID]));
}

/* A tree with both, and where its verdicts are kept. */
struct site {
	struct tree tree;
	struct source *source;
	struct settings settings;
	char *folder;	       /* of the cache */
	uint64_t memory_bytes; /* of its memory */
	struct cache *cache;   /* while it is open */
	struct judge *judge;
};

static void site_open(struct site *site, uint64_t memory_bytes)
{
	*site = (struct site){.settings = SETTINGS_DEFAULT,
			      .folder = scratch_make(),
			      .memory_bytes = memory_bytes};
	site->settings.workers = 1;
	tree_make(&site->tree);
	for (int i = 0; i < BOTH; i++) {
		char path[PATH_MAX];

		scratch_write(tree_path(&site->tree, names[i], path), texts[i]);
	}
	assert_int_equal(source_open(site->tree.path, &site->source), 0);
}

/* A judge that knows nothing but what the cache does; `folder` NULL: a cache
 * in memory only. */
static void site_begin(struct site *site, const char *folder)
{
	const struct cache_options options = {
		.directory = folder, .max_memory_bytes = site->memory_bytes};
	char *why = NULL;

	if (!site->cache)
		assert_int_equal(cache_open(&options, &site->cache, &why), 0);
	assert_null(why);
	assert_int_equal(judge_new(site->source, site->cache, NULL,
				   &site->settings, &site->judge),
			 0);
}

static void site_end(struct site *site, bool is_cache_closed)
{
	judge_free(site->judge);
	if (is_cache_closed) {
		cache_close(site->cache);
		site->cache = NULL;
	}
}

static void site_close(struct site *site)
{
	source_close(site->source);
	tree_remove(&site->tree);
	scratch_remove(site->folder);
	judge_thread_ends();
}

static void expect(struct judge *judge, int which, enum cache_tier tier)
{
	struct judgement *judgement;

	assert_int_equal(judge_file(judge, names[which], &judgement), 0);
	assert_int_equal(judgement->verdict->state, states[which]);
	assert_string_equal(cache_tier_name(judgement->tier),
			    cache_tier_name(tier));
	judgement_release(judgement);
}

/* Both, `first` before the other. */
static void expect_both(struct site *site, int first, enum cache_tier tier)
{
	expect(site->judge, first, tier);
	expect(site->judge, !first, tier);
}

static void each_keeps_its_verdict_in_memory(void **state)
{
	(void)state;
	for (int first = 0; first < BOTH; first++) {
		struct site site;

		site_open(&site, 1 << 20);
		site_begin(&site, NULL);
		expect_both(&site, first, TIER_MISS);
		site_end(&site, false);
		for (int again = 0; again < BOTH; again++) {
			site_begin(&site, NULL);
			expect_both(&site, again, TIER_MEMORY);
			site_end(&site, again);
		}
		site_close(&site);
	}
}

/* Without memory for verdicts those that wait for the disk are looked at. */
static void each_keeps_its_verdict_while_it_waits_for_the_disk(void **state)
{
	(void)state;
	for (int first = 0; first < BOTH; first++) {
		struct site site;

		site_open(&site, 0);
		site_begin(&site, site.folder);
		expect_both(&site, first, TIER_MISS);
		assert_true(cache_pending(site.cache) >= BOTH);
		site_end(&site, false);
		site_begin(&site, site.folder);
		expect_both(&site, !first, TIER_MEMORY);
		assert_int_equal(cache_flush(site.cache), 0);
		site_end(&site, false);
		site_begin(&site, site.folder);
		expect_both(&site, first, TIER_DISK);
		site_end(&site, true);
		site_close(&site);
	}
}

static void each_keeps_its_verdict_on_disk(void **state)
{
	(void)state;
	for (int first = 0; first < BOTH; first++) {
		struct site site;

		site_open(&site, 1 << 20);
		/* One alone is no answer to the other. */
		site_begin(&site, site.folder);
		expect(site.judge, first, TIER_MISS);
		site_end(&site, true);
		site_begin(&site, site.folder);
		expect(site.judge, !first, TIER_MISS);
		site_end(&site, true);
		for (int again = 0; again < BOTH; again++) {
			site_begin(&site, site.folder);
			expect_both(&site, again, TIER_DISK);
			site_end(&site, true);
		}
		site_close(&site);
	}
}

/* Wait until the stat index may be used; false: it never is here. */
static bool settle(struct site *site)
{
	const char *doubt = NULL;

	for (int i = 0; i < BOTH; i++)
		do {
			struct stamp stamp;

			assert_int_equal(source_stat(site->source, names[i],
						     &stamp, NULL),
					 0);
			doubt = source_doubt(site->source, &stamp);
		} while (doubt && strncmp(doubt, "racy", 4) == 0);
	return !doubt;
}

/* As check does: by the stat index, all in one look at the disk. */
static void survey_both(struct site *site, enum cache_tier tier)
{
	const struct survey_options how = {.depth = SURVEY_JUDGED};
	struct survey survey;

	site_begin(site, site->folder);
	assert_int_equal(survey_run(site->judge, "", &how, &survey), 0);
	assert_int_equal(survey.count, BOTH);
	for (size_t i = 0; i < survey.count; i++) {
		const int which =
			strcmp(survey.entries[i].path, names[VALID]) == 0
				? VALID
				: INVALID;

		assert_int_equal(survey.entries[i].state, states[which]);
		assert_int_equal(survey.entries[i].tier, tier);
	}
	survey_release(&survey);
	site_end(site, true);
}

static void the_index_leads_each_to_its_own(void **state)
{
	struct site site;

	(void)state;
	site_open(&site, 1 << 20);
	if (settle(&site)) {
		survey_both(&site, TIER_MISS);
		survey_both(&site, TIER_INDEX);
		survey_both(&site, TIER_INDEX);
	}
	site_close(&site);
}

static void put_blob(struct cache *cache, int which)
{
	const struct cache_key key = {.content = digest_tag_of(texts[which])};
	const struct cache_entry entry = {
		.content = digest_of(texts[which]),
		.blob = span_of(names[which]),
	};

	assert_int_equal(cache_put_blob(cache, &key, &entry), 0);
}

static void expect_blob(struct cache *cache, int which, bool is_there)
{
	const struct cache_key key = {.content = digest_tag_of(texts[which])};
	const struct digest content = digest_of(texts[which]);
	struct cache_found found;
	const int r = cache_get_blob(cache, &key, &content, NULL, NULL, &found);

	assert_int_equal(r, is_there ? 0 : -ENOENT);
	if (r)
		return;
	assert_true(span_equal(found.entry.blob, span_of(names[which])));
	cache_found_release(&found);
}

static void each_keeps_its_blob(void **state)
{
	(void)state;
	for (int first = 0; first < BOTH; first++) {
		struct site site;

		site_open(&site, 1 << 20);
		site_begin(&site, site.folder);
		put_blob(site.cache, first);
		expect_blob(site.cache, first, true);
		expect_blob(site.cache, !first, false);
		put_blob(site.cache, !first);
		expect_blob(site.cache, first, true);
		expect_blob(site.cache, !first, true);
		site_end(&site, true);
		site_begin(&site, site.folder);
		expect_blob(site.cache, first, true);
		expect_blob(site.cache, !first, true);
		site_end(&site, true);
		site_close(&site);
	}
}

/* One of two threads that ask about their own content at the same time. */
struct asker {
	struct judge *judge;
	pthread_barrier_t *start;
	int which;
	unsigned wrong;
};

static void *ask(void *ctx)
{
	struct asker *asker = ctx;
	struct judgement *judgement;

	pthread_barrier_wait(asker->start);

	const int r = judge_content(asker->judge, names[asker->which],
				    texts[asker->which], NULL, &judgement);

	asker->wrong +=
		r != 0 || judgement->verdict->state != states[asker->which];
	if (r == 0)
		judgement_release(judgement);
	judge_thread_ends();
	return NULL;
}

/* Whoever is at one of them gives no answer to those who wait for the other. */
static void both_in_flight_are_two(void **state)
{
	struct site site;

	(void)state;
	site_open(&site, 1 << 20);
	for (int round = 0; round < 100; round++) {
		struct asker askers[4] = {{0}};
		pthread_t threads[4];
		pthread_barrier_t start;

		site_begin(&site, NULL);
		pthread_barrier_init(&start, NULL, 4);
		for (int i = 0; i < 4; i++) {
			askers[i] =
				(struct asker){site.judge, &start, i % 2, 0};
			assert_int_equal(pthread_create(&threads[i], NULL, ask,
							&askers[i]),
					 0);
		}
		for (int i = 0; i < 4; i++) {
			pthread_join(threads[i], NULL);
			assert_int_equal(askers[i].wrong, 0);
		}
		pthread_barrier_destroy(&start);
		site_end(&site, true);
	}
	site_close(&site);
}

static void judge_both(struct site *site)
{
	site_begin(site, site->folder);
	expect_both(site, VALID, TIER_MISS);
	site_end(site, true);
}

static void forgetting_one_keeps_the_other(void **state)
{
	(void)state;
	for (int gone = 0; gone < BOTH; gone++) {
		struct contents contents = {0};
		const struct selection selection = {.among = &contents};
		struct keys keys = {0};
		struct site site;
		uint64_t dropped;

		site_open(&site, 1 << 20);
		judge_both(&site);

		struct store *store = stored_open(site.folder);

		assert_int_equal(contents_add(&contents, texts[gone]), 0);
		contents_sort(&contents);
		assert_int_equal(selection_keys(&selection, store, &keys), 0);
		assert_int_equal(maintain_drop(store, &keys, &dropped), 0);
		assert_int_equal(dropped, 1);
		keys_release(&keys);
		contents_release(&contents);
		store_close(store);
		site_begin(&site, site.folder);
		expect(site.judge, gone, TIER_MISS);
		expect(site.judge, !gone, TIER_DISK);
		site_end(&site, true);
		site_close(&site);
	}
}

/* Write the archive of a store and take it over into another. */
static void carry(const char *from, const char *to, const struct digest *key)
{
	const char *path = scratch_path(from, "archive");
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct store *store = stored_open(from);
	struct archive_counts counts;
	uint64_t count;

	assert_true(fd >= 0);
	assert_int_equal(archive_write(store, NULL, key, fd, &count), 0);
	assert_int_equal(count, BOTH);
	store_close(store);
	close(fd);

	const struct span bytes = scratch_read(scratch_path(from, "archive"));

	store = stored_open(to);
	assert_int_equal(archive_read(store, bytes, key, &counts), 0);
	assert_int_equal(counts.imported, BOTH);
	store_close(store);
	free((void *)(uintptr_t)bytes.data);
}

static void an_archive_carries_both(void **state)
{
	char secret[] = "a key file of at least thirty-two bytes";
	const struct key_file file = {secret, sizeof(secret) - 1};
	const struct digest key = archive_key(&file);
	struct site site;
	char *there = scratch_make();

	(void)state;
	site_open(&site, 1 << 20);
	judge_both(&site);
	carry(site.folder, there, &key);
	site_begin(&site, there);
	expect_both(&site, INVALID, TIER_DISK);
	for (int i = 0; i < BOTH; i++) {
		const struct digest_tag tag = digest_tag_of(texts[i]);
		const struct digest content = digest_of(texts[i]);
		struct store_plans plans;

		cache_find_plans(site.cache, &tag, &content, &plans);
		assert_int_equal(plans.count, 1);
		store_plans_release(&plans);
	}
	site_end(&site, true);
	site_close(&site);
	scratch_remove(there);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_proof_tells_them_apart),
		cmocka_unit_test(each_keeps_its_verdict_in_memory),
		cmocka_unit_test(
			each_keeps_its_verdict_while_it_waits_for_the_disk),
		cmocka_unit_test(each_keeps_its_verdict_on_disk),
		cmocka_unit_test(the_index_leads_each_to_its_own),
		cmocka_unit_test(each_keeps_its_blob),
		cmocka_unit_test(both_in_flight_are_two),
		cmocka_unit_test(forgetting_one_keeps_the_other),
		cmocka_unit_test(an_archive_carries_both),
	};

	return cmocka_run_group_tests(tests, read_texts, free_texts);
}
