/*
 * To hold a text against a schema in one call and see what is found.
 */
#ifndef TESTS_UNIT_SCHEMA_CASE_H
#define TESTS_UNIT_SCHEMA_CASE_H

#include "tests/unit/unit.h"

#include "validate/schema/schema.h"
#include "validate/text.h"

#include <errno.h>
#include <stdio.h>

enum { FOUND_SIZE = 8192 };

/* A file that schemas may refer to. */
struct schema_file {
	const char *path;
	const char *text;
};

/* What a check starts from; unset fields mean the usual. */
struct schema_case {
	const char *schema;
	const char *document;
	const char *format;  /* default "yaml", which reads JSON too */
	const char *dialect; /* of the format */
	struct schema_options options;
	const struct schema_file *files; /* ends with path NULL */
	uint64_t max_steps;
	size_t arena_bytes;
	bool show_values;
	bool with_location;
};

static inline int schema_case_read(void *ctx, const char *path,
				   struct span *out)
{
	const struct schema_file *file = ctx;

	for (; file && file->path; file++) {
		if (strcmp(file->path, path) == 0) {
			*out = span_of(file->text);
			return 0;
		}
	}
	return -ENOENT;
}

/* Compile from an exactly sized block; *why as schema_compile(). */
static inline int schema_case_compile(const struct schema_case *given,
				      struct schema **schema, char **why)
{
	const struct host host = {
		.ctx = (void *)(uintptr_t)given->files,
		.read = schema_case_read,
	};
	const size_t size = strlen(given->schema);
	char *text = malloc(size ? size : 1);

	memcpy(text, given->schema, size);

	const int r = schema_compile((struct span){text, size}, "s.json",
				     &given->options, &host, schema, why);

	free(text);
	return r;
}

static inline void schema_case_print(const struct schema_case *given,
				     const struct reading *reading,
				     uint32_t first,
				     char found[static FOUND_SIZE])
{
	size_t size = 0;

	found[0] = '\0';
	for (uint32_t i = first; i < reading->findings.count; i++) {
		const struct raw_finding *finding = &reading->findings.list[i];
		struct text_cursor cursor;
		struct position position;

		text_cursor_init(&cursor, reading->doc.source);
		position = text_position(&cursor, finding->place.offset);
		size += (size_t)snprintf(
			found + size, FOUND_SIZE - size, "%s%u:%u+%u %s %s",
			i > first ? "\n" : "", position.line, position.column,
			finding->place.length, finding->rule,
			given->with_location ? finding->schema_location
					     : finding->message);
		assert_true(size < FOUND_SIZE);
	}
}

/*
 * Compile, read, evaluate. `found` gets one line a finding: "line:column+length
 * rule message", or the reason why the schema is broken. Returns what
 * schema_compile() or schema_evaluate() returned.
 */
static inline int schema_case_run(const struct schema_case *given,
				  char found[static FOUND_SIZE])
{
	struct reading reading = {0};
	struct schema *schema = NULL;
	char *why = NULL;
	int r = schema_case_compile(given, &schema, &why);

	snprintf(found, FOUND_SIZE, "%s", why ? why : "");
	free(why);
	if (r)
		return r;
	reading_run(&reading, given->format ? given->format : "yaml",
		    given->dialect ? given->dialect : "",
		    span_of(given->document));
	assert_int_equal(reading.result, 0);
	if (given->arena_bytes)
		reading.arena.limit_bytes =
			reading.arena.used_bytes + given->arena_bytes - 1;

	const struct schema_run run = {
		.doc = &reading.doc,
		.root = reading.doc.documents[0].root,
		.max_steps = given->max_steps ? given->max_steps : 1000000,
		.arena = &reading.arena,
		.findings = &reading.findings,
		.show_values = given->show_values,
	};

	/* What the reader has to say is not asked for here. */
	const uint32_t first = reading.findings.count;

	r = schema_evaluate(schema, &run);
	schema_case_print(given, &reading, first, found);
	reading_release(&reading);
	schema_free(schema);
	return r;
}

/* Run and compare. */
static inline void schema_case_expect(const char *what,
				      const struct schema_case *given,
				      const char *expected)
{
	char found[FOUND_SIZE];
	const int r = schema_case_run(given, found);

	if (r != 0 && r != -EBADMSG)
		fail_msg("%s: returned %d", what, r);
	if (strcmp(found, expected) != 0)
		fail_msg("%s\n   found: %s\nexpected: %s", what, found,
			 expected);
}

#endif
