/*
 * When the shared tier is asked, and how long its answer is waited for: a
 * circuit breaker. It knows no clock and no lock, its owner has both.
 *
 * Waiting is paid from a purse. A quick answer costs nothing, a slow one what
 * it took beyond that; an empty purse or a failure opens the breaker, and from
 * then on nobody waits. Only quick answers fill the purse again, a little
 * each: a server that comes back only to hang once more finds it empty.
 */
#ifndef CACHE_REMOTE_BREAKER_H
#define CACHE_REMOTE_BREAKER_H

#include "validate/base.h"

enum {
	BREAKER_QUICK_PART = 10, /* a quick answer: this part of the deadline */
	BREAKER_REFILLS = 64,	 /* quick answers that fill the purse */
	BREAKER_RETRY_US = 500 * 1000,
	BREAKER_RETRY_MAX_US = 60 * 1000 * 1000,
};

struct breaker {
	bool is_open;
	uint64_t quick_us;
	uint64_t purse_us;
	uint64_t purse_max_us;
	uint64_t retry_us; /* how long the next pause is */
	uint64_t retry_at; /* when it ends */
};

/* It starts open: nobody has answered yet. */
void breaker_init(struct breaker *breaker, uint64_t deadline_us);

/* How long may be waited for one answer; 0: not at all. */
uint64_t breaker_allowance(const struct breaker *breaker);

/* An answer came after that time, `quick_us` more of which were due to its
 * size. False: it was one slow answer too many, and the breaker is open. */
bool breaker_answered(struct breaker *breaker, uint64_t took_us,
		      uint64_t due_us, uint64_t now);

/* No answer, or a wrong one, after that time. Each pause is twice the last. */
void breaker_failed(struct breaker *breaker, uint64_t took_us, uint64_t now);

/* The server was tried and has answered after that time. False: too slow. */
bool breaker_recovered(struct breaker *breaker, uint64_t took_us, uint64_t now);

#endif
