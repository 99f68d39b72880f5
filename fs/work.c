#include "fs/work.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

struct job {
	struct job *next;
	work_function *run;
	void *ctx;
};

struct work {
	void (*at_end)(void);
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job *first; /* by lock, as all below */
	struct job **last;
	bool is_ending;
	unsigned busy;
	unsigned thread_count;
	pthread_t threads[];
};

static struct job *take_locked(struct work *work)
{
	struct job *job = work->first;

	work->first = job->next;
	if (!work->first)
		work->last = &work->first;
	return job;
}

/* A thread ends only when no job is left that could submit another one. */
static struct job *wait_for_job(struct work *work)
{
	struct job *job = NULL;

	pthread_mutex_lock(&work->lock);
	while (!work->first && !(work->is_ending && work->busy == 0))
		pthread_cond_wait(&work->changed, &work->lock);
	if (work->first) {
		job = take_locked(work);
		work->busy++;
	}
	pthread_mutex_unlock(&work->lock);
	return job;
}

static void job_done(struct work *work)
{
	pthread_mutex_lock(&work->lock);
	work->busy--;
	if (work->is_ending && work->busy == 0)
		pthread_cond_broadcast(&work->changed);
	pthread_mutex_unlock(&work->lock);
}

static void *work_thread(void *ctx)
{
	struct work *work = ctx;
	struct job *job;

	while ((job = wait_for_job(work))) {
		job->run(job->ctx);
		free(job);
		job_done(work);
	}
	if (work->at_end)
		work->at_end();
	return NULL;
}

/* Threads inherit the mask: signals are for the thread that waits for them. */
static int start_threads(struct work *work, unsigned threads)
{
	sigset_t all;
	sigset_t old;
	int r = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (r == 0 && work->thread_count < threads) {
		r = pthread_create(&work->threads[work->thread_count], NULL,
				   work_thread, work);
		if (r == 0)
			work->thread_count++;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	/* Fewer threads than wished for do the same work. */
	return work->thread_count ? 0 : -r;
}

int work_new(unsigned threads, void (*at_end)(void), struct work **out)
{
	const unsigned wanted = threads ? threads : 1;
	struct work *work =
		calloc(1, sizeof(*work) + wanted * sizeof(work->threads[0]));

	if (!work)
		return -ENOMEM;
	work->at_end = at_end;
	work->last = &work->first;
	pthread_mutex_init(&work->lock, NULL);
	pthread_cond_init(&work->changed, NULL);

	const int r = start_threads(work, wanted);

	if (r) {
		work_free(work);
		return r;
	}
	*out = work;
	return 0;
}

int work_submit(struct work *work, work_function *run, void *ctx)
{
	struct job *job = malloc(sizeof(*job));

	if (!job)
		return -ENOMEM;
	*job = (struct job){.run = run, .ctx = ctx};
	pthread_mutex_lock(&work->lock);
	*work->last = job;
	work->last = &job->next;
	pthread_cond_signal(&work->changed);
	pthread_mutex_unlock(&work->lock);
	return 0;
}

void work_free(struct work *work)
{
	if (!work)
		return;
	pthread_mutex_lock(&work->lock);
	work->is_ending = true;
	pthread_cond_broadcast(&work->changed);
	pthread_mutex_unlock(&work->lock);
	for (unsigned i = 0; i < work->thread_count; i++)
		pthread_join(work->threads[i], NULL);
	pthread_cond_destroy(&work->changed);
	pthread_mutex_destroy(&work->lock);
	free(work);
}
