/*
 * The system's table of mounts. Looking something up in it never touches a
 * mount: one whose daemon has died or hangs is found like any other.
 */
#ifndef FS_MOUNT_SESSION_MOUNTS_H
#define FS_MOUNT_SESSION_MOUNTS_H

#include "validate/base.h"

#include <sys/types.h>

#define MOUNTS_TYPE "fuse.cfgfs"

/* One mount; mount_entry_release() it. */
struct mount_entry {
	char *point;	/* absolute */
	char *type;	/* MOUNTS_TYPE for ours */
	char *source;	/* what is mounted */
	unsigned major; /* of its device number */
	unsigned minor;
	uid_t owner; /* who may unmount it; root's if it says nothing */
};
void mount_entry_release(struct mount_entry *entry);

/* The topmost mount at an absolute path. 0 and *out; -ENOENT: none is there;
 * -ENOMEM; errno of reading the table. */
must_check int mounts_find(const char *point, struct mount_entry *out);

/* Is it one of ours? */
bool mount_entry_is_ours(const struct mount_entry *entry);

/*
 * The absolute path of a mountpoint, without touching the mountpoint itself:
 * only what leads there is resolved. Owned; NULL with errno.
 */
must_check char *mounts_resolve(const char *path);

#endif
