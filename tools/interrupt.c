#include "tools/interrupt.h"

#include <signal.h>
#include <stdio.h>

static atomic_bool is_interrupted;
static atomic_int caught;
static _Atomic(struct judge *) judge_at_work;

/* Nothing but atomic stores: that is allowed in a handler. */
static void interrupt(int signal)
{
	struct judge *judge = atomic_load(&judge_at_work);

	atomic_store(&caught, signal);
	atomic_store(&is_interrupted, true);
	if (judge)
		judge_cancel(judge);
}

void interrupt_catch(void)
{
	struct sigaction action = {.sa_handler = interrupt,
				   .sa_flags = (int)SA_RESETHAND | SA_RESTART};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

const atomic_bool *interrupt_flag(void)
{
	return &is_interrupted;
}

void interrupt_stops(struct judge *judge)
{
	atomic_store(&judge_at_work, judge);
	/* It may have come in between. */
	if (judge && atomic_load(&is_interrupted))
		judge_cancel(judge);
}

void interrupt_end(void)
{
	const int number = atomic_load(&caught);

	if (!number)
		return;
	fputs("cfgfs: interrupted; what was found out so far is kept\n",
	      stderr);
	signal(number, SIG_DFL);
	raise(number);
}
