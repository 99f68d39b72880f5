/*
 * The thread that tells the kernel what to forget.
 *
 * The kernel may make it wait until requests have been answered, and it cannot
 * be killed as long as it waits. If the worker dies just then, its requests are
 * answered by the next one; that must not wait for this thread to end. So it
 * has descriptors of its own, the device alone: all others of a worker that is
 * dead are closed though this thread still waits.
 */
#ifndef FS_MOUNT_COHERENCE_HERALD_H
#define FS_MOUNT_COHERENCE_HERALD_H

#include "validate/base.h"

struct fuse_session;
struct herald;

/* Start. The session is borrowed. 0 or a negative errno. */
must_check int herald_new(struct fuse_session *session, struct herald **out);
void herald_free(struct herald *herald); /* NULL is allowed */

enum herald_order {
	HERALD_NODE,   /* forget attributes and bytes of a node */
	HERALD_NAME,   /* forget what a name in a directory leads to */
	HERALD_EXPIRE, /* ask for it again when it is used */
};

struct herald_message {
	enum herald_order order;
	uint64_t node; /* the directory that a name is in */
	struct span name;
};

/* Tell one; for one thread at a time. Returns when the kernel has done it, what
 * it says: 0; -ENOENT: it does not know that. */
int herald_tell(struct herald *herald, const struct herald_message *message);

#endif
