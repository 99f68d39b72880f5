/* What is remembered of paths, and what is forgotten first. */
#include "tests/unit/unit.h"

#include "fs/judge/results.h"

#include <stdio.h>

enum { MAX = 100 };

static struct judgement *judgement(void)
{
	struct judgement *made;

	assert_int_equal(judgement_plain(STATE_SKIPPED, "x", NULL, &made), 0);
	return made;
}

static void store(struct results *results, unsigned number, uint64_t size)
{
	struct result result = {.judgement = judgement(),
				.stamp = {.size = size}};
	char path[32];

	sprintf(path, "folder/%u", number);
	results_store(results, path, &result);
	judgement_release(result.judgement);
}

/* The size that it was stored with; 0: it is not known. */
static uint64_t find(struct results *results, unsigned number)
{
	struct result result;
	char path[32];

	sprintf(path, "folder/%u", number);
	if (!results_find(results, path, &result))
		return 0;
	judgement_release(result.judgement);
	return result.stamp.size;
}

static struct results *make(void)
{
	struct results *results;

	assert_int_equal(results_new(MAX, &results), 0);
	return results;
}

static void the_last_result_of_a_path_counts(void **state)
{
	struct results *results = make();

	(void)state;
	for (unsigned i = 1; i <= 3 * MAX; i++)
		store(results, 1, i);
	assert_int_equal(find(results, 1), 3 * MAX);
	results_forget(results, "folder/1");
	assert_int_equal(find(results, 1), 0);
	results_forget(results, "folder/1");
	store(results, 1, 7);
	results_clear(results);
	assert_int_equal(find(results, 1), 0);
	store(results, 1, 8);
	assert_int_equal(find(results, 1), 8);
	results_free(results);
}

static void the_oldest_go_first_unless_they_are_asked_for(void **state)
{
	struct results *results = make();

	(void)state;
	for (unsigned i = 0; i < MAX; i++)
		store(results, i, i + 1);
	for (unsigned i = 0; i < MAX; i++)
		assert_int_equal(find(results, i), i + 1);
	/* All were asked for: each gets a second chance, the first goes. */
	store(results, 1000, 1);
	assert_int_equal(find(results, 0), 0);
	for (unsigned i = 1; i < MAX; i += 2)
		assert_int_equal(find(results, i), i + 1);
	for (unsigned i = 0; i < MAX / 2 - 1; i++)
		store(results, 2000 + i, 1);
	for (unsigned i = 1; i < MAX; i += 2)
		assert_int_equal(find(results, i), i + 1);
	results_free(results);
}

static void never_more_are_kept_than_there_may_be(void **state)
{
	struct results *results = make();
	unsigned kept = 0;

	(void)state;
	for (unsigned i = 0; i < 10 * MAX; i++) {
		store(results, i, 1);
		if (i % 3 == 0)
			(void)find(results, i / 2);
	}
	for (unsigned i = 0; i < 10 * MAX; i++)
		kept += find(results, i) != 0;
	assert_int_equal(kept, MAX);
	for (unsigned i = 0; i < 10 * MAX; i += 2) {
		char path[32];

		sprintf(path, "folder/%u", i);
		results_forget(results, path);
		assert_int_equal(find(results, i), 0);
	}
	results_free(results);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_result_of_a_path_counts),
		cmocka_unit_test(the_oldest_go_first_unless_they_are_asked_for),
		cmocka_unit_test(never_more_are_kept_than_there_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
