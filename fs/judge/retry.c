#include "fs/judge/retry.h"

#include <errno.h>
#include <time.h>

enum {
	FIRST_MS = 5,
	LONGER = 5, /* times as long each time */
	POLL_MS = 5,
	NS_PER_MS = 1000000,
};

bool retry_is_transient(int error)
{
	static const int errors[] = {-EIO,    -ENOMEM,	  -EAGAIN,   -EINTR,
				     -EMFILE, -ENFILE,	  -EBUSY,    -ENOBUFS,
				     -ESTALE, -ETIMEDOUT, -EREMOTEIO};

	for (size_t i = 0; i < array_size(errors); i++)
		if (errors[i] == error)
			return true;
	return false;
}

/* False: cancelled meanwhile. */
static bool wait_ms(const atomic_bool *cancel, unsigned ms)
{
	const struct timespec poll = {.tv_nsec = (long)POLL_MS * NS_PER_MS};

	for (unsigned waited = 0; waited < ms; waited += POLL_MS) {
		if (atomic_load(cancel))
			return false;
		clock_nanosleep(CLOCK_MONOTONIC, 0, &poll, NULL);
	}
	return !atomic_load(cancel);
}

bool retry_again(struct retry *retry, int result)
{
	unsigned ms = FIRST_MS;

	if (result >= 0 || !retry_is_transient(result) ||
	    retry->tried == RETRY_MOST)
		return false;
	for (unsigned i = 0; i < retry->tried; i++)
		ms *= LONGER;
	retry->tried++;
	if (!wait_ms(retry->cancel, ms))
		return false;
	atomic_fetch_add(retry->count, 1);
	return true;
}
