/*
 * The barrier: the events of a group come in order, so once that of a write of
 * our own has been read, all that happened before it has been told.
 */
#include "fs/watch/watch_parts.h"

#include <errno.h>
#include <fcntl.h>

/* A file without a name, somewhere: memfd_create() raises no events. */
static int open_nameless(void)
{
	const char *const places[] = {getenv("XDG_RUNTIME_DIR"),
				      getenv("TMPDIR"), "/tmp", "/dev/shm",
				      "/var/tmp"};

	for (size_t i = 0; i < array_size(places); i++) {
		const int fd =
			places[i] && *places[i]
				? open(places[i],
				       O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)
				: -1;

		if (fd >= 0)
			return fd;
	}
	return -EOPNOTSUPP;
}

static void drop_sentinel_locked(struct watch *watch)
{
	if (watch->sentinel.fd < 0)
		return;
	watch->backend->remove(watch, (struct span){watch->sentinel.key.bytes,
						    watch->sentinel.key.size});
	close(watch->sentinel.fd);
	watch->sentinel.fd = -1;
}

static int make_sentinel_locked(struct watch *watch)
{
	struct sentinel *sentinel = &watch->sentinel;
	int r;

	if (sentinel->fd >= 0)
		return 0;
	sentinel->fd = open_nameless();
	if (sentinel->fd < 0)
		return -EOPNOTSUPP;
	r = watch->backend->add_sentinel(watch, sentinel);
	if (r)
		base_close(&sentinel->fd);
	if (r)
		sentinel->fd = -1;
	return r ? -EOPNOTSUPP : 0;
}

void barrier_prepare(struct watch *watch)
{
	pthread_mutex_lock(&watch->lock);
	if (make_sentinel_locked(watch))
		watch->sentinel.fd = -1;
	pthread_mutex_unlock(&watch->lock);
}

static int fire_locked(struct watch *watch)
{
	const int r = make_sentinel_locked(watch);

	if (r)
		return r;
	if (pwrite(watch->sentinel.fd, "", 1, 0) != 1)
		return -EOPNOTSUPP;
	watch->is_fired = true;
	return 0;
}

static void let_go(struct watch_waiter *waiters, int result)
{
	while (waiters) {
		struct watch_waiter *waiter = waiters;

		waiters = waiter->next;
		waiter->done(waiter, result);
	}
}

/* One is on its way at a time: an event says only that something was written,
 * not when. */
int watch_barrier(struct watch *watch, struct watch_waiter *waiter)
{
	int r = 0;

	pthread_mutex_lock(&watch->lock);
	if (watch->is_ending) {
		r = -EOPNOTSUPP;
	} else if (watch->is_fired) {
		waiter->next = watch->later;
		watch->later = waiter;
	} else {
		waiter->next = NULL;
		watch->waiting = waiter;
		r = fire_locked(watch);
		if (r)
			watch->waiting = NULL;
	}
	pthread_mutex_unlock(&watch->lock);
	return r;
}

static bool is_sentinel_locked(const struct watch *watch, struct span key,
			       const char *name)
{
	const struct sentinel *sentinel = &watch->sentinel;

	return sentinel->fd >= 0 &&
	       span_equal(key, (struct span){sentinel->key.bytes,
					     sentinel->key.size}) &&
	       strcmp(name ? name : "", sentinel->name) == 0;
}

/* Those who came while the last one was on its way. NULL: a new one is. */
static struct watch_waiter *go_on_locked(struct watch *watch)
{
	watch->is_fired = false;
	if (!watch->later)
		return NULL;
	if (fire_locked(watch))
		return steal(&watch->later);
	watch->waiting = steal(&watch->later);
	return NULL;
}

bool barrier_take_event(struct watch *watch, struct span key, const char *name)
{
	static const struct change pause = {.kind = CHANGE_PAUSE};
	struct watch_waiter *ready;

	pthread_mutex_lock(&watch->lock);
	const bool is_ours = is_sentinel_locked(watch, key, name);
	pthread_mutex_unlock(&watch->lock);
	if (!is_ours)
		return false;
	watch_tell(watch, &pause);
	pthread_mutex_lock(&watch->lock);
	ready = steal(&watch->waiting);

	struct watch_waiter *failed = go_on_locked(watch);

	pthread_mutex_unlock(&watch->lock);
	let_go(ready, 0);
	let_go(failed, -ECANCELED);
	return true;
}

/* A late event of the old sentinel must not be taken for one of the new. */
void barrier_lost(struct watch *watch)
{
	struct watch_waiter *failed = NULL;

	pthread_mutex_lock(&watch->lock);
	if (watch->is_fired) {
		drop_sentinel_locked(watch);
		if (fire_locked(watch))
			failed = steal(&watch->waiting);
	}
	pthread_mutex_unlock(&watch->lock);
	let_go(failed, -ECANCELED);
}

void barrier_end(struct watch *watch)
{
	pthread_mutex_lock(&watch->lock);

	struct watch_waiter *waiting = steal(&watch->waiting);
	struct watch_waiter *later = steal(&watch->later);

	drop_sentinel_locked(watch);
	pthread_mutex_unlock(&watch->lock);
	let_go(waiting, -ECANCELED);
	let_go(later, -ECANCELED);
}
