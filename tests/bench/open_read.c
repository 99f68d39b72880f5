/*
 * open_read ROUNDS DIR...: opens, reads and closes every file below each
 * directory, the directories in turn, and prints for each the median over the
 * rounds of microseconds a file, and its ratio to the first directory's as the
 * median of the rounds' ratios.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_FILES = 200000, MAX_ROUNDS = 101, MAX_DIRECTORIES = 8 };

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

static void read_file(const char *path)
{
	char buf[65536];
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		perror(path);
		exit(1);
	}
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
}

static double time_files(size_t from, size_t to)
{
	const double start = now();

	for (size_t i = from; i < to; i++)
		read_file(files[i]);
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
	const int rounds = argc > 2 ? atoi(argv[1]) : 0;
	const int count = argc - 2;

	if (rounds < 1 || rounds > MAX_ROUNDS || count > MAX_DIRECTORIES) {
		fputs("usage: open_read ROUNDS DIR...\n", stderr);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		nftw(argv[i + 2], note, 20, FTW_PHYS);
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
		printf("%-28s %8.2f us %8.2f x\n", argv[i + 2],
		       median(times[i], rounds), median(ratios[i], rounds));
	return 0;
}
