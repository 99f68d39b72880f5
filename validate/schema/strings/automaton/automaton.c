#include "validate/schema/strings/automaton/automaton.h"

#include "validate/schema/strings/automaton/automaton_build.h"
#include "validate/schema/strings/code_point.h"

#include <errno.h>

enum { ASCII = 128 };

/* Positions followed beyond this many, and WAYS_PER_BYTE, end a match. */
enum { WAYS_MIN = 1 << 20, WAYS_PER_BYTE = 64 };

/* Characters beyond ASCII that some positions take. */
struct wide_range {
	struct charset_range range;
	uint32_t members; /* which of the sets of positions */
};

/* All sets of positions have `words` words; they follow each other. */
struct automaton {
	uint32_t words;
	uint32_t wide_count;
	bool is_nullable; /* matches everything */
	bool is_anchored; /* begins with ^ on every way */
	const uint64_t *first;
	const uint64_t *last;
	const uint64_t *starts;
	const uint64_t *ends;
	const uint64_t *follow;	 /* of each position */
	const uint64_t *takes;	 /* those that take each ASCII character */
	const uint64_t *members; /* of each charset */
	const struct wide_range *wide;
	uint64_t data[];
};

/* Writes sets one after the other. */
struct writer {
	uint64_t *at;
	uint32_t words;
};

static const uint64_t *write_sets(struct writer *writer,
				  const struct positions *sets, uint32_t count)
{
	const uint64_t *begin = writer->at;

	for (uint32_t i = 0; i < count; i++) {
		memcpy(writer->at, sets[i].words,
		       writer->words * sizeof(uint64_t));
		writer->at += writer->words;
	}
	return begin;
}

/* All of `bits`, which stand for characters from `first` on, take a set. */
static void add_takers(uint64_t *takes, uint32_t words, uint32_t first,
		       uint64_t bits, const struct positions *set)
{
	for (; bits; bits &= bits - 1) {
		const size_t c = first + (unsigned)__builtin_ctzll(bits);

		for (uint32_t i = 0; i < words; i++)
			takes[c * words + i] |= set->words[i];
	}
}

static const uint64_t *write_takes(struct writer *writer,
				   const struct build *build)
{
	uint64_t *begin = writer->at;
	const size_t count = (size_t)ASCII * writer->words;

	memset(begin, 0, sizeof(*begin) * count);
	writer->at += count;
	for (uint32_t i = 0; i < build->charset_count; i++)
		for (uint32_t half = 0; half < 2; half++)
			add_takers(begin, writer->words, half * 64,
				   build->charsets[i].ascii[half],
				   &build->members[i]);
	return begin;
}

static uint32_t count_wide(const struct build *build)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < build->charset_count; i++)
		count += build->charsets[i].wide_count;
	return count;
}

static const struct wide_range *write_wide(struct writer *writer,
					   const struct build *build)
{
	struct wide_range *begin = (struct wide_range *)(void *)writer->at;
	uint32_t count = 0;

	for (uint32_t i = 0; i < build->charset_count; i++)
		for (uint32_t j = 0; j < build->charsets[i].wide_count; j++)
			begin[count++] = (struct wide_range){
				build->charsets[i].wide[j], i};
	return begin;
}

static int assemble(const struct build *build, const struct fragment *whole,
		    struct automaton **out)
{
	const uint32_t words = build->count > 64 ? (build->count + 63) / 64 : 1;
	const uint32_t wide_count = count_wide(build);
	const size_t sets = 4 + build->count + ASCII + build->charset_count;
	struct automaton *automaton =
		malloc(sizeof(*automaton) + sets * words * sizeof(uint64_t) +
		       wide_count * sizeof(struct wide_range));
	struct positions begins = whole->first;

	if (!automaton)
		return -ENOMEM;

	struct writer writer = {automaton->data, words};

