/*
 * The line that a finding is about, as people may see it. Values and comments
 * of a configuration may be secrets, so only keys and the punctuation between
 * them are shown; every run of other characters becomes `***`, whatever its
 * length. What is shown is decided by the parsed document alone: a character
 * outside every key is hidden unless it is known to be structure.
 */
#ifndef VALIDATE_EXCERPT_EXCERPT_H
#define VALIDATE_EXCERPT_EXCERPT_H

#include "validate/format.h"

/* What excerpts are made from. All is borrowed. */
struct excerpt_request {
	struct format_choice choice; /* format NULL: nothing is known of it */
	struct span content;
	const struct limits *limits;
	bool show_values; /* lines are shown as they are */
};

/*
 * A text from which lines are shown, in the arena. Fields are for excerpt.c;
 * asking for lines in ascending order keeps the whole linear.
 */
struct excerpt_source {
	struct span text;
	const uint8_t *shown; /* a flag for each byte; NULL: all are shown */
	uint32_t line;	      /* where the last question led, from 1 */
	size_t line_start;
	uint32_t column;
	size_t offset;
};

/*
 * Read `request->content` once more to know its keys. A broken document is
 * fine: what was not read is hidden. `arena` must be empty and outlive *out;
 * the content need only outlive it when there is nothing to decode.
 * 0; -ENOMEM or -E2BIG (arena).
 */
must_check int excerpt_open(const struct excerpt_request *request,
			    struct arena *arena, struct excerpt_source *out);

/* What to show: positions as in a finding (from 1, in code points). */
struct excerpt_place {
	uint32_t line;
	uint32_t column;
	uint32_t length;
	uint32_t max_columns; /* of the line; at least 20 */
};

/* One line for a terminal, and what to underline, in columns. */
struct excerpt {
	const char *text;   /* terminated, in the arena; controls are escaped,
			       tabs are four columns */
	uint32_t indent;    /* columns in front of the underline */
	uint32_t underline; /* columns, at least 1 */
};

/*
 * 1 and *out; 0 when the line would tell nothing (all of it is hidden, or
 * there is no such line); -ENOMEM or -E2BIG (arena).
 */
must_check int excerpt_line(struct excerpt_source *source,
			    struct excerpt_place place, struct arena *arena,
			    struct excerpt *out);

#endif
