#include "cache/memory/sketch.h"

enum { ROWS = 4, COUNTER_MAX = 15, WORDS = SKETCH_LINE / 8 };

/* The counters of a key lie in one line, so that it is fetched once. */
struct line {
	_Alignas(SKETCH_LINE) uint64_t words[WORDS];
};

struct sketch {
	size_t line_count; /* a power of two */
	uint64_t additions;
	struct line lines[];
};

/* Where the four counters of a key are: a line, and a counter in each of four
 * pairs of its words. */
struct place {
	size_t line;
	unsigned words[ROWS];
	unsigned shifts[ROWS];
};

struct sketch *sketch_new(size_t bytes)
{
	const size_t size = sizeof(struct sketch) + bytes;
	struct sketch *sketch = aligned_alloc(SKETCH_LINE, size);

	if (!sketch)
		return NULL;
	memset(sketch, 0, size);
	sketch->line_count = bytes / sizeof(struct line);
	return sketch;
}

/* Others spread by the same hash: it is mixed before it is used here. */
static struct place place_of(const struct sketch *sketch, uint64_t hash)
{
	struct place place;

	hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15U;
	hash ^= hash >> 29;
	place.line = (hash >> 32) & (sketch->line_count - 1);
	for (unsigned i = 0; i < ROWS; i++) {
		place.words[i] = 2 * i + (unsigned)(hash & 1);
		place.shifts[i] = (unsigned)(hash >> 1 & 15) * 4;
		hash >>= 5;
	}
	return place;
}

static unsigned counter(const struct line *line, const struct place *place,
			unsigned row)
{
	return line->words[place->words[row]] >> place->shifts[row] &
	       COUNTER_MAX;
}

static unsigned least(const struct line *line, const struct place *place)
{
	unsigned count = COUNTER_MAX;

	for (unsigned i = 0; i < ROWS; i++) {
		const unsigned one = counter(line, place, i);

		if (one < count)
			count = one;
	}
	return count;
}

static void halve(struct sketch *sketch)
{
	for (size_t i = 0; i < sketch->line_count; i++)
		for (size_t j = 0; j < WORDS; j++)
			sketch->lines[i].words[j] =
				sketch->lines[i].words[j] >> 1 &
				0x7777777777777777U;
}

/* Only the least of the four grow: the others count somebody else as well. */
void sketch_add(struct sketch *sketch, uint64_t hash, uint64_t period)
{
	const struct place place = place_of(sketch, hash);
	struct line *line = &sketch->lines[place.line];
	const unsigned count = least(line, &place);

	for (unsigned i = 0; count < COUNTER_MAX && i < ROWS; i++)
		if (counter(line, &place, i) == count)
			line->words[place.words[i]] += (uint64_t)1
						       << place.shifts[i];
	if (++sketch->additions >= period) {
		halve(sketch);
		sketch->additions = 0;
	}
}

unsigned sketch_count(const struct sketch *sketch, uint64_t hash)
{
	const struct place place = place_of(sketch, hash);

	return least(&sketch->lines[place.line], &place);
}
