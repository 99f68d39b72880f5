/*
 * The lines of an INI file, joined where a backslash says so, and where their
 * bytes stand in the source.
 */
#ifndef VALIDATE_FORMATS_INI_INI_LINES_H
#define VALIDATE_FORMATS_INI_INI_LINES_H

#include "validate/arena.h"
#include "validate/formats/ini/ini_dialect.h"

/* Bytes of a line from `at` on stand in the source from `source` on. */
struct ini_piece {
	uint32_t at;
	uint32_t source;
};

/* Without its newline; in the source, or in the arena if it was joined. */
struct ini_line {
	struct span text;
	struct ini_piece whole; /* of a line that was not joined */
	struct ini_piece *pieces;
	uint32_t piece_count; /* 0: see `whole` */
	uint32_t number;      /* of its first line, from 1 */
};

struct ini_lines {
	struct arena *arena;
	const struct ini_dialect *dialect;
	struct span source;
	size_t at;	 /* begin of the next line */
	uint32_t number; /* of the line before that */
};

/* The next line: 1 with *out, 0 at the end, -ENOMEM or -E2BIG (arena). */
must_check int ini_lines_next(struct ini_lines *lines, struct ini_line *out);

/* Go on behind `offset`, which is in a line that was not yet handed out. */
void ini_lines_skip(struct ini_lines *lines, size_t offset);

/* Offset in the source of the byte `at`, and of the end behind `at` bytes. */
uint32_t ini_line_begin(const struct ini_line *line, uint32_t at);
uint32_t ini_line_end(const struct ini_line *line, uint32_t at);

#endif
