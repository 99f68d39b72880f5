/* The disk tier: what was written is there, within its limits. */
#include "tests/unit/stored.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

enum { MARGIN_BYTES = 16 << 20 }; /* the map begins with that */

static void what_is_written_is_there_after_reopening(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open(folder);

	(void)state;
	assert_int_equal(stored_count(store, 0, 100), 0);
	assert_int_equal(stored_put(store, 0, 100), 0);
	assert_int_equal(stored_count(store, 0, 100), 100);
	store_close(store);
	for (unsigned round = 0; round < 3; round++) {
		store = stored_open(folder);
		assert_int_equal(stored_count(store, 0, 200), 100);
		assert_int_equal(store_totals(store).entries, 100);
		store_close(store);
	}
	scratch_remove(folder);
}

/* Nothing may be left of what was replaced. */
static void replace_often(struct store *store, const struct item *item)
{
	enum { TIMES = 20000 };
	struct item *items = calloc(TIMES, sizeof(*items));
	const struct store_batch batch = {.items = items, .count = TIMES};
	uint64_t evicted;

	for (size_t i = 0; i < TIMES; i++)
		items[i] = *item;
	assert_int_equal(store_put(store, &batch, &evicted), 0);
	free(items);
}

static void the_same_key_is_replaced(void **state)
{
	struct stat status;
	char *folder = scratch_make();
	struct store *store = stored_open(folder);
	const struct item old = item_of_number(1);
	const struct item new = item_of_number(2);
	const struct item items[] = {old, {old.key, new.blob}};
	const struct store_batch batch = {.items = items, .count = 2};
	struct blob *found;
	uint64_t evicted;
	uint64_t bytes;

	(void)state;
	assert_int_equal(stored_put(store, 1, 1), 0);
	bytes = store_totals(store).bytes;
	for (int i = 0; i < 50; i++) {
		assert_int_equal(store_put(store, &batch, &evicted), 0);
		assert_int_equal(evicted, 0);
		assert_int_equal(store_get(store, &old.key, &found), 0);
		assert_true(blob_is_number(found, 2));
		blob_release(found);
	}
	assert_int_equal(store_totals(store).entries, 1);
	assert_true(store_totals(store).bytes <= bytes + 200);
	assert_int_equal(stored_put(store, 7, 1), 0);
	replace_often(store, &old);
	assert_int_equal(store_totals(store).entries, 2);
	assert_int_equal(stat(scratch_path(folder, "data.mdb"), &status), 0);
	assert_true(status.st_size < 1 << 20);
	blob_release(old.blob);
	blob_release(new.blob);
	store_close(store);
	scratch_remove(folder);
}

static void the_oldest_go_when_the_limit_is_reached(void **state)
{
	enum { LIMIT = 1 << 20, BATCHES = 40, SIZE = 500 };
	char *folder = scratch_make();
	struct store *store = stored_open_limited(folder, LIMIT, NULL);
	struct store_totals totals;
	struct stat status;
	unsigned first;

	(void)state;
	for (unsigned i = 0; i < BATCHES; i++) {
		assert_int_equal(stored_put(store, i * SIZE, SIZE), 0);
		totals = store_totals(store);
		assert_true(totals.bytes <= LIMIT);
	}
	assert_true(totals.bytes > LIMIT * 9 / 10);
	/* Exactly the newest are left. */
	first = BATCHES * SIZE - (unsigned)totals.entries;
	assert_int_equal(stored_count(store, 0, first), 0);
	assert_int_equal(stored_count(store, first, BATCHES * SIZE - first),
			 totals.entries);
	assert_int_equal(stat(scratch_path(folder, "data.mdb"), &status), 0);
	assert_true(status.st_size < 8 * LIMIT);
	store_close(store);

	/* A smaller limit is kept by the next who writes. */
	store = stored_open_limited(folder, LIMIT / 8, NULL);
	assert_int_equal(stored_put(store, 900000, 1), 0);
	assert_true(store_totals(store).bytes <= LIMIT / 8);
	assert_int_equal(stored_look(store, 900000), 1);
	store_close(store);
	scratch_remove(folder);
}

