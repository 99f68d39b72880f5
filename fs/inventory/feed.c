#include "fs/inventory/feed.h"

#include <pthread.h>

static bool watch_one(void *ctx, const char *directory)
{
	const struct feed *feed = ctx;
	struct stat facts;

	/* What has gone meanwhile is told by the one that it was in. */
	if (source_stat(feed->source, directory, NULL, &facts))
		return true;

	const struct watch_place place = {
		.path = directory, .dev = facts.st_dev, .ino = facts.st_ino};

	return watch_directory(feed->watch, &place);
}

void feed_change(void *ctx, const struct change *change)
{
	const struct feed *feed = ctx;
	struct inventory *inventory = feed->inventory;

	switch (change->kind) {
	case CHANGE_CONTENT:
		inventory_apply(inventory, INVENTORY_CONTENT, change->directory,
				change->name);
		break;
	case CHANGE_ENTRY:
		inventory_apply(inventory, INVENTORY_ENTRY, change->directory,
				change->name);
		break;
	case CHANGE_DIRECTORY:
	case CHANGE_UNWATCHED:
		inventory_apply(inventory, INVENTORY_DIRECTORY,
				change->directory, "");
		break;
	case CHANGE_LOST:
		inventory_apply(inventory, INVENTORY_LOST, "", "");
		break;
	case CHANGE_PAUSE:
		break;
	}
}

/* One who waits for a barrier. */
struct settling {
	struct watch_waiter waiter;
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool is_done; /* by lock, as the next */
	int result;
};

static void let_through(struct watch_waiter *waiter, int result)
{
	struct settling *settling = (struct settling *)waiter;

	pthread_mutex_lock(&settling->lock);
	settling->is_done = true;
	settling->result = result;
	pthread_cond_signal(&settling->done);
	pthread_mutex_unlock(&settling->lock);
}

static bool settle(void *ctx)
{
	struct feed *feed = ctx;
	struct settling settling = {.waiter.done = let_through,
				    .lock = PTHREAD_MUTEX_INITIALIZER,
				    .done = PTHREAD_COND_INITIALIZER,
				    .result = -1};

	/* All that was changed before comes before the barrier. */
	if (watch_barrier(feed->watch, &settling.waiter))
		return false;
	pthread_mutex_lock(&settling.lock);
	while (!settling.is_done)
		pthread_cond_wait(&settling.done, &settling.lock);
	pthread_mutex_unlock(&settling.lock);
	return settling.result == 0;
}

struct inventory_source feed_source(struct feed *feed)
{
	return (struct inventory_source){
		.watch = watch_one, .settle = settle, .ctx = feed};
}
