/*
 * A piece of one line as cells, and the part of them around a caret that fits.
 */
#ifndef VALIDATE_EXCERPT_LINE_H
#define VALIDATE_EXCERPT_LINE_H

#include "validate/excerpt/excerpt.h"

/* The piece: bytes of the text, none of them a line end. */
struct line_piece {
	struct span text;
	const uint8_t *shown; /* of the same bytes; NULL: all are shown */
	size_t caret;	      /* bytes from the start of the piece */
	size_t caret_end;     /* at least caret; both may be text.size */
	bool is_cut_left;     /* the line has more on this side */
	bool is_cut_right;
};

/* As excerpt_line(). */
must_check int line_show(const struct line_piece *piece, uint32_t max_columns,
			 struct arena *arena, struct excerpt *out);

#endif
