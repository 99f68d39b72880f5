/*
 * The anchors of one YAML document: name -> node. A look-up costs no more than
 * the bits of the name, so hostile names cannot make it slow.
 */
#ifndef VALIDATE_FORMATS_YAML_YAML_ANCHOR_H
#define VALIDATE_FORMATS_YAML_YAML_ANCHOR_H

#include "validate/arena.h"

struct yaml_anchor {
	struct span name;
	uint32_t node;
};

struct yaml_branch;

/* A binary tree by the first bit in which names differ. Zeroed: no anchors. */
struct yaml_anchors {
	struct yaml_anchor *list;
	struct yaml_branch *branches; /* one fewer than anchors */
	uint32_t count;
	uint32_t capacity;
	uint32_t root;
};

/* Forget all; the next document begins. */
void yaml_anchor_clear(struct yaml_anchors *anchors);

/* Note that `name` now means `node`. 0 or the arena's error. */
must_check int yaml_anchor_set(struct yaml_anchors *anchors,
			       struct arena *arena, struct span name,
			       uint32_t node);

/* NULL if there is none of that name. */
const struct yaml_anchor *yaml_anchor_find(const struct yaml_anchors *anchors,
					   struct span name);

#endif
