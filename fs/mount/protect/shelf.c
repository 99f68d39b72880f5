#include "fs/mount/protect/shelf.h"

#include <errno.h>

/* How often the bytes of a shelf may be exceeded by what is nowhere else. */
enum { PINNED_FACTOR = 2 };

struct edition *edition_new(struct shelf *shelf, enum shown shown,
			    const struct stamp *stamp, const struct stat *facts)
{
	struct edition *edition = calloc(1, sizeof(*edition));

	if (!edition)
		return NULL;
	edition->references = 1;
	edition->shelf = shelf;
	edition->shown = shown;
	edition->stamp = *stamp;
	edition->facts = *facts;
	return edition;
}

struct edition *edition_share(struct edition *edition)
{
	atomic_fetch_add(&edition->references, 1);
	return edition;
}

void shelf_init(struct shelf *shelf, size_t max_bytes)
{
	*shelf = (struct shelf){.pool = {.max_bytes = max_bytes}};
	pthread_mutex_init(&shelf->lock, NULL);
}

void shelf_release(struct shelf *shelf)
{
	pthread_mutex_destroy(&shelf->lock);
}

static void link_locked(struct shelf *shelf, struct edition *edition)
{
	edition->older = shelf->newest;
	edition->newer = NULL;
	if (shelf->newest)
		shelf->newest->newer = edition;
	else
		shelf->oldest = edition;
	shelf->newest = edition;
}

static void unlink_locked(struct shelf *shelf, struct edition *edition)
{
	if (edition->newer)
		edition->newer->older = edition->older;
	else
		shelf->newest = edition->older;
	if (edition->older)
		edition->older->newer = edition->newer;
	else
		shelf->oldest = edition->newer;
	edition->newer = edition->older = NULL;
}

static struct content *take_bytes_locked(struct shelf *shelf,
					 struct edition *edition)
{
	struct content *bytes = edition->bytes;

	if (bytes)
		unlink_locked(shelf, edition);
	edition->bytes = NULL;
	return bytes;
}

static bool is_far_over(const struct shelf *shelf)
{
	return atomic_load(&shelf->pool.used_bytes) / PINNED_FACTOR >
	       shelf->pool.max_bytes;
}

static struct content *take_oldest(struct shelf *shelf)
{
	struct content *bytes = NULL;

	pthread_mutex_lock(&shelf->lock);

	struct edition *victim = shelf->oldest;

	/* What could not be kept is nowhere else; but there is an end to it. */
	while (victim && victim->keeping && !is_far_over(shelf))
		victim = victim->newer;
	if (victim)
		bytes = take_bytes_locked(shelf, victim);
	pthread_mutex_unlock(&shelf->lock);
	return bytes;
}

static void make_room(struct shelf *shelf)
{
	while (content_pool_is_over(&shelf->pool)) {
		struct content *bytes = take_oldest(shelf);

		if (!bytes)
			return;
		content_release(bytes);
	}
}

int shelf_put(struct shelf *shelf, struct edition *edition,
	      struct snapshot *snapshot, struct content **out)
{
	struct content *bytes = content_new(&shelf->pool, snapshot);

	if (!bytes)
		return -ENOMEM;
	*out = bytes;
	pthread_mutex_lock(&shelf->lock);
	if (!edition->bytes) {
		edition->bytes = content_share(bytes);
		link_locked(shelf, edition);
	}
	pthread_mutex_unlock(&shelf->lock);
	make_room(shelf);
	return 0;
}

struct content *shelf_get(struct shelf *shelf, struct edition *edition)
{
	struct content *bytes = NULL;

	pthread_mutex_lock(&shelf->lock);
	if (edition->bytes) {
		bytes = content_share(edition->bytes);
		unlink_locked(shelf, edition);
		link_locked(shelf, edition);
	}
	pthread_mutex_unlock(&shelf->lock);
	return bytes;
}

void edition_release(struct edition *edition)
{
	if (!edition || atomic_fetch_sub(&edition->references, 1) != 1)
		return;
	pthread_mutex_lock(&edition->shelf->lock);

	struct content *bytes = take_bytes_locked(edition->shelf, edition);

	pthread_mutex_unlock(&edition->shelf->lock);
	content_release(bytes);
	judgement_release(edition->basis);
	free(edition);
}
