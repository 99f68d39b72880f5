#include "fs/mount/takeover/deaths.h"

bool deaths_note(struct deaths *deaths, bool was_killed, int64_t now_ms)
{
	if (was_killed)
		return ++deaths->fruitless >= DEATHS_FRUITLESS;

	const unsigned at = deaths->crash_count++ % DEATHS_CRASHES;

	deaths->crashes_ms[at] = now_ms;
	if (deaths->crash_count < DEATHS_CRASHES)
		return false;

	const int64_t first =
		deaths->crashes_ms[deaths->crash_count % DEATHS_CRASHES];

	return now_ms - first <= DEATHS_WINDOW_MS;
}

void deaths_note_ready(struct deaths *deaths)
{
	deaths->fruitless = 0;
}
