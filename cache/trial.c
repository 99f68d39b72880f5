#include "cache/trial.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* Die at once and silently, whatever the parent has arranged, and with it: what
 * it holds is held by the child too. */
static void prepare_to_die(const struct trial_limits *limits)
{
	static const int deadly[] = {SIGALRM, SIGXCPU, SIGSEGV, SIGBUS,
				     SIGABRT, SIGFPE,  SIGILL};
	const struct rlimit no_core = {0, 0};
	const struct rlimit cpu = {limits->cpu_seconds,
				   limits->cpu_seconds + 1};
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; i < array_size(deadly); i++)
		signal(deadly[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setrlimit(RLIMIT_CORE, &no_core);
	setrlimit(RLIMIT_CPU, &cpu);
	alarm(limits->wall_seconds);
}

static void run_child(trial_step *step, const char *path,
		      const struct trial_limits *limits)
{
	prepare_to_die(limits);
	close(STDERR_FILENO); /* a library's last words tell nobody anything */

	const int r = step(path);

	_exit(-r); /* every errno is small enough */
}

/* What a signal that ended the child says of what it looked at. */
static int meaning_of(int signal)
{
	switch (signal) {
	case SIGSEGV:
	case SIGBUS:
	case SIGABRT:
	case SIGFPE:
	case SIGILL:
	case SIGXCPU:
		return -EBADMSG;
	case SIGALRM:
		return -ETIMEDOUT; /* of a busy machine or a slow disk */
	default:
		return -EIO; /* somebody's doing, such as want of memory */
	}
}

static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno; /* a SIGCHLD that is ignored: ECHILD */
	if (!WIFEXITED(status))
		return meaning_of(WTERMSIG(status));
	return -WEXITSTATUS(status);
}

int trial_run(trial_step *step, const char *path,
	      const struct trial_limits *limits)
{
	const pid_t child = fork();

	if (child < 0)
		return -errno;
	if (child == 0)
		run_child(step, path, limits);
	return wait_for(child);
}
