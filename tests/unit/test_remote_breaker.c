/* When the shared tier is asked, by a clock of numbers. */
#include "tests/unit/unit.h"

#include "cache/remote/breaker.h"

enum { DEADLINE = 50000, QUICK = DEADLINE / BREAKER_QUICK_PART };

static struct breaker closed_breaker(void)
{
	struct breaker breaker;

	breaker_init(&breaker, DEADLINE);
	assert_true(breaker_recovered(&breaker, 100, 0));
	return breaker;
}

static void nobody_waits_before_it_was_reached(void **state)
{
	struct breaker breaker;
	(void)state;

	breaker_init(&breaker, DEADLINE);
	assert_int_equal(breaker_allowance(&breaker), 0);
	assert_int_equal(breaker.retry_at, 0);
	assert_true(breaker_recovered(&breaker, 100, 0));
	assert_int_equal(breaker_allowance(&breaker), DEADLINE);
}

static void quick_answers_cost_nothing(void **state)
{
	struct breaker breaker = closed_breaker();
	(void)state;

	for (int i = 0; i < 100000; i++)
		assert_true(breaker_answered(&breaker, QUICK, 0, 1));
	assert_int_equal(breaker_allowance(&breaker), DEADLINE);
}

static void slow_answers_are_paid_from_one_purse(void **state)
{
	struct breaker breaker = closed_breaker();
	uint64_t waited = 0;
	int answers = 0;
	(void)state;

	while (breaker_answered(&breaker, 2 * QUICK, 0, 1)) {
		waited += QUICK;
		answers++;
	}
	assert_true(breaker.is_open);
	assert_true(answers > 1);
	assert_in_range(waited, 1, DEADLINE);
	assert_int_equal(breaker_allowance(&breaker), 0);
}

static void what_size_explains_is_not_slow(void **state)
{
	struct breaker breaker = closed_breaker();
	(void)state;

	assert_true(breaker_answered(&breaker, QUICK + 9000, 9000, 1));
	assert_int_equal(breaker_allowance(&breaker), DEADLINE);
	assert_true(breaker_answered(&breaker, QUICK + 9001, 9000, 1));
	assert_int_equal(breaker_allowance(&breaker), DEADLINE - 1);
}

static void a_failure_opens_it_at_once(void **state)
{
	struct breaker breaker = closed_breaker();
	(void)state;

	breaker_failed(&breaker, 10, 1000);
	assert_true(breaker.is_open);
	assert_int_equal(breaker_allowance(&breaker), 0);
	assert_int_equal(breaker.retry_at, 1000 + BREAKER_RETRY_US);
}

static void pauses_double_up_to_a_minute(void **state)
{
	struct breaker breaker = closed_breaker();
	uint64_t last = 0;
	(void)state;

	for (int i = 0; i < 20; i++) {
		breaker_failed(&breaker, 10, 0);
		assert_true(breaker.retry_at == 2 * last || last == 0 ||
			    breaker.retry_at == BREAKER_RETRY_MAX_US);
		last = breaker.retry_at;
	}
	assert_int_equal(last, BREAKER_RETRY_MAX_US);
}

static void who_hangs_again_finds_the_purse_empty(void **state)
{
	struct breaker breaker = closed_breaker();
	(void)state;

	breaker_failed(&breaker, DEADLINE, 0);
	for (int i = 0; i < 10; i++) {
		assert_true(breaker_recovered(&breaker, 100, 0));
		assert_int_equal(breaker_allowance(&breaker), QUICK);
		breaker_failed(&breaker, QUICK, 0);
	}
}

static void good_answers_make_it_trusted_again(void **state)
{
	struct breaker breaker = closed_breaker();
	(void)state;

	breaker_failed(&breaker, DEADLINE, 0);
	breaker_failed(&breaker, DEADLINE, 0);
	assert_true(breaker_recovered(&breaker, 100, 0));
	for (int i = 0; i < BREAKER_REFILLS; i++)
		assert_true(breaker_answered(&breaker, 100, 0, 1));
	assert_int_equal(breaker_allowance(&breaker), DEADLINE);
	breaker_failed(&breaker, 100, 0);
	assert_int_equal(breaker.retry_at, BREAKER_RETRY_US);
}

static void too_slow_to_try_stays_open(void **state)
{
	struct breaker breaker;
	(void)state;

	breaker_init(&breaker, DEADLINE);
	assert_false(breaker_recovered(&breaker, DEADLINE + 1, 0));
	assert_int_equal(breaker_allowance(&breaker), 0);
	assert_int_equal(breaker.retry_at, BREAKER_RETRY_US);
}

static void an_answer_that_comes_late_closes_nothing(void **state)
{
	struct breaker breaker = closed_breaker();
	(void)state;

	breaker_failed(&breaker, DEADLINE, 0);
	assert_true(breaker_answered(&breaker, 100, 0, 1));
	assert_true(breaker.is_open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_waits_before_it_was_reached),
		cmocka_unit_test(quick_answers_cost_nothing),
		cmocka_unit_test(slow_answers_are_paid_from_one_purse),
		cmocka_unit_test(what_size_explains_is_not_slow),
		cmocka_unit_test(a_failure_opens_it_at_once),
		cmocka_unit_test(pauses_double_up_to_a_minute),
		cmocka_unit_test(who_hangs_again_finds_the_purse_empty),
		cmocka_unit_test(good_answers_make_it_trusted_again),
		cmocka_unit_test(too_slow_to_try_stays_open),
		cmocka_unit_test(an_answer_that_comes_late_closes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
