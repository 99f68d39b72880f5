#include "fs/pool/queue.h"

_Static_assert(QUEUE_RANKS <= 32, "a bit of `used` for each line");

void queue_init(struct queue *queue)
{
	*queue = (struct queue){0};
	for (unsigned i = 0; i < QUEUE_RANKS; i++)
		queue->lines[i].end = &queue->lines[i].first;
}

void queue_add(struct queue *queue, struct work_job *job)
{
	const unsigned rank = queue_rank(job);
	struct queue_line *line = &queue->lines[rank];

	job->next = NULL;
	job->at = line->end;
	*line->end = job;
	line->end = &job->next;
	queue->used |= UINT32_C(1) << rank;
	queue->count++;
}

struct work_job *queue_first(const struct queue *queue)
{
	return queue->used ? queue->lines[__builtin_ctz(queue->used)].first
			   : NULL;
}

bool queue_remove(struct queue *queue, struct work_job *job)
{
	const unsigned rank = queue_rank(job);
	struct queue_line *line = &queue->lines[rank];

	if (!job->at)
		return false;
	*job->at = job->next;
	if (job->next)
		job->next->at = job->at;
	else
		line->end = job->at;
	job->at = NULL;
	if (!line->first)
		queue->used &= ~(UINT32_C(1) << rank);
	queue->count--;
	return true;
}
