/*
 * Files that were looked up, changed or read in part just now, held by a
 * descriptor: whoever opened one that loses its name before it is read can
 * still read it. There are a fixed number of places, and who comes takes that
 * of the one that was used least recently.
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
		uint64_t used;
		int fd;	       /* of O_PATH: to be opened once more for use */
	} places[HELD_PLACES]; /* by lock, as the next */
	uint64_t clock;
};

void held_init(struct held *held);
void held_release(struct held *held);

/* Hold a node by a descriptor, which is taken. */
void held_put(struct held *held, uint64_t node, int fd);

/* Is it held? Then it is again for longer. */
bool held_touch(struct held *held, uint64_t node);

/* A descriptor to read a held file, the caller's to close; -ESTALE: it is not
 * held; errno of open. */
must_check int held_open(struct held *held, uint64_t node);

/* Hold it no longer. */
void held_forget(struct held *held, uint64_t node);

#endif
