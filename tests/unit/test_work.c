#include "tests/unit/unit.h"

#include "fs/pool/crew.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

enum { JOBS = 10000, LONG_MS = 600000 };

static atomic_int done;
static atomic_int ended;

static void count_end(void)
{
	atomic_fetch_add(&ended, 1);
}

/* So many places in each class, and none besides. */
static struct work_options places(unsigned count)
{
	struct work_options options = {.grow_ms = LONG_MS, .idle_ms = LONG_MS};

	for (int i = 0; i < WORK_CLASSES; i++)
		options.limits[i] = (struct work_limits){count, count, count};
	return options;
}

static struct work *start(const struct work_options *options)
{
	struct work *work;

	assert_int_equal(work_new(options, &work), 0);
	atomic_store(&done, 0);
	return work;
}

static struct work *start_with(unsigned count)
{
	const struct work_options options = places(count);

	return start(&options);
}

static struct work_job job_of(work_function *run, void *ctx)
{
	return (struct work_job){.run = run,
				 .ctx = ctx,
				 .class = WORK_CPU,
				 .purpose = WORK_READ,
				 .priority = WORK_NORMAL};
}

static void submit(struct work *work, struct work_job *job, work_function *run,
		   void *ctx)
{
	*job = job_of(run, ctx);
	work_submit(work, job);
}

/* Let others do something; what is waited for has no time of its own. */
static void pause_a_little(void)
{
	const struct timespec time = {.tv_nsec = 1000000};

	nanosleep(&time, NULL);
}

static struct work_stats stats_of(struct work *work)
{
	struct work_stats stats;

	work_stats(work, &stats);
	return stats;
}

static void count_job(void *ctx)
{
	atomic_fetch_add(&done, *(int *)ctx);
}

static void every_job_is_done_once_before_the_end(void **state)
{
	static struct work_job jobs[JOBS];
	struct work_options options = places(4);
	int one = 1;

	(void)state;
	atomic_store(&ended, 0);
	options.at_end = count_end;

	struct work *work = start(&options);

	for (int i = 0; i < JOBS; i++)
		submit(work, &jobs[i], count_job, &one);
	work_free(work);
	assert_int_equal(atomic_load(&done), JOBS);
	assert_in_range(atomic_load(&ended), 1, 4);
}

struct chain {
	struct work *work;
	struct work_job job;
	int left;
};

static void submit_next(void *ctx)
{
	struct chain *chain = ctx;

	atomic_fetch_add(&done, 1);
	if (chain->left-- > 0)
		submit(chain->work, &chain->job, submit_next, chain);
}

static void jobs_that_jobs_submit_are_done_before_the_end(void **state)
{
	struct chain chain = {.work = start_with(3), .left = 1000};

	(void)state;
	submit(chain.work, &chain.job, submit_next, &chain);
	work_free(chain.work);
	assert_int_equal(atomic_load(&done), 1001);
}

static int order[JOBS];

static void note_order(void *ctx)
{
	order[atomic_fetch_add(&done, 1)] = *(int *)ctx;
}

static void equal_jobs_are_done_in_the_order_of_submission(void **state)
{
	static struct work_job jobs[JOBS];
	static int numbers[JOBS];
	struct work *work = start_with(1);

	(void)state;
	for (int i = 0; i < JOBS; i++) {
		numbers[i] = i;
		submit(work, &jobs[i], note_order, &numbers[i]);
	}
	work_free(work);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(order[i], i);
}

/* A job that begins, and ends when it is told. */
struct gate {
	struct work_job job;
	sem_t has_begun;
	sem_t may_end;
};

static void stand(void *ctx)
{
	struct gate *gate = ctx;

	sem_post(&gate->has_begun);
	sem_wait(&gate->may_end);
}

static void close_gate(struct work *work, struct gate *gate,
		       const struct work_job *like)
{
	gate->job = *like;
	gate->job.run = stand;
	gate->job.ctx = gate;
	sem_init(&gate->has_begun, 0, 0);
	sem_init(&gate->may_end, 0, 0);
	work_submit(work, &gate->job);
	sem_wait(&gate->has_begun);
}

static void open_gate(struct gate *gate)
{
	sem_post(&gate->may_end);
}

