/*
 * Unmounting one of our mounts, and waiting until its daemon has ended.
 */
#ifndef FS_MOUNT_SESSION_UNMOUNT_H
#define FS_MOUNT_SESSION_UNMOUNT_H

#include "validate/base.h"

/* True: the mount has gone and its daemon has written its cache. False with
 * *why (owned; NULL: no memory). */
must_check bool unmount_run(const char *mountpoint, char **why);

/* Take a mount away from its place, whoever still uses it. */
void unmount_detach(const char *mountpoint);

#endif
