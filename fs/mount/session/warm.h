/*
 * Judging a whole tree in the background (-o warm): whatever else there is to
 * do goes first.
 */
#ifndef FS_MOUNT_SESSION_WARM_H
#define FS_MOUNT_SESSION_WARM_H

#include "fs/flusher.h"
#include "fs/sweeps.h"

/* What it works with; all of it is borrowed. */
struct warm {
	struct judge *judge;
	struct sweeps *sweeps;
	struct flusher *flusher; /* may be NULL */
	struct work *work;
	atomic_bool cancel; /* set it to end early */
	struct work_job job;
};

/* Begin; *warm stays where it is until the work has been freed. */
void warm_start(struct warm *warm);

#endif
