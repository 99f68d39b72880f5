/*
 * Comments of a file that begin with "cfgfs:", in the syntax of its format.
 * A place counts only if no key or value of the file covers it.
 */
#ifndef VALIDATE_SUPPRESS_COMMENT_H
#define VALIDATE_SUPPRESS_COMMENT_H

#include "validate/doc.h"
#include "validate/host.h"

struct comment_syntax {
	const char *format;
	const char *lines[2]; /* what begins a comment up to the line's end */
	const char *open;     /* and one of any length, or NULL */
	const char *close;
	bool has_text_blocks; /* YAML: `|` and `>`, and comments behind them */
};

/* NULL: the format has no comments. */
const struct comment_syntax *comment_syntax_of(const char *format);

/* Some bytes of the source, both ends included; first > last: none. */
struct line_range {
	uint32_t first;
	uint32_t last; /* the newline, or the end of the source */
};

/* What may be a comment. Offsets in the source. */
struct comment {
	uint32_t mark;	 /* of "cfgfs:" */
	uint32_t text;	 /* behind that */
	uint32_t end;	 /* of the text: of the line or the comment */
	uint32_t behind; /* the comment */
	struct line_range line;
	bool is_text;  /* no comment: it stands in a key or a value */
	uint32_t skip; /* then: one behind it that may be none */
};

struct comment_list {
	struct comment *list; /* in source order */
	uint32_t count;
	uint32_t capacity;
};

/*
 * Find all that may be one, in linear time; *out lives in the arena.
 * 0, -ENOMEM or -E2BIG (arena).
 */
must_check int comments_find(const struct comment_syntax *syntax,
			     struct span source, struct arena *arena,
			     struct comment_list *out);

/*
 * Tell those that stand inside keys and values of a file that was read without
 * syntax error. 0 or -ECANCELED (`host` may be NULL).
 */
must_check int comments_prove(const struct comment_syntax *syntax,
			      const struct doc *doc, const struct host *host,
			      struct comment_list *comments);

/* Remembers the last answer, which many comments on end share. */
struct line_finder {
	const struct comment_syntax *syntax;
	struct span source;
	uint32_t from;
	uint32_t to;
	struct line_range found;
};

/*
 * The first line behind a comment's that has more than blanks and comments.
 * Comments must be asked for in order: then all takes linear time.
 */
struct line_range comment_next_line(struct line_finder *finder,
				    const struct comment *comment);

#endif
