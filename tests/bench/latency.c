/*
 * latency READERS PAUSE_US PID DIR: as long as the process PID lives, so many
 * threads open, read and close the files below DIR, with a pause after each.
 * Prints how many reads there were, the share that succeeded, and the median,
 * the 95th and the 99th percentile and the longest in microseconds.
 */
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_FILES = 20000, MAX_READERS = 256, MAX_SAMPLES = 1 << 22 };

static char *files[MAX_FILES];
static size_t file_count;
static double samples[MAX_SAMPLES];
static atomic_size_t sample_count;
static atomic_size_t failures;
static atomic_size_t next_file;
static atomic_bool must_end;
static long pause_us;

static int note(const char *path, const struct stat *stat, int type,
		struct FTW *where)
{
	(void)stat;
	(void)where;
	if (type == FTW_F && file_count < MAX_FILES)
		files[file_count++] = strdup(path);
	return 0;
}

static double now_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int read_file(const char *path)
{
	char buf[65536];
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -1;
	do {
		got = read(fd, buf, sizeof(buf));
	} while (got > 0);
	close(fd);
	return (int)got;
}

static void *run(void *ctx)
{
	(void)ctx;
	while (!atomic_load(&must_end)) {
		const size_t file = atomic_fetch_add(&next_file, 1);
		const double start = now_us();
		const int r = read_file(files[file % file_count]);
		const size_t at = atomic_fetch_add(&sample_count, 1);

		if (at < MAX_SAMPLES)
			samples[at] = now_us() - start;
		if (r)
			atomic_fetch_add(&failures, 1);
		usleep((useconds_t)pause_us);
	}
	return NULL;
}

static int compare(const void *left, const void *right)
{
	const double a = *(const double *)left;
	const double b = *(const double *)right;

	return (a > b) - (a < b);
}

static void print_samples(void)
{
	const size_t all = atomic_load(&sample_count);
	const size_t count = all < MAX_SAMPLES ? all : MAX_SAMPLES;

	qsort(samples, count, sizeof(samples[0]), compare);
	printf("%zu %.6f %.0f %.0f %.0f %.0f\n", all,
	       1 - (double)atomic_load(&failures) / (double)all,
	       samples[count / 2], samples[count * 95 / 100],
	       samples[count * 99 / 100], samples[count - 1]);
}

int main(int argc, char **argv)
{
	pthread_t threads[MAX_READERS];
	int readers;
	pid_t pid;

	if (argc != 5)
		return 2;
	readers = (int)strtol(argv[1], NULL, 10);
	pause_us = strtol(argv[2], NULL, 10);
	pid = (pid_t)strtol(argv[3], NULL, 10);
	nftw(argv[4], note, 16, FTW_PHYS);
	if (readers < 1 || readers > MAX_READERS || file_count == 0)
		return 2;
	for (int i = 0; i < readers; i++)
		if (pthread_create(&threads[i], NULL, run, NULL))
			return 2;
	while (kill(pid, 0) == 0)
		usleep(1000);
	atomic_store(&must_end, true);
	for (int i = 0; i < readers; i++)
		pthread_join(threads[i], NULL);
	print_samples();
	return atomic_load(&sample_count) ? 0 : 1;
}
