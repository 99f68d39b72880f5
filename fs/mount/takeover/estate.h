/*
 * What outlives a worker and is left to the next one.
 */
#ifndef FS_MOUNT_TAKEOVER_ESTATE_H
#define FS_MOUNT_TAKEOVER_ESTATE_H

#include "validate/base.h"

/* Descriptors, all of the supervisor's, and what it counts. */
struct estate {
	unsigned restarts; /* how many workers there were before */
	int device;	   /* /dev/fuse, of this mount */
	int root;	   /* the source, whatever becomes of its name */
	int requests;	   /* slots.h */
	int nodes;	   /* inode.h */
	int control;	   /* where a worker says that it is ready */
};

#define ESTATE_NONE                                                            \
	((struct estate){                                                      \
		.device = -1,                                                  \
		.root = -1,                                                    \
		.requests = -1,                                                \
		.nodes = -1,                                                   \
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
