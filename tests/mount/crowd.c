/*
 * More readers of what is made for them than requests can wait, while names
 * come and go in the source.
 *
 *   crowd SOURCE MOUNT
 *
 * Prints how many were answered with a text and how many were asked to come
 * again. Exit 1 if anything else was answered.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	READERS = 1300,
	ROUNDS = 2,
	STACK_BYTES = 64 * 1024,
	PATH_SIZE = 4096,
	EDIT_NS = 1000 * 1000
};

static char status[PATH_SIZE];
static char edited[PATH_SIZE];
static pthread_barrier_t start;
static atomic_uint reading = READERS;
static atomic_uint texts;
static atomic_uint refusals;
static atomic_uint failures;

static void note(ssize_t got)
{
	if (got > 0) {
		atomic_fetch_add(&texts, 1);
	} else if (got < 0 && errno == EAGAIN) {
		atomic_fetch_add(&refusals, 1);
	} else {
		fprintf(stderr, "read: %s\n", got ? strerror(errno) : "empty");
		atomic_fetch_add(&failures, 1);
	}
}

/* Each opening is a text of its own. */
static void read_once(void)
{
	char bytes[1024];
	const int fd = open(status, O_RDONLY | O_CLOEXEC);

	note(fd < 0 ? -1 : read(fd, bytes, sizeof(bytes)));
	if (fd >= 0)
		close(fd);
}

static void *read_often(void *ctx)
{
	pthread_barrier_wait(&start);
	for (int i = 0; i < ROUNDS; i++)
		read_once();
	atomic_fetch_sub(&reading, 1);
	return ctx;
}

static void edit_meanwhile(void)
{
	static const struct timespec pause = {.tv_nsec = EDIT_NS};

	while (atomic_load(&reading)) {
		const int fd =
			open(edited, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

		if (fd < 0 || close(fd) || unlink(edited))
			atomic_fetch_add(&failures, 1);
		nanosleep(&pause, NULL);
	}
}

static int gather(pthread_t *readers)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	for (int i = 0; i < READERS; i++)
		if (pthread_create(&readers[i], &attributes, read_often, NULL))
			return -1;
	pthread_attr_destroy(&attributes);
	return 0;
}

int main(int argc, char **argv)
{
	static pthread_t readers[READERS];

	if (argc != 3)
		return 2;
	snprintf(edited, sizeof(edited), "%s/comes-and-goes", argv[1]);
	snprintf(status, sizeof(status), "%s/.status", argv[2]);
	pthread_barrier_init(&start, NULL, READERS + 1);
	if (gather(readers)) {
		fputs("no threads\n", stderr);
		return 2;
	}
	pthread_barrier_wait(&start);
	edit_meanwhile();
	for (int i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	printf("texts %u\nrefusals %u\n", texts, refusals);
	return failures || texts + refusals != READERS * ROUNDS;
}
