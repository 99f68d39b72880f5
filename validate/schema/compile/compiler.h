/*
 * What the parts of the compiler share: the schema files that were read, the
 * resources ($id) and anchors found in them, and the program being written.
 */
#ifndef VALIDATE_SCHEMA_COMPILE_COMPILER_H
#define VALIDATE_SCHEMA_COMPILE_COMPILER_H

#include "validate/limits.h"
#include "validate/schema/compile/emit.h"
#include "validate/schema/compile/names.h"
#include "validate/schema/program.h"

/* The name that `$recursiveAnchor: true` has among the anchors. */
#define RECURSIVE_NAME "#"

/* Whose child a node is, and as what: a key's index or an item's number. */
struct origin {
	uint32_t parent;
	uint32_t label;
};

/* What is known about one node of a schema file. */
struct node_note {
	struct origin origin;
	uint32_t location; /* in the program, PROGRAM_NONE: not yet made */
	uint32_t block;	   /* PROGRAM_NONE: not yet asked for */
	uint32_t resource; /* that begins here, PROGRAM_NONE: none */
	bool is_scanned;
	bool is_indexed; /* its members are among the source's names */
};

/* One schema file. */
struct source {
	const char *path; /* as messages name it */
	const char *uri;  /* it was read from */
	struct doc doc;
	uint32_t root;
	struct node_note *notes; /* one a node */
	struct names members;	 /* of large containers, under their index */
};

/* A schema with an identity of its own; others belong to the one around. */
struct resource {
	struct source *source;
	uint32_t root;
	const char *uri;
	const char *other_uri; /* of a file: where it was read; else NULL */
	enum schema_dialect dialect;
	uint32_t groups; /* set of vocabularies that apply, by keyword_group */
};

struct anchor {
	uint32_t resource;
	struct span name;
	uint32_t node;
	bool is_dynamic;
};

/* A subschema: a node of a file, and the resource it belongs to. */
struct target {
	struct source *source;
	uint32_t node;
	uint32_t resource;
};

/* A block that is promised but not yet written. */
struct work {
	struct target target;
	uint32_t block;
};

struct compiler {
	const struct schema_options *options;
	const struct host *host;
	struct arena arena; /* scratch, gone after the compilation */
	struct limits limits;
	struct emitter emitter;
	struct list sources;	     /* of struct source * */
	struct list resources;	     /* of struct resource */
	struct list anchors;	     /* of struct anchor */
	struct names resource_names; /* URIs to indices, under 0 */
	struct names anchor_names;   /* to indices, under their resource's */
	struct names absent; /* errno of URIs that lead to no file, under 0 */
	struct names dynamic_names;  /* that $dynamicRef used, under 0 */
	struct list work;	     /* of struct work */
	uint32_t keyword_table[256]; /* keyword + 1 by hash of its name */
	char **why;
	/* A schema that is looked at for its own sake: what is wrong with it
	 * becomes findings, and other files are not compiled. Else NULL. */
	const struct source *examined;
	struct findings *findings;
	uint32_t document;
};

/* The subschema being compiled, its keywords looked up. */
struct subschema {
	struct target target;
	const struct doc *doc;
	uint32_t values[KEYWORD_COUNT]; /* node index or DOC_NONE */
};

static inline bool is_strict(const struct compiler *compiler)
{
	return compiler->options->mode == SCHEMA_STRICT;
}

static inline struct resource *resource_at(const struct compiler *compiler,
					   uint32_t index)
{
	return (struct resource *)compiler->resources.data + index;
}

/* The text of a key; a complex key of YAML has none. */
static inline struct span key_text(const struct doc *doc, uint32_t key)
{
	const struct node *node = doc_node(doc, key);

	return node_is_container(node) ? (struct span){"", 0} : node_text(node);
}

/*
 * Say what is wrong with a schema, at a node of it: sets *why, or adds a
 * finding if it is the one examined, and returns -EBADMSG; or -ENOMEM.
 */
must_check int compile_error(struct compiler *compiler,
			     const struct source *source, uint32_t node,
			     const char *format, ...) printf_like(4, 5);

/* The same with an offset into the source instead of a node. */
must_check int compile_error_at(struct compiler *compiler, const char *path,
				struct span text, size_t offset,
				const char *message);

/* load.c: a file read and parsed, each only once. -ENOENT: it is not there. */
must_check int load_text(struct compiler *compiler, struct span text,
			 const char *path, const char *uri,
			 struct source **out);
