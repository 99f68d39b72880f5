/*
 * What outlives a worker and is left to the next one, also when the supervisor
 * itself becomes another program.
 */
#ifndef FS_MOUNT_TAKEOVER_ESTATE_H
#define FS_MOUNT_TAKEOVER_ESTATE_H

#include "fs/mount/takeover/wards.h"
#include "validate/digest.h"

/*
 * Goes up with every change of what is left: the memories, this list, what is
 * agreed with the kernel (op_init). A program only takes over from one with the
 * same number.
 */
enum { TAKEOVER_VERSION = 2 };

enum estate_descriptor {
	ESTATE_DEVICE,	    /* /dev/fuse, of this mount */
	ESTATE_ROOT,	    /* the source, whatever becomes of its name */
	ESTATE_REQUESTS,    /* slots.h */
	ESTATE_NODES,	    /* inode.h */
	ESTATE_OPEN,	    /* wards.h */
	ESTATE_CHOICE,	    /* what coherence has agreed with the kernel */
	ESTATE_CONTROL,	    /* what a worker says to the supervisor */
	ESTATE_FROM_WORKER, /* and where it arrives */
	ESTATE_LISTENER,    /* of presence_announce() */
	ESTATE_CLIENT,	    /* who asked for something and waits */
	ESTATE_START,	    /* the directory where the supervisor began */
	ESTATE_COUNT
};

/* All of it is the supervisor's. */
struct estate {
	unsigned restarts;     /* how many workers there were before */
	struct digest secret;  /* of this mount alone */
	bool is_cache_sound;   /* the last one had it open, and was killed */
	int fds[ESTATE_COUNT]; /* -1: there is none */
	struct wards_keeper *keeper;
};

/* With nothing in it. */
void estate_init(struct estate *estate);

/*
 * Make what the workers of a new mount of `source` start with: memories and the
 * way to the supervisor. 0 or a negative errno.
 */
must_check int estate_make(const char *source, struct estate *estate);

/* Close what is open. */
void estate_release(struct estate *estate);

#endif
