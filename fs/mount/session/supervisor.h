/*
 * The process that keeps a mount: it owns the device and everything that
 * outlives a worker, has a worker serve, and replaces one that died. It does so
 * little itself that there is little it could die of.
 */
#ifndef FS_MOUNT_SESSION_SUPERVISOR_H
#define FS_MOUNT_SESSION_SUPERVISOR_H

#include "fs/mount/session/preflight.h"

/* How it begins. */
struct supervisor_start {
	void (*ready)(void *ctx); /* called once, when the mount is served */
	void *ctx;
	int directory; /* where it was started; taken */
};

/*
 * Mount, have it served, unmount. No thread may run. Returns the exit status:
 * 0, or 2 after a message on stderr.
 */
must_check int supervisor_run(const struct session_options *options,
			      const struct preflight *places,
			      const struct supervisor_start *start);

/* Go on where this process, another program until now, has left its letter
 * (upgrade.h; taken). */
must_check int supervisor_resume(const struct session_options *options,
				 int letter);

#endif
