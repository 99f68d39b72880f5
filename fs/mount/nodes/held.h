/*
 * Files that were looked up or read in part just now, held by a descriptor:
 * whoever opened one that loses its name before it is read can still read it.
 * There are a fixed number of places, and the newest takes that of the oldest.
 */
#ifndef FS_MOUNT_NODES_HELD_H
#define FS_MOUNT_NODES_HELD_H

#include "validate/base.h"

#include <pthread.h>

enum { HELD_PLACES = 256 };

struct held {
	pthread_mutex_t lock;
	struct {
		uint64_t node; /* 0: empty */
		int fd;	       /* of O_PATH: to be opened once more for use */
	} places[HELD_PLACES]; /* by lock, as the next */
	size_t next;
};

void held_init(struct held *held);
void held_release(struct held *held);

/* Hold a node by a descriptor, which is taken. */
void held_put(struct held *held, uint64_t node, int fd);

bool held_has(struct held *held, uint64_t node);

/* A descriptor to read a held file, the caller's to close; -ESTALE: it is not
 * held; errno of open. */
must_check int held_open(struct held *held, uint64_t node);

/* Hold it no longer. */
void held_forget(struct held *held, uint64_t node);

#endif
