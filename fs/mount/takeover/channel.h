/*
 * How libfuse talks to the kernel here: every request passes through the slots
 * (slots.h), so that the next worker can go on where this one ends.
 */
#ifndef FS_MOUNT_TAKEOVER_CHANNEL_H
#define FS_MOUNT_TAKEOVER_CHANNEL_H

#include "fs/mount/takeover/slots.h"

#include <stdatomic.h>

struct fuse_session;

/* One worker's way to the device; any thread may use it. */
struct channel {
	struct slots *slots;
	bool is_greeted;	/* fixed once channel_greet() has returned */
	atomic_bool is_leaving; /* answers are left to the next worker */
};

/*
 * Let the session talk through a channel, over a device that stays the
 * caller's. Its user data must begin with a pointer to the channel. 0 or a
 * negative errno.
 */
must_check int channel_connect(struct fuse_session *session, int device);

/*
 * Take the kernel's greeting: the first worker answers it, those who follow
 * learn from it what was agreed. Before the loop begins. 0; -ENODEV: the mount
 * has gone; -EPROTO: this worker would have agreed to something else.
 */
must_check int channel_greet(struct channel *channel,
			     struct fuse_session *session);

/* From now on nothing is answered: another worker will. */
void channel_leave(struct channel *channel);

#endif
