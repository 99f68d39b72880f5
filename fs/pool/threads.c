#include "fs/pool/pool.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

static _Thread_local struct worker *self_of_thread;

struct worker *threads_self(void)
{
	return self_of_thread;
}

static struct timespec after_ms(unsigned ms)
{
	const uint64_t at = pool_now_ns() + ms * UINT64_C(1000000);

	return (struct timespec){.tv_sec = (time_t)(at / 1000000000u),
				 .tv_nsec = (long)(at % 1000000000u)};
}

/* The last thread stays for good. */
static int wait_idle_locked(struct work *work)
{
	const struct timespec until = after_ms(work->options.idle_ms);

	if (work->thread_count == 1)
		return pthread_cond_wait(&work->job_waits, &work->lock);
	return pthread_cond_clockwait(&work->job_waits, &work->lock,
				      CLOCK_MONOTONIC, &until);
}

/* False: it was idle for long, and others are left. */
static bool sleep_locked(struct work *work)
{
	int r;

	work->idle++;
	r = wait_idle_locked(work);
	/* Whoever wakes somebody has counted it. */
	if (work->woken) {
		work->woken--;
		return true;
	}
	work->idle--;
	return r != ETIMEDOUT || work->thread_count == 1;
}

/* A thread ends only when no job is left that could submit another one. */
static struct work_job *wait_for_job_locked(struct work *work)
{
	struct work_job *job;

	while (!(job = places_next_locked(work))) {
		if (work->is_ending && work->busy == 0)
			return NULL;
		if (!sleep_locked(work))
			return NULL;
	}
	return job;
}

static void work_locked(struct work *work, struct worker *self)
{
	struct work_job *job;

	while ((job = wait_for_job_locked(work))) {
		work_function *run = job->run;
		void *ctx = job->ctx;

		places_take_locked(work, self, job);
		/* There may be one for somebody else, too. */
		threads_call_locked(work);
		pthread_mutex_unlock(&work->lock);
		run(ctx);
		pthread_mutex_lock(&work->lock);
		places_leave_locked(work, self);
	}
}

static void unlink_locked(struct work *work, struct worker *self)
{
	struct worker **at = &work->workers;

	while (*at != self)
		at = &(*at)->next;
	*at = self->next;
	self->next = work->ended;
	work->ended = self;
}

static void *run_thread(void *ctx)
{
	struct worker *self = ctx;
	struct work *work = self->work;

	self_of_thread = self;
	pthread_mutex_lock(&work->lock);
	work->starting--;
	work_locked(work, self);
	/* From here on it is no thread to count on. */
	work->thread_count--;
	pthread_mutex_unlock(&work->lock);
	if (work->options.at_end)
		work->options.at_end();
	pthread_mutex_lock(&work->lock);
	unlink_locked(work, self);
	pthread_cond_broadcast(&work->turn);
	pthread_mutex_unlock(&work->lock);
	return NULL;
}

/* Those that have ended are through with their work: it takes no time. */
static void join_ended_locked(struct work *work)
{
	while (work->ended) {
		struct worker *worker = work->ended;

		work->ended = worker->next;
		pthread_join(worker->thread, NULL);
		free(worker);
	}
}

/* Threads inherit the mask: signals are for the thread that waits for them. */
static int create(struct worker *worker)
{
	sigset_t all;
	sigset_t old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);

	const int r = pthread_create(&worker->thread, NULL, run_thread, worker);

	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -r;
}

int threads_start_locked(struct work *work)
{
	struct worker *worker;
	int r;

	join_ended_locked(work);
	worker = calloc(1, sizeof(*worker));
	if (!worker)
		return -ENOMEM;
	worker->work = work;
	r = create(worker);
	if (r) {
		free(worker);
		return r;
	}
	worker->next = work->workers;
	work->workers = worker;
	work->thread_count++;
	work->starting++;
	return 0;
}

/* Whoever is woken calls the next one: one at a time is enough. */
void threads_call_locked(struct work *work)
{
	if (work->woken || work->starting || !places_next_locked(work))
		return;
	if (work->idle) {
		work->idle--;
		work->woken++;
		pthread_cond_signal(&work->job_waits);
		return;
	}
	/* The watcher tries again. */
	if (threads_start_locked(work))
		watcher_call_locked(work);
}

void threads_join(struct work *work)
{
	pthread_mutex_lock(&work->lock);
	while (work->workers)
		pthread_cond_wait(&work->turn, &work->lock);
	join_ended_locked(work);
	pthread_mutex_unlock(&work->lock);
}
