/*
 * The keywords of JSON Schema: their names, in which drafts they are, and
 * where in their values schemas stand. A table; nothing is decided here.
 */
#ifndef VALIDATE_SCHEMA_KEYWORD_H
#define VALIDATE_SCHEMA_KEYWORD_H

#include "validate/base.h"
#include "validate/schema/schema.h"

enum keyword {
	KEYWORD_REF,
	KEYWORD_DYNAMIC_REF,
	KEYWORD_RECURSIVE_REF,
	KEYWORD_TYPE,
	KEYWORD_CONST,
	KEYWORD_ENUM,
	KEYWORD_MINIMUM,
	KEYWORD_MAXIMUM,
	KEYWORD_EXCLUSIVE_MINIMUM,
	KEYWORD_EXCLUSIVE_MAXIMUM,
	KEYWORD_MULTIPLE_OF,
	KEYWORD_MIN_LENGTH,
	KEYWORD_MAX_LENGTH,
	KEYWORD_PATTERN,
	KEYWORD_FORMAT,
	KEYWORD_CONTENT_ENCODING,
	KEYWORD_CONTENT_MEDIA_TYPE,
	KEYWORD_MIN_ITEMS,
	KEYWORD_MAX_ITEMS,
	KEYWORD_UNIQUE_ITEMS,
	KEYWORD_PREFIX_ITEMS,
	KEYWORD_ITEMS,
	KEYWORD_ADDITIONAL_ITEMS,
	KEYWORD_CONTAINS,
	KEYWORD_MIN_CONTAINS,
	KEYWORD_MAX_CONTAINS,
	KEYWORD_MIN_PROPERTIES,
	KEYWORD_MAX_PROPERTIES,
	KEYWORD_REQUIRED,
	KEYWORD_PROPERTIES,
	KEYWORD_PATTERN_PROPERTIES,
	KEYWORD_ADDITIONAL_PROPERTIES,
	KEYWORD_PROPERTY_NAMES,
	KEYWORD_DEPENDENCIES,
	KEYWORD_DEPENDENT_REQUIRED,
	KEYWORD_DEPENDENT_SCHEMAS,
	KEYWORD_ALL_OF,
	KEYWORD_ANY_OF,
	KEYWORD_ONE_OF,
	KEYWORD_NOT,
	KEYWORD_IF,
	KEYWORD_THEN,
	KEYWORD_ELSE,
	KEYWORD_UNEVALUATED_ITEMS,
	KEYWORD_UNEVALUATED_PROPERTIES,
	KEYWORD_DEFINITIONS,
	KEYWORD_DEFS,
	KEYWORD_SCHEMA,
	KEYWORD_ID,
	KEYWORD_ID_DRAFT4,
	KEYWORD_ANCHOR,
	KEYWORD_DYNAMIC_ANCHOR,
	KEYWORD_RECURSIVE_ANCHOR,
	KEYWORD_VOCABULARY,
	KEYWORD_CONTENT_SCHEMA,
	KEYWORD_COUNT,
};

/* Where schemas stand in a keyword's value. */
enum keyword_shape {
	SHAPE_PLAIN,  /* nowhere */
	SHAPE_SCHEMA, /* it is one */
	SHAPE_LIST,   /* its items are */
	SHAPE_EITHER, /* one or a list: `items` */
	SHAPE_MAP,    /* its members' values are */
	SHAPE_MIXED,  /* those values that are no lists: `dependencies` */
};

/* Vocabularies that a metaschema can leave out. */
enum keyword_group {
	GROUP_CORE,
	GROUP_APPLICATOR,
	GROUP_VALIDATION,
	GROUP_UNEVALUATED,
	GROUP_FORMAT,
	GROUP_CONTENT,
	GROUP_FORMAT_ASSERTION, /* holds no keyword: `format` asserts */
};

struct keyword_fact {
	const char *name;
	const char *rule; /* "schema/NAME" */
	enum keyword_shape shape;
	enum keyword_group group;
	enum schema_dialect since;
	enum schema_dialect until;
};

extern const struct keyword_fact keyword_facts[KEYWORD_COUNT];

#endif
