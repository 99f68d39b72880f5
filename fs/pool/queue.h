/*
 * Jobs in the order of their importance, and of their arrival within it. No
 * threads, no locks: its owner sees to that.
 */
#ifndef FS_POOL_QUEUE_H
#define FS_POOL_QUEUE_H

#include "fs/pool/work.h"

enum { QUEUE_RANKS = WORK_PURPOSES * WORK_PRIORITIES };

/* Purpose and priority in one number: the lowest goes first. */
static inline unsigned queue_rank(const struct work_job *job)
{
	return (unsigned)job->purpose * WORK_PRIORITIES +
	       (unsigned)job->priority;
}

static inline bool queue_is_for_readers(unsigned rank)
{
	return rank / WORK_PRIORITIES == WORK_READ;
}

struct queue {
	struct queue_line {
		struct work_job *first;
		struct work_job **end;
	} lines[QUEUE_RANKS];
	uint32_t used; /* a bit for each line that holds a job */
	size_t count;
};

void queue_init(struct queue *queue);
void queue_add(struct queue *queue, struct work_job *job);

/* The job to be done next, NULL if there is none. It stays where it is. */
struct work_job *queue_first(const struct queue *queue);

/* Take out a job. False: it is in no queue. */
bool queue_remove(struct queue *queue, struct work_job *job);

#endif
