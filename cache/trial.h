/*
 * Work that may crash or hang, done in a child process: what a damaged file
 * does to a library that trusts it, it does there.
 */
#ifndef CACHE_TRIAL_H
#define CACHE_TRIAL_H

#include "validate/base.h"

/* 0: sound; -EBADMSG: damaged; another negative errno: it cannot be said. */
typedef int trial_step(const char *path);

/*
 * Run `step` in a child for at most `seconds`, and return what it returned.
 * A child that dies or runs out of time counts as -EBADMSG. Another negative
 * errno: there was no child. Call it before threads start.
 */
must_check int trial_run(trial_step *step, const char *path, unsigned seconds);

#endif
