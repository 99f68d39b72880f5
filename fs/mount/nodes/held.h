/*
 * Files that were looked up, changed or read in part just now, held by a
 * descriptor: whoever opened one that loses its name before it is read can
 * still read it. There are a fixed number of places, and who comes takes that
 * of the one that was used least recently.
 */
#ifndef FS_MOUNT_NODES_HELD_H
#define FS_MOUNT_NODES_HELD_H

#include "fs/mount/takeover/wards.h"

#include <pthread.h>

enum { HELD_PLACES = 256 };

struct held_file {
	uint64_t node; /* 0: none */
	int fd;	       /* of O_PATH: to be opened once more for use */
	int ward;      /* by which the supervisor keeps it, or WARDS_NONE */
};

struct held {
	pthread_mutex_t lock;
	struct held_file files[HELD_PLACES]; /* by lock, as all below */
	uint64_t used[HELD_PLACES];
	uint64_t clock;
};

void held_init(struct held *held);
void held_release(struct held *held);

/* Hold a file. What has to make room for it, or itself if its node is held
 * already: the caller's now. */
must_check struct held_file held_put(struct held *held,
				     const struct held_file *file);

/* Is it held? Then it is again for longer. */
bool held_touch(struct held *held, uint64_t node);

/* A descriptor to read a held file, the caller's to close; -ESTALE: it is not
 * held; errno of open. */
must_check int held_open(struct held *held, uint64_t node);

/* Hold it no longer: it is the caller's now, if it was held. */
must_check struct held_file held_take(struct held *held, uint64_t node);

#endif
