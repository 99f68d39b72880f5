#include "cache/shield.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

/* A step under way. */
struct shield {
	struct shield *outer;
	sigjmp_buf place; /* to leave to */
	atomic_bool *is_hurt;
	bool fills;
};

static _Thread_local struct shield *current;

/* What others had arranged for the two signals. */
static struct sigaction previous_bus;
static struct sigaction previous_segv;
static uintptr_t page_size;

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* A fault that is none of ours: as if there were no shield. */
static void pass_on(int signal, siginfo_t *info, void *context)
{
	const struct sigaction *before =
		signal == SIGBUS ? &previous_bus : &previous_segv;
	const bool is_asked = info->si_code <= 0; /* by kill() */

	if (before->sa_flags & SA_SIGINFO) {
		before->sa_sigaction(signal, info, context);
	} else if (before->sa_handler == SIG_DFL ||
		   (before->sa_handler == SIG_IGN && !is_asked)) {
		/* What faulted runs again and ends the process. */
		sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL},
			  NULL);
		if (is_asked)
			raise(signal);
	} else if (before->sa_handler != SIG_IGN) {
		before->sa_handler(signal);
	}
}

static bool replace_page(const void *address)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
	void *page = (void *)((uintptr_t)address & ~(page_size - 1));

	return mmap(page, page_size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		    0) != MAP_FAILED;
}

static void on_bus_error(int signal, siginfo_t *info, void *context)
{
	const int error = errno;

	if (current && info->si_code == BUS_ADRERR) {
		atomic_store(current->is_hurt, true);
		if (!current->fills)
			shield_leave();
		if (replace_page(info->si_addr)) {
			errno = error;
			return;
		}
	}
	pass_on(signal, info, context);
}

static void on_bad_address(int signal, siginfo_t *info, void *context)
{
	if (info->si_code > 0)
		shield_leave();
	pass_on(signal, info, context);
}

static void install(void)
{
	struct sigaction bus = {
		.sa_sigaction = on_bus_error,
		.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK,
	};
	struct sigaction segv = bus;

	segv.sa_sigaction = on_bad_address;
	page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
	sigaction(SIGBUS, &bus, &previous_bus);
	sigaction(SIGSEGV, &segv, &previous_segv);
}

void shield_fill(bool is_on)
{
	if (current)
		current->fills = is_on;
}

void shield_leave(void)
{
	if (!current)
		return;
	atomic_store(current->is_hurt, true);
	/* The signals are not blocked while they are handled. */
	siglongjmp(current->place, 1);
}

int shield_run(shield_step *step, void *ctx, atomic_bool *is_hurt)
{
	struct shield shield = {.outer = current, .is_hurt = is_hurt};

	pthread_once(&once, install);
	if (sigsetjmp(shield.place, 0)) {
		current = shield.outer;
		return SHIELD_LEFT;
	}
	current = &shield;

	const int r = step(ctx);

	current = shield.outer;
	return r;
}

/* A step that a thread was made for. */
struct errand {
	shield_step *step;
	void *ctx;
	atomic_bool *is_hurt;
	int result;
};

static void *run_errand(void *ctx)
{
	struct errand *errand = ctx;

	errand->result = shield_run(errand->step, errand->ctx, errand->is_hurt);
	return NULL;
}

int shield_run_apart(shield_step *step, void *ctx, atomic_bool *is_hurt)
{
	struct errand errand = {step, ctx, is_hurt, 0};
	pthread_t thread;
	sigset_t all;
	sigset_t before;
	int r;

	/* Signals that are meant for the process are not for this thread. */
	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGSEGV);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&thread, NULL, run_errand, &errand);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r)
		return -EAGAIN;
	pthread_join(thread, NULL);
	return errand.result;
}
