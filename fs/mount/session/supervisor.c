#include "fs/mount/session/supervisor.h"

#include "fs/mount/session/device.h"
#include "fs/mount/session/presence.h"
#include "fs/mount/session/worker.h"
#include "fs/mount/takeover/deaths.h"
#include "fs/mount/takeover/estate.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>

enum {
	EXIT_TROUBLE = 2,
	MOST_DESCRIPTORS = 1 << 20,
	PATIENCE_MS = 20 * 1000, /* with a worker that was asked to end */
	REST_MS = 5,		 /* between two looks at what workers say */
};

struct supervisor {
	const struct session_options *options;
	const struct preflight *places;
	void (*ready)(void *ctx);
	void *ready_ctx;
	struct estate estate;
	struct deaths deaths;
	sigset_t old_signals;
	int signals;	 /* a signalfd */
	int listener;	 /* of presence_announce(), or negative */
	int from_worker; /* the other end of the estate's `control` */
	pid_t pid;	 /* our own */
	pid_t worker;
	bool is_ready;
	bool is_ending;
	bool is_over;
	int status;
};

static int trouble(int error, const char *what)
{
	fprintf(stderr, "cfgfs: %s: %s\n", what, strerrordesc_np(-error));
	return EXIT_TROUBLE;
}

/* A daemon has no terminal any more once it is ready. */
printf_like(2, 3) static void say(const struct supervisor *supervisor,
				  const char *format, ...)
{
	auto_free char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	if (!text)
		return;
	fprintf(stderr, "cfgfs: %s\n", text);
	if (!supervisor->options->is_foreground)
		syslog(LOG_DAEMON | LOG_WARNING, "%s: %s",
		       supervisor->places->mountpoint, text);
}

static int take_signals(struct supervisor *supervisor)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, &supervisor->old_signals))
		return -errno;
	supervisor->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return supervisor->signals < 0 ? -errno : 0;
}

static int open_control(struct supervisor *supervisor)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	supervisor->from_worker = ends[0];
	supervisor->estate.control = ends[1];
	return 0;
}

/* An address that is taken or refused only makes `cfgfs umount` not wait. */
static int announce(const struct preflight *places)
{
	struct mount_entry entry;

	if (mounts_find(places->mountpoint, &entry))
		return -1;

	const int listener =
		mount_entry_is_ours(&entry) ? presence_announce(&entry) : -1;

	mount_entry_release(&entry);
	return listener;
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max < MOST_DESCRIPTORS ? limit.rlim_max
							   : MOST_DESCRIPTORS;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* The child: it ends with whoever started it. */
static int be_worker(struct supervisor *supervisor)
{
	prctl(PR_SET_NAME, "cfgfs-worker");
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != supervisor->pid)
		return EXIT_TROUBLE;
	base_close(&supervisor->signals);
	base_close(&supervisor->listener);
	base_close(&supervisor->from_worker);
	sigprocmask(SIG_SETMASK, &supervisor->old_signals, NULL);
	return worker_run(supervisor->options, supervisor->places,
			  &supervisor->estate);
}

static int start_worker(struct supervisor *supervisor)
{
	fflush(NULL);

	const pid_t pid = fork();

	if (pid == 0)
		exit(be_worker(supervisor));
	if (pid < 0)
		return -errno;
	supervisor->worker = pid;
	return 0;
}

static void end(struct supervisor *supervisor, int status)
{
	supervisor->is_over = true;
	supervisor->status = status;
}

static void describe_end(int status, char *to, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(to, size, "by signal %d (%s)", WTERMSIG(status),
			 sigdescr_np(WTERMSIG(status)));
	else
		snprintf(to, size, "with status %d", WEXITSTATUS(status));
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void replace_worker(struct supervisor *supervisor, int status)
{
	const bool was_killed =
		WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	char how[64];
	int r;

	describe_end(status, how, sizeof(how));
	if (deaths_note(&supervisor->deaths, was_killed, now_ms())) {
		say(supervisor,
		    "workers keep ending, the last one %s: giving up, %s is "
		    "unmounted",
		    how, supervisor->places->mountpoint);
		end(supervisor, EXIT_TROUBLE);
		return;
	}
	say(supervisor, "the worker ended %s; another one takes over", how);
	supervisor->estate.restarts++;
	r = start_worker(supervisor);
	if (r)
		end(supervisor, trouble(r, "cannot start a worker"));
}

static void worker_ended(struct supervisor *supervisor, int status)
{
	char how[64];

	supervisor->worker = 0;
	if (supervisor->is_ending ||
	    (WIFEXITED(status) && !WEXITSTATUS(status)))
		end(supervisor, 0);
	else if (supervisor->is_ready)
		replace_worker(supervisor, status);
	else if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_TROUBLE)
		end(supervisor, EXIT_TROUBLE); /* it has said why */
	else {
		describe_end(status, how, sizeof(how));
		say(supervisor, "the worker ended %s", how);
		end(supervisor, EXIT_TROUBLE);
	}
}

