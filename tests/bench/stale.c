/*
 * stale SOURCE MOUNT EDITS: edits a file in SOURCE, in place and by renaming
 * another one over it in turn, and reads it through MOUNT, a mount of it, until
 * the edit is seen. Prints how long after its end that was.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_EDITS = 100000, BUFFER = 64 };

static double waits[MAX_EDITS];

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

static void write_file(int directory, const char *name, const char *text)
{
	const int fd =
		openat(directory, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		give_up(name);
	close(fd);
}

static int shows(int directory, const char *text)
{
	char buf[BUFFER];
	const int fd = openat(directory, "edited", O_RDONLY | O_CLOEXEC);
	const ssize_t size = fd < 0 ? -1 : read(fd, buf, sizeof(buf));

	if (size < 0)
		give_up("edited");
	close(fd);
	return (size_t)size == strlen(text) &&
	       memcmp(buf, text, (size_t)size) == 0;
}

static double wait_for_edit(int source, int mount, int number)
{
	const struct timespec pause = {.tv_nsec = 300000L};
	char text[BUFFER];

	snprintf(text, sizeof(text), "edit: %08d\n", number);
	nanosleep(&pause, NULL);
	if (number % 2) {
		write_file(source, "new", text);
		if (renameat(source, "new", source, "edited"))
			give_up("rename");
	} else {
		write_file(source, "edited", text);
	}

	const double end = now();

	while (!shows(mount, text))
		;
	return (now() - end) * 1e6;
}

static int compare(const void *left, const void *right)
{
	const double a = *(const double *)left;
	const double b = *(const double *)right;

	return a < b ? -1 : a > b;
}

int main(int argc, char **argv)
{
	const int edits = argc == 4 ? (int)strtol(argv[3], NULL, 10) : 0;

	if (edits < 1 || edits > MAX_EDITS) {
		fputs("usage: stale SOURCE MOUNT EDITS\n", stderr);
		return 2;
	}

	const int source = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	const int mount = open(argv[2], O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (source < 0 || mount < 0)
		give_up("open");
	for (int i = 0; i < edits; i++)
		waits[i] = wait_for_edit(source, mount, i);
	qsort(waits, (size_t)edits, sizeof(waits[0]), compare);
	printf("%-28s p50 %.0f p99 %.0f max %.0f us\n", argv[2],
	       waits[edits / 2], waits[edits * 99 / 100], waits[edits - 1]);
	return 0;
}
