/*
 * The formats: their names, which files have them, and who reads them. A new
 * format is a reader in formats/ and a line in format.c.
 */
#ifndef VALIDATE_FORMAT_H
#define VALIDATE_FORMAT_H

#include "validate/doc.h"
#include "validate/finding.h"
#include "validate/limits.h"

struct content_facts;
struct host;

/* What a reader gets and fills. */
struct parse {
	struct span source; /* UTF-8 without BOM (YAML: BOM, UTF-16 done) */
	const struct limits *limits;
	const struct host *host; /* polled for cancellation; may be NULL */
	const char *dialect;	 /* of the format, "" for the plain one */
	struct doc *doc;	 /* doc_init() done over `source` */
	struct findings *findings;
	const char *skip; /* out: static reason why the file is not judged */
};

/*
 * Reads the whole source. What is wrong with the file becomes findings (rule
 * "syntax/NAME" for what cannot be read), not an error code. A document whose
 * syntax is broken has root DOC_NONE. Linear time, depth and nodes bounded.
 * 0; -ENOMEM or -E2BIG when the arena failed; -ECANCELED.
 */
typedef int format_reader(struct parse *parse);

/* A content on its way to UTF-8; finding places are offsets in `source`. */
struct decoding {
	struct span source; /* in and out; without byte order mark */
	struct arena *arena;
	struct findings *findings;
	bool was_utf16; /* it is UTF-8 by now */
	bool had_bom;	/* of UTF-8 */
};

/*
 * Brings a content to UTF-8 by what it says of its own encoding. What is still
 * not UTF-8 afterwards is an error of the file. 1: go on; 0: a finding says
 * why not; -ENOMEM or -E2BIG (arena).
 */
typedef int format_decoder(struct decoding *decoding);

struct format {
	const char *name; /* as in reports: "yaml" */
	const char *key;  /* profile phase: "parse.yaml" */
	format_reader *read;
	bool may_be_utf16;
	bool is_syntax_only;	 /* no values: no schema is applied */
	format_decoder *decode;	 /* NULL: it is UTF-8 */
	const char *unavailable; /* why this build cannot read it, or NULL */
};

/* NULL if there is none of that name. */
const struct format *format_find(const char *name);

/* A file's format and the dialect of it; format NULL: none is known. */
struct format_choice {
	const struct format *format;
	const char *dialect; /* static, "" for the plain one */
};

/*
 * By modeline in the content (vim, emacs), exact name, extension, in this
 * order. `content` may be empty: then only the name counts.
 */
struct format_choice format_detect(const char *path, struct span content);

/* The same by what is known of the content (zero: only the name counts). */
struct format_choice format_choose(const char *path,
				   const struct content_facts *facts);

/* Every format, in a fixed order; NULL past the end. */
const struct format *format_at(size_t index);

#endif
