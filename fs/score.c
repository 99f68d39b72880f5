#include "fs/score.h"

#include <stdio.h>

enum { BEST = 100 };

static const uint64_t weights[SEVERITY_COUNT] = {
	[SEVERITY_ERROR] = 25,
	[SEVERITY_WARNING] = 5,
	[SEVERITY_INFO] = 1,
};

static uint64_t score_of(const struct verdict *verdict)
{
	uint64_t lost = 0;

	if (verdict->state == STATE_ERROR)
		return 0;
	for (int i = 0; i < SEVERITY_COUNT; i++)
		lost += weights[i] * verdict->totals[i];
	return lost < BEST ? BEST - lost : 0;
}

void score_add(struct score *score, const struct verdict *verdict)
{
	if (!verdict || verdict->state == STATE_SKIPPED ||
	    verdict->state == STATE_UNCHECKED)
		return;
	score->sum += score_of(verdict);
	score->count++;
}

void score_add_all(struct score *score, const struct score *more)
{
	score->sum += more->sum;
	score->count += more->count;
}

bool score_read(const struct score *score, unsigned *out)
{
	if (score->count == 0)
		return false;
	*out = (unsigned)(score->sum / score->count);
	return true;
}

const char *score_text(const struct score *score, char buf[SCORE_TEXT_BYTES])
{
	unsigned value;

	if (!score_read(score, &value))
		return "-";
	snprintf(buf, SCORE_TEXT_BYTES, "%u", value);
	return buf;
}
