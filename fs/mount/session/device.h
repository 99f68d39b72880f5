/*
 * The kernel's side of a mount: made once, and kept by a descriptor for as long
 * as any process holds it.
 */
#ifndef FS_MOUNT_SESSION_DEVICE_H
#define FS_MOUNT_SESSION_DEVICE_H

#include "fs/mount/session/preflight.h"

struct fuse_session;
struct fuse_lowlevel_ops;

/* A session of libfuse with the options of this mount, not connected to any
 * device. NULL: told on stderr. */
must_check struct fuse_session *device_session(
	const struct session_options *options, const struct preflight *places,
	const struct fuse_lowlevel_ops *ops, size_t ops_size, void *userdata);

/*
 * Mount; nothing serves it yet. 0, the descriptor of /dev/fuse and the session
 * that mounted, both for device_unmount(); or a negative errno after a message
 * on stderr.
 */
must_check int device_mount(const struct session_options *options,
			    const struct preflight *places, int *device,
			    struct fuse_session **session);

/*
 * Unmount, whoever still uses it, unless it has been unmounted. Takes the
 * descriptor, which must be the last one but for the session's, and the
 * session; NULL: another program mounted.
 */
void device_unmount(const char *mountpoint, int device,
		    struct fuse_session *session);

#endif
