#include "fs/flusher.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

enum {
	GATHER_MS = 100,    /* verdicts of that time share one transaction */
	LINGER_ROUNDS = 10, /* looks after the last verdict, then it sleeps */
	NS_PER_MS = 1000 * 1000,
	NS_PER_SECOND = 1000 * NS_PER_MS,
};

struct flusher {
	struct cache *cache;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_awake;	/* by lock */
	bool is_ending; /* by lock */
};

static struct timespec gather_deadline(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_nsec += GATHER_MS * (long)NS_PER_MS;
	if (time.tv_nsec >= NS_PER_SECOND) {
		time.tv_nsec -= NS_PER_SECOND;
		time.tv_sec++;
	}
	return time;
}

/* Sleep until woken, then until the gathering time is over. */
static bool wait_for_round(struct flusher *flusher, bool is_lingering)
{
	pthread_mutex_lock(&flusher->lock);
	while (!is_lingering && !flusher->is_awake && !flusher->is_ending)
		pthread_cond_wait(&flusher->changed, &flusher->lock);

	const struct timespec deadline = gather_deadline();
	int r = 0;

	while (r != ETIMEDOUT && !flusher->is_ending)
		r = pthread_cond_timedwait(&flusher->changed, &flusher->lock,
					   &deadline);
	flusher->is_awake = false;

	const bool goes_on = !flusher->is_ending;

	pthread_mutex_unlock(&flusher->lock);
	return goes_on;
}

/* A failed write is the cache's to remember; it is tried again later. */
static void flush(struct flusher *flusher)
{
	const int r = cache_flush(flusher->cache);

	(void)r;
}

static void *flusher_thread(void *ctx)
{
	struct flusher *flusher = ctx;
	int linger = 0;

	while (wait_for_round(flusher, linger > 0)) {
		const bool has_work = cache_pending(flusher->cache) > 0;

		linger = has_work ? LINGER_ROUNDS : linger - 1;
		if (has_work)
			flush(flusher);
	}
	flush(flusher);
	return NULL;
}

static int start_thread(struct flusher *flusher)
{
	sigset_t all;
	sigset_t old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);

	const int r =
		pthread_create(&flusher->thread, NULL, flusher_thread, flusher);

	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -r;
}

int flusher_new(struct cache *cache, struct flusher **out)
{
	struct flusher *flusher = calloc(1, sizeof(*flusher));
	pthread_condattr_t clock;

	if (!flusher)
		return -ENOMEM;
	flusher->cache = cache;
	pthread_mutex_init(&flusher->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&flusher->changed, &clock);
	pthread_condattr_destroy(&clock);

	const int r = start_thread(flusher);

	if (r) {
		free(flusher);
		return r;
	}
	*out = flusher;
	return 0;
}

void flusher_wake(struct flusher *flusher)
{
	pthread_mutex_lock(&flusher->lock);
	if (!flusher->is_awake) {
		flusher->is_awake = true;
		pthread_cond_signal(&flusher->changed);
	}
	pthread_mutex_unlock(&flusher->lock);
}

void flusher_free(struct flusher *flusher)
{
	if (!flusher)
		return;
	pthread_mutex_lock(&flusher->lock);
	flusher->is_ending = true;
	pthread_cond_signal(&flusher->changed);
	pthread_mutex_unlock(&flusher->lock);
	pthread_join(flusher->thread, NULL);
	pthread_cond_destroy(&flusher->changed);
	pthread_mutex_destroy(&flusher->lock);
	free(flusher);
}
