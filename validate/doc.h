/*
 * A parsed file: one flat array of nodes in source order, the same for every
 * format. Each node knows where it stands in the source and where the next one
 * after its whole subtree is. Values are those of JSON; what a format has
 * beyond it is said by flags. Anchored nodes are shared by aliases, never
 * copied. Everything lives in the arena of the validation.
 */
#ifndef VALIDATE_DOC_H
#define VALIDATE_DOC_H

#include "validate/arena.h"

enum node_type {
	NODE_NULL,
	NODE_BOOL,
	NODE_NUMBER,
	NODE_STRING,
	NODE_ARRAY,  /* `size` items follow */
	NODE_OBJECT, /* `size` pairs follow, each a key then a value */
	NODE_ALIAS,  /* YAML: stands for the node at index `target` */
};

enum node_flag {
	NODE_TRUE = 1,	     /* of a NODE_BOOL */
	NODE_INTEGER = 2,    /* number written without fraction, exponent */
	NODE_NOT_FINITE = 4, /* number: text is "inf", "-inf" or "nan" */
	NODE_UNTYPED = 8,    /* INI, env: text whose type the schema decides */
	NODE_QUOTED = 16,    /* scalar written in quotes */
	NODE_DATETIME = 32,  /* TOML date or time, kept as its text */
	NODE_MERGED = 64,    /* YAML: a key that came in through `<<` */
	NODE_KEY = 128,	     /* key of a pair */
	NODE_CUSTOM_TAG = 256, /* YAML: has a tag of some program's own, which
				  makes something else of it */
};

#define DOC_NONE UINT32_MAX /* no node */

/*
 * A key is usually NODE_STRING; in YAML it may be any scalar, whose `text` then
 * serves as the key, or (complex key) an array or object.
 */
struct node {
	uint8_t type; /* enum node_type */
	uint8_t reserved;
	uint16_t flags;	 /* enum node_flag */
	uint32_t offset; /* of the first byte in doc->source */
	uint32_t length; /* bytes in the source; for containers up to the end */
	uint32_t next;	 /* index of the first node after this subtree */
	uint32_t size;	 /* scalars: bytes of text; else items or pairs */
	union {
		uint32_t hash;	 /* strings and keys: doc_hash() of the text */
		uint32_t target; /* NODE_ALIAS: a node that is no alias */
	};
	/*
	 * Scalars: the value's text, not terminated; it may point into the
	 * source. Strings: decoded UTF-8. Numbers: as JSON writes them, with
	 * all digits (readers turn 0x1f, 1_000, +1 into 31, 1000, 1).
	 */
	const char *text;
};

/* One document of a file; a file of most formats has exactly one. */
struct document {
	uint32_t root;	 /* node index, DOC_NONE if the reader stopped */
	uint32_t offset; /* where it begins in the source */
	struct span
		schema; /* named by a comment in the file; data NULL: none */
	uint32_t schema_offset; /* where that name stands */
};

/* Bytes of the source. */
struct extent {
	uint32_t offset;
	uint32_t length;
};

struct doc {
	struct arena *arena;
	struct span source; /* the bytes that offsets refer to, UTF-8 */
	struct node *nodes;
	uint32_t count;
	uint32_t capacity;
	uint32_t max_nodes;
	bool is_untyped; /* there are NODE_UNTYPED or NODE_CUSTOM_TAG values */
	struct document *documents;
	uint32_t document_count;
	uint32_t document_capacity;
	struct extent *dropped; /* keys and values that became no nodes */
	uint32_t dropped_count;
	uint32_t dropped_capacity;
};

/* An empty doc over `source`, which must outlive it. */
void doc_init(struct doc *doc, struct arena *arena, struct span source,
	      uint32_t max_nodes);

/* doc_push() where there is no room: DOC_NONE if there will be none. */
must_check uint32_t doc_push_growing(struct doc *doc, struct node node);

/*
 * Append a node and return its index; `next` is set to the index after it
 * (close a container with doc_close()). Returns DOC_NONE when the arena failed
 * (see arena->error) or when the node limit is reached (doc_is_full()).
 */
must_check static inline uint32_t doc_push(struct doc *doc, struct node node)
{
	const uint32_t index = doc->count;

	if (index == doc->capacity)
		return doc_push_growing(doc, node);
	node.next = index + 1;
	doc->is_untyped |= (node.flags & NODE_UNTYPED) != 0;
	doc->nodes[index] = node;
	doc->count = index + 1;
	return index;
}

bool doc_is_full(const struct doc *doc);

/* End a container: children are all nodes behind it. `end` is an offset. */
void doc_close(struct doc *doc, uint32_t container, uint32_t size,
	       uint32_t end);

/* Append a document. 0, -ENOMEM or -E2BIG (arena). */
must_check int doc_add_document(struct doc *doc, struct document document);

/*
 * Note a key or value that is left out of the nodes (a later one took its
 * place), so that its text is not taken for a comment. 0, -ENOMEM or -E2BIG.
 */
must_check int doc_drop(struct doc *doc, uint32_t offset, uint32_t length);

/* The node that `index` stands for: aliases are followed. */
const struct node *doc_node(const struct doc *doc, uint32_t index);
uint32_t doc_resolve(const struct doc *doc, uint32_t index);

/* Index of the value of `key` in an object, DOC_NONE if it has none. */
uint32_t doc_find(const struct doc *doc, uint32_t object, struct span key);

static inline struct span node_text(const struct node *node)
{
	return (struct span){node->text, node->size};
}

static inline bool node_is_container(const struct node *node)
{
	return node->type == NODE_ARRAY || node->type == NODE_OBJECT;
}

/* The hash that nodes keep of their text; not for anything that is stored. */
uint32_t doc_hash(struct span text);

/*
 * Call `visit(ctx, first, second)` with the indices of both keys for every key
 * that repeats an earlier one of the same object, in source order of the
 * second. O(n log n) whatever the keys are. Merged keys do not count.
 * 0, -ENOMEM or -E2BIG (arena).
 */
must_check int doc_visit_duplicates(struct doc *doc, uint32_t object,
				    void (*visit)(void *ctx, uint32_t first,
						  uint32_t second),
				    void *ctx);

/*
 * The JSON pointer (RFC 6901) of a node of the document with that root, in the
 * arena; for a key, the pointer of its value. "" for the root, NULL if the
 * arena failed or the node is not below the root.
 */
must_check char *doc_pointer(const struct doc *doc, struct arena *arena,
			     uint32_t root, uint32_t node);

#endif
