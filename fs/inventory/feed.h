/*
 * Changes of the source for an inventory, as a watch tells them.
 */
#ifndef FS_INVENTORY_FEED_H
#define FS_INVENTORY_FEED_H

#include "fs/inventory/inventory.h"
#include "fs/watch/watch.h"

/* What the two are brought together by; has to live as long as both. */
struct feed {
	const struct source *source;
	struct watch *watch;
	struct inventory *inventory;
};

/* Where the inventory gets its changes from. */
struct inventory_source feed_source(struct feed *feed);

/* Passes changes on; a watch_listener, with the feed as its context. */
void feed_change(void *feed, const struct change *change);

#endif
