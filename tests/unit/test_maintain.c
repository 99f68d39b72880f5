/* Upkeep of the store: who stays, who goes, and that an audit sees it all. */
#include "tests/unit/stored.h"

#include "cache/maintain/maintain.h"
#include "cache/store_parts.h" /* to put what no function of the store puts */
#include "cache/uses.h"

enum { LIMIT = 1 << 18, BATCH = 100, BATCHES = 20, HIT = 10 };

static void note_first(struct uses *uses)
{
	for (unsigned i = 0; i < HIT; i++) {
		const struct item item = item_of_number(i);

		uses_note(uses, &item.key);
		blob_release(item.blob);
	}
}

static void put_with(struct store *store, unsigned first, unsigned count,
		     struct uses *uses)
{
	struct item *items = calloc(count + 1, sizeof(*items));
	const struct store_batch batch = {
		.items = items, .count = count, .uses = uses};
	uint64_t evicted;

	for (unsigned i = 0; i < count; i++)
		items[i] = item_of_number(first + i);
	assert_int_equal(store_put(store, &batch, &evicted), 0);
	items_free(items, count);
}

static void assert_sound(struct store *store)
{
	struct audit_result found;

	assert_int_equal(maintain_audit(store, false, &found), 0);
	assert_true(audit_is_clean(&found));
	assert_int_equal(found.records, store_totals(store).entries);
}

static void what_is_hit_outlives_what_is_not(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open_limited(folder, LIMIT, NULL);
	struct uses *uses = uses_new();

	(void)state;
	for (unsigned i = 0; i < BATCHES; i++) {
		put_with(store, i * BATCH, BATCH, uses);
		note_first(uses);
		assert_true(store_totals(store).bytes <= LIMIT);
	}
	assert_true(store_totals(store).evictions > BATCH);
	assert_int_equal(stored_count(store, 0, HIT), HIT);
	assert_int_equal(stored_count(store, HIT, BATCH - HIT), 0);
	assert_sound(store);
	/* Hit no more, they go as others do. */
	for (unsigned i = 0; i < 2 * BATCHES; i++)
		put_with(store, 10000 + i * BATCH, BATCH, NULL);
	assert_int_equal(stored_count(store, 0, HIT), 0);
	assert_sound(store);
	uses_free(uses);
	store_close(store);
	scratch_remove(folder);
}

static void hits_of_a_process_that_only_reads_are_kept(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open_limited(folder, LIMIT, NULL);
	struct uses *uses = uses_new();
	unsigned first = 0;
	unsigned more = 0;

	(void)state;
	while (store_totals(store).bytes < LIMIT / 10 * 9)
		put_with(store, 20 * first++, 20, NULL);
	note_first(uses);
	put_with(store, 0, 0, uses); /* as it is done at the end */
	for (; more < first / 2; more++)
		put_with(store, 50000 + 20 * more, 20, NULL);
	assert_int_equal(stored_count(store, 0, HIT), HIT);
	assert_int_equal(stored_count(store, HIT, HIT), 0);
	assert_sound(store);
	uses_free(uses);
	store_close(store);
	scratch_remove(folder);
}

static void drop_numbers(struct store *store, unsigned first, unsigned count,
			 uint64_t *dropped)
{
	struct keys keys = {0};

	for (unsigned i = 0; i < count; i++) {
		const struct item item = item_of_number(first + i);

		assert_int_equal(keys_add(&keys, &item.key), 0);
		blob_release(item.blob);
	}
	assert_int_equal(maintain_drop(store, &keys, dropped), 0);
	keys_release(&keys);
}

static int count_one(void *ctx, const struct item_key *key, struct span record)
{
	(void)key;
	(void)record;
	++*(unsigned *)ctx;
	return 0;
}

static void some_are_dropped_and_the_others_stay(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open(folder);
	const uint64_t generation = store_totals(store).generation;
	uint64_t dropped = 99;
	unsigned seen = 0;

	(void)state;
	assert_int_equal(stored_put(store, 0, 1000), 0);
	assert_int_equal(maintain_each(store, count_one, &seen), 0);
	assert_int_equal(seen, 1000);
	drop_numbers(store, 100, 300, &dropped);
	assert_int_equal(dropped, 300);
	drop_numbers(store, 100, 300, &dropped);
	assert_int_equal(dropped, 0);
	assert_int_equal(stored_count(store, 0, 1000), 700);
	assert_true(store_totals(store).generation > generation);
	assert_sound(store);
	assert_int_equal(maintain_shrink(store, 50000, &dropped), 0);
	assert_true(store_totals(store).bytes <= 50000);
	assert_int_equal(stored_look(store, 999), 1);
	assert_int_equal(stored_look(store, 0), 0);
	assert_sound(store);
	store_close(store);
	scratch_remove(folder);
}

