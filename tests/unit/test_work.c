#include "tests/unit/unit.h"

#include "fs/work.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

enum { JOBS = 10000 };

static atomic_int done;
static atomic_int ended;

static void count_end(void)
{
	atomic_fetch_add(&ended, 1);
}

static void count_job(void *ctx)
{
	atomic_fetch_add(&done, *(int *)ctx);
}

static void every_job_is_done_once_before_the_end(void **state)
{
	struct work *work;
	int one = 1;

	(void)state;
	atomic_store(&done, 0);
	atomic_store(&ended, 0);
	assert_int_equal(work_new(4, count_end, &work), 0);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(work_submit(work, count_job, &one), 0);
	work_free(work);
	assert_int_equal(atomic_load(&done), JOBS);
	assert_int_equal(atomic_load(&ended), 4);
}

struct chain {
	struct work *work;
	int left;
};

static void submit_next(void *ctx)
{
	struct chain *chain = ctx;

	atomic_fetch_add(&done, 1);
	if (chain->left-- > 0)
		assert_int_equal(work_submit(chain->work, submit_next, chain),
				 0);
}

static void jobs_that_jobs_submit_are_done_before_the_end(void **state)
{
	struct chain chain = {.left = 1000};

	(void)state;
	atomic_store(&done, 0);
	assert_int_equal(work_new(3, NULL, &chain.work), 0);
	assert_int_equal(work_submit(chain.work, submit_next, &chain), 0);
	work_free(chain.work);
	assert_int_equal(atomic_load(&done), 1001);
}

static int order[JOBS];

static void note_order(void *ctx)
{
	order[atomic_fetch_add(&done, 1)] = *(int *)ctx;
}

static void one_thread_works_in_the_order_of_submission(void **state)
{
	static int numbers[JOBS];
	struct work *work;

	(void)state;
	atomic_store(&done, 0);
	/* None asked for is one. */
	assert_int_equal(work_new(0, NULL, &work), 0);
	for (int i = 0; i < JOBS; i++) {
		numbers[i] = i;
		assert_int_equal(work_submit(work, note_order, &numbers[i]), 0);
	}
	work_free(work);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(order[i], i);
}

static pthread_barrier_t barrier;

static void meet(void *ctx)
{
	(void)ctx;
	pthread_barrier_wait(&barrier);
	atomic_fetch_add(&done, 1);
}

static void threads_work_at_the_same_time(void **state)
{
	struct work *work;

	(void)state;
	atomic_store(&done, 0);
	pthread_barrier_init(&barrier, NULL, 3);
	assert_int_equal(work_new(3, NULL, &work), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(work_submit(work, meet, NULL), 0);
	work_free(work);
	pthread_barrier_destroy(&barrier);
	assert_int_equal(atomic_load(&done), 3);
}

static sigset_t seen;

static void note_mask(void *ctx)
{
	(void)ctx;
	pthread_sigmask(SIG_SETMASK, NULL, &seen);
}

static void its_threads_take_no_signals(void **state)
{
	struct work *work;
	sigset_t here;

	(void)state;
	assert_int_equal(work_new(1, NULL, &work), 0);
	assert_int_equal(work_submit(work, note_mask, NULL), 0);
	work_free(work);
	assert_true(sigismember(&seen, SIGTERM));
	assert_true(sigismember(&seen, SIGINT));
	pthread_sigmask(SIG_SETMASK, NULL, &here);
	assert_false(sigismember(&here, SIGTERM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job_is_done_once_before_the_end),
		cmocka_unit_test(jobs_that_jobs_submit_are_done_before_the_end),
		cmocka_unit_test(one_thread_works_in_the_order_of_submission),
		cmocka_unit_test(threads_work_at_the_same_time),
		cmocka_unit_test(its_threads_take_no_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
