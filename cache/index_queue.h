/*
 * Rows of the stat index that wait for the disk. What does not fit is left
 * out: such a file is just read once more.
 */
#ifndef CACHE_INDEX_QUEUE_H
#define CACHE_INDEX_QUEUE_H

#include "cache/index.h"

#include <pthread.h>

enum { INDEX_QUEUE_MAX = 1 << 18 };

struct index_queue { /* safe from any thread */
	pthread_mutex_t lock;
	struct index_row *rows; /* by lock, as all below */
	size_t count;
	size_t capacity;
};

void index_queue_init(struct index_queue *queue);
void index_queue_release(struct index_queue *queue);

void index_queue_add(struct index_queue *queue, const struct index_row *row);

size_t index_queue_count(struct index_queue *queue);

/* Take all that waits, in the order of the keys; of rows of one file the last
 * one stays last. Owned (free()); NULL: there is none. */
must_check struct index_row *index_queue_take(struct index_queue *queue,
					      size_t *count);

#endif
