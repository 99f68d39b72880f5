/*
 * The bytes of editions that are kept in memory, up to a limit; those that were
 * used longest ago go first. Who reads some has a share of them anyway.
 */
#ifndef FS_MOUNT_PROTECT_SHELF_H
#define FS_MOUNT_PROTECT_SHELF_H

#include "fs/mount/protect/edition.h"

#include <pthread.h>

struct shelf { /* safe from any thread */
	struct content_pool pool;
	pthread_mutex_t lock;
	struct edition *newest; /* by lock */
	struct edition *oldest; /* by lock */
};

void shelf_init(struct shelf *shelf, size_t max_bytes);
void shelf_release(struct shelf *shelf);

/*
 * Give an edition a snapshot's bytes (taken), unless it has some. 0 and a share
 * of them; -ENOMEM.
 */
must_check int shelf_put(struct shelf *shelf, struct edition *edition,
			 struct snapshot *snapshot, struct content **out);

/* A share of its bytes, NULL if they are not in memory. */
struct content *shelf_get(struct shelf *shelf, struct edition *edition);

#endif
