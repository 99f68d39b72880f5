/* Reaching the server, and reaching it again: the tier's own thread. */
#include "cache/remote/remote_parts.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

/* Try each address until one answers. */
static int reach(struct remote *remote, const struct patience *patience,
		 struct wire_place *place, struct connection **out, char *why)
{
	struct resolved resolved;
	int r = resolve(&remote->url, patience, &resolved);

	*why = '\0';
	if (r == -ENOENT)
		memcpy(why, "its name has no address",
		       sizeof("its name has no address"));
	if (r)
		return r;
	r = -ENOENT;
	for (size_t i = 0; r && r != -ECANCELED && i < resolved.count; i++) {
		*place = resolved.places[i];
		r = connection_open(place, remote->tls, &remote->login,
				    patience, out, why);
	}
	return r;
}

/*
 * The resolver and the handshake may take as long as they need here: nobody
 * waits for them but by a deadline of his own.
 */
static struct patience patience_of_keeper(const struct remote *remote)
{
	enum { LONG_US = 5 * 1000 * 1000 };
	const uint64_t own = remote->connect_us + remote->answer_us;

	return (struct patience){
		.until_us = wire_clock_us() + (own > LONG_US ? own : LONG_US),
		.stop_fd = remote->ending_fd,
	};
}

/* How long one exchange takes over a connection that stands. */
static int time_it(struct remote *remote, struct connection *connection,
		   const struct patience *patience, uint64_t *took, char *why)
{
	const struct item_key nobody = {{0}};
	const uint64_t start = wire_clock_us();
	char name[SEAL_NAME_SIZE];
	const char *const names[] = {name};
	struct connection_value value;
	int r;

	seal_name(&remote->seal, &nobody, name);
	r = connection_get(connection, names, 1, patience, &value, why);
	*took = wire_clock_us() - start;
	if (r == 0)
		free(value.bytes);
	return r;
}

static void settle(struct remote *remote, int r, uint64_t took, const char *why)
{
	pthread_mutex_lock(&remote->lock);
	if (r) {
		breaker_failed(&remote->breaker, 0, wire_clock_us());
	} else if (!breaker_recovered(&remote->breaker, took,
				      wire_clock_us())) {
		r = -ETIMEDOUT;
		why = "its answers are too slow";
	}
	remote->is_settled = true;
	remote_say_locked(remote, r, why);
	remote_signal_locked(remote);
	pthread_mutex_unlock(&remote->lock);
	if (r)
		atomic_fetch_add(&remote->failures, 1);
}

static void try(struct remote *remote)
{
	const struct patience patience = patience_of_keeper(remote);
	struct connection *connection = NULL;
	struct wire_place place;
	char why[CONNECTION_WHY_SIZE];
	uint64_t took = 0;
	int r = reach(remote, &patience, &place, &connection, why);

	if (r == 0) {
		atomic_fetch_add(&remote->connections, 1);
		r = time_it(remote, connection, &patience, &took, why);
	}
	if (r) {
		connection_close(connection);
	} else {
		pthread_mutex_lock(&remote->lock);
		remote->place = place;
		pthread_mutex_unlock(&remote->lock);
		remote_give(remote, connection);
	}
	settle(remote, r, took, why);
}

static struct timespec timespec_of(uint64_t us)
{
	return (struct timespec){.tv_sec = (time_t)(us / 1000000u),
				 .tv_nsec = (long)(us % 1000000u) * 1000};
}

/* Sleep while all is well, then for as long as the pause lasts. */
static bool wait_for_turn(struct remote *remote)
{
	pthread_mutex_lock(&remote->lock);
	while (!remote->is_ending) {
		if (!remote->breaker.is_open) {
			pthread_cond_wait(&remote->changed, &remote->lock);
			continue;
		}

		const struct timespec at =
			timespec_of(remote->breaker.retry_at);

		if (wire_clock_us() >= remote->breaker.retry_at)
			break;
		pthread_cond_timedwait(&remote->changed, &remote->lock, &at);
	}

	const bool goes_on = !remote->is_ending;

	pthread_mutex_unlock(&remote->lock);
	return goes_on;
}

static void *keep(void *ctx)
{
	struct remote *remote = ctx;

	while (wait_for_turn(remote)) {
		remote_close_idle(remote);
		try(remote);
	}
	return NULL;
}

int keeper_start(struct remote *remote)
{
	sigset_t all;
	sigset_t old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);

	const int r = pthread_create(&remote->keeper, NULL, keep, remote);

	pthread_sigmask(SIG_SETMASK, &old, NULL);
	remote->has_keeper = r == 0;
	return -r;
}

void keeper_end(struct remote *remote)
{
	const uint64_t one = 1;

	if (!remote->has_keeper)
		return;
	pthread_mutex_lock(&remote->lock);
	remote->is_ending = true;
	pthread_cond_broadcast(&remote->changed);
	pthread_mutex_unlock(&remote->lock);
	if (write(remote->ending_fd, &one, sizeof(one)) == sizeof(one))
		pthread_join(remote->keeper, NULL);
}
