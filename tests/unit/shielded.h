/*
 * The test runner takes the signals of faults for itself before each test;
 * tests of what deals with faults need them back.
 */
#ifndef TESTS_UNIT_SHIELDED_H
#define TESTS_UNIT_SHIELDED_H

#include "cache/shield.h"

#include <signal.h>

static struct sigaction shielded_bus;
static struct sigaction shielded_segv;

static inline int shielded_nothing(void *ctx)
{
	(void)ctx;
	return 0;
}

/* In main(), before the runner. */
static inline void shielded_learn(void)
{
	atomic_bool is_hurt = false;
	const int r = shield_run(shielded_nothing, NULL, &is_hurt);

	(void)r;
	sigaction(SIGBUS, NULL, &shielded_bus);
	sigaction(SIGSEGV, NULL, &shielded_segv);
}

/* First thing in a test. */
static inline void shielded_begin(void)
{
	sigaction(SIGBUS, &shielded_bus, NULL);
	sigaction(SIGSEGV, &shielded_segv, NULL);
}

#endif