static void the_map_grows_to_fifty_thousand_entries(void **state)
{
	enum { BATCH = 10000, BATCHES = 5 };
	char *folder = scratch_make();
	struct store *store = stored_open(folder);
	struct stat status;

	(void)state;
	for (unsigned i = 0; i < BATCHES; i++)
		assert_int_equal(stored_put(store, i * BATCH, BATCH), 0);
	assert_int_equal(store_totals(store).entries, BATCH * BATCHES);
	for (unsigned n = 0; n < BATCH * BATCHES; n += 7)
		assert_int_equal(stored_look(store, n), 1);
	assert_int_equal(stat(scratch_path(folder, "data.mdb"), &status), 0);
	assert_true(status.st_size > MARGIN_BYTES);
	store_close(store);
	store = stored_open(folder);
	assert_int_equal(stored_look(store, BATCH * BATCHES - 1), 1);
	store_close(store);
	scratch_remove(folder);
}

static void large_entries_are_kept_whole(void **state)
{
	static const int sizes[] = {1800, 2000, 4000, 100000, 3000000};
	char *folder = scratch_make();
	struct store *store = stored_open(folder);
	struct item items[array_size(sizes)];
	struct blob *found;
	uint64_t evicted;

	(void)state;
	for (unsigned i = 0; i < array_size(sizes); i++) {
		struct sample sample;

		sample_make_sized(&sample, i, sizes[i]);
		items[i] = sample_item(&sample);
		sample_release(&sample);
	}

	const struct store_batch batch = {.items = items,
					  .count = array_size(sizes)};

	assert_int_equal(store_put(store, &batch, &evicted), 0);
	store_close(store);
	unlink(scratch_path(folder, "clean")); /* so that it is examined */
	store = stored_open(folder);
	for (unsigned i = 0; i < array_size(sizes); i++) {
		assert_int_equal(store_get(store, &items[i].key, &found), 0);
		assert_true(
			span_equal(blob_span(found), blob_span(items[i].blob)));
		blob_release(found);
		blob_release(items[i].blob);
	}
	store_close(store);
	scratch_remove(folder);
}

static void totals_are_of_all_runs_and_clearing_forgets_entries(void **state)
{
	char *folder = scratch_make();
	uint64_t evicted;

	(void)state;
	for (unsigned run = 1; run < 4; run++) {
		struct store *store = stored_open(folder);
		const struct store_batch batch = {.hits = 5, .misses = 2};

		assert_int_equal(store_put(store, &batch, &evicted), 0);
		assert_int_equal(store_totals(store).hits, run * 5);
		assert_int_equal(store_totals(store).misses, run * 2);
		store_close(store);
	}

	struct store *store = stored_open(folder);

	assert_int_equal(stored_put(store, 0, 50), 0);
	assert_int_equal(store_clear(store), 0);
	assert_int_equal(stored_count(store, 0, 50), 0);
	assert_int_equal(store_totals(store).entries, 0);
	assert_int_equal(store_totals(store).bytes, 0);
	assert_int_equal(store_totals(store).hits, 15);
	assert_int_equal(stored_put(store, 7, 1), 0);
	assert_int_equal(stored_look(store, 7), 1);
	store_close(store);
	scratch_remove(folder);
}

/* A flush that began before somebody cleared the store must not undo that. */
static void what_was_forgotten_is_not_written_again(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open(folder);
	const uint64_t before = store_totals(store).generation;
	struct item item = item_of_number(1);
	const struct store_batch batch = {
		.items = &item, .count = 1, .hits = 1, .generation = &before};
	uint64_t evicted;

	(void)state;
	assert_int_equal(store_put(store, &batch, &evicted), 0);
	assert_int_equal(stored_look(store, 1), 1);
	assert_int_equal(store_clear(store), 0);
	assert_int_equal(store_put(store, &batch, &evicted), -ECANCELED);
	assert_int_equal(stored_look(store, 1), 0);
	assert_int_equal(store_totals(store).hits, 1);
	blob_release(item.blob);
	store_close(store);
	scratch_remove(folder);
}