/* Submitted from the least important on, done from the most important on. */
static void the_more_important_goes_first(void **state)
{
	enum { RANKS = WORK_PURPOSES * WORK_PRIORITIES, EACH = 3 };
	static struct work_job jobs[RANKS * EACH];
	static int numbers[RANKS * EACH];
	const struct work_job like = job_of(NULL, NULL);
	struct work *work = start_with(1);
	struct gate gate;

	(void)state;
	close_gate(work, &gate, &like);
	for (int rank = RANKS - 1; rank >= 0; rank--) {
		for (int i = 0; i < EACH; i++) {
			struct work_job *job = &jobs[rank * EACH + i];
			int *number = &numbers[rank * EACH + i];

			*number = rank * EACH + i;
			*job = job_of(note_order, number);
			job->purpose =
				(enum work_purpose)(rank / WORK_PRIORITIES);
			job->priority =
				(enum work_priority)(rank % WORK_PRIORITIES);
			work_submit(work, job);
		}
	}
	assert_int_equal(stats_of(work).classes[WORK_CPU].queued, RANKS * EACH);
	open_gate(&gate);
	work_free(work);
	for (int i = 0; i < RANKS * EACH; i++)
		assert_int_equal(order[i], i);
}

static pthread_barrier_t barrier;

static void meet(void *ctx)
{
	(void)ctx;
	pthread_barrier_wait(&barrier);
	atomic_fetch_add(&done, 1);
}

static void meet_three(struct work *work)
{
	static struct work_job jobs[3];

	pthread_barrier_init(&barrier, NULL, 3);
	for (int i = 0; i < 3; i++)
		submit(work, &jobs[i], meet, NULL);
}

static void threads_work_at_the_same_time(void **state)
{
	struct work *work = start_with(3);

	(void)state;
	meet_three(work);
	work_free(work);
	pthread_barrier_destroy(&barrier);
	assert_int_equal(atomic_load(&done), 3);
}

static void idle_threads_end_but_one(void **state)
{
	struct work_options options = places(3);

	(void)state;
	atomic_store(&ended, 0);
	options.idle_ms = 1;
	options.at_end = count_end;

	struct work *work = start(&options);

	meet_three(work);
	while (stats_of(work).threads > 1 || atomic_load(&done) < 3)
		pause_a_little();
	pthread_barrier_destroy(&barrier);
	/* And come back when there is work again. */
	meet_three(work);
	work_free(work);
	pthread_barrier_destroy(&barrier);
	assert_int_equal(atomic_load(&done), 6);
	assert_true(atomic_load(&ended) >= 5);
}

static sigset_t seen;

static void note_mask(void *ctx)
{
	(void)ctx;
	pthread_sigmask(SIG_SETMASK, NULL, &seen);
}

static void its_threads_take_no_signals(void **state)
{
	struct work *work = start_with(1);
	struct work_job job;
	sigset_t here;

	(void)state;
	submit(work, &job, note_mask, NULL);
	work_free(work);
	assert_true(sigismember(&seen, SIGTERM));
	assert_true(sigismember(&seen, SIGINT));
	pthread_sigmask(SIG_SETMASK, NULL, &here);
	assert_false(sigismember(&here, SIGTERM));
}

static void a_queued_job_can_be_taken_back(void **state)
{
	const struct work_job like = job_of(NULL, NULL);
	struct work *work = start_with(1);
	struct work_job jobs[3];
	struct gate gate;
	int one = 1;

	(void)state;
	close_gate(work, &gate, &like);
	for (int i = 0; i < 3; i++)
		submit(work, &jobs[i], count_job, &one);
	assert_true(work_cancel(work, &jobs[1]));
	assert_false(work_cancel(work, &jobs[1]));
	assert_true(work_cancel(work, &jobs[2]));
	assert_false(work_cancel(work, &gate.job));
	submit(work, &jobs[2], count_job, &one);
	open_gate(&gate);
	work_free(work);
	assert_int_equal(atomic_load(&done), 2);
}

/* Waits for a job of another class, as the maker of a report does. */
struct waiting {
	struct work *work;
	struct work_job job;
	struct work_job inner;
	sem_t inner_is_done;
};

static void post(void *ctx)
{
	sem_post(ctx);
}

