/*
 * How the dialects of INI differ: a table, and the stand-in of a line, which
 * is what inih gets to see of it. Who decides what:
 *
 *   inih                             we
 *   -------------------------------  ------------------------------------
 *   is a line blank, a comment, a    what it gets to see of the line: a ':'
 *   header, a key, more of a value,  is hidden where only '=' separates, a
 *   or bad?                          '#' is shown as ';', and so on
 *   where name and value begin, end  lines, columns, lengths, full texts
 *   ']' ends a header; ';' behind a  the dialects: comments, separators,
 *   space is a comment; '=' or ':'   headers, quotes, directives; git's
 *   parts key and value              headers and values (ini_git.h)
 *   an indented line is more of a    only if it is indented deeper than its
 *   value                            key, as for configparser
 *   a line is a line                 a backslash at the end joins two
 *   tells the first bad line         a finding for each of them
 *   takes "[]" and "= value"         names that are empty are errors
 *   cuts lines at 200 bytes, names   nothing is ever cut
 *   and sections at 49
 *   tells keys as they come          sections of one name are one object, a
 *                                    repeated key has its last value
 *
 * tests/unit/test_ini_inih.c holds the left side against inih itself. In one
 * thing "setupcfg" is stricter than configparser: "[a = b" is a header without
 * its ']', not a key.
 */
#ifndef VALIDATE_FORMATS_INI_INI_DIALECT_H
#define VALIDATE_FORMATS_INI_INI_DIALECT_H

#include "validate/formats/pairs.h"

/* Which ']' ends the name of a section. */
enum ini_header {
	INI_HEADER_FIRST, /* the first of the line, as for inih */
	INI_HEADER_LAST,  /* the last of the line: names may hold "]" */
	INI_HEADER_END,	  /* the line's last byte, nothing may follow */
	INI_HEADER_GIT,	  /* [name "sub ] section"]: see ini_git.h */
};

/* How a value goes on in the next line. */
enum ini_continuation {
	INI_CONTINUE_NEVER,
	INI_CONTINUE_INDENT,	/* lines indented deeper than their key */
	INI_CONTINUE_BACKSLASH, /* a backslash at the end joins lines */
	INI_CONTINUE_SPACE,	/* the same, and becomes a space (systemd) */
};

enum ini_trait {
	INI_INLINE_SPACED = 1,	 /* inline comments need white space before */
	INI_INLINE_UNQUOTED = 2, /* no inline comments inside quotes */
	INI_NO_VALUE = 4,	 /* a key alone is on */
	INI_UNQUOTE = 8,	 /* quotes around a value are not part of it */
	INI_TRIM_SECTION = 16,	 /* [ a ] is [a] */
	INI_FOLD_KEYS = 32,	 /* ASCII case of keys does not count */
	INI_FOLD_SECTIONS = 64,
	INI_BARE_HEADER = 128, /* text behind ']' is an error */
	INI_KEEP_BLANKS = 256, /* blank lines inside a value belong to it */
};

/* One row of the table. */
struct ini_dialect {
	const char *name;
	const char *comments;	     /* bytes that begin a comment line */
	const char *inline_comments; /* bytes that begin one behind a value */
	const char *separators;	     /* between key and value */
	const char *directives[2];   /* words that begin lines without key */
	struct pairs_policy repeats;
	enum ini_header header;
	enum ini_continuation continuation;
	uint32_t traits;     /* enum ini_trait */
	int missing_section; /* severity of keys before the first one */
};

/* The dialect of that name, the generic one if there is none. */
const struct ini_dialect *ini_dialect_find(const char *name);

static inline bool ini_has(const struct ini_dialect *dialect,
			   enum ini_trait trait)
{
	return (dialect->traits & (uint32_t)trait) != 0;
}

/* What inih takes for white space, whatever the locale. */
static inline bool ini_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Without white space at both ends. */
struct span ini_trim(struct span text);

/*
 * A short line with the grammar of a long one: runs of bytes that decide
 * nothing are one 'x', runs of white space one ' ', and of the bytes that can
 * decide only those stay that do in this dialect. source[i] tells which bytes
 * of the line text[i] stands for.
 */
enum { INI_STANDIN_MAX = 32 };
struct ini_standin {
	char text[INI_STANDIN_MAX]; /* not terminated */
	struct {
		uint32_t begin;
		uint32_t end;
	} source[INI_STANDIN_MAX];
	uint32_t size;	/* 0: the line is blank */
	uint32_t start; /* first byte of the line that is not white space */
	uint32_t end;	/* behind the last one */
	uint32_t value; /* behind the separator, if there is one */
	uint32_t close; /* of the ']' that ends a header, or `end` */
	bool continues; /* indented, behind a key: more of its value */
	bool is_bare;	/* a key alone; the stand-in has got a '=' */
};

/*
 * Make the stand-in of a line (without its newline). `continues` says that it
 * is indented deeper than a key before it.
 */
void ini_standin_make(const struct ini_dialect *dialect, struct span line,
		      bool continues, struct ini_standin *out);

#endif
