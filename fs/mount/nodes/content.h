/*
 * The bytes of a file at one time, as they are judged and served: shared by
 * counting, never changed. A pool knows how much memory all of them take.
 */
#ifndef FS_MOUNT_NODES_CONTENT_H
#define FS_MOUNT_NODES_CONTENT_H

#include "fs/source.h"

#include <stdatomic.h>
#include <time.h>

/* Bytes in use by the contents of one mount. */
struct content_pool {
	atomic_size_t used_bytes;
	size_t max_bytes; /* aimed at: what is over it is not kept longer */
};

struct content {
	atomic_uint references;
	struct content_pool *pool;
	struct snapshot snapshot;
	bool is_final;	  /* a file with the same stamp has these bytes */
	bool is_judged;	  /* by the lock of the files, as the next */
	bool is_outdated; /* the file has changed: nobody waits any more */
	struct timespec deadline; /* readers wait for the verdict until then */
};

/* Take over a snapshot, just read. NULL: no memory (it stays the caller's). */
struct content *content_new(struct content_pool *pool,
			    struct snapshot *snapshot);
struct content *content_share(struct content *content);
void content_release(struct content *content); /* NULL is allowed */

/* Are these the bytes of a file with this stamp? */
bool content_is_of(const struct content *content, const struct stamp *stamp);

bool content_pool_is_over(const struct content_pool *pool);

#endif
