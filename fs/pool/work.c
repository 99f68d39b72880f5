#include "fs/pool/work.h"

#include "fs/pool/pool.h"

#include <errno.h>

enum {
	READERS = 4, /* one slow file must not make readers of others wait */
	STREAMS = 2, /* each of them has many judges at work */
	MANY = 16,   /* that wait more than they work */
	GROW_MS = 20,
	IDLE_MS = 5000,
};

const char *work_class_name(enum work_class class)
{
	static const char *const names[WORK_CLASSES] = {"command", "cpu", "io",
							"stream"};

	return names[class];
}

static unsigned larger(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

struct work_options work_options_for(unsigned judges, void (*at_end)(void))
{
	const unsigned usual = larger(judges, 1);
	const unsigned reads = larger(usual, READERS);

	return (struct work_options){
		.limits = {[WORK_COMMAND] = {usual, usual, usual},
			   [WORK_CPU] = {usual, reads, 2 * reads},
			   [WORK_IO] = {STREAMS, READERS, MANY},
			   [WORK_STREAM] = {STREAMS, READERS, MANY}},
		.grow_ms = GROW_MS,
		.idle_ms = IDLE_MS,
		.at_end = at_end,
	};
}

static struct work *prepare(const struct work_options *options)
{
	struct work *work = calloc(1, sizeof(*work));

	if (!work)
		return NULL;
	work->options = *options;
	for (unsigned i = 0; i < WORK_CLASSES; i++) {
		work->classes[i].limits = options->limits[i];
		queue_init(&work->classes[i].queue);
		atomic_init(&work->classes[i].least, UINT32_MAX);
	}
	pthread_mutex_init(&work->lock, NULL);
	pthread_cond_init(&work->job_waits, NULL);
	pthread_cond_init(&work->turn, NULL);
	pthread_cond_init(&work->watched, NULL);
	return work;
}

int work_new(const struct work_options *options, struct work **out)
{
	struct work *work = prepare(options);
	int r;

	if (!work)
		return -ENOMEM;
	pthread_mutex_lock(&work->lock);
	r = threads_start_locked(work);
	pthread_mutex_unlock(&work->lock);
	if (r) {
		work_free(work);
		return r;
	}
	watcher_start(work);
	*out = work;
	return 0;
}

void work_submit(struct work *work, struct work_job *job)
{
	struct places *places = &work->classes[job->class];

	pthread_mutex_lock(&work->lock);
	job->queued_ns = pool_now_ns();
	queue_add(&places->queue, job);
	places_update_locked(work, job->class);
	threads_call_locked(work);
	if (!places_next_locked(work))
		watcher_call_locked(work);
	pthread_mutex_unlock(&work->lock);
}

bool work_cancel(struct work *work, struct work_job *job)
{
	struct places *places = &work->classes[job->class];

	pthread_mutex_lock(&work->lock);

	const bool was_queued = queue_remove(&places->queue, job);

	if (was_queued) {
		places_update_locked(work, job->class);
		/* Somebody may have given way to it. */
		pthread_cond_broadcast(&work->turn);
	}
	pthread_mutex_unlock(&work->lock);
	return was_queued;
}

unsigned work_places(const struct work *work, enum work_class class)
{
	return work->options.limits[class].usual;
}

void work_stats(struct work *work, struct work_stats *out)
{
	pthread_mutex_lock(&work->lock);
	*out = (struct work_stats){
		.threads = work->thread_count,
		.stuck = work->stuck,
		.replaced = work->replaced,
		.yields = work->yields,
	};
	for (unsigned i = 0; i < WORK_CLASSES; i++) {
		const struct places *places = &work->classes[i];

		out->classes[i] = (struct work_class_stats){
			places->queue.count, places->begun, places->done};
	}
	pthread_mutex_unlock(&work->lock);
}

void work_free(struct work *work)
{
	if (!work)
		return;
	pthread_mutex_lock(&work->lock);
	work->is_ending = true;
	pthread_cond_broadcast(&work->job_waits);
	pthread_mutex_unlock(&work->lock);
	threads_join(work);
	watcher_end(work);
	pthread_cond_destroy(&work->watched);
	pthread_cond_destroy(&work->turn);
	pthread_cond_destroy(&work->job_waits);
	pthread_mutex_destroy(&work->lock);
	free(work);
}
