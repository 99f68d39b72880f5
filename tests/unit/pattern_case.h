/*
 * For tests of patterns: compile and match from exactly sized heap blocks, so
 * that ASan sees overreads.
 */
#ifndef TESTS_UNIT_PATTERN_CASE_H
#define TESTS_UNIT_PATTERN_CASE_H

#include "tests/unit/unit.h"

#include "validate/schema/strings/pattern.h"

#include <errno.h>

static inline int match(const struct pattern *pattern, struct span subject)
{
	struct pattern_memory *memory = NULL;
	char *block = malloc(subject.size ? subject.size : 1);

	memcpy(block, subject.data, subject.size);

	const int r = pattern_match(pattern, (struct span){block, subject.size},
				    &memory);

	free(block);
	pattern_memory_free(memory);
	return r;
}

static inline int compile_in(bool by_engine, struct span text,
			     struct pattern **out)
{
	char why[PATTERN_WHY_SIZE];
	char *block = malloc(text.size ? text.size : 1);

	memcpy(block, text.data, text.size);

	const struct span copy = {block, text.size};
	const int r = by_engine ? pattern_compile_engine(copy, out, why)
				: pattern_compile(copy, out, why);

	free(block);
	return r;
}

#endif
