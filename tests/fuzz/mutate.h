/*
 * Deterministic mutations for replay.c: the same seed makes the same inputs on
 * every machine. A stand-in for a real fuzzer, without its feedback.
 */
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

#include "validate/base.h"

enum { MUTATE_MAX = 64 * 1024 }; /* bytes of an input */

/* Pieces to work with; borrowed. */
struct mutate_stock {
	const struct span *seeds; /* at least one */
	size_t seed_count;
	const struct span *words; /* of the dictionary */
	size_t word_count;
};

struct mutator {
	const struct mutate_stock *stock;
	uint64_t state; /* of the generator, not 0 */
	char *bytes;	/* MUTATE_MAX, the caller's */
	size_t size;
};

/* Make the next input from a seed by a few changes. */
void mutate_next(struct mutator *mutator);

#endif
