#include "fs/judge/flight.h"

#include <errno.h>
#include <pthread.h>

struct flight {
	struct flight *next;
	struct cache_key key;
	struct digest content;
	pthread_t leader;
	struct judgement *result; /* by lock, as all below */
	unsigned users;
	bool has_landed;
};

struct flights {
	pthread_mutex_t lock;
	pthread_cond_t landing;
	struct flight *list; /* by lock; as many as threads at most */
};

int flights_new(struct flights **out)
{
	struct flights *flights = calloc(1, sizeof(*flights));

	if (!flights)
		return -ENOMEM;
	pthread_mutex_init(&flights->lock, NULL);
	pthread_cond_init(&flights->landing, NULL);
	*out = flights;
	return 0;
}

void flights_free(struct flights *flights)
{
	if (!flights)
		return;
	pthread_mutex_destroy(&flights->lock);
	pthread_cond_destroy(&flights->landing);
	free(flights);
}

static struct flight *find_locked(struct flights *flights,
				  const struct cache_key *key,
				  const struct digest *content)
{
	for (struct flight *flight = flights->list; flight;
	     flight = flight->next) {
		if (memcmp(&flight->key, key, sizeof(*key)) == 0 &&
		    digest_equal(&flight->content, content))
			return flight;
	}
	return NULL;
}

static struct flight *start_locked(struct flights *flights,
				   const struct cache_key *key,
				   const struct digest *content)
{
	struct flight *flight = calloc(1, sizeof(*flight));

	if (!flight)
		return NULL;
	flight->key = *key;
	flight->content = *content;
	flight->leader = pthread_self();
	flight->users = 1;
	flight->next = flights->list;
	flights->list = flight;
	return flight;
}

static void unlink_locked(struct flights *flights, struct flight *flight)
{
	struct flight **at = &flights->list;

	while (*at != flight)
		at = &(*at)->next;
	*at = flight->next;
}

static void leave_locked(struct flight *flight)
{
	if (--flight->users > 0)
		return;
	judgement_release(flight->result);
	free(flight);
}

struct flight *flight_join(struct flights *flights, const struct cache_key *key,
			   const struct digest *content, struct judgement **out)
{
	pthread_mutex_lock(&flights->lock);

	struct flight *flight = find_locked(flights, key, content);

	if (!flight) {
		flight = start_locked(flights, key, content);
		pthread_mutex_unlock(&flights->lock);
		return flight;
	}
	flight->users++;
	while (!flight->has_landed)
		pthread_cond_wait(&flights->landing, &flights->lock);
	if (flight->result) {
		*out = judgement_share(flight->result);
		leave_locked(flight);
		flight = NULL;
	}
	pthread_mutex_unlock(&flights->lock);
	return flight;
}

bool flight_is_leader(const struct flight *flight)
{
	return pthread_equal(flight->leader, pthread_self());
}

void flight_land(struct flights *flights, struct flight *flight,
		 struct judgement *result)
{
	pthread_mutex_lock(&flights->lock);
	unlink_locked(flights, flight);
	flight->has_landed = true;
	flight->result = result ? judgement_share(result) : NULL;
	if (flight->users > 1)
		pthread_cond_broadcast(&flights->landing);
	leave_locked(flight);
	pthread_mutex_unlock(&flights->lock);
}

void flight_leave(struct flights *flights, struct flight *flight)
{
	pthread_mutex_lock(&flights->lock);
	leave_locked(flight);
	pthread_mutex_unlock(&flights->lock);
}
