/*
 * Work that may crash or hang, done in a child process: what a damaged file
 * does to a library that trusts it, it does there.
 */
#ifndef CACHE_TRIAL_H
#define CACHE_TRIAL_H

#include "validate/base.h"

/* 0: sound; -EBADMSG: damaged; another negative errno says nothing of it. */
typedef int trial_step(const char *path);

/* Work that spins is damage; a machine that is merely slow is not. */
struct trial_limits {
	unsigned cpu_seconds;
	unsigned wall_seconds;
};

/*
 * Run `step` in a child, and return what it returned. A child that crashes or
 * runs out of CPU time counts as -EBADMSG. Other negative errnos say nothing
 * of the path: -ETIMEDOUT; -EIO: somebody killed it; there was no child. Call
 * it before threads start.
 */
must_check int trial_run(trial_step *step, const char *path,
			 const struct trial_limits *limits);

#endif
