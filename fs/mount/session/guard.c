#include "fs/mount/session/guard.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

enum { NUDGE_MS = 20, NUDGE_SIGNAL = SIGUSR1 };

struct guard {
	void (*stop)(void *ctx, int number);
	void *ctx;
	int signals;
	int ending; /* an eventfd: guard_end() was called */
	pthread_t thread;
	pthread_t owner;
};

static void fill_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, GUARD_LEAVE);
}

void guard_block_signals(void)
{
	sigset_t set;

	fill_signals(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void do_nothing(int number)
{
	(void)number;
}

/* The loop's thread may be about to wait, not yet waiting, when the session is
 * told to end: it is nudged until it has noticed. */
static void nudge_until_end(struct guard *guard)
{
	struct pollfd ending = {.fd = guard->ending, .events = POLLIN};

	while (poll(&ending, 1, NUDGE_MS) == 0)
		pthread_kill(guard->owner, NUDGE_SIGNAL);
}

static int next_signal(const struct guard *guard)
{
	struct signalfd_siginfo info;

	if (read(guard->signals, &info, sizeof(info)) != sizeof(info))
		return SIGTERM;
	return (int)info.ssi_signo;
}

static void *guard_thread(void *ctx)
{
	struct guard *guard = ctx;
	struct pollfd fds[] = {
		{.fd = guard->ending, .events = POLLIN},
		{.fd = guard->signals, .events = POLLIN},
	};

	while (!(fds[0].revents & POLLIN)) {
		if (poll(fds, array_size(fds), -1) < 0)
			continue;
		if (fds[1].revents & POLLIN) {
			guard->stop(guard->ctx, next_signal(guard));
			nudge_until_end(guard);
			return NULL;
		}
	}
	return NULL;
}

static int start_thread(struct guard *guard)
{
	const struct sigaction action = {.sa_handler = do_nothing};
	sigset_t set;
	sigset_t all;
	sigset_t old;

	fill_signals(&set);
	guard->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	guard->ending = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (guard->signals < 0 || guard->ending < 0)
		return -errno;
	if (sigaction(NUDGE_SIGNAL, &action, NULL))
		return -errno;
	guard->owner = pthread_self();
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);

	const int r = pthread_create(&guard->thread, NULL, guard_thread, guard);

	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -r;
}

static void guard_free(struct guard *guard)
{
	base_close(&guard->signals);
	base_close(&guard->ending);
	free(guard);
}

int guard_start(void (*stop)(void *ctx, int number), void *ctx,
		struct guard **out)
{
	struct guard *guard = calloc(1, sizeof(*guard));

	if (!guard)
		return -ENOMEM;
	*guard = (struct guard){
		.stop = stop, .ctx = ctx, .signals = -1, .ending = -1};

	const int r = start_thread(guard);

	if (r) {
		guard_free(guard);
		return r;
	}
	*out = guard;
	return 0;
}

void guard_end(struct guard *guard)
{
	if (!guard)
		return;
	eventfd_write(guard->ending, 1);
	pthread_join(guard->thread, NULL);
	guard_free(guard);
}
