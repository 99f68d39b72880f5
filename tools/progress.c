#include "tools/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum { FIRST_MS = 1000, STEP_MS = 200, NS_PER_MS = 1000000 };

struct progress {
	const struct survey_progress *survey;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ending;
	bool must_end; /* by lock */
	bool is_shown;
};

/* "checked 812 of 10000 files, 8 %, 12 s left" */
static void show_count(size_t done, size_t total, double eta)
{
	fprintf(stderr, "\r\033[Kchecked %zu of %zu files, %zu %%", done, total,
		done * 100 / total);
	if (eta >= 1)
		fprintf(stderr, ", %.0f s left", eta);
}

static void show(struct progress *progress)
{
	const size_t total = atomic_load(&progress->survey->total);
	const size_t done = atomic_load(&progress->survey->done);

	progress->is_shown = true;
	if (total == 0)
		fputs("\r\033[Klooking for files ...", stderr);
	else
		show_count(done, total, survey_eta_seconds(progress->survey));
	fflush(stderr);
}

static struct timespec later(long ms)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_nsec += ms % 1000 * NS_PER_MS;
	time.tv_sec += ms / 1000 + time.tv_nsec / 1000000000;
	time.tv_nsec %= 1000000000;
	return time;
}

static void *run(void *ctx)
{
	struct progress *progress = ctx;
	struct timespec next = later(FIRST_MS);

	pthread_mutex_lock(&progress->lock);
	while (!progress->must_end) {
		if (pthread_cond_clockwait(&progress->ending, &progress->lock,
					   CLOCK_MONOTONIC, &next) == 0)
			continue;
		show(progress);
		next = later(STEP_MS);
	}
	pthread_mutex_unlock(&progress->lock);
	return NULL;
}

struct progress *progress_start(const struct survey_progress *survey)
{
	struct progress *progress;

	if (!isatty(STDERR_FILENO))
		return NULL;
	progress = calloc(1, sizeof(*progress));
	if (!progress)
		return NULL;
	progress->survey = survey;
	pthread_mutex_init(&progress->lock, NULL);
	pthread_cond_init(&progress->ending, NULL);
	if (pthread_create(&progress->thread, NULL, run, progress)) {
		free(progress);
		return NULL;
	}
	return progress;
}

void progress_stop(struct progress *progress)
{
	if (!progress)
		return;
	pthread_mutex_lock(&progress->lock);
	progress->must_end = true;
	pthread_cond_signal(&progress->ending);
	pthread_mutex_unlock(&progress->lock);
	pthread_join(progress->thread, NULL);
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
	pthread_mutex_destroy(&progress->lock);
	pthread_cond_destroy(&progress->ending);
	free(progress);
}
