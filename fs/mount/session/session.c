#include "fs/mount/session/session.h"

#include "fs/mount/session/preflight.h"
#include "fs/mount/session/supervisor.h"
#include "fs/mount/takeover/estate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>

enum { EXIT_TROUBLE = 2 };

void session_options_release(struct session_options *options)
{
	free(options->libfuse_options);
	free(options->cache_directory);
	free(options->config_file);
	free(options->state_directory);
	settings_release(&options->service.settings);
	options->libfuse_options = NULL;
	options->cache_directory = NULL;
	options->config_file = NULL;
	options->state_directory = NULL;
}

static int trouble(int error, const char *what)
{
	fprintf(stderr, "cfgfs: %s: %s\n", what, strerrordesc_np(-error));
	return EXIT_TROUBLE;
}

static void say_mounted(const struct preflight *places)
{
	printf("mounted %s at %s\n"
	       "status: %s/.status\n"
	       "report: %s/.report\n",
	       places->source, places->mountpoint, places->mountpoint,
	       places->mountpoint);
	fflush(stdout);
}

/* Until the daemon is ready its messages are ours, and so is its failure. */
static int wait_for_daemon(pid_t daemon, int fd, const struct preflight *places)
{
	ssize_t got;
	char byte;
	int status = 0;

	do {
		got = read(fd, &byte, 1);
	} while (got < 0 && errno == EINTR);
	if (got == 1) {
		say_mounted(places);
		return 0;
	}
	waitpid(daemon, &status, 0);
	if (WIFSIGNALED(status))
		fprintf(stderr, "cfgfs: the daemon ended by signal %d\n",
			WTERMSIG(status));
	return EXIT_TROUBLE;
}

/* In the foreground: called when the mount is ready. */
static void say_ready(void *ctx)
{
	say_mounted(ctx);
}

/* In the daemon: the parent prints; without it there is nobody to tell. The
 * terminal must not stay in use. */
static void tell_parent(void *ctx)
{
	int *fd = ctx;
	auto_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const bool was_told = write(*fd, "", 1) == 1;

	(void)was_told;
	base_close(fd);
	*fd = -1;
	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
}

static int leave_directory(void)
{
	return chdir("/") ? trouble(-errno, "cannot leave the working "
					    "directory")
			  : 0;
}

static int daemonise(const struct session_options *options,
		     struct preflight *places, int directory)
{
	int pipe_fds[2];
	int status;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return trouble(-errno, "cannot start the daemon");
	fflush(NULL);

	const pid_t daemon = fork();

	if (daemon < 0)
		return trouble(-errno, "cannot start the daemon");
	if (daemon > 0) {
		close(pipe_fds[1]);
		return wait_for_daemon(daemon, pipe_fds[0], places);
	}
	close(pipe_fds[0]);
	setsid();
	status = leave_directory();
	if (status)
		return status;

	const struct supervisor_start start = {.ready = tell_parent,
					       .ctx = &pipe_fds[1],
					       .directory = directory};

	return supervisor_run(options, places, &start);
}

static int stay(const struct session_options *options, struct preflight *places,
		int directory)
{
	const struct supervisor_start start = {
		.ready = say_ready, .ctx = places, .directory = directory};

	return supervisor_run(options, places, &start);
}

int session_run(const struct session_options *options)
{
	const int directory = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct preflight places;
	auto_free char *why = NULL;

	if (!preflight_check(options, &places, &why)) {
		fprintf(stderr, "cfgfs: %s\n", why ? why : "no memory");
		return EXIT_TROUBLE;
	}

	const int status = options->is_foreground
				   ? stay(options, &places, directory)
				   : daemonise(options, &places, directory);

	preflight_release(&places);
	return status;
}

static int check_version(unsigned long version)
{
	if (version == TAKEOVER_VERSION)
		return 0;
	fputs("cfgfs: this program keeps mounts in another way: unmount, then "
	      "mount anew\n",
	      stderr);
	return EXIT_TROUBLE;
}

int session_resume(const struct session_options *options, const char *how)
{
	static const char check[] = "check:";
	int status;

	if (strncmp(how, check, strlen(check)) == 0)
		return check_version(strtoul(how + strlen(check), NULL, 10));
	status = options->is_foreground ? 0 : leave_directory();
	return status ? status
		      : supervisor_resume(options, (int)strtol(how, NULL, 10));
}
