/*
 * The process that keeps a mount: it owns the device and everything that
 * outlives a worker, has a worker serve, and replaces one that died. It does so
 * little itself that there is little it could die of.
 */
#ifndef FS_MOUNT_SESSION_SUPERVISOR_H
#define FS_MOUNT_SESSION_SUPERVISOR_H

#include "fs/mount/session/preflight.h"

/*
 * Mount, have it served, unmount. `ready(ctx)` is called once, when the mount
 * is served. No thread may run. Returns the exit status: 0, or 2 after a
 * message on stderr.
 */
must_check int supervisor_run(const struct session_options *options,
			      const struct preflight *places,
			      void (*ready)(void *ctx), void *ctx);

#endif
