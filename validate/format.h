/*
 * The formats: their names, which files have them, and who reads them. A new
 * format is a reader in formats/ and a line in format.c.
 */
#ifndef VALIDATE_FORMAT_H
#define VALIDATE_FORMAT_H

#include "validate/doc.h"
#include "validate/finding.h"
#include "validate/limits.h"

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

struct format {
	const char *name; /* as in reports: "yaml" */
	const char *key;  /* profile phase: "parse.yaml" */
	format_reader *read;
	bool empty_is_valid;
	bool may_be_utf16;
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

/* Every format, in a fixed order; NULL past the end. */
const struct format *format_at(size_t index);

#endif
