#include "cache/index_queue.h"

void index_queue_init(struct index_queue *queue)
{
	*queue = (struct index_queue){0};
	pthread_mutex_init(&queue->lock, NULL);
}

void index_queue_release(struct index_queue *queue)
{
	free(queue->rows);
	pthread_mutex_destroy(&queue->lock);
}

static bool has_room_locked(struct index_queue *queue)
{
	if (queue->count < queue->capacity)
		return true;
	if (queue->count >= INDEX_QUEUE_MAX)
		return false;

	const size_t capacity = queue->capacity ? queue->capacity * 2 : 64;
	struct index_row *rows = realloc(queue->rows, capacity * sizeof(*rows));

	if (!rows)
		return false;
	queue->rows = rows;
	queue->capacity = capacity;
	return true;
}

void index_queue_add(struct index_queue *queue, const struct index_row *row)
{
	pthread_mutex_lock(&queue->lock);
	if (has_room_locked(queue))
		queue->rows[queue->count++] = *row;
	pthread_mutex_unlock(&queue->lock);
}

size_t index_queue_count(struct index_queue *queue)
{
	pthread_mutex_lock(&queue->lock);

	const size_t count = queue->count;

	pthread_mutex_unlock(&queue->lock);
	return count;
}

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* A later state of a file has a later time of change. */
static int compare_rows(const void *left, const void *right)
{
	const struct index_stamp *a = &((const struct index_row *)left)->stamp;
	const struct index_stamp *b = &((const struct index_row *)right)->stamp;

	if (a->dev != b->dev)
		return compare(a->dev, b->dev);
	if (a->ino != b->ino)
		return compare(a->ino, b->ino);
	return (a->ctime_ns > b->ctime_ns) - (a->ctime_ns < b->ctime_ns);
}

struct index_row *index_queue_take(struct index_queue *queue, size_t *count)
{
	pthread_mutex_lock(&queue->lock);

	struct index_row *rows = queue->rows;

	*count = queue->count;
	queue->rows = NULL;
	queue->count = 0;
	queue->capacity = 0;
	pthread_mutex_unlock(&queue->lock);
	if (rows)
		qsort(rows, *count, sizeof(*rows), compare_rows);
	return rows;
}
