#include "validate/suggest.h"

enum { LONGEST = 48, TRIES_MAX = 1024 };

struct suggestion suggest_for(struct span written)
{
	/* One slip in three letters is still the same word. */
	const size_t slips = written.size / 3 + 1;

	return (struct suggestion){
		.written = written,
		.distance = slips > 4 ? 4 : (uint32_t)slips,
	};
}

static int letter(struct span text, size_t at)
{
	const int c = (unsigned char)text.data[at];

	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/*
 * Insertions, deletions, replacements and swaps of neighbours that lead from
 * one text to the other, without regard to case.
 */
static uint32_t distance(struct span a, struct span b)
{
	uint32_t rows[3][LONGEST + 1];
	uint32_t *before = rows[0];
	uint32_t *last = rows[1];
	uint32_t *now = rows[2];

	for (uint32_t j = 0; j <= b.size; j++)
		last[j] = j;
	for (uint32_t i = 1; i <= a.size; i++) {
		uint32_t *free_row = before;

		now[0] = i;
		for (uint32_t j = 1; j <= b.size; j++) {
			const bool same = letter(a, i - 1) == letter(b, j - 1);

			now[j] = smaller(last[j] + 1, now[j - 1] + 1);
			now[j] = smaller(now[j], last[j - 1] + !same);
			if (i > 1 && j > 1 &&
			    letter(a, i - 1) == letter(b, j - 2) &&
			    letter(a, i - 2) == letter(b, j - 1))
				now[j] = smaller(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = free_row;
	}
	return last[b.size];
}

void suggest_try(struct suggestion *suggestion, struct span name)
{
	const struct span written = suggestion->written;
	const size_t gap = written.size > name.size ? written.size - name.size
						    : name.size - written.size;

	if (written.size == 0 || name.size == 0 || written.size > LONGEST ||
	    name.size > LONGEST || gap >= suggestion->distance ||
	    suggestion->tried++ >= TRIES_MAX)
		return;

	const uint32_t steps = distance(written, name);

	if (steps < suggestion->distance && steps < name.size) {
		suggestion->distance = steps;
		suggestion->best = name;
	}
}
