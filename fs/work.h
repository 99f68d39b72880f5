/*
 * Threads that work through a queue of jobs, in the order they came.
 */
#ifndef FS_WORK_H
#define FS_WORK_H

#include "validate/base.h"

struct work; /* any thread may submit */

typedef void work_function(void *ctx);

/*
 * Start `threads` threads (at least one), which take no signals. Each calls
 * `at_end` (may be NULL) before it ends. 0, or a negative errno.
 */
must_check int work_new(unsigned threads, void (*at_end)(void),
			struct work **out);

/* Have `run(ctx)` called by one of the threads. 0 or -ENOMEM: it will not. */
must_check int work_submit(struct work *work, work_function *run, void *ctx);

/*
 * Do all that is queued, also what jobs submit meanwhile, and end the threads.
 * Nothing may be submitted from outside any more. NULL is allowed.
 */
void work_free(struct work *work);

#endif