must_check int load_file(struct compiler *compiler, const char *path,
			 const char *uri, struct source **out);
/* The same for a document that is parsed already; its nodes are borrowed. */
must_check int load_doc(struct compiler *compiler, const struct doc *doc,
			uint32_t root, const char *uri, struct source **out);

/* dialect.c: is it the URI of one of the drafts' own metaschemas? */
bool dialect_is_known(struct span uri);

/* compile.c: write the program of the first source, from its root. */
must_check int compile_program(struct compiler *compiler, struct source *source,
			       uint32_t *entry);

/* keywords.c: the keyword of that name, KEYWORD_COUNT if there is none. */
void keywords_init(struct compiler *compiler);
enum keyword keywords_find(const struct compiler *compiler,
			   const struct node *key);
/* Does the keyword mean anything in schemas of this resource? */
bool keywords_apply(const struct compiler *compiler,
		    const struct resource *resource, enum keyword keyword);
/* Look up all keywords of a subschema that is an object. */
void keywords_collect(const struct compiler *compiler, struct target target,
		      struct subschema *out);

/* dialect.c: of a schema's root, from its $schema or `inherited`. */
must_check int dialect_of(struct compiler *compiler, struct source *source,
			  uint32_t root, const struct resource *inherited,
			  struct resource *out);

/* registry.c: find resources and anchors at and below a schema. */
must_check int registry_scan(struct compiler *compiler, struct target target);
must_check int registry_add_root(struct compiler *compiler,
				 struct source *source,
				 const struct resource *inherited,
				 uint32_t *out);
/* The anchor of a resource, NULL if it has none of that name. */
const struct anchor *registry_anchor(const struct compiler *compiler,
				     uint32_t resource, struct span name);
/* PROGRAM_NONE if no resource has that URI. */
uint32_t registry_find(const struct compiler *compiler, const char *uri);
/* The resource that a node stands in. */
uint32_t registry_around(const struct source *source, uint32_t node);

/*
 * resolve.c: what a reference means. `place` is the node that holds it, for
 * errors. *is_dynamic (may be NULL): it leads to a dynamic anchor. In compat
 * -EREMOTE (without *why) if it names a URL that is not at hand.
 */
must_check int resolve_reference(struct compiler *compiler,
				 const struct target *from, uint32_t place,
				 struct target *out, bool *is_dynamic);

/* The target of a child node, which may begin a resource of its own. */
struct target target_child(const struct target *parent, uint32_t node);

/*
 * blocks.c: the block of a subschema, now or later written. `node` must be an
 * object or a boolean.
 */
must_check int block_of(struct compiler *compiler, struct target target,
			uint32_t *out);
must_check int block_of_child(struct compiler *compiler,
			      const struct subschema *schema, uint32_t node,
			      uint32_t *out);
/* Blocks of all items of an array of schemas, appended to the instruction. */
must_check int blocks_of_items(struct compiler *compiler,
			       const struct subschema *schema, uint32_t array);
/* The location of a node in the program. */
must_check int location_of(struct compiler *compiler, struct source *source,
			   uint32_t node, uint32_t *out);

/* The segments, one file each: write what the keywords demand. */
must_check int compile_any(struct compiler *compiler,
			   const struct subschema *schema, uint8_t *kinds);
must_check int compile_number(struct compiler *compiler,
			      const struct subschema *schema);
must_check int compile_string(struct compiler *compiler,
			      const struct subschema *schema);
must_check int compile_array(struct compiler *compiler,
			     const struct subschema *schema);
must_check int compile_object(struct compiler *compiler,
			      const struct subschema *schema);
must_check int compile_apply(struct compiler *compiler,
			     const struct subschema *schema);
must_check int compile_unevaluated(struct compiler *compiler,
				   const struct subschema *schema);

/* A keyword whose value is a whole number from 0 on, as limit or default. */
must_check int compile_limit(struct compiler *compiler,
			     const struct subschema *schema,
			     enum keyword keyword, enum operation operation);
must_check int read_limit(struct compiler *compiler,
			  const struct subschema *schema, enum keyword keyword,
			  uint32_t *out);

/* Errors about a keyword's value being of the wrong type. */
must_check int keyword_error(struct compiler *compiler,
			     const struct subschema *schema,
			     enum keyword keyword, const char *demand);

#endif
