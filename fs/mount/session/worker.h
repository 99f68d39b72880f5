/*
 * The process that serves a mount: LMDB and all threads live and die with it.
 * Another one can take over where it ends, however it ends.
 */
#ifndef FS_MOUNT_SESSION_WORKER_H
#define FS_MOUNT_SESSION_WORKER_H

#include "fs/mount/session/preflight.h"
#include "fs/mount/takeover/estate.h"

/*
 * Serve until the mount has gone or a signal asks to end. In a process of its
 * own, without threads. Returns its exit status: 0, or 2 after a message on
 * stderr.
 */
must_check int worker_run(const struct session_options *options,
			  const struct preflight *places,
			  const struct estate *estate);

#endif
