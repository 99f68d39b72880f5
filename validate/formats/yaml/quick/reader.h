/*
 * What the files of the quick reader share: where it stands, and one function
 * for each kind of value. Every function that returns int gives 0, or whatever
 * makes quick_read() give up: QUICK_LEFT, or what yaml_tree.h says.
 */
#ifndef VALIDATE_FORMATS_YAML_QUICK_READER_H
#define VALIDATE_FORMATS_YAML_QUICK_READER_H

#include "validate/formats/yaml/quick/bytes.h"
#include "validate/formats/yaml/quick/quick.h"
#include "validate/formats/yaml/yaml_tree.h"

enum {
	QUICK_LEVELS = 64,
	QUICK_KEY_BYTES = 1000, /* libyaml allows 1024 code points */
};

/* An open block list or mapping; the lowest one is the document. */
struct quick_level {
	int32_t column; /* from 0, where its entries or keys begin; -1 */
	uint32_t gap;	/* where its next value stands if there is none */
	bool is_list;
	bool awaits; /* a value: nothing follows `-` or `key:` on the line */
};

struct quick {
	const char *at; /* the next byte */
	const char *line;
	const char *begin; /* of the source */
	const char *end;
	struct quick_level *top;
	struct quick_level levels[QUICK_LEVELS];
	struct yaml_tree tree;
};

static inline uint32_t quick_offset(const struct quick *quick, const char *at)
{
	return (uint32_t)(at - quick->begin);
}

/* Is there a byte, and of such a kind? */
static inline bool quick_sees(const struct quick *quick, const char *at,
			      unsigned bits)
{
	return at < quick->end && quick_byte_is(*at, bits);
}

/* Does a blank, a line end or the end stand there? */
static inline bool quick_is_gap(const struct quick *quick, const char *at)
{
	return at == quick->end || quick_byte_is(*at, BYTE_BLANK | BYTE_BREAK);
}

static inline const char *quick_skip_blanks(const struct quick *quick,
					    const char *at)
{
	while (quick_sees(quick, at, BYTE_BLANK))
		at++;
	return at;
}

/* Is the rest of the line, after blanks, empty or a comment? */
static inline bool quick_is_rest_empty(const struct quick *quick,
				       const char *at)
{
	return at == quick->end || *at == '#' || quick_byte_is(*at, BYTE_BREAK);
}

/* Step over a line end, if the file does not end here. */
must_check int quick_take_break(struct quick *quick);

/* Go to the next line, over blanks and a comment. */
must_check int quick_end_line(struct quick *quick);

/*
 * Go to the first byte behind indentation, over empty lines and comments; to
 * the end if there is none. `at` must be in indentation.
 */
must_check int quick_find_content(struct quick *quick);

/* Does a document's mark stand at `at`? */
bool quick_is_marker(const struct quick *quick);

/*
 * At a line end in a scalar: go to its next line that is not empty, behind the
 * indentation, or to the end. QUICK_LEFT if a tab stands there.
 */
must_check int quick_next_text(struct quick *quick);

/*
 * Lines joined as YAML does: a line end becomes a space, n become n - 1 line
 * feeds, blanks around them vanish. Returns the bytes written to `to`, never
 * more than raw.size.
 */
size_t quick_fold(struct span raw, char *to);

/*
 * A scalar; `at` goes behind it. `stops` is BYTE_FLOW inside flow lists and
 * mappings, where a plain one must end on its line, else 0.
 */
must_check int quick_plain(struct quick *quick, unsigned stops,
			   struct yaml_placed *out);
must_check int quick_quoted(struct quick *quick, struct yaml_placed *out);

must_check static inline int quick_scalar(struct quick *quick, unsigned stops,
					  struct yaml_placed *out)
{
	if (*quick->at == '"' || *quick->at == '\'')
		return quick_quoted(quick, out);
	return quick_plain(quick, stops, out);
}

/* A key must stand on one line, and not be too long. `colon` is behind it. */
static inline bool quick_is_key(const struct quick *quick,
				const struct yaml_placed *key,
				const char *colon)
{
	const uint32_t end = quick_offset(quick, colon);

	return key->start >= quick_offset(quick, quick->line) &&
	       end - key->start <= QUICK_KEY_BYTES;
}

/* A whole flow list or mapping, over lines; `at` goes behind it. */
must_check int quick_flow(struct quick *quick);

/* A text block (`|` or `>`) with its lines. */
must_check int quick_text(struct quick *quick);

/* The block content that begins at `at`, behind its indentation. */
must_check int quick_block(struct quick *quick);

/* Begin the lowest level; there is none above it. */
void quick_begin_blocks(struct quick *quick);

/* Close all levels; `offset` is where a document without value has a null. */
must_check int quick_end_blocks(struct quick *quick, uint32_t offset);

/* A null at `offset`, where nothing stands. */
must_check int quick_add_null(struct quick *quick, uint32_t offset);

#endif
