/*
 * What every fuzz target starts with. A target is one function that libFuzzer
 * or replay.c calls with bytes; it ends the process when an invariant fails.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "validate/base.h"

/* The target. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, after saying which invariant does not hold. */
_Noreturn void fuzz_fail(const char *what, const char *file, int line);

/* An invariant; `what` is a sentence about it, for whoever has to look. */
#define fuzz_require(condition, what)                                          \
	((condition) ? (void)0 : fuzz_fail(what, __FILE__, __LINE__))

/* Between the parts of an input: no format has use for this byte. */
enum { FUZZ_SEPARATOR = 0x1e };

/* The bytes of an input as a text. */
static inline struct span fuzz_span(const uint8_t *data, size_t size)
{
	return (struct span){(const char *)data, size};
}

/* Take the first byte off; 0 when there is none. */
uint8_t fuzz_take_byte(struct span *rest);

/* Take the text before the next separator off, or all. */
struct span fuzz_take_part(struct span *rest);

/* A copy in a heap block of exactly its size (free()), so overreads show. */
char *fuzz_copy(struct span text);

/* A terminated copy, cut at the first NUL; the caller owns it (free()). */
char *fuzz_copy_text(struct span text);

/* A number that depends on every byte, to vary limits without a byte. */
uint32_t fuzz_number(struct span text);

/*
 * Basic blocks run so far, in a build by gcc with -fsanitize-coverage=trace-pc:
 * time that is the same on every machine. 0 in other builds.
 */
uint64_t fuzz_steps(void);

/* Is `part` inside? Plain loops: libFuzzer must not learn the answer. */
bool fuzz_contains(struct span text, struct span part);

#endif
