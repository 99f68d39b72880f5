#include "fs/mount/nodes/held.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

static const struct held_file nothing = {.fd = -1, .ward = WARDS_NONE};

void held_init(struct held *held)
{
	pthread_mutex_init(&held->lock, NULL);
	for (size_t i = 0; i < HELD_PLACES; i++)
		held->files[i] = nothing;
}

void held_release(struct held *held)
{
	for (size_t i = 0; i < HELD_PLACES; i++)
		base_close(&held->files[i].fd);
	pthread_mutex_destroy(&held->lock);
}

/* HELD_PLACES: it is in none. */
static size_t find_locked(const struct held *held, uint64_t node)
{
	size_t i = 0;

	while (i < HELD_PLACES && held->files[i].node != node)
		i++;
	return i;
}

static size_t oldest_locked(const struct held *held)
{
	size_t oldest = 0;

	for (size_t i = 1; i < HELD_PLACES; i++)
		if (held->used[i] < held->used[oldest])
			oldest = i;
	return oldest;
}

struct held_file held_put(struct held *held, const struct held_file *file)
{
	struct held_file displaced = *file;

	pthread_mutex_lock(&held->lock);
	if (find_locked(held, file->node) == HELD_PLACES) {
		const size_t at = oldest_locked(held);

		displaced = held->files[at];
		held->files[at] = *file;
		held->used[at] = ++held->clock;
	}
	pthread_mutex_unlock(&held->lock);
	return displaced;
}

bool held_touch(struct held *held, uint64_t node)
{
	pthread_mutex_lock(&held->lock);

	const size_t at = find_locked(held, node);
	const bool is_held = at < HELD_PLACES;

	if (is_held)
		held->used[at] = ++held->clock;
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
	snprintf(path, sizeof(path), "/proc/self/fd/%d", held->files[at].fd);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	pthread_mutex_unlock(&held->lock);
	return fd;
}

struct held_file held_take(struct held *held, uint64_t node)
{
	struct held_file taken = nothing;

	pthread_mutex_lock(&held->lock);

	const size_t at = find_locked(held, node);

	if (at < HELD_PLACES) {
		taken = held->files[at];
		held->files[at] = nothing;
		held->used[at] = 0;
	}
	pthread_mutex_unlock(&held->lock);
	return taken;
}