/* Two entries under each other's key, one with bytes that were changed. */
static void put_bad(struct store *store)
{
	struct item items[3] = {item_of_number(1), item_of_number(2),
				item_of_number(3)};
	const struct store_batch batch = {.items = items, .count = 3};
	const struct item_key key = items[0].key;
	uint64_t evicted;

	items[0].key = items[1].key;
	items[1].key = key;
	items[2].blob->bytes[items[2].blob->size - 1] ^= 1;
	assert_int_equal(store_put(store, &batch, &evicted), 0);
	for (int i = 0; i < 3; i++)
		blob_release(items[i].blob);
}

static void an_audit_finds_and_repairs_what_is_bad(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open(folder);
	struct audit_result found;

	(void)state;
	assert_int_equal(stored_put(store, 0, 10), 0);
	assert_sound(store);
	put_bad(store);
	for (int is_repair = 0; is_repair < 2; is_repair++) {
		assert_int_equal(maintain_audit(store, is_repair, &found), 0);
		assert_false(audit_is_clean(&found));
		assert_int_equal(found.records, 10);
		assert_int_equal(found.good, 7);
		assert_int_equal(found.damaged, 1);
		assert_int_equal(found.misplaced, 2);
		assert_int_equal(found.stray, 0);
	}
	assert_int_equal(store_totals(store).entries, 7);
	assert_sound(store);
	store_close(store);
	scratch_remove(folder);
}

static struct index_row file_of_number(unsigned n)
{
	struct index_row row = {.stamp = {.dev = 7, .ino = n, .size = n},
				.has_digest = true};

	memset(row.digest.bytes, (int)n, DIGEST_SIZE);
	return row;
}

static void put_files(struct store *store, unsigned count)
{
	struct index_row *rows = calloc(count, sizeof(*rows));
	const struct store_batch batch = {.rows = rows, .row_count = count};
	uint64_t evicted;

	for (unsigned i = 0; i < count; i++)
		rows[i] = file_of_number(i);
	assert_int_equal(store_put(store, &batch, &evicted), 0);
	free(rows);
}

/* The row of one file in the place of another's. */
static int exchange_files(struct write *write, const void *ctx)
{
	const MDB_dbi db = write->store->dbs[DB_INDEX];
	const struct index_row rows[2] = {file_of_number(3), file_of_number(4)};
	struct index_key keys[2];
	uint8_t bytes[SEQUENCE_SIZE + INDEX_ROW_SIZE] = {0};
	MDB_val value;
	int r;

	(void)ctx;
	for (int i = 0; i < 2; i++)
		keys[i] = index_key_of(&rows[i].stamp);

	MDB_val from = {INDEX_KEY_SIZE, keys[0].bytes};
	MDB_val to = {INDEX_KEY_SIZE, keys[1].bytes};

	r = mdb_get(write->txn, db, &to, &value);
	if (!r)
		memcpy(bytes, value.mv_data, SEQUENCE_SIZE); /* its own */
	if (!r)
		r = mdb_get(write->txn, db, &from, &value);
	if (r)
		return r;
	memcpy(bytes + SEQUENCE_SIZE, (char *)value.mv_data + SEQUENCE_SIZE,
	       INDEX_ROW_SIZE);
	value = (MDB_val){sizeof(bytes), bytes};
	return mdb_put(write->txn, db, &to, &value, 0);
}

static void an_audit_looks_at_the_stat_index(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open(folder);
	struct write write = {.store = store};
	struct audit_result found;

	(void)state;
	put_files(store, 20);
	assert_sound(store);
	assert_int_equal(store_run_write(&write, exchange_files, NULL), 0);
	for (int is_repair = 0; is_repair < 2; is_repair++) {
		assert_int_equal(maintain_audit(store, is_repair, &found), 0);
		assert_false(audit_is_clean(&found));
		assert_int_equal(found.files, 20);
		assert_int_equal(found.bad_files, 1);
	}
	assert_sound(store);
	assert_int_equal(maintain_audit(store, false, &found), 0);
	assert_int_equal(found.files, 19);
	store_close(store);
	scratch_remove(folder);
}

static void a_store_in_use_is_not_compacted(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open(folder);
	struct compaction done;
	auto_free char *why = NULL;
	uint64_t dropped;

	(void)state;
	assert_int_equal(stored_put(store, 0, 2000), 0);
	drop_numbers(store, 10, 1990, &dropped);
	assert_int_equal(maintain_compact(folder, &done, &why), -EBUSY);
	assert_non_null(why);
	store_close(store);
	free(steal(&why));
	assert_int_equal(maintain_compact(folder, &done, &why), 0);
	assert_true(done.bytes_after < done.bytes_before);
	store = stored_open(folder);
	assert_int_equal(stored_count(store, 0, 2000), 10);
	assert_sound(store);
	assert_int_equal(stored_put(store, 5000, 100), 0);
	assert_int_equal(stored_count(store, 5000, 100), 100);
	store_close(store);
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_hit_outlives_what_is_not),
		cmocka_unit_test(hits_of_a_process_that_only_reads_are_kept),
		cmocka_unit_test(some_are_dropped_and_the_others_stay),
		cmocka_unit_test(an_audit_finds_and_repairs_what_is_bad),
		cmocka_unit_test(an_audit_looks_at_the_stat_index),
		cmocka_unit_test(a_store_in_use_is_not_compacted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
