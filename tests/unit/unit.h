/*
 * What every unit test starts with, and the set-up to run one reader.
 */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "validate/format.h"

/* One reading of some bytes; reading_release() it. */
struct reading {
	char *bytes; /* an exactly sized heap block, so that ASan sees overreads
		      */
	struct arena arena;
	struct limits limits;
	struct doc doc;
	struct findings findings;
	int result;
};

/* Read `text` with the reader of `format`; limits may be set before. */
static inline void reading_run(struct reading *reading, const char *format,
			       const char *dialect, struct span text)
{
	reading->bytes = malloc(text.size ? text.size : 1);
	if (text.size)
		memcpy(reading->bytes, text.data, text.size);
	if (!reading->limits.depth)
		reading->limits = LIMITS_DEFAULT;
	arena_init(&reading->arena, reading->limits.arena_bytes);
	findings_init(&reading->findings, &reading->arena,
		      reading->limits.findings);

	const struct span source = {reading->bytes, text.size};

	doc_init(&reading->doc, &reading->arena, source, reading->limits.nodes);

	struct parse parse = {.source = source,
			      .limits = &reading->limits,
			      .dialect = dialect,
			      .doc = &reading->doc,
			      .findings = &reading->findings};

	reading->result = format_find(format)->read(&parse);
}

static inline void reading_release(struct reading *reading)
{
	arena_release(&reading->arena);
	free(reading->bytes);
}

#endif
