/*
 * Work on memory that is mapped from files. Whoever cuts such a file short
 * while it is mapped makes the next look at it a SIGBUS, and no check before
 * the look is early enough: so the fault itself is dealt with.
 *
 * A step that meets a page that is gone, follows a number out of the map or
 * asserts something is left in the middle. Where foreign code holds locks that
 * would be kept for good, so there the page is replaced by one of zeros, and
 * the code goes on and ends in its own way. What it made of the zeros counts
 * for nothing.
 */
#ifndef CACHE_SHIELD_H
#define CACHE_SHIELD_H

#include "validate/base.h"

#include <stdatomic.h>

/* A result of no step of its own: it was left in the middle. */
enum { SHIELD_LEFT = -10000 };

typedef int shield_step(void *ctx);

/*
 * Do `step` and return what it returns, or SHIELD_LEFT. *is_hurt is set, also
 * while it runs, if a page was gone or it was left. For steps that can be left
 * anywhere but where they fill.
 */
must_check int shield_run(shield_step *step, void *ctx, atomic_bool *is_hurt);

/*
 * The same in a thread of its own, which ends when the step is left: what it
 * held of robust locks is then given to others. -EAGAIN: there is no thread.
 */
must_check int shield_run_apart(shield_step *step, void *ctx,
				atomic_bool *is_hurt);

/* From here on fill pages that are gone, or no longer, in the step that this
 * thread is in. It begins without. */
void shield_fill(bool is_on);

/* Leave the step that this thread is in; returns if it is in none. */
void shield_leave(void);

#endif
