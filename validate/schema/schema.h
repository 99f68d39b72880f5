/*
 * JSON Schema: compiled once, evaluated over documents of any format.
 *
 * A schema is compiled to a flat immutable program. Every instruction knows
 * the place in the schema that it comes from, for findings.
 */
#ifndef VALIDATE_SCHEMA_SCHEMA_H
#define VALIDATE_SCHEMA_SCHEMA_H

#include "validate/doc.h"
#include "validate/finding.h"
#include "validate/host.h"
#include "validate/limits.h"

struct schema; /* immutable: any thread may share it */

enum schema_mode {
	SCHEMA_COMPAT, /* what published schemas assume: siblings of $ref count,
			  formats are asserted */
	SCHEMA_STRICT, /* the letter of the specification */
};

enum schema_dialect {
	SCHEMA_BY_CONTENT, /* $schema, else guessed (2020-12 in strict) */
	SCHEMA_DRAFT4,
	SCHEMA_DRAFT6,
	SCHEMA_DRAFT7,
	SCHEMA_2019_09,
	SCHEMA_2020_12,
};

struct schema_options {
	enum schema_mode mode;
	enum schema_dialect dialect; /* of schemas without $schema */
};

/*
 * Compile the schema in `text` (JSON or YAML by `path`). References to other
 * files are read through host->read by their path from the root.
 * 0 and *out (schema_free() it); -EBADMSG with *why, an owned string (free())
 * "schemas/app.json:3:7: what is wrong"; -ENOMEM; -E2BIG; -ECANCELED.
 */
must_check int schema_compile(struct span text, const char *path,
			      const struct schema_options *options,
			      const struct host *host, struct schema **out,
			      char **why);

void schema_free(struct schema *schema);

/* Larger programs have no image. */
enum { SCHEMA_IMAGE_MAX = 16 << 20 };

/*
 * The image of a schema: bytes that schema_open() makes the same schema of, in
 * another process of the same build and on a machine of the same kind. 0 and
 * *out (free()); -E2BIG; -ENOMEM.
 */
must_check int schema_export(const struct schema *schema, char **out,
			     size_t *size);

/*
 * A schema out of its image, which may go away afterwards. Damaged and forged
 * images are safe to open and to evaluate; what a forged one says is no better
 * than who made it. Patterns are compiled when first matched, so that
 * schema_evaluate() can also return -EBADMSG for a forged one. 0 and *out
 * (schema_free() it); -EBADMSG; -ENOMEM.
 */
must_check int schema_open(struct span image, struct schema **out);

/* A number that changes with the layout of images: a part of their keys. */
uint32_t schema_image_version(void);

/* A document that is a schema itself. All is borrowed. */
struct schema_examination {
	const struct doc *doc;
	uint32_t document; /* number of the document, for findings */
	uint32_t root;
	const char *directory; /* of its file, from the root, for references */
	const struct schema_options *options;
	const struct host *host;
	struct findings *findings;
};

/*
 * Look whether a schema can be used: all of its subschemas, also those that
 * nothing refers to. What is wrong becomes findings of rule
 * "schema/invalid-schema" (one at most for each subschema); a reference to a
 * URL that is not at hand is a warning, "schema/not-followed". Of other files
 * only the places that are referred to are looked at.
 * 0; -ENOMEM; -E2BIG; -ECANCELED; another errno of host->read.
 */
must_check int schema_examine(const struct schema_examination *job);

/*
 * Is it the URI of a dialect that is known: the metaschema of draft 4, 6, 7,
 * 2019-09 or 2020-12, by http or https, with or without an empty fragment?
 */
bool schema_is_known_dialect(struct span uri);

struct schema_run {
	const struct doc *doc;
	uint32_t document; /* number of the document, for findings */
	uint32_t root;	   /* node to evaluate */
	uint64_t max_steps;
	const struct host *host; /* polled for cancellation; may be NULL */
	struct arena *arena;	 /* scratch */
	struct findings *findings;
	bool show_values;
	bool holds_tagged; /* false: what has a tag of a program's own meets
			      every demand, for it will be something else */
};

/*
 * Evaluate; every violation becomes a finding of rule "schema/KEYWORD" at the
 * key or value that is wrong. Running out of steps is findings_limit().
 * 0; -ENOMEM or -E2BIG (arena); -ECANCELED.
 */
must_check int schema_evaluate(const struct schema *schema,
			       const struct schema_run *run);

#endif
