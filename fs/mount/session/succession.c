#include "fs/mount/session/supervisor_parts.h"

#include "fs/mount/session/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* The child: it ends with whoever started it. */
static int be_worker(struct supervisor *supervisor)
{
	static const enum estate_descriptor private[] = {
		ESTATE_FROM_WORKER, ESTATE_LISTENER, ESTATE_CLIENT,
		ESTATE_START};
	struct upgrade_legacy *legacy = &supervisor->legacy;
	int *fds = legacy->estate.fds;

	prctl(PR_SET_NAME, "cfgfs-worker");
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != supervisor->pid)
		return EXIT_TROUBLE;
	base_close(&supervisor->signals);
	base_close(&supervisor->life);
	for (size_t i = 0; i < array_size(private); i++) {
		base_close(&fds[private[i]]);
		fds[private[i]] = -1;
	}
	sigprocmask(SIG_SETMASK, &legacy->old_signals, NULL);
	return worker_run(supervisor->options, &legacy->places,
			  &legacy->estate);
}

/* The worker has the other end of the pipe open, and does nothing with it. */
int succession_start(struct supervisor *supervisor)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	base_close(&supervisor->life);
	supervisor->life = ends[0];
	fflush(NULL);

	const pid_t pid = fork();

	if (pid == 0)
		exit(be_worker(supervisor));
	close(ends[1]);
	if (pid < 0)
		return -errno;
	supervisor->worker = pid;
	supervisor->is_worker_ready = false;
	return 0;
}

static void end(struct supervisor *supervisor, int status)
{
	supervisor->is_over = true;
	supervisor->status = status;
}

static void start_another(struct supervisor *supervisor)
{
	int r;

	supervisor->legacy.estate.restarts++;
	r = succession_start(supervisor);
	if (r)
		end(supervisor, supervisor_trouble(r, "cannot start a worker"));
}

static void describe_end(int status, char *to, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(to, size, "by signal %d (%s)", WTERMSIG(status),
			 sigdescr_np(WTERMSIG(status)));
	else
		snprintf(to, size, "with status %d", WEXITSTATUS(status));
}

static void replace_worker(struct supervisor *supervisor, int status)
{
	const bool was_killed =
		WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	char how[64];

	supervisor->legacy.estate.is_cache_sound =
		was_killed && (supervisor->is_worker_ready ||
			       supervisor->legacy.estate.is_cache_sound);
	describe_end(status, how, sizeof(how));
	if (deaths_note(&supervisor->deaths, was_killed, supervisor_now_ms())) {
		supervisor_say(supervisor,
			       "workers keep ending, the last one %s: giving "
			       "up, %s is unmounted",
			       how, supervisor->legacy.places.mountpoint);
		end(supervisor, EXIT_TROUBLE);
		return;
	}
	supervisor_say(supervisor,
		       "the worker ended %s; another one takes over", how);
	start_another(supervisor);
}

/* The first one: it has said why, if it could. */
static void tell_failure(struct supervisor *supervisor, int status)
{
	char how[64];

	describe_end(status, how, sizeof(how));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_TROUBLE)
		supervisor_say(supervisor, "the worker ended %s", how);
	end(supervisor, EXIT_TROUBLE);
}

/* If this process does not become another program, another worker of this one
 * goes on. */
static void upgrade(struct supervisor *supervisor)
{
	int r;

	supervisor->is_upgrading = false;
	supervisor->deadline_ms = 0;
	r = upgrade_become(supervisor->program, supervisor->options,
			   &supervisor->legacy);
	clients_tell(supervisor, strerrordesc_np(-r));
	start_another(supervisor);
}

void succession_worker_ended(struct supervisor *supervisor, int status)
{
	const bool is_done = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	supervisor->worker = 0;
	if (supervisor->is_upgrading && !supervisor->is_ending)
		upgrade(supervisor);
	else if (supervisor->is_ending || is_done)
		end(supervisor, 0);
	else if (supervisor->ready)
		tell_failure(supervisor, status);
	else
		replace_worker(supervisor, status);
}
