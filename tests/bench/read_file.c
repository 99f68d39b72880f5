/*
 * read_file COUNT FILE: opens, reads and closes the file so often and prints
 * the median, the 99th percentile and the slowest in microseconds.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COUNT = 100000 };

static double now_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int read_once(const char *path)
{
	static char buf[65536];
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : 1;

	while (got > 0)
		got = read(fd, buf, sizeof(buf));
	if (fd >= 0)
		close(fd);
	return (int)got;
}

static int compare(const void *left, const void *right)
{
	const double *a = left;
	const double *b = right;

	return (*a > *b) - (*a < *b);
}

int main(int argc, char **argv)
{
	static double times[MAX_COUNT];
	const int count = argc == 3 ? (int)strtol(argv[1], NULL, 10) : 0;

	if (count < 1 || count > MAX_COUNT) {
		fputs("usage: read_file COUNT FILE\n", stderr);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		const double start = now_us();

		if (read_once(argv[2])) {
			perror(argv[2]);
			return 1;
		}
		times[i] = now_us() - start;
	}
	qsort(times, (size_t)count, sizeof(times[0]), compare);
	printf("p50 %.0f us, p99 %.0f us, slowest %.0f us\n", times[count / 2],
	       times[count * 99 / 100], times[count - 1]);
	return 0;
}
