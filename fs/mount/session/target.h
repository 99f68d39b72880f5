/*
 * The mount that a command is about, by its mountpoint as users name it, and
 * why it cannot be had.
 */
#ifndef FS_MOUNT_SESSION_TARGET_H
#define FS_MOUNT_SESSION_TARGET_H

#include "fs/mount/session/mounts.h"

/* Say why something is not done: *why, owned; NULL without memory. False. */
printf_like(2, 3) bool target_refuse(char **why, const char *format, ...);

/*
 * The mount of ours at that mountpoint, which is not touched. True and *out
 * (mount_entry_release()); false and *why.
 */
must_check bool target_find(const char *mountpoint, struct mount_entry *out,
			    char **why);

#endif
