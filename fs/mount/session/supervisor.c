#include "fs/mount/session/supervisor.h"

#include "fs/mount/session/device.h"
#include "fs/mount/session/presence.h"
#include "fs/mount/session/privileges.h"
#include "fs/mount/session/supervisor_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>

enum {
	MOST_DESCRIPTORS = 1 << 20,
	ENDING_MS = 20 * 1000, /* with a worker that was asked to end */
	REST_MS = 5,	       /* between two looks at what workers say */
	DYING_MS = 50, /* from a worker's last sign of life to its end */
};

int supervisor_trouble(int error, const char *what)
{
	fprintf(stderr, "cfgfs: %s: %s\n", what, strerrordesc_np(-error));
	return EXIT_TROUBLE;
}

void supervisor_say(const struct supervisor *supervisor, const char *format,
		    ...)
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
		       supervisor->legacy.places.mountpoint, text);
}

int64_t supervisor_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Those to wait for; *old is what was blocked before. */
static int take_signals(struct supervisor *supervisor, sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, old))
		return -errno;
	supervisor->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return supervisor->signals < 0 ? -errno : 0;
}

/* An address that is taken or refused only makes `cfgfs umount` not wait. */
static int announce(const char *mountpoint)
{
	struct mount_entry entry;

	if (mounts_find(mountpoint, &entry))
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

static void take_ready(struct supervisor *supervisor)
{
	void (*ready)(void *ctx) = supervisor->ready;

	supervisor->is_worker_ready = true;
	deaths_note_ready(&supervisor->deaths);
	clients_tell(supervisor, UPGRADE_DONE);
	supervisor->ready = NULL;
	if (!ready)
		return;
	notify_ready(supervisor->notify);
	ready(supervisor->ready_ctx);
}

/* All that has come. Not at once: most files are closed again before anybody
 * looks, and cost nothing more then. */
static void take_messages(struct supervisor *supervisor)
{
	const struct estate *estate = &supervisor->legacy.estate;
	const int from = estate->fds[ESTATE_FROM_WORKER];
	struct wards_message message;
	int fd;

	while (wards_receive(from, &message, &fd) == 0) {
		if (message.ward == WARDS_NONE)
			take_ready(supervisor);
		else
			wards_keep(estate->keeper, &message, fd);
	}
	wards_tidy(estate->keeper);
}

static void bury(struct supervisor *supervisor, int status)
{
	base_close(&supervisor->life);
	supervisor->life = -1;
	/* What it has said counts before that it died. */
	take_messages(supervisor);
	succession_worker_ended(supervisor, status);
}

/* Also those that have been replaced before. */
static void reap(struct supervisor *supervisor)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == supervisor->worker)
			bury(supervisor, status);
}

/*
 * The worker's descriptors are closed. Most often it has ended; but one of its
 * threads may be telling the kernel something and cannot end before a request
 * is answered, by the next worker: see herald.h.
 */
static void take_silence(struct supervisor *supervisor)
{
	const pid_t worker = supervisor->worker;
	struct pollfd signals = {.fd = supervisor->signals, .events = POLLIN};

	if (poll(&signals, 1, DYING_MS) > 0)
		return;
	kill(worker, SIGKILL);
	reap(supervisor);
	if (supervisor->worker == worker)
		bury(supervisor, SIGKILL);
}

static void take_signal(struct supervisor *supervisor)
{
	struct signalfd_siginfo info;
	bool asks_to_end = false;

	while (read(supervisor->signals, &info, sizeof(info)) == sizeof(info))
		asks_to_end |= info.ssi_signo != SIGCHLD;
	if (asks_to_end) {
		supervisor->is_ending = true;
		supervisor->deadline_ms = supervisor_now_ms() + ENDING_MS;
		if (supervisor->worker)
			kill(supervisor->worker, SIGTERM);
	}
	reap(supervisor);
}

/* Somebody has been waited for long enough. */
static void lose_patience(struct supervisor *supervisor)
{
	supervisor->deadline_ms = 0;
	if (!supervisor->is_ending && !supervisor->is_upgrading)
		clients_drop(supervisor);
	else if (supervisor->worker)
		kill(supervisor->worker, SIGKILL);
}

/* How long to wait for what comes next; 0: too long already. */
static int patience(const struct supervisor *supervisor, bool is_resting)
{
	const int64_t left = supervisor->deadline_ms - supervisor_now_ms();

	if (supervisor->deadline_ms && left < REST_MS)
		return left > 0 ? (int)left : 0;
	if (is_resting)
		return REST_MS;
	return supervisor->deadline_ms ? (int)left : -1;
}

/* A client that waits for an upgrade has nothing more to say, and others wait
 * until it has gone. */
