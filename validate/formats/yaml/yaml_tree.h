/*
 * Builds the nodes of YAML documents from what the parser meets, in source
 * order: types, keys, anchors and aliases, merges, limits. Knows no libyaml.
 */
#ifndef VALIDATE_FORMATS_YAML_YAML_TREE_H
#define VALIDATE_FORMATS_YAML_YAML_TREE_H

#include "validate/format.h"
#include "validate/formats/yaml/yaml_anchor.h"
#include "validate/formats/yaml/yaml_merge.h"

/* Besides 0 and negative errno: a finding says why reading ends here. */
enum { YAML_TREE_STOP = 1 };

/* A scalar, an alias, or what begins a list or mapping. Borrowed for a call. */
struct yaml_value {
	uint32_t start; /* of its tag and anchor */
	uint32_t end;
	const char *anchor; /* NULL: none; of an alias: its name */
	const char *tag;    /* the full name; NULL: none */
	struct span text;
	bool is_plain;
	bool is_quoted;
	bool is_object;
	bool is_flow;
};

/* A scalar without tag and anchor that stands exactly from start to end. */
struct yaml_placed {
	uint32_t start;
	uint32_t end;
	struct span text; /* lives as long as the document */
	bool is_plain;
	bool is_quoted;
};

struct yaml_frame;

struct yaml_tree {
	struct parse *parse;
	struct doc *doc;
	struct arena *arena;
	struct yaml_frame *frames;
	uint32_t depth;
	uint32_t frame_capacity;
	struct yaml_anchors anchors;
	struct yaml_merges merges;
	struct document document; /* under way */
	uint32_t head;		  /* where comments about it begin */
	bool is_open;		  /* between its start and its end */
	bool is_broken;		  /* it has values that cannot be told */
	uint32_t end;		  /* of the last value */
	uint32_t judged;	  /* up to here no template broke the syntax */
	uint32_t names;		  /* anchors and aliases of the file */
	const char *skip;	  /* a template, where YAML sees a mapping */
};

void yaml_tree_init(struct yaml_tree *tree, struct parse *parse);

/* Each: 0, YAML_TREE_STOP, or the arena's error. */
must_check int yaml_tree_scalar(struct yaml_tree *tree,
				const struct yaml_value *value);
must_check int yaml_tree_alias(struct yaml_tree *tree,
			       const struct yaml_value *value);
must_check int yaml_tree_open(struct yaml_tree *tree,
			      const struct yaml_value *value);
must_check int yaml_tree_close(struct yaml_tree *tree, uint32_t end);
must_check int yaml_tree_placed(struct yaml_tree *tree,
				const struct yaml_placed *scalar);
void yaml_tree_begin_document(struct yaml_tree *tree, uint32_t start);
must_check int yaml_tree_end_document(struct yaml_tree *tree, uint32_t end);
must_check int yaml_tree_end_stream(struct yaml_tree *tree);

/* A limit is reached at `offset`: adds the finding. YAML_TREE_STOP. */
int yaml_tree_limit(struct yaml_tree *tree, const char *name, uint32_t offset,
		    uint64_t limit);

/* Is the innermost open container a mapping? */
bool yaml_tree_is_in_object(const struct yaml_tree *tree);

/* After a stop: the document under way has no root. 0 or the arena's error. */
must_check int yaml_tree_abandon(struct yaml_tree *tree);

#endif
