#include "fs/mount/session/notify.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

enum { US_PER_SECOND = 1000 * 1000, NS_PER_US = 1000 };

struct notify {
	char *mountpoint;
	struct sockaddr_un address;
	socklen_t address_size;
	uint64_t interval_us; /* 0: no watchdog */
	pid_t watcher;	      /* 0: none */
};

/* A path, or '@' and a name that is in no folder. */
static bool read_address(struct notify *notify)
{
	const char *name = getenv("NOTIFY_SOCKET");
	const size_t size = name ? strlen(name) : 0;
	struct sockaddr_un *address = &notify->address;

	if (size < 2 || size >= sizeof(address->sun_path) ||
	    (*name != '/' && *name != '@'))
		return false;
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, size);
	if (*name == '@')
		address->sun_path[0] = '\0';
	notify->address_size =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
	return true;
}

/* Twice as often as it must be. */
static uint64_t read_interval(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");

	if (!usec || (pid && strtol(pid, NULL, 10) != getpid()))
		return 0;
	return strtoull(usec, NULL, 10) / 2;
}

struct notify *notify_new(const char *mountpoint)
{
	struct notify *notify = calloc(1, sizeof(*notify));

	if (!notify)
		return NULL;
	notify->mountpoint = strdup(mountpoint);
	if (!notify->mountpoint || !read_address(notify)) {
		free(notify->mountpoint);
		free(notify);
		return NULL;
	}
	notify->interval_us = read_interval();
	return notify;
}

/* Whoever does not listen need not know. */
static void tell(const struct notify *notify, const char *text)
{
	auto_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		sendto(fd, text, strlen(text), MSG_NOSIGNAL,
		       (const struct sockaddr *)&notify->address,
		       notify->address_size);
}

/*
 * The kernel never answers this by itself, so a mount that hangs is seen. A
 * process of its own waits for the answer: whoever keeps the mount must not,
 * since it is he who has to replace a worker that does not answer any more.
 */
static void watch(const struct notify *notify)
{
	const struct timespec pause = {
		.tv_sec = (time_t)(notify->interval_us / US_PER_SECOND),
		.tv_nsec = (long)(notify->interval_us % US_PER_SECOND) *
			   NS_PER_US};
	struct statvfs facts;

	for (;;) {
		nanosleep(&pause, NULL);
		if (statvfs(notify->mountpoint, &facts) == 0)
			tell(notify, "WATCHDOG=1");
	}
}

static void start_watcher(struct notify *notify)
{
	const pid_t parent = getpid();
	sigset_t none;

	notify->watcher = fork();
	if (notify->watcher != 0)
		return;
	prctl(PR_SET_NAME, "cfgfs-watchdog");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (getppid() == parent)
		watch(notify);
	_exit(0);
}

void notify_ready(struct notify *notify)
{
	char *text;

	if (!notify)
		return;
	if (asprintf(&text, "READY=1\nSTATUS=serving at %s",
		     notify->mountpoint) >= 0) {
		tell(notify, text);
		free(text);
	}
	if (notify->interval_us && notify->watcher <= 0)
		start_watcher(notify);
}

void notify_stopping(const struct notify *notify)
{
	if (notify)
		tell(notify, "STOPPING=1");
}

void notify_free(struct notify *notify)
{
	if (!notify)
		return;
	/* Else it was reaped, and that number may be another's. */
	if (notify->watcher > 0 &&
	    waitpid(notify->watcher, NULL, WNOHANG) == 0) {
		kill(notify->watcher, SIGKILL);
		waitpid(notify->watcher, NULL, 0);
	}
	free(notify->mountpoint);
	free(notify);
}
