/*
 * What a process may do beyond what everybody may. The source is only read, so
 * a mount by root needs little of what root has.
 */
#ifndef FS_MOUNT_SESSION_PRIVILEGES_H
#define FS_MOUNT_SESSION_PRIVILEGES_H

#include "validate/base.h"

enum privileges {
	PRIVILEGES_SUPERVISOR, /* to unmount, and to start workers */
	PRIVILEGES_WORKER,     /* to read what root can, nothing else */
};

/*
 * Give up all capabilities but those, for good: also programs that are started
 * later do not get them back. A worker can gain none by such a program either.
 * Of the calling thread and those that it starts: call it before there are
 * others. A process without any keeps none. 0 or a negative errno.
 */
must_check int privileges_keep(enum privileges privileges);

#endif
