/*
 * open_read read|stat ROUNDS THREADS DIR...: opens, reads and closes every file
 * below each directory, or asks for its attributes, with so many threads, the
 * directories in turn. Prints for each the median over the rounds of
 * microseconds a file, and its ratio to the first directory's as the median of
 * the rounds' ratios.
 */
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	MAX_FILES = 200000,
	MAX_ROUNDS = 101,
	MAX_DIRECTORIES = 8,
	MAX_THREADS = 16,
};

static char *files[MAX_FILES];
static size_t file_count;

static int note(const char *path, const struct stat *stat, int type,
		struct FTW *where)
{
	(void)stat;
	(void)where;
	if (type == FTW_F && file_count < MAX_FILES)
		files[file_count++] = strdup(path);
	return 0;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool only_stat;
static size_t thread_count;

static void give_up(const char *path)
{
	perror(path);
	exit(1);
}

static void use_file(const char *path)
{
	char buf[65536];
	struct stat facts;

	if (only_stat) {
		if (stat(path, &facts))
			give_up(path);
		return;
	}

	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		give_up(path);
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
}

/* What one thread has to do: every so many of these files. */
struct share {
	pthread_t thread;
	size_t from;
	size_t to;
};

static void *do_share(void *ctx)
{
	const struct share *share = ctx;

	for (size_t i = share->from; i < share->to; i += thread_count)
		use_file(files[i]);
	return NULL;
}

static double time_files(size_t from, size_t to)
{
	struct share shares[MAX_THREADS];
	const double start = now();

	for (size_t i = 0; i < thread_count; i++) {
		shares[i] = (struct share){.from = from + i, .to = to};
		if (pthread_create(&shares[i].thread, NULL, do_share,
				   &shares[i]))
			give_up("thread");
	}
	for (size_t i = 0; i < thread_count; i++)
		pthread_join(shares[i].thread, NULL);
	return (now() - start) / (double)(to - from) * 1e6;
}

static int compare(const void *left, const void *right)
{
	const double a = *(const double *)left;
	const double b = *(const double *)right;

	return a < b ? -1 : a > b;
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), compare);
	return values[count / 2];
}

int main(int argc, char **argv)
{
	static double times[MAX_DIRECTORIES][MAX_ROUNDS];
	static double ratios[MAX_DIRECTORIES][MAX_ROUNDS];
	size_t ends[MAX_DIRECTORIES + 1] = {0};
	const int rounds = argc > 4 ? (int)strtol(argv[2], NULL, 10) : 0;
	const int count = argc - 4;

	thread_count = argc > 4 ? strtoul(argv[3], NULL, 10) : 0;
	if (rounds < 1 || rounds > MAX_ROUNDS || count > MAX_DIRECTORIES ||
	    thread_count < 1 || thread_count > MAX_THREADS) {
		fputs("usage: open_read read|stat ROUNDS THREADS DIR...\n",
		      stderr);
		return 2;
	}
	only_stat = strcmp(argv[1], "stat") == 0;
	for (int i = 0; i < count; i++) {
		nftw(argv[i + 4], note, 20, FTW_PHYS);
		ends[i + 1] = file_count;
		time_files(ends[i], ends[i + 1]);
	}
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < count; i++) {
			times[i][round] = time_files(ends[i], ends[i + 1]);
			ratios[i][round] = times[i][round] / times[0][round];
		}
	}
	for (int i = 0; i < count; i++)
		printf("%-28s %8.2f us %8.2f x\n", argv[i + 4],
		       median(times[i], rounds), median(ratios[i], rounds));
	return 0;
}
