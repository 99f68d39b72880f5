/*
 * Surveys in memory and what the output formats make of them.
 */
#ifndef TESTS_UNIT_OUTPUTS_H
#define TESTS_UNIT_OUTPUTS_H

#include "tests/unit/unit.h"

#include "fs/report/output.h"

#include <stdio.h>

/* A survey of a few files; findings are at line 1. */
struct outputs {
	struct survey survey;
	struct output_part part;
	struct output output;
};

/*
 * A verdict with one finding for each message, of severities in turn. Messages
 * are put in unchanged: writers must not rely on tidy ones.
 */
static inline struct verdict *outputs_verdict(const char *const *messages)
{
	struct arena arena;
	struct findings findings;
	struct doc doc;
	struct verdict *verdict = NULL;
	uint32_t count = 0;

	arena_init(&arena, 1 << 20);
	assert_non_null(arena_alloc(&arena, 1));
	findings_init(&findings, &arena, 100);
	doc_init(&doc, &arena, span_of("key: value"), 100);
	for (; messages[count]; count++)
		findings_add(&findings, (enum severity)(count % 3),
			     count % 2 ? "yaml/ambiguous" : "schema/type",
			     place_at(0, count, 3), "%0*d",
			     (int)strlen(messages[count]), 0);
	assert_int_equal(verdict_build(&findings, &doc, "", &verdict), 0);
	for (uint32_t i = 0; i < count; i++)
		strcpy((char *)&verdict->findings[count] +
			       verdict->findings[i].message,
		       messages[i]);
	arena_release(&arena);
	return verdict;
}

static inline void outputs_add(struct outputs *outputs, const char *path,
			       struct verdict *verdict)
{
	struct survey *survey = &outputs->survey;
	struct survey_entry *entry;

	if (!survey->entries)
		survey->entries = calloc(16, sizeof(*survey->entries));
	assert_true(survey->count < 16);
	entry = &survey->entries[survey->count++];
	entry->path = strdup(path);
	entry->state = (enum state)verdict->state;
	entry->judgement = judgement_new(verdict, NULL);
	assert_non_null(entry->judgement);
	survey->by_state[entry->state]++;
	for (int i = 0; i < SEVERITY_COUNT; i++)
		survey->by_severity[i] += verdict->totals[i];
	outputs->part.survey = survey;
	if (!outputs->part.prefix)
		outputs->part.prefix = "";
	if (!outputs->part.inside)
		outputs->part.inside = "";
	outputs->output.parts = &outputs->part;
	outputs->output.part_count = 1;
	outputs->output.version = "1.2";
}

/* A file with one error of this message; NULL: a valid one. */
static inline void outputs_add_error(struct outputs *outputs, const char *path,
				     const char *message)
{
	const char *const messages[] = {message, NULL};

	outputs_add(outputs, path, outputs_verdict(messages));
}

static inline void outputs_add_plain(struct outputs *outputs, const char *path,
				     enum state state, const char *reason)
{
	struct verdict *verdict;

	assert_int_equal(verdict_plain(state, reason, &verdict), 0);
	outputs_add(outputs, path, verdict);
}

/* What a format writes, owned. */
static inline char *outputs_write(const struct outputs *outputs,
				  const char *format)
{
	struct output output = outputs->output;
	char *text = NULL;
	size_t size = 0;

	output.file = open_memstream(&text, &size);
	assert_non_null(output.file);
	output_find(format)->write(&output);
	assert_int_equal(fclose(output.file), 0);
	assert_int_equal(strlen(text), size);
	return text;
}

static inline void outputs_release(struct outputs *outputs)
{
	survey_release(&outputs->survey);
}

/* Write, compare, and tell what is missing. */
static inline void outputs_have(const struct outputs *outputs,
				const char *format, const char *wanted)
{
	char *text = outputs_write(outputs, format);

	if (!strstr(text, wanted))
		fail_msg("%s: no '%s' in\n%s", format, wanted, text);
	free(text);
}

static inline void outputs_are(const struct outputs *outputs,
			       const char *format, const char *wanted)
{
	char *text = outputs_write(outputs, format);

	assert_string_equal(text, wanted);
	free(text);
}

#endif