static void take_ready(struct supervisor *supervisor)
{
	deaths_note_ready(&supervisor->deaths);
	if (supervisor->is_ready)
		return;
	supervisor->is_ready = true;
	supervisor->ready(supervisor->ready_ctx);
}

/* All that has come. Not at once: most files are closed again before anybody
 * looks, and cost nothing more then. */
static void take_messages(struct supervisor *supervisor)
{
	struct wards_keeper *keeper = supervisor->estate.keeper;
	struct wards_message message;
	int fd;

	while (wards_receive(supervisor->from_worker, &message, &fd) == 0) {
		if (message.ward == WARDS_NONE)
			take_ready(supervisor);
		else
			wards_keep(keeper, &message, fd);
	}
	wards_tidy(keeper);
}

static void reap(struct supervisor *supervisor)
{
	int status;

	if (!supervisor->worker ||
	    waitpid(supervisor->worker, &status, WNOHANG) != supervisor->worker)
		return;
	/* What it has said counts before that it died. */
	take_messages(supervisor);
	worker_ended(supervisor, status);
}

static void take_signal(struct supervisor *supervisor)
{
	struct signalfd_siginfo info;
	bool asks_to_end = false;

	while (read(supervisor->signals, &info, sizeof(info)) == sizeof(info))
		asks_to_end |= info.ssi_signo != SIGCHLD;
	if (asks_to_end) {
		supervisor->is_ending = true;
		if (supervisor->worker)
			kill(supervisor->worker, SIGTERM);
	}
	reap(supervisor);
}

/* How long to wait for what comes next. */
static int patience(const struct supervisor *supervisor, bool is_resting)
{
	if (is_resting)
		return REST_MS;
	return supervisor->is_ending ? PATIENCE_MS : -1;
}

static int watch(struct supervisor *supervisor)
{
	struct pollfd fds[] = {
		{.fd = supervisor->signals, .events = POLLIN},
		{.fd = supervisor->listener, .events = POLLIN},
		{.fd = supervisor->from_worker, .events = POLLIN},
	};
	bool is_resting = false;

	while (!supervisor->is_over) {
		const nfds_t count = array_size(fds) - is_resting;
		const int timeout = patience(supervisor, is_resting);
		const int r = poll(fds, count, timeout);

		if (r == 0 && !is_resting && supervisor->worker)
			kill(supervisor->worker, SIGKILL);
		is_resting = r > 0 && !is_resting && fds[2].revents & POLLIN;
		if (is_resting)
			take_messages(supervisor);
		if (r > 0 && fds[0].revents & POLLIN)
			take_signal(supervisor);
		if (r > 0 && fds[1].revents & POLLIN)
			presence_answer(supervisor->listener);
	}
	return supervisor->status;
}

static int keep_mount(struct supervisor *supervisor)
{
	int r = estate_make(supervisor->places->source, &supervisor->estate);

	if (r == 0)
		r = open_control(supervisor);
	if (r == 0)
		r = start_worker(supervisor);
	return r ? trouble(r, "cannot serve the mount") : watch(supervisor);
}

static void release(struct supervisor *supervisor)
{
	estate_release(&supervisor->estate);
	base_close(&supervisor->from_worker);
	base_close(&supervisor->signals);
	base_close(&supervisor->listener);
}

int supervisor_run(const struct session_options *options,
		   const struct preflight *places, void (*ready)(void *ctx),
		   void *ctx)
{
	struct supervisor supervisor = {.options = options,
					.places = places,
					.ready = ready,
					.ready_ctx = ctx,
					.estate = ESTATE_NONE,
					.signals = -1,
					.listener = -1,
					.from_worker = -1,
					.pid = getpid()};
	int status;

	signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit();
	umask(077);
	status = take_signals(&supervisor);
	if (status)
		return trouble(status, "cannot take signals");
	supervisor.estate.device = device_mount(options, places);
	if (supervisor.estate.device < 0) {
		release(&supervisor);
		return EXIT_TROUBLE;
	}
	supervisor.listener = announce(places);
	status = keep_mount(&supervisor);
	device_unmount(places->mountpoint, steal_fd(&supervisor.estate.device));
	release(&supervisor);
	return status;
}