static void look_around(struct supervisor *supervisor)
{
	const int *fds = supervisor->legacy.estate.fds;
	const int client = fds[ESTATE_CLIENT];
	const bool was_resting = supervisor->is_resting;
	struct pollfd polled[] = {
		{.fd = was_resting ? -1 : fds[ESTATE_FROM_WORKER],
		 .events = POLLIN},
		{.fd = supervisor->signals, .events = POLLIN},
		{.fd = supervisor->is_upgrading ? -1 : client,
		 .events = POLLIN},
		{.fd = client >= 0 ? -1 : fds[ESTATE_LISTENER],
		 .events = POLLIN},
		{.fd = supervisor->life, .events = 0},
	};
	const int timeout = patience(supervisor, was_resting);
	const bool has_news = poll(polled, array_size(polled), timeout) > 0;

	supervisor->is_resting = has_news && polled[0].revents;
	if (supervisor->is_resting)
		take_messages(supervisor);
	if (has_news && polled[1].revents)
		take_signal(supervisor);
	else if (has_news && polled[4].revents)
		take_silence(supervisor);
	if (has_news && polled[2].revents)
		clients_hear(supervisor);
	if (has_news && polled[3].revents)
		clients_accept(supervisor);
}

/* Until it is over. */
static int keep_mount(struct supervisor *supervisor)
{
	int r = privileges_keep(PRIVILEGES_SUPERVISOR);

	if (r)
		return supervisor_trouble(r, "cannot give privileges up");
	r = succession_start(supervisor);
	if (r)
		return supervisor_trouble(r, "cannot start a worker");
	while (!supervisor->is_over) {
		look_around(supervisor);
		if (supervisor->deadline_ms &&
		    supervisor->deadline_ms <= supervisor_now_ms())
			lose_patience(supervisor);
	}
	return supervisor->status;
}

static int prepare(struct supervisor *supervisor, sigset_t *old_signals)
{
	const ssize_t size = readlink("/proc/self/exe", supervisor->program,
				      sizeof(supervisor->program) - 1);
	const int r = take_signals(supervisor, old_signals);

	/* Without it there is no upgrade, and nothing else is missed. */
	supervisor->program[size > 0 ? size : 0] = '\0';
	supervisor->pid = getpid();
	supervisor->life = -1;
	signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit();
	umask(077);
	return r ? supervisor_trouble(r, "cannot take signals") : 0;
}

static void unmount(struct supervisor *supervisor)
{
	struct upgrade_legacy *legacy = &supervisor->legacy;

	notify_stopping(supervisor->notify);
	device_unmount(legacy->places.mountpoint,
		       steal_fd(&legacy->estate.fds[ESTATE_DEVICE]),
		       supervisor->mounter);
	notify_free(supervisor->notify);
	estate_release(&legacy->estate);
	base_close(&supervisor->life);
	base_close(&supervisor->signals);
}

static int mount_and_keep(struct supervisor *supervisor)
{
	const struct preflight *places = &supervisor->legacy.places;
	struct estate *estate = &supervisor->legacy.estate;
	int status;
	int r;

	r = device_mount(supervisor->options, places,
			 &estate->fds[ESTATE_DEVICE], &supervisor->mounter);
	if (r)
		return EXIT_TROUBLE;
	estate->fds[ESTATE_LISTENER] = announce(places->mountpoint);
	supervisor->notify = notify_new(places->mountpoint);
	r = estate_make(places->source, estate);
	status = r ? supervisor_trouble(r, "cannot serve the mount")
		   : keep_mount(supervisor);
	unmount(supervisor);
	return status;
}

int supervisor_run(const struct session_options *options,
		   const struct preflight *places,
		   const struct supervisor_start *start)
{
	struct supervisor supervisor = {
		.options = options,
		.legacy = {.places = *places},
		.ready = start->ready,
		.ready_ctx = start->ctx,
	};
	int status;

	estate_init(&supervisor.legacy.estate);
	supervisor.legacy.estate.fds[ESTATE_START] = start->directory;
	status = prepare(&supervisor, &supervisor.legacy.old_signals);
	return status ? status : mount_and_keep(&supervisor);
}

int supervisor_resume(const struct session_options *options, int letter)
{
	struct supervisor supervisor = {.options = options};
	sigset_t blocked;
	int r = upgrade_load(letter, &supervisor.legacy);
	int status;

	if (r)
		return supervisor_trouble(r, "cannot go on with the mount");
	status = prepare(&supervisor, &blocked);
	supervisor.legacy.estate.restarts++;
	/* It was told that this is ready; the watchdog is fed as before. */
	supervisor.notify = notify_new(supervisor.legacy.places.mountpoint);
	if (status == 0)
		status = keep_mount(&supervisor);
	unmount(&supervisor);
	preflight_release(&supervisor.legacy.places);
	return status;
}
