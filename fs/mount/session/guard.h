/*
 * The thread that takes signals while a worker serves.
 */
#ifndef FS_MOUNT_SESSION_GUARD_H
#define FS_MOUNT_SESSION_GUARD_H

#include "validate/base.h"

#include <signal.h>

struct guard;

/* Block the signals that the guard waits for; before any thread starts. */
void guard_block_signals(void);

/* The signal by which a worker is asked to leave what it has not answered to
 * another one, and to end. */
#define GUARD_LEAVE SIGUSR2

/*
 * Start. `stop(ctx, number)` is called once, on the guard's thread, when a
 * signal asks to end; after that the calling thread's system calls are
 * interrupted until guard_end(). 0 or a negative errno.
 */
must_check int guard_start(void (*stop)(void *ctx, int number), void *ctx,
			   struct guard **out);

/* End it; from the thread that started it. NULL is allowed. */
void guard_end(struct guard *guard);

#endif
