/*
 * Writes new verdicts to the disk shortly after they appear, off the way of
 * those who read files.
 */
#ifndef FS_FLUSHER_H
#define FS_FLUSHER_H

#include "cache/cache.h"

struct flusher; /* any thread may wake it */

/* Start the thread. Borrows the cache. 0 or a negative errno. */
must_check int flusher_new(struct cache *cache, struct flusher **out);

/* Say that verdicts may be pending: they are on disk about 100 ms later. */
void flusher_wake(struct flusher *flusher);

/* Write what is pending and end. NULL is allowed. */
void flusher_free(struct flusher *flusher);

#endif
