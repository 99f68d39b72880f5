/*
 * What the files of the TOML reader share. TOML may name one table in many
 * places, so statements build a tree of linked items first, and toml_tree.c
 * writes it into the doc in one go at the end.
 *
 * Read is the union of TOML 1.0 and 1.1. What only 1.1 has is marked "1.1:" in
 * the code; a dialect "1.0" would be kept in struct toml and tested there.
 */
#ifndef VALIDATE_FORMATS_TOML_TOML_INTERNAL_H
#define VALIDATE_FORMATS_TOML_TOML_INTERNAL_H

#include "validate/formats/formats.h"

/* Reading recurses, so the stack bounds the depth whatever the limits say. */
enum { TOML_DEPTH_MAX = 1000 };

/* How an item came to be, which says what may still be added to it. */
enum toml_origin {
	TOML_VALUE,    /* scalar or array: never extended */
	TOML_INLINE,   /* inline table: complete once it is closed */
	TOML_IMPLICIT, /* table that was only named on the way to another */
	TOML_HEADER,   /* [table], the root, or an element of [[table]] */
	TOML_DOTTED,   /* table made by dotted keys, which may add to it */
	TOML_LIST,     /* array of tables */
};

struct toml_key {
	const char *text; /* decoded; may point into the source */
	uint32_t size;
	uint32_t hash;
	uint32_t offset;
	uint32_t length;
	uint32_t line;
	bool is_quoted;
};

struct toml_item {
	struct toml_item *next;
	struct toml_key *key; /* its own copy; NULL: item of an array, root */
	union {
		const char *text;	 /* scalars */
		struct toml_item *first; /* containers, in source order */
	};
	struct toml_item *last;
	struct toml_index *index; /* over the keys of a large table */
	uint32_t size;		  /* bytes of text, or number of items */
	uint32_t offset;
	uint32_t length;
	uint32_t node;	/* its index in the doc, once it is there */
	uint8_t type;	/* enum node_type */
	uint8_t flags;	/* enum node_flag */
	uint8_t origin; /* enum toml_origin */
	bool is_lost;	/* a table that is not in the tree */
};

/* A second definition, reported when the first has got its node. */
struct toml_repeat {
	struct toml_repeat *next;
	const struct toml_item *first;
	struct toml_key key;
	const char *rest; /* of the message */
};

struct toml {
	struct parse *parse;
	const char *at;
	const char *end;
	struct toml_item *root;
	struct toml_item *table; /* that plain keys belong to */
	struct toml_repeat *repeats;
	struct toml_repeat **repeats_end;
	struct document document;
	uint32_t line;
	uint32_t depth; /* containers around the place being read */
	uint32_t max_depth;
	uint32_t nodes; /* that the doc will have */
	bool has_statement;
	int result; /* why reading stopped; 0: a finding says it */
};

/* Functions that return bool or a pointer: false or NULL means stop. */

/* The next byte, -1 at the end. */
static inline int toml_peek(const struct toml *toml)
{
	return toml->at < toml->end ? (unsigned char)*toml->at : -1;
}

static inline void toml_skip_blank(struct toml *toml)
{
	while (toml->at < toml->end && (*toml->at == ' ' || *toml->at == '\t'))
		toml->at++;
}

static inline uint32_t toml_offset(const struct toml *toml, const char *at)
{
	return (uint32_t)(at - toml->parse->source.data);
}

/* toml.c: a statement's parts that inline tables have as well. */

/* `key = value`, with dots in the key, into `table`. */
must_check bool toml_read_pair(struct toml *toml, struct toml_item *table);

/* A comment up to its line's end; the '#' is next. */
must_check bool toml_skip_comment(struct toml *toml);

/* The line end that is next: LF or CRLF. */
must_check bool toml_skip_newline(struct toml *toml);

/* toml_value.c, toml_number.c, toml_time.c: values; they are next. */
must_check struct toml_item *toml_read_value(struct toml *toml,
					     const struct toml_key *key);
must_check bool toml_read_number(struct toml *toml, struct span token,
				 struct toml_item *item);
must_check bool toml_read_time(struct toml *toml, struct toml_item *item);

/* Does a date or a time of day begin with these bytes? */
bool toml_is_time(const char *at, const char *end);

/* toml_string.c */
must_check bool toml_read_string(struct toml *toml, struct span *out);
must_check bool toml_read_key(struct toml *toml, struct toml_key *out);

/* May this byte be part of a bare key? */
bool toml_is_bare(int byte);

/* The first byte from `at` on that a comment may not have, or `end`. */
const char *toml_skip_plain(const char *at, const char *end);

/* toml_tree.c: findings and the tree. */

/* Add a finding "syntax/toml"; always false. */
bool toml_fail(struct toml *toml, const char *at, size_t length,
	       const char *message);

/*
 * The same about a key that clashes with `first`: "'KEY' is already defined on
 * line N", then `rest`.
 */
bool toml_clash(struct toml *toml, const struct toml_key *key,
		const struct toml_item *first, const char *rest);

/* A finding "key/duplicate" of that form; reading can go on. */
must_check bool toml_repeat(struct toml *toml, const struct toml_key *key,
			    const struct toml_item *first, const char *rest);

/* A container more around the place; false if that is one too many. */
must_check bool toml_enter(struct toml *toml, const char *at, size_t length);

/* An item at `at`, not yet in the tree; `key` is copied, NULL: none. */
must_check struct toml_item *toml_new(struct toml *toml,
				      const struct toml_key *key,
				      enum toml_origin origin, const char *at);

/* The member of a table, NULL if it has none of that name. */
struct toml_item *toml_find(const struct toml_item *table,
			    const struct toml_key *key);

/* Append an item to an array; or to a table that has none of its key. */
void toml_append(struct toml_item *array, struct toml_item *item);
must_check bool toml_put(struct toml *toml, struct toml_item *table,
			 struct toml_item *item);

/* Write the tree into the doc. */
must_check bool toml_emit(struct toml *toml);

/*
 * Add the findings of toml_repeat(); their nodes are known if all is in. False
 * if memory fails.
 */
must_check bool toml_report_repeats(struct toml *toml);

#endif
