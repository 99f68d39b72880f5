/*
 * One reader over one text, with all that must hold of what it answers: alone,
 * through validate_bytes(), once more, and with budgets that run out.
 */
#ifndef TESTS_FUZZ_READER_H
#define TESTS_FUZZ_READER_H

#include "validate/format.h"
#include "validate/verdict.h"

struct fuzz_reader {
	const char *format;
	const char *dialect;
	unsigned promises;   /* enum check_doc_promise */
	format_reader *read; /* instead of the format's own; or NULL */
	uint64_t free_steps; /* more than in proportion to the text */
};

/* Read and check; ends the process when an invariant fails. */
void fuzz_read(const struct fuzz_reader *reader, struct span text);

/* A text that has been read; fuzz_reading_release() it. */
struct fuzz_reading {
	char *bytes; /* exactly sized */
	struct arena arena;
	struct limits limits; /* set before */
	struct doc doc;
	struct findings findings;
	const char *skip;
	uint64_t steps; /* of the reader, see fuzz_steps() */
	int result;	/* of the reader, or of bringing the text to UTF-8 */
	bool is_text;	/* it was UTF-8 without NUL, so it was read */
};

/* Bring the text to UTF-8 as validate_bytes() does, then read it. */
void fuzz_reading_run(struct fuzz_reading *reading,
		      const struct fuzz_reader *reader, struct span text);
void fuzz_reading_release(struct fuzz_reading *reading);

/* Are nodes, documents and findings the same? Ends the process if not. */
void fuzz_reading_compare(const struct fuzz_reading *a,
			  const struct fuzz_reading *b);

/* Was it read to the end, without an error? Then every document has a root. */
bool fuzz_reading_is_good(const struct fuzz_reading *reading);

#endif
