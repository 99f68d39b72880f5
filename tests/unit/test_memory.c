/* The memory tier: bounded, and the ones in use stay. */
#include "tests/unit/cached.h"

#include "cache/memory/memory.h"

static void put_number(struct memory *memory, unsigned n)
{
	const struct item item = item_of_number(n);

	assert_int_equal(memory_put(memory, &item.key, item.blob), 0);
	blob_release(item.blob);
}

static bool has_number(struct memory *memory, unsigned n)
{
	const struct item item = item_of_number(n);
	struct blob *blob = memory_get(memory, &item.key);

	if (blob)
		assert_true(blob_is_number(blob, n));
	blob_release(blob);
	blob_release(item.blob);
	return blob;
}

static void what_is_put_is_found_and_counted(void **state)
{
	struct memory *memory;
	struct memory_totals totals;

	(void)state;
	assert_int_equal(memory_new(1U << 30, &memory), 0);
	for (unsigned n = 0; n < 5000; n++)
		put_number(memory, n);
	for (unsigned n = 0; n < 5000; n++)
		assert_true(has_number(memory, n));
	assert_false(has_number(memory, 5000));
	totals = memory_totals(memory);
	assert_int_equal(totals.entries, 5000);
	assert_int_equal(totals.evictions, 0);
	assert_true(totals.bytes > 5000 * 200);
	memory_clear(memory);
	totals = memory_totals(memory);
	assert_int_equal(totals.entries, 0);
	assert_int_equal(totals.bytes, 0);
	assert_false(has_number(memory, 1));
	memory_free(memory);
}

static void the_same_key_is_replaced(void **state)
{
	const struct item first = item_of_number(1);
	const struct item second = item_of_number(2);
	struct memory *memory;

	(void)state;
	assert_int_equal(memory_new(1U << 20, &memory), 0);
	assert_int_equal(memory_put(memory, &first.key, first.blob), 0);

	const uint64_t bytes = memory_totals(memory).bytes;

	assert_int_equal(memory_put(memory, &first.key, first.blob), 0);
	assert_int_equal(memory_totals(memory).bytes, bytes);
	assert_int_equal(memory_put(memory, &first.key, second.blob), 0);
	assert_int_equal(memory_totals(memory).entries, 1);

	struct blob *found = memory_get(memory, &first.key);

	assert_true(blob_is_number(found, 2));
	blob_release(found);
	blob_release(first.blob);
	blob_release(second.blob);
	memory_free(memory);
}

static void it_never_grows_beyond_its_limit(void **state)
{
	static const uint64_t limits[] = {0, 100, 16 * 700, 1U << 16, 1U << 20};

	(void)state;
	for (size_t i = 0; i < array_size(limits); i++) {
		struct memory *memory;

		assert_int_equal(memory_new(limits[i], &memory), 0);
		for (unsigned n = 0; n < 6000; n++) {
			put_number(memory, n);
			if (n % 64 == 0)
				has_number(memory, n / 2);
			assert_true(memory_totals(memory).bytes <= limits[i]);
		}

		const struct memory_totals totals = memory_totals(memory);

		if (limits[i] >= 1U << 16) {
			assert_true(totals.bytes > limits[i] / 2);
			assert_int_equal(totals.entries + totals.evictions,
					 6000);
		}
		memory_free(memory);
	}
}

static void what_is_used_outlives_what_is_not(void **state)
{
	struct memory *memory;
	unsigned kept = 0;

	(void)state;
	assert_int_equal(memory_new(1U << 18, &memory), 0);
	for (unsigned n = 0; n < 200; n++)
		put_number(memory, n);
	for (unsigned n = 1000; n < 6000; n++) {
		put_number(memory, n);
		has_number(memory, n % 200);
	}
	for (unsigned n = 0; n < 200; n++)
		kept += has_number(memory, n);
	assert_true(kept > 190);
	memory_free(memory);
}

static void put_same_size(struct memory *memory, unsigned n)
{
	const struct item item = item_of_number(n);
	struct blob *blob = blob_new(300);

	assert_non_null(blob);
	memset(blob->bytes, 0, blob->size);
	assert_int_equal(memory_put(memory, &item.key, blob), 0);
	blob_release(blob);
	blob_release(item.blob);
}

static void what_it_takes_to_choose_is_counted(void **state)
{
	const uint64_t limit = 1 << 20;
	struct memory *memory;
	struct memory_totals totals;
	uint64_t cost;

	(void)state;
	assert_int_equal(memory_new(limit, &memory), 0);
	put_same_size(memory, 0);
	cost = memory_totals(memory).bytes;
	for (unsigned n = 1; n < 10000; n++)
		put_same_size(memory, n);
	totals = memory_totals(memory);
	assert_true(totals.evictions > 0);
	assert_true(totals.bytes >= totals.entries * cost + limit / 32);
	assert_true(totals.bytes < totals.entries * cost + limit / 24);
	memory_free(memory);
}

static void one_who_reads_keeps_what_is_evicted(void **state)
{
	const struct item item = item_of_number(7);
	struct memory *memory;

	(void)state;
	assert_int_equal(memory_new(1U << 16, &memory), 0);
	put_number(memory, 7);

	struct blob *held = memory_get(memory, &item.key);

	memory_clear(memory);
	for (unsigned n = 100; n < 1000; n++)
		put_number(memory, n);
	assert_true(blob_is_number(held, 7));
	blob_release(held);
	blob_release(item.blob);
	memory_free(memory);
}

static void draining_gives_all_in_order_and_leaves_nothing(void **state)
{
	struct memory *memory;
	struct item *items;
	size_t count;

	(void)state;
	assert_int_equal(memory_new(1U << 30, &memory), 0);
	assert_int_equal(memory_drain(memory, &items, &count), 0);
	assert_int_equal(count, 0);
	for (unsigned n = 0; n < 1000; n++)
		put_number(memory, n);
	assert_int_equal(memory_drain(memory, &items, &count), 0);
	assert_int_equal(count, 1000);
	for (size_t i = 1; i < count; i++)
		assert_true(memcmp(items[i - 1].key.bytes, items[i].key.bytes,
				   ITEM_KEY_SIZE) < 0);
	items_free(items, count);
	assert_int_equal(memory_totals(memory).entries, 0);
	put_number(memory, 1);
	assert_true(has_number(memory, 1));
	memory_free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_found_and_counted),
		cmocka_unit_test(the_same_key_is_replaced),
		cmocka_unit_test(it_never_grows_beyond_its_limit),
		cmocka_unit_test(what_is_used_outlives_what_is_not),
		cmocka_unit_test(what_it_takes_to_choose_is_counted),
		cmocka_unit_test(one_who_reads_keeps_what_is_evicted),
		cmocka_unit_test(
			draining_gives_all_in_order_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
