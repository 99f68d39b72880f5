/*
 * Counts basic blocks, where the compiler calls for it: gcc with
 * -fsanitize-coverage=trace-pc. Every program of such a build needs this file,
 * also those that meson tries the compiler with.
 */
#include "tests/fuzz/fuzz.h"

static uint64_t steps;

/* What the compiler calls in every basic block. libFuzzer has its own. */
__attribute__((weak)) void __sanitizer_cov_trace_pc(void);

#ifdef __clang__
__attribute__((no_sanitize("coverage")))
#else
__attribute__((no_sanitize_coverage))
#endif
void __sanitizer_cov_trace_pc(void)
{
	steps++;
}

uint64_t fuzz_steps(void)
{
	return steps;
}