	for (int i = 0; i < SET_WORDS; i++)
		begins.words[i] &= ~build->starts.words[i];
	automaton->words = words;
	automaton->wide_count = wide_count;
	automaton->is_nullable = whole->is_nullable;
	automaton->is_anchored = !positions_meet(&begins, &begins);
	automaton->first = write_sets(&writer, &whole->first, 1);
	automaton->last = write_sets(&writer, &whole->last, 1);
	automaton->starts = write_sets(&writer, &build->starts, 1);
	automaton->ends = write_sets(&writer, &build->ends, 1);
	automaton->follow = write_sets(&writer, build->follow, build->count);
	automaton->takes = write_takes(&writer, build);
	automaton->members =
		write_sets(&writer, build->members, build->charset_count);
	automaton->wide = write_wide(&writer, build);
	*out = automaton;
	return 0;
}

int automaton_compile(struct span pattern, struct automaton **out)
{
	auto_free struct build *build = malloc(sizeof(*build));
	struct fragment whole;
	int r;

	if (!build)
		return -ENOMEM;
	r = automaton_parse(pattern, build, &whole);
	return r ? r : assemble(build, &whole, out);
}

/* A match being made. `words` is a constant where it is one. */
struct walk {
	const struct automaton *automaton;
	uint64_t active[SET_WORDS];
	uint64_t ways;
};

/* The positions that take a character beyond ASCII. */
static void find_takers(const struct automaton *automaton, uint32_t point,
			uint64_t takers[static SET_WORDS])
{
	const uint32_t words = automaton->words;

	memset(takers, 0, SET_WORDS * sizeof(uint64_t));
	for (uint32_t i = 0; i < automaton->wide_count; i++) {
		const struct wide_range *wide = &automaton->wide[i];

		if (point < wide->range.first || point > wide->range.last)
			continue;
		for (uint32_t j = 0; j < words; j++)
			takers[j] |=
				automaton->members[wide->members * words + j];
	}
}

/* Go on with what `takers` take. Is a last position among it? */
static inline bool step(struct walk *walk, const uint64_t *takers,
			uint32_t words)
{
	const struct automaton *automaton = walk->automaton;
	uint64_t next[SET_WORDS];
	uint64_t ends = 0;

	for (uint32_t i = 0; i < words; i++)
		next[i] = automaton->first[i];
	for (uint32_t i = 0; i < words; i++) {
		for (uint64_t bits = walk->active[i]; bits; bits &= bits - 1) {
			const size_t position =
				i * 64 + (unsigned)__builtin_ctzll(bits);
			const uint64_t *follow =
				automaton->follow + position * words;

			for (uint32_t j = 0; j < words; j++)
				next[j] |= follow[j];
			walk->ways++;
		}
	}
	for (uint32_t i = 0; i < words; i++) {
		walk->active[i] = next[i] & takers[i];
		ends |= walk->active[i] & automaton->last[i];
	}
	return ends != 0;
}

static inline bool is_stuck(const struct walk *walk, uint32_t words)
{
	uint64_t all = 0;

	for (uint32_t i = 0; i < words; i++)
		all |= walk->active[i];
	return !all && walk->automaton->is_anchored;
}

static inline __attribute__((always_inline)) int
match(const struct automaton *automaton, struct span text, uint32_t words)
{
	const uint64_t ways_max =
		WAYS_MIN + (uint64_t)WAYS_PER_BYTE * text.size;
	struct walk walk = {.automaton = automaton};
	uint64_t wide[SET_WORDS];

	if (step(&walk, automaton->starts, words))
		return 1;
	while (text.size) {
		const unsigned char c = (unsigned char)*text.data;
		const uint64_t *takers = wide;

		if (is_stuck(&walk, words))
			return 0;
		if (c < ASCII) {
			takers = automaton->takes + (size_t)words * c;
			text.data++;
			text.size--;
		} else {
			find_takers(automaton, code_point_take(&text), wide);
		}
		if (step(&walk, takers, words))
			return 1;
		if (words > 1 && walk.ways > ways_max)
			return -E2BIG;
	}
	return step(&walk, automaton->ends, words);
}

int automaton_match(const struct automaton *automaton, struct span subject)
{
	if (automaton->is_nullable)
		return 1;
	if (automaton->words == 1)
		return match(automaton, subject, 1);
	return match(automaton, subject, automaton->words);
}
