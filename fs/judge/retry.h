/*
 * Failures of the moment, such as an I/O error or no memory, are tried again
 * up to three times, each time after a longer wait. What is wrong with a file
 * never is: it would be the same again.
 */
#ifndef FS_JUDGE_RETRY_H
#define FS_JUDGE_RETRY_H

#include "validate/base.h"

#include <stdatomic.h>

enum { RETRY_MOST = 3 };

/* The attempts at one thing. */
struct retry {
	const atomic_bool *cancel;   /* ends the waiting */
	atomic_uint_fast64_t *count; /* of all retries so far */
	unsigned tried;
};

/* Could it be over the next time? */
bool retry_is_transient(int error);

/*
 * After an attempt that ended with `result` (0, a descriptor or a negative
 * errno): is another one worth while? Waits before it says so.
 */
must_check bool retry_again(struct retry *retry, int result);

#endif