static void a_file_cut_short_under_us_switches_it_off(void **state)
{
	static const off_t sizes[] = {0, 100, 4096, 8192, 40960};

	(void)state;
	for (size_t i = 0; i < array_size(sizes); i++) {
		char *folder = scratch_make();
		struct store *store = stored_open(folder);
		char *why;

		assert_int_equal(stored_put(store, 0, 1000), 0);
		assert_int_equal(
			truncate(scratch_path(folder, "data.mdb"), sizes[i]),
			0);
		assert_int_equal(stored_count(store, 0, 1000), 0);
		assert_false(store_is_on(store));
		assert_true(stored_put(store, 2000, 10) < 0);
		assert_int_equal(store_totals(store).entries, 0);
		assert_true(store_clear(store) < 0);
		store_close(store);
		store = stored_open_limited(folder, 0, &why);
		assert_true(sizes[i] == 0 || why);
		assert_int_equal(stored_count(store, 0, 1000), 0);
		assert_int_equal(stored_put(store, 0, 10), 0);
		assert_int_equal(stored_count(store, 0, 10), 10);
		store_close(store);
		free(why);
		scratch_remove(folder);
	}
}

/* Fill a store until it fails; entries before that stay right. */
static int fill(struct store *store, unsigned *done)
{
	for (*done = 0; *done < 100000; *done += 500) {
		const int r = stored_put(store, *done, 500);

		if (r)
			return r;
	}
	return 0;
}

static void a_full_disk_is_an_error_and_no_damage(void **state)
{
	char *folder = scratch_make();
	struct store *store;
	unsigned done;

	(void)state;
	if (mount("none", folder, "tmpfs", 0, "size=3m,mode=700")) {
		print_message("no right to mount: skipped\n");
		scratch_remove(folder);
		skip();
	}
	store = stored_open(folder);
	assert_true(fill(store, &done) < 0);
	assert_true(done > 0);
	assert_int_equal(stored_count(store, 0, done), done);
	assert_int_equal(stored_count(store, done, 500), 0);
	assert_true(stored_put(store, done, 500) < 0);
	store_close(store);
	store = stored_open(folder);
	assert_int_equal(stored_count(store, 0, done), done);
	store_close(store);
	assert_int_equal(umount2(folder, MNT_DETACH), 0);
	scratch_remove(folder);
}

static void fill_below_a_file_limit(const char *folder)
{
	const struct rlimit limit = {2 << 20, 2 << 20};
	unsigned done;

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);

	struct store *store = stored_open(folder);
	const int r = fill(store, &done);
	const unsigned seen = stored_count(store, 0, done);

	store_close(store);
	_exit(r < 0 && r != -ENOENT && done && seen == done ? 0 : 1);
}

static void a_limit_of_file_sizes_is_an_error_and_no_damage(void **state)
{
	char *folder = scratch_make();
	const pid_t child = fork();

	(void)state;
	if (child == 0)
		fill_below_a_file_limit(folder);
	assert_int_equal(stored_wait(child), 0);

	struct store *store = stored_open(folder);

	assert_int_equal(stored_count(store, 0, 500), 500);
	store_close(store);
	scratch_remove(folder);
}

static void reading_only_reads_and_changes_nothing(void **state)
{
	char *folder = scratch_make();
	const struct store_options options = {.folder = folder,
					      .read_only = true};
	struct store *store = NULL;
	char *why = NULL;

	(void)state;
	assert_int_equal(store_open(&options, &store, &why), -ENOENT);
	assert_non_null(why);
	free(why);
	why = NULL;
	store = stored_open(folder);
	assert_int_equal(stored_put(store, 0, 10), 0);
	store_close(store);

	struct span before = scratch_read(scratch_path(folder, "data.mdb"));

	for (int i = 0; i < 2; i++) {
		assert_int_equal(store_open(&options, &store, &why), 0);
		assert_null(why);
		assert_false(store_is_writable(store));
		assert_int_equal(stored_count(store, 0, 10), 10);
		assert_true(stored_put(store, 20, 1) < 0);
		store_close(store);
	}

	struct span after = scratch_read(scratch_path(folder, "data.mdb"));

	assert_true(span_equal(before, after));
	free((void *)(uintptr_t)before.data);
	free((void *)(uintptr_t)after.data);
	scratch_remove(folder);
}

/* Wherever the row of totals lies, make it one of a later version. */
static unsigned bump_version(char *image, size_t size)
{
	unsigned changed = 0;

	for (size_t i = 0; i + 48 <= size; i += 2) {
		uint8_t *row = (uint8_t *)image + i;
		const struct span checked = {image + i, 40};

		if (get_le64(row) != STORE_VERSION ||
		    get_le64(row + 40) != digest_checksum(checked))
			continue;
		put_le64(row, STORE_VERSION + 1);
		put_le64(row + 40, digest_checksum(checked));
		changed++;
	}
	return changed;
}