static void wait_for_inner(void *ctx)
{
	struct waiting *waiting = ctx;

	submit(waiting->work, &waiting->inner, post, &waiting->inner_is_done);
	sem_wait(&waiting->inner_is_done);
	atomic_fetch_add(&done, 1);
}

static void who_waits_takes_no_place_of_those_it_waits_for(void **state)
{
	static struct waiting all[20];
	struct work *work = start_with(1);

	(void)state;
	for (size_t i = 0; i < array_size(all); i++) {
		all[i].work = work;
		sem_init(&all[i].inner_is_done, 0, 0);
		all[i].job = job_of(wait_for_inner, &all[i]);
		all[i].job.class = WORK_STREAM;
		work_submit(work, &all[i].job);
	}
	work_free(work);
	assert_int_equal(atomic_load(&done), array_size(all));
}

static void readers_have_places_of_their_own(void **state)
{
	struct work_options options = places(1);
	struct work_job like = job_of(NULL, NULL);
	struct gate background;
	struct gate reader;
	struct work_job late;
	int one = 1;

	(void)state;
	options.limits[WORK_CPU].of_reads = 2;

	struct work *work = start(&options);

	like.purpose = WORK_CHECK;
	close_gate(work, &background, &like);
	late = job_of(count_job, &one);
	late.purpose = WORK_CHECK;
	work_submit(work, &late);
	like.purpose = WORK_READ;
	/* It returns: the reader has begun, and the check has not. */
	close_gate(work, &reader, &like);
	assert_int_equal(stats_of(work).classes[WORK_CPU].queued, 1);
	assert_int_equal(stats_of(work).classes[WORK_CPU].running, 2);
	open_gate(&background);
	open_gate(&reader);
	work_free(work);
	assert_int_equal(atomic_load(&done), 1);
}

/* A sweep that submits a read in the middle, and counts its own steps. */
struct sweep {
	struct work *work;
	struct work_job job;
	struct work_job read;
	atomic_int steps;
	int steps_at_read;
};

enum { STEPS = 1000, READ_AT = 500 };

static void note_steps(void *ctx)
{
	struct sweep *sweep = ctx;

	sweep->steps_at_read = atomic_load(&sweep->steps);
}

static void run_sweep(void *ctx)
{
	struct sweep *sweep = ctx;

	for (int i = 0; i < STEPS; i++) {
		work_yield();
		if (atomic_fetch_add(&sweep->steps, 1) + 1 == READ_AT)
			submit(sweep->work, &sweep->read, note_steps, sweep);
	}
}

static void a_sweep_gives_way_at_its_next_step(void **state)
{
	struct sweep sweep = {.work = start_with(1)};

	(void)state;
	sweep.job = job_of(run_sweep, &sweep);
	sweep.job.purpose = WORK_CHECK;
	work_submit(sweep.work, &sweep.job);
	while (atomic_load(&sweep.steps) < STEPS)
		pause_a_little();
	assert_int_equal(stats_of(sweep.work).yields, 1);
	work_free(sweep.work);
	assert_int_equal(sweep.steps_at_read, READ_AT);
	assert_int_equal(atomic_load(&sweep.steps), STEPS);
}

static void equals_do_not_give_way(void **state)
{
	struct sweep sweep = {.work = start_with(1)};

	(void)state;
	submit(sweep.work, &sweep.job, run_sweep, &sweep);
	work_free(sweep.work);
	assert_int_equal(sweep.steps_at_read, STEPS);
}

/* With a place of its own the reader need not wait for the sweep's next step;
 * but the sweep waits for the reader. */
struct beside {
	struct gate reader;
	sem_t sweep_has_begun;
};

static void step_beside_a_reader(void *ctx)
{
	struct beside *beside = ctx;

	sem_post(&beside->sweep_has_begun);
	sem_wait(&beside->reader.has_begun);
	/* Until the reader has ended. */
	work_yield();
	assert_int_equal(atomic_load(&done), 1);
}

static void read_a_while(void *ctx)
{
	struct gate *reader = ctx;

	sem_post(&reader->has_begun);
	sem_wait(&reader->may_end);
	atomic_fetch_add(&done, 1);
}

