/*
 * Several threads that do one large work together, piece by piece: those of a
 * pool, at its priorities, or some of their own.
 */
#ifndef FS_POOL_CREW_H
#define FS_POOL_CREW_H

#include "fs/pool/work.h"

struct crew_order {
	struct work *work; /* NULL: threads of their own, and this one */
	enum work_purpose purpose;
	unsigned deadline_ms; /* of a step, with a pool */
	unsigned hands;	      /* at most */
	void (*at_end)(void); /* own threads call it before they end; or NULL */
};

/*
 * Have several threads call `run(ctx)`, which takes pieces until none is left,
 * and calls work_yield() between them. Returns when all calls have. With a
 * pool it must not be called by a job that judges: it waits for judges.
 */
void crew_run(const struct crew_order *order, work_function *run, void *ctx);

#endif
