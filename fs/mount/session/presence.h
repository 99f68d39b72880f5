/*
 * How others find out that the daemon of a mount lives, and when it has ended,
 * without touching the mount: it listens at an address made of the mount's
 * device number. The address goes with the process, however it ends.
 */
#ifndef FS_MOUNT_SESSION_PRESENCE_H
#define FS_MOUNT_SESSION_PRESENCE_H

#include "fs/mount/session/mounts.h"

/* Listen for those who ask about this mount. A descriptor of the caller;
 * negative errno. */
must_check int presence_announce(const struct mount_entry *entry);

/* Take one who asked: a descriptor of the caller's. -EPERM: it is neither the
 * owner of this process nor root; another negative errno. */
must_check int presence_accept(int listener);

/* A connection to the process that serves a mount, the caller's; -ESRCH: there
 * is none; another negative errno. */
must_check int presence_connect(const struct mount_entry *entry);

/* The process that serves a mount, as a pidfd of the caller's; -ESRCH: there
 * is none; another negative errno. */
must_check int presence_find(const struct mount_entry *entry);

/* Wait for its end. 0; -ETIMEDOUT. */
must_check int presence_wait_for_end(int pidfd, int timeout_ms);

#endif