static void a_sweep_waits_while_a_reader_is_served(void **state)
{
	struct work_options options = places(1);
	struct work_job sweep;
	struct beside beside;

	(void)state;
	options.limits[WORK_CPU].of_reads = 2;

	struct work *work = start(&options);

	sem_init(&beside.sweep_has_begun, 0, 0);
	sem_init(&beside.reader.has_begun, 0, 0);
	sem_init(&beside.reader.may_end, 0, 0);
	sweep = job_of(step_beside_a_reader, &beside);
	sweep.purpose = WORK_WARM;
	work_submit(work, &sweep);
	sem_wait(&beside.sweep_has_begun);
	submit(work, &beside.reader.job, read_a_while, &beside.reader);
	while (stats_of(work).yields == 0)
		pause_a_little();
	open_gate(&beside.reader);
	work_free(work);
	assert_int_equal(atomic_load(&done), 1);
}

static void a_stuck_job_is_replaced(void **state)
{
	struct work_options options = places(1);
	struct work_job like = job_of(NULL, NULL);
	struct work_job next;
	struct gate stuck;
	int one = 1;

	(void)state;
	options.grow_ms = 1;

	struct work *work = start(&options);

	like.deadline_ms = 2;
	close_gate(work, &stuck, &like);
	submit(work, &next, count_job, &one);
	while (atomic_load(&done) < 1)
		pause_a_little();
	assert_int_equal(stats_of(work).stuck, 1);
	assert_int_equal(stats_of(work).replaced, 1);
	/* It is back in time for the end, which waits for it. */
	open_gate(&stuck);
	work_free(work);
}

static void long_waits_make_more_places(void **state)
{
	struct work_options options = places(1);

	(void)state;
	options.grow_ms = 1;
	options.limits[WORK_CPU].most = 3;

	struct work *work = start(&options);

	/* Without two more places they would never meet. */
	meet_three(work);
	work_free(work);
	pthread_barrier_destroy(&barrier);
	assert_int_equal(atomic_load(&done), 3);
}

/* Pieces that a crew takes. */
struct pieces {
	atomic_int next;
	atomic_int taken[JOBS];
	pthread_t caller;
	atomic_bool has_caller;
};

static void take_pieces(void *ctx)
{
	struct pieces *pieces = ctx;
	int piece;

	if (pthread_equal(pthread_self(), pieces->caller))
		atomic_store(&pieces->has_caller, true);
	while ((piece = atomic_fetch_add(&pieces->next, 1)) < JOBS) {
		work_yield();
		atomic_fetch_add(&pieces->taken[piece], 1);
	}
}

static void assert_crew_takes_all(struct work *work)
{
	static struct pieces pieces;
	const struct crew_order wish = {.work = work,
					.purpose = WORK_CHECK,
					.hands = 3,
					.at_end = count_end};

	memset(&pieces, 0, sizeof(pieces));
	pieces.caller = pthread_self();
	crew_run(&wish, take_pieces, &pieces);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(atomic_load(&pieces.taken[i]), 1);
	assert_int_equal(atomic_load(&pieces.has_caller), !work);
}

static void a_crew_takes_every_piece_once(void **state)
{
	struct work *work = start_with(2);

	(void)state;
	atomic_store(&ended, 0);
	assert_crew_takes_all(NULL);
	assert_int_equal(atomic_load(&ended), 2);
	assert_crew_takes_all(work);
	work_free(work);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job_is_done_once_before_the_end),
		cmocka_unit_test(jobs_that_jobs_submit_are_done_before_the_end),
		cmocka_unit_test(
			equal_jobs_are_done_in_the_order_of_submission),
		cmocka_unit_test(the_more_important_goes_first),
		cmocka_unit_test(threads_work_at_the_same_time),
		cmocka_unit_test(idle_threads_end_but_one),
		cmocka_unit_test(its_threads_take_no_signals),
		cmocka_unit_test(a_queued_job_can_be_taken_back),
		cmocka_unit_test(
			who_waits_takes_no_place_of_those_it_waits_for),
		cmocka_unit_test(readers_have_places_of_their_own),
		cmocka_unit_test(a_sweep_gives_way_at_its_next_step),
		cmocka_unit_test(equals_do_not_give_way),
		cmocka_unit_test(a_sweep_waits_while_a_reader_is_served),
		cmocka_unit_test(a_stuck_job_is_replaced),
		cmocka_unit_test(long_waits_make_more_places),
		cmocka_unit_test(a_crew_takes_every_piece_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
