/*
 * When to stop replacing workers: a service that only ever starts serves
 * nobody.
 *
 * Crashes count by time, whatever was done in between. Workers that somebody
 * kills count only while none becomes ready: who kills them for good kills the
 * supervisor.
 */
#ifndef FS_MOUNT_TAKEOVER_DEATHS_H
#define FS_MOUNT_TAKEOVER_DEATHS_H

#include "validate/base.h"

enum {
	DEATHS_CRASHES = 5,	      /* of which the last is one too many, */
	DEATHS_WINDOW_MS = 10 * 1000, /* within this time */
	DEATHS_FRUITLESS = 20, /* workers in a row that were killed before
				  they were ready */
};

/* Zero at first. Times are of the monotonic clock. */
struct deaths {
	int64_t crashes_ms[DEATHS_CRASHES]; /* a ring */
	unsigned crash_count;
	unsigned fruitless;
};

/* A worker died, killed by SIGKILL or otherwise. True: give up. */
must_check bool deaths_note(struct deaths *deaths, bool was_killed,
			    int64_t now_ms);

/* A worker became ready. */
void deaths_note_ready(struct deaths *deaths);

#endif
