/*
 * cost COMMAND...: runs it with its output thrown away and prints CPU seconds
 * (user and system), wall seconds and the peak of resident memory in KiB.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	const double start = now();
	int status;

	if (argc < 2)
		return 2;

	const pid_t child = fork();

	if (child == 0) {
		const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, STDOUT_FILENO);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) < 0)
		return 2;
	printf("%.4f %.4f %ld\n",
	       seconds(usage.ru_utime) + seconds(usage.ru_stime), now() - start,
	       usage.ru_maxrss);
	return WIFEXITED(status) && WEXITSTATUS(status) < 126 ? 0 : 1;
}
