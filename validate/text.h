/*
 * Source text: encodings, positions, and how foreign text is shown.
 */
#ifndef VALIDATE_TEXT_H
#define VALIDATE_TEXT_H

#include "validate/arena.h"

/* Offset of the first byte that is not UTF-8 (RFC 3629), or text.size. */
size_t text_utf8_prefix(struct span text);

/*
 * The code point that `text` begins with, and the bytes that it takes in
 * *size: 0 if they are not UTF-8 or there are none.
 */
uint32_t text_point(struct span text, size_t *size);

/* Bytes of a UTF-8 byte order mark at the start: 3 or 0. */
size_t text_bom_size(struct span text);

/* Controls and code points that turn or break the line that they stand in:
 * shown as they are they deceive the reader, or the terminal. */
bool text_is_deceptive(uint32_t code);

/*
 * Is the code point at the start of `text` harmless in a message? What is
 * deceptive or invisible, and bytes that are no UTF-8, are not. *size gets its
 * bytes, at least 1.
 */
bool text_is_plain(struct span text, size_t *size);

/*
 * Where `word` begins in `text`, or NULL. `rare` is the index of the byte of
 * the word that texts have least of: those are the places looked at.
 */
const char *text_find(struct span text, const char *word, size_t rare);

/* Put a '?' in place of each code point that is not plain. */
void text_make_plain(char *text);

/*
 * UTF-16 with byte order mark (or a NUL pattern of ASCII without one) turned
 * into UTF-8 in the arena. 1 and *out if it was UTF-16, 0 if it was not,
 * -EILSEQ with *out's size at the bad unit if it is broken, or the arena's
 * error.
 */
must_check int text_from_utf16(struct span text, struct arena *arena,
			       struct span *out);

/* Write a code point (below 0x110000) in UTF-8: the bytes used, at most 4. */
size_t text_put_utf8(char *to, uint32_t code);

/* Line and column, both from 1; columns count code points. */
struct position {
	uint32_t line;
	uint32_t column;
};

/* Walks forward through a text; cheap for sorted offsets. */
struct text_cursor {
	struct span text;
	size_t line_start;
	size_t scanned; /* newlines before this offset are counted */
	uint32_t line;
};

void text_cursor_init(struct text_cursor *cursor, struct span text);

/* The position of an offset (clamped to the end). CRLF is one line end. */
struct position text_position(struct text_cursor *cursor, size_t offset);

/* Code points from `offset` over `length` bytes, cut at the line's end. */
uint32_t text_width(struct span text, size_t offset, size_t length);

#endif
