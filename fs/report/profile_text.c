#include "fs/report/profile_text.h"

#include "fs/report/report.h"

#include <errno.h>
#include <inttypes.h>

/* So few files are worth naming together. */
enum { LARGEST = 3 };

static const double NS_PER_SECOND = 1e9;

static const char slow_source[] =
	"the source is slow; `check` reads only what looks changed, unless "
	"--rehash is given";
static const char slow_hash[] =
	"hashing finds what was judged before; `check` without --rehash spares "
	"it for files that look unchanged";
static const char slow_compile[] =
	"large schemas are compiled once for good if there is a cache; small "
	"ones once a run";
static const char slow_cache[] =
	"a cache on a faster disk (--cache DIR, cache=DIR) would help";

/* What can be done about a phase, where something can. */
static const char *const advice[PHASE_COUNT] = {
	[PHASE_OPEN] = slow_source,
	[PHASE_READ] = slow_source,
	[PHASE_HASH] = slow_hash,
	[PHASE_LOOKUP_DISK] = slow_cache,
	[PHASE_STORE] = slow_cache,
	[PHASE_COMPILE] = slow_compile,
	[PHASE_SCHEMA] = "level fast leaves schemas out",
};

struct lines {
	struct profile_line of[PHASE_COUNT]; /* what takes longest first */
	enum profile_phase phases[PHASE_COUNT];
	size_t count; /* that were gone through at all */
	double seconds;
};

static void insert(struct lines *lines, enum profile_phase phase,
		   const struct profile_line *line)
{
	size_t at = lines->count++;

	for (; at > 0 && lines->of[at - 1].seconds < line->seconds; at--) {
		lines->of[at] = lines->of[at - 1];
		lines->phases[at] = lines->phases[at - 1];
	}
	lines->of[at] = *line;
	lines->phases[at] = phase;
	lines->seconds += line->seconds;
}

static void read_lines(const struct profile *profile, struct lines *lines)
{
	for (int i = 0; i < PHASE_COUNT; i++) {
		const enum profile_phase phase = (enum profile_phase)i;
		const struct profile_line line = profile_read(profile, phase);

		if (line.count)
			insert(lines, phase, &line);
	}
}

static double percent(double part, double whole)
{
	return whole > 0 ? part * 100 / whole : 0;
}

/* "; the 3 slowest of 120 files take 51 % of the checking" */
static void write_share_of_files(FILE *out, const struct tally_view *files)
{
	uint64_t ns = 0;

	if (files->count <= LARGEST || files->line_count < LARGEST)
		return;
	for (size_t i = 0; i < LARGEST; i++)
		ns += files->lines[i].ns;
	fprintf(out,
		"; the %d slowest of %" PRIu64 " files take %.0f %% of the "
		"validating",
		LARGEST, files->count, percent((double)ns, (double)files->ns));
}

static void write_bottleneck(FILE *out, const struct lines *lines,
			     const struct tally_view *files)
{
	if (lines->count == 0) {
		fputs("nothing was measured yet\n", out);
		return;
	}
	fprintf(out, "%.0f %% in %s (%.6f s of %.6f s)",
		percent(lines->of[0].seconds, lines->seconds),
		lines->of[0].name, lines->of[0].seconds, lines->seconds);
	write_share_of_files(out, files);
	fputc('\n', out);
	if (advice[lines->phases[0]])
		fprintf(out, "%s\n", advice[lines->phases[0]]);
}

static void write_phases(FILE *out, const struct lines *lines)
{
	fprintf(out, "\n%-20s %9s %11s %6s %9s %9s\n", "phase", "count",
		"seconds", "share", "p50 us", "p99 us");
	for (size_t i = 0; i < lines->count; i++) {
		const struct profile_line *line = &lines->of[i];

		fprintf(out,
			"%-20s %9" PRIu64 " %11.6f %4.0f %% %9" PRIu64
			" %9" PRIu64 "\n",
			line->name, line->count, line->seconds,
			percent(line->seconds, lines->seconds), line->p50_us,
			line->p99_us);
	}
}

/* Names come last: they may be of any length. */
static void write_tally(FILE *out, const char *what,
			const struct tally_view *view, bool has_bytes)
{
	if (view->line_count == 0)
		return;
	fprintf(out, "\n%11s %6s %9s%s  %s\n", "seconds", "share", "count",
		has_bytes ? "      bytes" : "", what);
	for (size_t i = 0; i < view->line_count; i++) {
		const struct tally_line *line = &view->lines[i];

		fprintf(out, "%11.6f %4.0f %% %9" PRIu64,
			(double)line->ns / NS_PER_SECOND,
			percent((double)line->ns, (double)view->ns),
			line->count);
		if (has_bytes)
			fprintf(out, " %10" PRIu64, line->bytes);
		fputs("  ", out);
		report_write_field(out, line->name);
		fputc('\n', out);
	}
}

int profile_write(FILE *out, const struct profile *profile)
{
	struct tally_view files = {0};
	struct tally_view checks = {0};
	struct lines lines = {0};
	int r = tally_read(profile_files(profile), &files);

	if (r == 0)
		r = tally_read(profile_checks(profile), &checks);
	if (r == 0) {
		read_lines(profile, &lines);
		fputs("# cfgfs.profile 1\n", out);
		write_bottleneck(out, &lines, &files);
		write_phases(out, &lines);
		write_tally(out, "schema", &checks, false);
		write_tally(out, "slowest file", &files, true);
	}
	tally_view_release(&checks);
	tally_view_release(&files);
	return r;
}
