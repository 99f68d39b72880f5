/*
 * Sets of characters, as classes of patterns name them.
 */
#ifndef VALIDATE_SCHEMA_STRINGS_AUTOMATON_CHARSET_H
#define VALIDATE_SCHEMA_STRINGS_AUTOMATON_CHARSET_H

#include "validate/base.h"

enum { CHARSET_RANGES_MAX = 40 };

struct charset_range {
	uint32_t first;
	uint32_t last;
};

struct charset {
	uint64_t ascii[2];
	struct charset_range wide[CHARSET_RANGES_MAX]; /* beyond ASCII */
	uint32_t wide_count;
	bool is_full; /* there was no room for a range: the set is wrong */
};

void charset_init(struct charset *set);

/* Add all from `first` to `last`. */
void charset_add(struct charset *set, uint32_t first, uint32_t last);

/* Add what \d \w \s . mean (`name` is d, w, s or '.'), or what they do not. */
void charset_add_named(struct charset *set, char name, bool is_negated);

/* Make it the set of all other characters. */
void charset_negate(struct charset *set);

bool charset_equal(const struct charset *a, const struct charset *b);

#endif
