/*
 * What git's configuration has beyond the lines of INI: headers with a quoted
 * subsection, values with quotes, escapes and comments, over several lines.
 */
#ifndef VALIDATE_FORMATS_INI_INI_GIT_H
#define VALIDATE_FORMATS_INI_INI_GIT_H

#include "validate/arena.h"

/* The header of a section. */
struct ini_git_header {
	struct span name;    /* between the brackets */
	bool is_spaced;	     /* more than a space before the subsection */
	size_t folded;	     /* bytes of it whose case does not count */
	size_t size;	     /* of the whole header */
	const char *problem; /* NULL, or what is wrong */
	size_t problem_at;   /* offset in the text */
};

/* Read the header that a text (up to the line's end) begins with. */
void ini_git_header(struct span text, struct ini_git_header *out);

/* May a key have this name? Letters, digits, '-'; a letter first. */
bool ini_git_is_key(struct span name);

/* The value of a key; offsets are in the source. */
struct ini_git_value {
	struct span text; /* in the source, or in the arena */
	size_t begin;
	size_t end;
	size_t next; /* of the newline that ends it, or the source's size */
	bool is_quoted;
	const char *problem; /* NULL, or what is wrong */
	size_t problem_at;
};

/* Read the value that begins at `at`. 0, -ENOMEM or -E2BIG (arena). */
must_check int ini_git_value(struct arena *arena, struct span source, size_t at,
			     struct ini_git_value *out);

#endif
