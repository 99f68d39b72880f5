/*
 * An automaton while it is being made: the parser takes the pattern apart and
 * adds a position for every character and class of it.
 */
#ifndef VALIDATE_SCHEMA_STRINGS_AUTOMATON_AUTOMATON_BUILD_H
#define VALIDATE_SCHEMA_STRINGS_AUTOMATON_AUTOMATON_BUILD_H

#include "validate/schema/strings/automaton/charset.h"

enum {
	POSITIONS_MAX = 256,
	SET_WORDS = POSITIONS_MAX / 64,
	CHARSETS_MAX = 64,
};

/* A set of positions. */
struct positions {
	uint64_t words[SET_WORDS];
};

/* A part of the pattern: where it can begin and end, and can it be empty? */
struct fragment {
	struct positions first;
	struct positions last;
	bool is_nullable;
};

struct build {
	uint32_t count; /* of positions */
	uint32_t charset_count;
	struct positions follow[POSITIONS_MAX]; /* what may come after each */
	struct positions starts;		/* those that stand for ^ */
	struct positions ends;			/* those that stand for $ */
	struct positions members[CHARSETS_MAX]; /* those of each set */
	struct charset charsets[CHARSETS_MAX];
};

static inline void positions_add(struct positions *set, uint32_t position)
{
	set->words[position / 64] |= UINT64_C(1) << (position % 64);
}

static inline void positions_join(struct positions *set,
				  const struct positions *other)
{
	for (int i = 0; i < SET_WORDS; i++)
		set->words[i] |= other->words[i];
}

static inline bool positions_meet(const struct positions *a,
				  const struct positions *b)
{
	uint64_t common = 0;

	for (int i = 0; i < SET_WORDS; i++)
		common |= a->words[i] & b->words[i];
	return common != 0;
}

/*
 * Take the pattern apart. 0, or -ENOTSUP. `build` need not be initialised
 * (its sets are cleared as they come into use).
 */
must_check int automaton_parse(struct span pattern, struct build *build,
			       struct fragment *out);

/* The parts of a pattern put together; fragments of one and the same build. */
struct fragment fragment_empty(void);
/* One position; false: there is no room for it. */
must_check bool fragment_position(struct build *build, struct fragment *out);
must_check bool fragment_charset(struct build *build, const struct charset *set,
				 struct fragment *out);
struct fragment fragment_either(const struct fragment *a,
				const struct fragment *b);
struct fragment fragment_then(struct build *build, const struct fragment *a,
			      const struct fragment *b);
/* What can end may begin again. */
void fragment_loop(struct build *build, const struct fragment *fragment);

#endif
