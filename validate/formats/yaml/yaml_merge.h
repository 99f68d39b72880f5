/*
 * Merge keys (`<<`) of one YAML document. While it is read, each mapping that
 * has one gets the list of pairs that it takes over; at the document's end its
 * nodes are written anew with those pairs instead of `<<`.
 *
 * A merged pair has a key with NODE_MERGED and a NODE_ALIAS to the original
 * value; both stand where the merged mapping is named. Values written inside
 * `<<` itself move behind the document's tree.
 */
#ifndef VALIDATE_FORMATS_YAML_YAML_MERGE_H
#define VALIDATE_FORMATS_YAML_YAML_MERGE_H

#include "validate/finding.h"

/* In node.reserved of a key until the document ends: it is `<<`. */
enum { YAML_MERGE_KEY = 1 };

struct yaml_merge_object;
struct yaml_merge_pair;
struct yaml_merge_candidate;

/* Zeroed: none. Node indices are those before the nodes are written anew. */
struct yaml_merges {
	struct yaml_merge_object *objects;
	uint32_t object_count;
	uint32_t object_capacity;
	struct yaml_merge_pair *pairs;
	uint32_t pair_count;
	uint32_t pair_capacity;
	struct yaml_merge_candidate *candidates; /* of one mapping */
	uint32_t candidate_count;
	uint32_t candidate_capacity;
	uint64_t steps; /* pairs looked at in the whole file, long ones more */
};

/* Forget all; the next document begins. */
void yaml_merge_clear(struct yaml_merges *merges);

/*
 * Work out what the closed mapping `object` takes over. 0; -EINVAL with *bad
 * the value that is no mapping; -EOVERFLOW after as many steps as nodes are
 * allowed; the arena's error.
 */
must_check int yaml_merge_collect(struct yaml_merges *merges, struct doc *doc,
				  uint32_t object, uint32_t *bad);

/*
 * Write the nodes from `root` on anew. Findings about the document (the one
 * after the last of doc) are led to the new nodes. 0; -EOVERFLOW if there are
 * too many nodes; the arena's error.
 */
must_check int yaml_merge_apply(struct yaml_merges *merges, struct doc *doc,
				uint32_t root, struct findings *findings);

#endif
