#include "fs/vault/vault_parts.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

enum { PATIENCE_SECONDS = 1 };

/* More may come soon: one pass serves all of it. */
static void wait_for_more_locked(struct vault *vault)
{
	struct timespec until;
	int r = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_SECONDS;
	while (!vault->is_ending && r != ETIMEDOUT)
		r = pthread_cond_timedwait(&vault->changed, &vault->lock,
					   &until);
}

static void *run(void *ctx)
{
	struct vault *vault = ctx;

	pthread_mutex_lock(&vault->lock);
	while (!vault->is_ending || vault->is_dirty) {
		while (!vault->is_dirty && !vault->is_ending)
			pthread_cond_wait(&vault->changed, &vault->lock);
		if (!vault->is_dirty)
			break;
		wait_for_more_locked(vault);
		vault->is_dirty = false;
		pthread_mutex_unlock(&vault->lock);
		/* If it fails, a power cut may cost first versions. */
		syncfs(vault->root);
		pthread_mutex_lock(&vault->lock);
	}
	pthread_mutex_unlock(&vault->lock);
	return NULL;
}

int vault_start_syncer(struct vault *vault)
{
	pthread_condattr_t clock;
	sigset_t all;
	sigset_t before;

	pthread_mutex_init(&vault->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&vault->changed, &clock);
	pthread_condattr_destroy(&clock);

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);

	const int r = pthread_create(&vault->syncer, NULL, run, vault);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

void vault_wake_syncer(struct vault *vault)
{
	pthread_mutex_lock(&vault->lock);
	vault->is_dirty = true;
	pthread_cond_signal(&vault->changed);
	pthread_mutex_unlock(&vault->lock);
}

void vault_end_syncer(struct vault *vault)
{
	pthread_mutex_lock(&vault->lock);
	vault->is_ending = true;
	pthread_cond_signal(&vault->changed);
	pthread_mutex_unlock(&vault->lock);
	pthread_join(vault->syncer, NULL);
	pthread_cond_destroy(&vault->changed);
	pthread_mutex_destroy(&vault->lock);
}
