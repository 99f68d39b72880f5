/*
 * The test runner takes the signals of faults for itself before each test;
 * tests of what deals with faults need them back.
 */
#ifndef TESTS_UNIT_SHIELDED_H
#define TESTS_UNIT_SHIELDED_H

#include "cache/shield.h"

#include <signal.h>

/* ThreadSanitizer stands between these signals and who handles them. */
#ifdef __SANITIZE_THREAD__
enum { SHIELDED_IS_POSSIBLE = 0 };
#else
enum { SHIELDED_IS_POSSIBLE = 1 };
#endif

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
