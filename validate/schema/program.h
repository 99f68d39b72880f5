/*
 * The compiled form: blocks of instructions in one array of words, with the
 * texts, constants and patterns they name by number. Written by compile/, run
 * by evaluate/, immutable in between.
 *
 * A block is one subschema. Its instructions are sorted into segments by the
 * type of value they say something about, so that none has to ask. Every
 * instruction begins with a head (operation, keyword) and its length in words;
 * its operands are listed beside the operation.
 */
#ifndef VALIDATE_SCHEMA_PROGRAM_H
#define VALIDATE_SCHEMA_PROGRAM_H

#include "validate/arena.h"
#include "validate/doc.h"
#include "validate/schema/keyword.h"
#include "validate/schema/quick.h"
#include "validate/schema/strings/pattern.h"

#include <stdatomic.h>

/* "Not there", for all numbers in a program. */
#define PROGRAM_NONE UINT32_MAX

/* The block that accepts everything. */
enum { PROGRAM_TRUE = 0 };

enum operation {
	OPERATION_FALSE,
	/* count, first constant, mask, (mask + 1) x (constant + 1 or 0) */
	OPERATION_ENUM,
	/* constant, is it small?, low half, high half of its value */
	OPERATION_MINIMUM,
	OPERATION_MAXIMUM,
	OPERATION_EXCLUSIVE_MINIMUM,
	OPERATION_EXCLUSIVE_MAXIMUM,
	OPERATION_MULTIPLE_OF,
	/* limit */
	OPERATION_MIN_LENGTH,
	OPERATION_MAX_LENGTH,
	/* pattern, key of its text */
	OPERATION_PATTERN,
	/* check, key of its name */
	OPERATION_FORMAT,
	/* none */
	OPERATION_BASE64,
	/* is it in base64? */
	OPERATION_JSON,
	/* limit */
	OPERATION_MIN_ITEMS,
	OPERATION_MAX_ITEMS,
	OPERATION_UNIQUE_ITEMS,
	/* block of the rest, keyword of it, count, count x block */
	OPERATION_ITEMS,
	/* block, least, most, do matches count as evaluated? */
	OPERATION_CONTAINS,
	/* limit */
	OPERATION_MIN_PROPERTIES,
	OPERATION_MAX_PROPERTIES,
	/*
	 * required count, block of the rest, pattern count, mask, patterns x
	 * (pattern, block), (mask + 1) x struct program_slot
	 */
	OPERATION_MEMBERS,
	/* block */
	OPERATION_PROPERTY_NAMES,
	/* key, count, count x key */
	OPERATION_DEPENDENT_REQUIRED,
	/* key, block */
	OPERATION_DEPENDENT_SCHEMA,
	/* block */
	OPERATION_REF,
	/* block to fall back to, name */
	OPERATION_DYNAMIC_REF,
	/* key of what is referred to */
	OPERATION_UNRESOLVED,
	/* count, count x block */
	OPERATION_ALL_OF,
	OPERATION_ANY_OF,
	OPERATION_ONE_OF,
	/* block */
	OPERATION_NOT,
	/* block, then or none, else or none */
	OPERATION_IF,
	/* block */
	OPERATION_UNEVALUATED_ITEMS,
	OPERATION_UNEVALUATED_PROPERTIES,
	OPERATION_COUNT,
};

/* Words of an instruction before its operands. */
enum { PROGRAM_HEAD = 2 };

static inline enum operation program_operation(const uint32_t *code)
{
	return (enum operation)(code[0] & 0xff);
}

static inline enum keyword program_keyword(const uint32_t *code)
{
	return (enum keyword)(code[0] >> 8);
}

/* One place of the table of OPERATION_MEMBERS; key PROGRAM_NONE: empty. */
struct program_slot {
	uint32_t hash;
	uint32_t key;
	uint32_t block;	   /* PROGRAM_NONE: only required */
	uint32_t required; /* its number among the required ones, or none */
};

/* Where a hash begins its search in a table: doc_hash() is uneven by itself. */
static inline uint32_t program_spread(uint32_t hash)
{
	hash *= 0x9e3779b1u;
	return hash ^ hash >> 15;
}

enum { MEMBERS_HEAD = PROGRAM_HEAD + 4, SLOT_WORDS = 4 };

static inline const struct program_slot *program_slots(const uint32_t *code)
{
	const size_t words = MEMBERS_HEAD + (size_t)2 * code[4];

	return (const struct program_slot *)(const void *)(code + words);
}

static inline const struct program_slot *quick_named(const uint32_t *step)
{
	return (const struct program_slot *)(const void *)(step +
							   QUICK_NAMED_HEAD);
}

/* What a value can be, and what a schema allows; a set. */
enum kind {
	KIND_NULL = 1,
	KIND_BOOLEAN = 2,
	KIND_NUMBER = 4,
	KIND_STRING = 8,
	KIND_ARRAY = 16,
	KIND_OBJECT = 32,
	KIND_INTEGER = 64, /* a number without fraction */
	KIND_LITERAL = 128 /* written without fraction (draft 4) */
};

/* Segments of a block, in the order they are run. */
enum segment {
	SEGMENT_ANY, /* cheap, for every type */
	SEGMENT_NUMBER,
	SEGMENT_STRING,
	SEGMENT_ARRAY,
	SEGMENT_OBJECT,
	SEGMENT_APPLY,	     /* subschemas for the same value */
	SEGMENT_UNEVALUATED, /* after all others */
	SEGMENT_COUNT,
};

struct block {
	uint32_t start[SEGMENT_COUNT + 1]; /* offsets into code */
	uint32_t location;		   /* of the subschema */
	uint32_t resource;		   /* it belongs to */
	uint8_t kinds;			   /* allowed; 0: all */
	bool is_false;
	bool is_tracking; /* needs to know what was evaluated */
	uint8_t reserved; /* 0: blocks are stored as they are */
};

/* A text of the schema. */
struct program_key {
	uint32_t hash; /* doc_hash() */
	uint32_t size;
	const char *text; /* terminated */
};

/* A step of a location: the key below `parent`; a root's key is the path. */
struct program_location {
	uint32_t parent;
	uint32_t key;
};

/* Where a dynamic name leads in one resource. */
struct program_anchor {
	uint32_t name;
	uint32_t resource;
	uint32_t block;
};

/* A pattern, compiled when it is first wanted if it comes from an image. */
typedef _Atomic(struct pattern *) program_pattern;

struct schema {
	struct arena arena; /* owns all of the following but the patterns */
	const uint32_t *code;
	const struct block *blocks;
	const struct program_key *keys;
	const struct program_location *locations;
	const struct program_anchor *anchors;
	const uint32_t *quick;			/* steps; NULL: no quick form */
	const struct quick_block *quick_blocks; /* one a block, or NULL */
	program_pattern *patterns;
	const uint32_t *pattern_keys;  /* by pattern: its text */
	const uint32_t *constant_keys; /* by constant: its text or none */
	struct doc constants;	       /* values of enum, const and limits */
	uint32_t code_count;
	uint32_t block_count;
	uint32_t key_count;
	uint32_t location_count;
	uint32_t anchor_count;
	uint32_t pattern_count;
	uint32_t quick_count; /* words */
	uint32_t entry;	      /* the block of the whole schema */
};

static inline struct span program_text(const struct schema *schema,
				       uint32_t key)
{
	return (struct span){schema->keys[key].text, schema->keys[key].size};
}

#endif
