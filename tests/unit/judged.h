/*
 * To judge a text under a plan in one call and see all that comes of it.
 */
#ifndef TESTS_UNIT_JUDGED_H
#define TESTS_UNIT_JUDGED_H

#include "tests/unit/unit.h"

#include "validate/validate.h"

#include <errno.h>
#include <stdio.h>

/* What a judging starts from; unset fields mean the usual. */
struct judging {
	const char *format; /* default "yaml" */
	const char *dialect;
	const char *schema; /* its text; NULL: none */
	struct span text;
	struct plan plan; /* the rest of it */
};

struct judging_host {
	const char *text;
	struct schema *schema;
	char *why;
};

static inline int judging_schema(void *ctx, const char *path,
				 const struct schema **out, const char **why)
{
	static const struct schema_options options = {SCHEMA_COMPAT,
						      SCHEMA_2020_12};
	struct judging_host *host = ctx;
	int r = 0;

	if (!host->schema)
		r = schema_compile(span_of(host->text), path, &options, NULL,
				   &host->schema, &host->why);
	*out = host->schema;
	*why = host->why;
	return r;
}

/* What validate_bytes() says; the text lies in an exactly sized block. */
static inline int judging_run(const struct judging *judging,
			      struct verdict **out)
{
	struct judging_host keeper = {.text = judging->schema};
	const struct host host = {.ctx = &keeper, .schema = judging_schema};
	const char *format = judging->format ? judging->format : "yaml";
	struct plan plan = judging->plan;
	const size_t size = judging->text.size;
	char *block = malloc(size ? size : 1);
	struct arena arena;

	if (size)
		memcpy(block, judging->text.data, size);
	plan.choice.format = format_find(format);
	plan.choice.dialect = judging->dialect ? judging->dialect : "";
	assert_non_null(plan.choice.format);
	if (plan.limits.depth == 0)
		plan.limits = LIMITS_DEFAULT;
	if (plan.level == LEVEL_FAST)
		plan.level = judging->schema ? LEVEL_STANDARD : LEVEL_FAST;
	plan.directory = "";
	plan.forced_schema = judging->schema ? "s.json" : NULL;
	arena_init(&arena, plan.limits.arena_bytes);

	const int r = validate_bytes(&plan, (struct span){block, size}, &host,
				     &arena, out);

	arena_release(&arena);
	schema_free(keeper.schema);
	free(keeper.why);
	free(block);
	return r;
}

/* "1:2 rule; 3:4 rule; 5 suppressed": free() it. */
static inline char *judged_shown(const struct verdict *verdict)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	const char *separator = "";

	for (uint32_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];

		fprintf(out, "%s%u:%u %s", separator, finding->line,
			finding->column, verdict_text(verdict, finding->rule));
		separator = "; ";
	}
	if (verdict_suppressed(verdict))
		fprintf(out, "%s%u suppressed", separator,
			verdict_suppressed(verdict));
	fclose(out);
	return text;
}

/* The same of a judging that must succeed. */
static inline char *judged(const struct judging *judging)
{
	struct verdict *verdict;

	assert_int_equal(judging_run(judging, &verdict), 0);
	assert_true(verdict_is_sound(verdict, verdict->size));

	char *text = judged_shown(verdict);

	free(verdict);
	return text;
}

#endif
