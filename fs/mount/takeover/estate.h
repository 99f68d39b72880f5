/*
 * What outlives a worker and is left to the next one.
 */
#ifndef FS_MOUNT_TAKEOVER_ESTATE_H
#define FS_MOUNT_TAKEOVER_ESTATE_H

#include "fs/mount/takeover/wards.h"

/* All of it is the supervisor's. */
struct estate {
	unsigned restarts; /* how many workers there were before */
	int device;	   /* /dev/fuse, of this mount */
	int root;	   /* the source, whatever becomes of its name */
	int requests;	   /* slots.h */
	int nodes;	   /* inode.h */
	int open;	   /* wards.h */
	int control;	   /* what a worker says to the supervisor: wards.h */
	struct wards_keeper *keeper;
};

#define ESTATE_NONE                                                            \
	((struct estate){                                                      \
		.device = -1,                                                  \
		.root = -1,                                                    \
		.requests = -1,                                                \
		.nodes = -1,                                                   \
		.open = -1,                                                    \
		.control = -1,                                                 \
	})

/*
 * Make what the workers of a new mount of `source` start with; all but device
 * and control. 0 or a negative errno.
 */
must_check int estate_make(const char *source, struct estate *estate);

/* Close what is open. */
void estate_release(struct estate *estate);

#endif
