#include "fs/mount/nodes/held.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

void held_init(struct held *held)
{
	pthread_mutex_init(&held->lock, NULL);
	for (size_t i = 0; i < HELD_PLACES; i++)
		held->places[i].fd = -1;
}

void held_release(struct held *held)
{
	for (size_t i = 0; i < HELD_PLACES; i++)
		base_close(&held->places[i].fd);
	pthread_mutex_destroy(&held->lock);
}

/* HELD_PLACES: it is in none. */
static size_t find_locked(const struct held *held, uint64_t node)
{
	size_t i = 0;

	while (i < HELD_PLACES && held->places[i].node != node)
		i++;
	return i;
}

static size_t oldest_locked(const struct held *held)
{
	size_t oldest = 0;

	for (size_t i = 1; i < HELD_PLACES; i++)
		if (held->places[i].used < held->places[oldest].used)
			oldest = i;
	return oldest;
}

void held_put(struct held *held, uint64_t node, int fd)
{
	auto_close int displaced = fd;

	pthread_mutex_lock(&held->lock);
	if (find_locked(held, node) == HELD_PLACES) {
		const size_t at = oldest_locked(held);

		displaced = held->places[at].fd;
		held->places[at].node = node;
		held->places[at].fd = fd;
		held->places[at].used = ++held->clock;
	}
	pthread_mutex_unlock(&held->lock);
}

bool held_touch(struct held *held, uint64_t node)
{
	pthread_mutex_lock(&held->lock);

	const size_t at = find_locked(held, node);
	const bool is_held = at < HELD_PLACES;

	if (is_held)
		held->places[at].used = ++held->clock;
	pthread_mutex_unlock(&held->lock);
	return is_held;
}

int held_open(struct held *held, uint64_t node)
{
	char path[64];
	int fd = -1;

	/* Under the lock: the number could be that of another file after. */
	pthread_mutex_lock(&held->lock);

	const size_t at = find_locked(held, node);

	if (at == HELD_PLACES) {
		pthread_mutex_unlock(&held->lock);
		return -ESTALE;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", held->places[at].fd);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	pthread_mutex_unlock(&held->lock);
	return fd;
}

void held_forget(struct held *held, uint64_t node)
{
	auto_close int fd = -1;

	pthread_mutex_lock(&held->lock);

	const size_t at = find_locked(held, node);

	if (at < HELD_PLACES) {
		fd = steal_fd(&held->places[at].fd);
		held->places[at].node = 0;
		held->places[at].used = 0;
	}
	pthread_mutex_unlock(&held->lock);
}