static void a_store_of_another_version_is_begun_anew(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open(folder);
	char *why;

	(void)state;
	assert_int_equal(stored_put(store, 0, 100), 0);
	store_close(store);

	const struct span image =
		scratch_read(scratch_path(folder, "data.mdb"));
	char *bytes = (char *)(uintptr_t)image.data;

	assert_true(bump_version(bytes, image.size) > 0);
	scratch_write(scratch_path(folder, "data.mdb"), image);
	free(bytes);
	store = stored_open_limited(folder, 0, &why);
	assert_non_null(why);
	assert_non_null(strstr(why, "version"));
	free(why);
	assert_int_equal(stored_count(store, 0, 100), 0);
	assert_int_equal(store_totals(store).entries, 0);
	assert_int_equal(stored_put(store, 0, 100), 0);
	store_close(store);
	store = stored_open_limited(folder, 0, &why);
	assert_null(why);
	assert_int_equal(stored_count(store, 0, 100), 100);
	store_close(store);
	scratch_remove(folder);
}

/* Entry 1 under the plan of samples, and that plan in words. */
static void put_with_plans(struct store *store, unsigned first, unsigned count)
{
	struct plan_note notes[PLAN_NOTES_MAX];
	struct item item = item_of_number(1);
	char text[] = "level\tfast\n";
	const struct store_batch batch = {.items = &item,
					  .count = 1,
					  .plans = notes,
					  .plan_count = count};
	uint64_t evicted;

	for (unsigned i = 0; i < count; i++) {
		char name[32];

		snprintf(name, sizeof(name), "plan %u", first + i);
		notes[i].plan =
			digest_of(first + i ? span_of(name) : span_of("plan"));
		notes[i].text = text;
	}
	assert_int_equal(store_put(store, &batch, &evicted), 0);
	blob_release(item.blob);
}

static size_t texts_there(struct store *store)
{
	struct store_plans plans = {0};
	struct sample sample;

	sample_make(&sample, 1);
	store_find_plans(store, &sample.key.content, &sample.entry.content,
			 &plans);
	assert_int_equal(plans.count, 1);
	if (plans.text_count)
		assert_string_equal(plans.texts[0], "level\tfast\n");

	const size_t count = plans.text_count;

	store_plans_release(&plans);
	sample_release(&sample);
	return count;
}

static void plans_are_kept_in_words_but_not_all_for_ever(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open(folder);

	(void)state;
	assert_int_equal(stored_put(store, 1, 1), 0);
	assert_int_equal(texts_there(store), 0);
	put_with_plans(store, 0, 1);
	put_with_plans(store, 0, 1);
	assert_int_equal(texts_there(store), 1);
	store_close(store);
	store = stored_open(folder);
	for (unsigned i = 0; i < 1024; i += PLAN_NOTES_MAX)
		put_with_plans(store, i + 1, PLAN_NOTES_MAX);
	assert_int_equal(texts_there(store), 1);
	put_with_plans(store, 5000, 1); /* one too many: the old ones go */
	assert_int_equal(texts_there(store), 0);
	put_with_plans(store, 0, 1);
	assert_int_equal(texts_there(store), 1);
	assert_int_equal(store_clear(store), 0);
	assert_int_equal(stored_put(store, 1, 1), 0);
	assert_int_equal(texts_there(store), 0);
	store_close(store);
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_there_after_reopening),
		cmocka_unit_test(the_same_key_is_replaced),
		cmocka_unit_test(the_oldest_go_when_the_limit_is_reached),
		cmocka_unit_test(the_map_grows_to_fifty_thousand_entries),
		cmocka_unit_test(large_entries_are_kept_whole),
		cmocka_unit_test(
			totals_are_of_all_runs_and_clearing_forgets_entries),
		cmocka_unit_test(a_file_cut_short_under_us_switches_it_off),
		cmocka_unit_test(a_full_disk_is_an_error_and_no_damage),
		cmocka_unit_test(
			a_limit_of_file_sizes_is_an_error_and_no_damage),
		cmocka_unit_test(what_was_forgotten_is_not_written_again),
		cmocka_unit_test(reading_only_reads_and_changes_nothing),
		cmocka_unit_test(a_store_of_another_version_is_begun_anew),
		cmocka_unit_test(plans_are_kept_in_words_but_not_all_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
