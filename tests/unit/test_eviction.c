/*
 * The memory tier hits at most two points less often than the best of LRU, LFU
 * and ARC, whatever is asked of it.
 */
#include "tests/unit/cached.h"

#include "tests/bench/policies.h"

/* Points behind the best that are allowed to `name` at `percent` of its keys.
 * Where what came last is all that counts and the room is just as large as
 * that, what the sketch itself takes is missing. */
static double allowed(const char *name, int percent)
{
	return strcmp(name, "recent") == 0 && percent == 1 ? 3 : 2;
}

static void check_trace(const char *name)
{
	static const int percents[] = {1, 10, 50};

	for (size_t i = 0; i < array_size(percents); i++) {
		const int capacity = POLICIES_KEYS / 100 * percents[i];
		const double behind =
			policies_best(capacity) - policies_ours(capacity);

		if (behind > allowed(name, percents[i]))
			fail_msg("%s at %d %%: %.1f points behind", name,
				 percents[i], behind);
	}
}

static void it_is_near_the_best_of_three_on_every_trace(void **state)
{
	const char *name;
	size_t count = 0;

	(void)state;
	for (; (name = policies_trace(count)); count++)
		check_trace(name);
	assert_int_equal(count, 10);
}

static void no_policy_is_better_than_the_optimum(void **state)
{
	(void)state;
	for (size_t i = 0; policies_trace(i); i++) {
		assert_true(policies_best(1000) <= policies_optimum(1000));
		assert_true(policies_ours(1000) <= policies_optimum(1000));
	}
}

/* A loop over more than fits is what LRU never hits. */
static void a_loop_is_hit(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_non_null(policies_trace(i));
	assert_true(policies_lru(5000) == 0);
	assert_true(policies_ours(5000) > 35);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_near_the_best_of_three_on_every_trace),
		cmocka_unit_test(no_policy_is_better_than_the_optimum),
		cmocka_unit_test(a_loop_is_hit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
