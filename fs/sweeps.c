#include "fs/sweeps.h"

#include <pthread.h>

struct sweeps {
	pthread_mutex_t lock;
	struct sweep *list; /* by lock */
};

struct sweeps *sweeps_new(void)
{
	struct sweeps *sweeps = calloc(1, sizeof(*sweeps));

	if (sweeps)
		pthread_mutex_init(&sweeps->lock, NULL);
	return sweeps;
}

void sweeps_free(struct sweeps *sweeps)
{
	if (!sweeps)
		return;
	pthread_mutex_destroy(&sweeps->lock);
	free(sweeps);
}

void sweeps_begin(struct sweeps *sweeps, struct sweep *sweep)
{
	*sweep = (struct sweep){0};
	pthread_mutex_lock(&sweeps->lock);
	sweep->next = sweeps->list;
	sweeps->list = sweep;
	pthread_mutex_unlock(&sweeps->lock);
}

void sweeps_end(struct sweeps *sweeps, struct sweep *sweep)
{
	struct sweep **at = &sweeps->list;

	pthread_mutex_lock(&sweeps->lock);
	while (*at != sweep)
		at = &(*at)->next;
	*at = sweep->next;
	pthread_mutex_unlock(&sweeps->lock);
}

static void add(struct sweeps_state *state, const struct sweep *sweep)
{
	const double eta = survey_eta_seconds(&sweep->progress);

	state->count++;
	state->done += atomic_load(&sweep->progress.done);
	state->total += atomic_load(&sweep->progress.total);
	/* Once one cannot tell, all together cannot. */
	if (eta < 0 || state->eta_seconds < 0)
		state->eta_seconds = -1;
	else if (eta > state->eta_seconds)
		state->eta_seconds = eta;
}

struct sweeps_state sweeps_read(struct sweeps *sweeps)
{
	struct sweeps_state state = {0};

	pthread_mutex_lock(&sweeps->lock);
	for (const struct sweep *sweep = sweeps->list; sweep;
	     sweep = sweep->next)
		add(&state, sweep);
	pthread_mutex_unlock(&sweeps->lock);
	return state;
}
