#include "fs/pool/pool.h"

#include <signal.h>
#include <time.h>

uint64_t pool_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static bool is_short(const struct places *places)
{
	return places->queue.count || places->paused_count;
}

static bool is_any_short_locked(const struct work *work)
{
	for (unsigned i = 0; i < WORK_CLASSES; i++)
		if (is_short(&work->classes[i]))
			return true;
	return false;
}

static bool is_overdue(const struct worker *worker, uint64_t now)
{
	const uint64_t since = atomic_load(&worker->since_ns);

	return worker->is_busy && worker->deadline_ms &&
	       !atomic_load(&worker->is_stuck) && now > since &&
	       now - since >= worker->deadline_ms * UINT64_C(1000000);
}

/* A thread cannot be ended from outside; but others can go on without it. One
 * that has given way holds no place. */
static void replace_overdue_locked(struct work *work, uint64_t now)
{
	for (struct worker *worker = work->workers; worker;
	     worker = worker->next) {
		const struct places *places = &work->classes[worker->class];

		if (is_overdue(worker, now) && !worker->has_given_way &&
		    is_short(places))
			places_replace_locked(work, worker);
	}
}

static void look_locked(struct work *work)
{
	const uint64_t now = pool_now_ns();

	replace_overdue_locked(work, now);
	for (unsigned i = 0; i < WORK_CLASSES; i++)
		places_grow_locked(work, (enum work_class)i, now);
	threads_call_locked(work);
}

static void sleep_locked(struct work *work)
{
	const uint64_t at =
		pool_now_ns() + work->options.grow_ms * UINT64_C(1000000);
	const struct timespec until = {.tv_sec = (time_t)(at / 1000000000u),
				       .tv_nsec = (long)(at % 1000000000u)};

	pthread_cond_clockwait(&work->watched, &work->lock, CLOCK_MONOTONIC,
			       &until);
}

static void *run_watcher(void *ctx)
{
	struct work *work = ctx;

	pthread_mutex_lock(&work->lock);
	while (!work->watcher_must_end) {
		if (!is_any_short_locked(work)) {
			work->watcher_sleeps = true;
			pthread_cond_wait(&work->watched, &work->lock);
			work->watcher_sleeps = false;
			continue;
		}
		sleep_locked(work);
		look_locked(work);
	}
	pthread_mutex_unlock(&work->lock);
	return NULL;
}

void watcher_start(struct work *work)
{
	sigset_t all;
	sigset_t old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	work->has_watcher =
		pthread_create(&work->watcher, NULL, run_watcher, work) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void watcher_call_locked(struct work *work)
{
	if (!work->watcher_sleeps)
		return;
	work->watcher_sleeps = false;
	pthread_cond_signal(&work->watched);
}

void watcher_end(struct work *work)
{
	if (!work->has_watcher)
		return;
	pthread_mutex_lock(&work->lock);
	work->watcher_must_end = true;
	pthread_cond_signal(&work->watched);
	pthread_mutex_unlock(&work->lock);
	pthread_join(work->watcher, NULL);
}
