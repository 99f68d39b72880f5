#include "validate/schema/image/check.h"

#include <errno.h>

/* Values inside values: as deep as the compiler lets them be. */
enum { DEPTH_MAX = 1024 };

/* Containers that are open, while their nodes are passed. */
struct nesting {
	uint32_t end[DEPTH_MAX + 1];  /* where each ends */
	uint32_t left[DEPTH_MAX + 1]; /* nodes that it still has to have */
	uint32_t depth;
};

/* Leave what ends here; false: it has fewer children than it says. */
static bool leave_containers(struct nesting *nesting, uint32_t at)
{
	while (nesting->depth && nesting->end[nesting->depth - 1] == at)
		if (nesting->left[--nesting->depth])
			return false;
	return true;
}

/* Count a node as a child of the container that is open, and open it too. */
static bool enter_node(struct nesting *nesting, const struct node *node,
		       uint32_t end)
{
	if (nesting->depth) {
		if (!nesting->left[nesting->depth - 1]--)
			return false;
		end = nesting->end[nesting->depth - 1];
	}
	if (node->next > end || node->type >= NODE_ALIAS)
		return false;
	if (!node_is_container(node))
		return true;
	if (nesting->depth == DEPTH_MAX || node->size > UINT32_MAX / 2)
		return false;
	nesting->end[nesting->depth] = node->next;
	nesting->left[nesting->depth] =
		node->type == NODE_OBJECT ? node->size * 2 : node->size;
	nesting->depth++;
	return true;
}

/* Values nest, and containers have as many children as they say. */
static bool check_constants(const struct doc *constants)
{
	const uint32_t count = constants->count;
	struct nesting nesting = {.depth = 0};

	for (uint32_t i = 0; i < count; i++) {
		const struct node *node = &constants->nodes[i];

		if (!leave_containers(&nesting, i) || node->next <= i)
			return false;
		if (!node_is_container(node) && node->next != i + 1)
			return false;
		if (!enter_node(&nesting, node, count))
			return false;
	}
	return leave_containers(&nesting, count) && !nesting.depth;
}

/* A location comes after the one it lies below: so its way to the root ends. */
static bool check_locations(const struct schema *schema)
{
	for (uint32_t i = 0; i < schema->location_count; i++) {
		const struct program_location *location = &schema->locations[i];

		if (location->key >= schema->key_count ||
		    (location->parent != PROGRAM_NONE && location->parent >= i))
			return false;
	}
	return true;
}

static bool check_names(const struct schema *schema)
{
	for (uint32_t i = 0; i < schema->anchor_count; i++)
		if (!check_block(schema, schema->anchors[i].block))
			return false;
	for (uint32_t i = 0; i < schema->pattern_count; i++)
		if (schema->pattern_keys[i] >= schema->key_count)
			return false;
	return true;
}

int check_schema(const struct schema *schema)
{
	const size_t code = schema->code_count;
	auto_free uint8_t *notes = calloc(1, code + schema->quick_count + 1);

	if (!notes)
		return -ENOMEM;
	if (!check_block(schema, schema->entry) ||
	    !check_constants(&schema->constants) || !check_locations(schema) ||
	    !check_names(schema) || !check_code(schema, notes) ||
	    !check_blocks(schema, notes) ||
	    !check_quick(schema, notes, notes + code))
		return -EBADMSG;
	return 0;
}
