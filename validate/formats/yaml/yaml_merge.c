#include "validate/formats/yaml/yaml_merge.h"

#include <assert.h>
#include <errno.h>

enum { KEY_BYTES_PER_STEP = 64 }; /* long keys are slow to compare */

/* A mapping with merge keys; its node's `target` is its number, from 1. */
struct yaml_merge_object {
	uint32_t first_pair;
	uint32_t pair_count;
};

struct yaml_merge_pair {
	uint32_t key;	 /* the original one, its value behind it */
	uint32_t source; /* the alias or mapping below `<<` that brought it */
};

struct yaml_merge_candidate {
	const struct node *name;
	struct yaml_merge_pair pair; /* source DOC_NONE: the mapping's own */
	uint32_t order;
};

void yaml_merge_clear(struct yaml_merges *merges)
{
	merges->object_count = 0;
	merges->pair_count = 0;
}

static bool is_merge_key(const struct node *node)
{
	return node->reserved == YAML_MERGE_KEY;
}

/* Room for one more element; NULL if the arena failed. */
static void *with_room(struct arena *arena, void *list, uint32_t count,
		       uint32_t *capacity, size_t size)
{
	const uint32_t larger = *capacity ? *capacity * 2 : 16;

	if (count < *capacity)
		return list;
	list = arena_grow(arena, list, *capacity * size, larger * size);
	if (list)
		*capacity = larger;
	return list;
}

static int add_candidate(struct yaml_merges *merges, const struct doc *doc,
			 struct yaml_merge_pair pair)
{
	const struct node *name = doc_node(doc, pair.key);
	struct yaml_merge_candidate *list = with_room(
		doc->arena, merges->candidates, merges->candidate_count,
		&merges->candidate_capacity, sizeof(*list));

	if (!list)
		return doc->arena->error;
	merges->steps += 1 + name->size / KEY_BYTES_PER_STEP;
	if (merges->steps > doc->max_nodes)
		return -EOVERFLOW;
	merges->candidates = list;
	list[merges->candidate_count] = (struct yaml_merge_candidate){
		name, pair, merges->candidate_count};
	merges->candidate_count++;
	return 0;
}

/* All pairs of a mapping, its own and those that it took over itself. */
static int add_pairs(struct yaml_merges *merges, const struct doc *doc,
		     uint32_t object, uint32_t source)
{
	const struct node *nodes = doc->nodes;
	int r = 0;

	for (uint32_t key = object + 1; !r && key < nodes[object].next;) {
		if (!is_merge_key(&nodes[key]))
			r = add_candidate(
				merges, doc,
				(struct yaml_merge_pair){key, source});
		key = nodes[nodes[key].next].next;
	}
	if (source == DOC_NONE || !nodes[object].target)
		return r;

	const struct yaml_merge_object taken =
		merges->objects[nodes[object].target - 1];

	for (uint32_t i = 0; !r && i < taken.pair_count; i++) {
		const uint32_t key = merges->pairs[taken.first_pair + i].key;

		r = add_candidate(merges, doc,
				  (struct yaml_merge_pair){key, source});
	}
	return r;
}

static int add_mapping(struct yaml_merges *merges, const struct doc *doc,
		       uint32_t value, uint32_t *bad)
{
	const uint32_t object = doc_resolve(doc, value);

	if (doc->nodes[object].type != NODE_OBJECT) {
		*bad = value;
		return -EINVAL;
	}
	return add_pairs(merges, doc, object, value);
}

/* The value of `<<`: a mapping or a list of mappings. */
static int add_value(struct yaml_merges *merges, const struct doc *doc,
		     uint32_t value, uint32_t *bad)
{
	const uint32_t list = doc_resolve(doc, value);
	const struct node *nodes = doc->nodes;
	int r = 0;

	if (nodes[list].type != NODE_ARRAY)
		return add_mapping(merges, doc, value, bad);
	for (uint32_t item = list + 1; !r && item < nodes[list].next;
	     item = nodes[item].next)
		r = add_mapping(merges, doc, item, bad);
	return r;
}

/* Complex keys are never equal: they sort behind, by order. */
static int compare_names(const struct node *a, const struct node *b)
{
	if (node_is_container(a) != node_is_container(b))
		return node_is_container(a) ? 1 : -1;
	if (node_is_container(a))
		return 0;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return a->size ? memcmp(a->text, b->text, a->size) : 0;
}

static int compare_orders(const void *left, const void *right)
{
	const struct yaml_merge_candidate *a = left;
	const struct yaml_merge_candidate *b = right;

	return a->order < b->order ? -1 : a->order > b->order;
}

static int compare_candidates(const void *left, const void *right)
{
	const struct yaml_merge_candidate *a = left;
	const struct yaml_merge_candidate *b = right;
	const int order = compare_names(a->name, b->name);

	return order ? order : compare_orders(left, right);
}

/* Keep the first of each name, and of these what `<<` brought, in order. */
static uint32_t choose(struct yaml_merge_candidate *list, uint32_t count)
{
	const struct node *last = NULL;
	uint32_t kept = 0;

	qsort(list, count, sizeof(*list), compare_candidates);
	for (uint32_t i = 0; i < count; i++) {
		const struct node *name = list[i].name;
		const bool repeats = last && !node_is_container(name) &&
				     compare_names(last, name) == 0;

		last = name;
		if (!repeats && list[i].pair.source != DOC_NONE)
			list[kept++] = list[i];
	}
	qsort(list, kept, sizeof(*list), compare_orders);
	return kept;
}

static int keep(struct yaml_merges *merges, struct doc *doc, uint32_t object,
		uint32_t count)
{
	struct yaml_merge_object *objects =
		with_room(doc->arena, merges->objects, merges->object_count,
			  &merges->object_capacity, sizeof(*objects));

	if (!objects)
		return doc->arena->error;
	merges->objects = objects;
	objects[merges->object_count++] =
		(struct yaml_merge_object){merges->pair_count, count};
	doc->nodes[object].target = merges->object_count;
	for (uint32_t i = 0; i < count; i++) {
		struct yaml_merge_pair *pairs =
			with_room(doc->arena, merges->pairs, merges->pair_count,
				  &merges->pair_capacity, sizeof(*pairs));

		if (!pairs)
			return doc->arena->error;
		merges->pairs = pairs;
		pairs[merges->pair_count++] = merges->candidates[i].pair;
	}
	return 0;
}

int yaml_merge_collect(struct yaml_merges *merges, struct doc *doc,
		       uint32_t object, uint32_t *bad)
{
	const struct node *nodes = doc->nodes;

	merges->candidate_count = 0;

	int r = add_pairs(merges, doc, object, DOC_NONE);

	for (uint32_t key = object + 1; !r && key < nodes[object].next;) {
		const uint32_t value = nodes[key].next;

		if (is_merge_key(&nodes[key]))
			r = add_value(merges, doc, value, bad);
		key = nodes[value].next;
	}
	if (r)
		return r;

	const uint32_t count =
		merges->candidate_count
			? choose(merges->candidates, merges->candidate_count)
			: 0;

	return keep(merges, doc, object, count);
}

/* A container being written anew. */
struct open_copy {
	uint32_t old;
	uint32_t copy;
	uint32_t dropped; /* pairs left out */
};

/* Indices of the old nodes count from `first`. */
struct rewrite {
	struct yaml_merges *merges;
	struct doc *doc;
	const struct node *old;
	uint32_t first;
	uint32_t *map;	 /* old index -> new one, DOC_NONE: left out */
	uint32_t *moved; /* trees inside `<<`, to be written behind */
	uint32_t moved_count;
	uint32_t moved_capacity;
	struct open_copy *open;
	uint32_t depth;
	uint32_t open_capacity;
};

static const struct node *old_node(const struct rewrite *rewrite,
				   uint32_t index)
{
	return &rewrite->old[index - rewrite->first];
}

static int push(struct rewrite *rewrite, struct node node, uint32_t *copy)
{
	node.reserved = 0;
	if (node_is_container(&node))
		node.hash = 0;
	*copy = doc_push(rewrite->doc, node);
	if (*copy != DOC_NONE)
		return 0;
	return rewrite->doc->arena->error ? rewrite->doc->arena->error
					  : -EOVERFLOW;
}

/* An alias that stands where `place` does; its target is still an old index. */
static struct node alias_to(const struct rewrite *rewrite, uint32_t target,
			    const struct node *place)
{
	const struct node *node = old_node(rewrite, target);

	return (struct node){
		.type = NODE_ALIAS,
		.offset = place->offset,
		.length = place->length,
		.target = node->type == NODE_ALIAS ? node->target : target,
	};
}

static int push_merged(struct rewrite *rewrite, struct yaml_merge_pair pair)
{
	const struct node *source = old_node(rewrite, pair.source);
	const struct node *key = old_node(rewrite, pair.key);
	const uint32_t value = key->next;
	const bool is_inside = source->type == NODE_OBJECT;
	struct node name = alias_to(rewrite, pair.key, source);
	const struct node *named = old_node(rewrite, name.target);
	uint32_t copy;

	if (!node_is_container(named)) {
		name = *named;
		name.offset = source->offset;
		name.length = source->length;
	}
	if (is_inside) {
		name.offset = key->offset;
		name.length = key->length;
	}
	name.flags |= NODE_KEY | NODE_MERGED;

	const int r = push(rewrite, name, &copy);

	if (r)
		return r;
	return push(rewrite,
		    alias_to(rewrite, value,
			     is_inside ? old_node(rewrite, value) : source),
		    &copy);
}

static int open_copy(struct rewrite *rewrite, uint32_t old, uint32_t copy)
{
	struct open_copy *open =
		with_room(rewrite->doc->arena, rewrite->open, rewrite->depth,
			  &rewrite->open_capacity, sizeof(*open));

	if (!open)
		return rewrite->doc->arena->error;
	rewrite->open = open;
	open[rewrite->depth++] = (struct open_copy){old, copy, 0};
	return 0;
}

static int close_copy(struct rewrite *rewrite)
{
	const struct open_copy open = rewrite->open[--rewrite->depth];
	const struct node *old = old_node(rewrite, open.old);
	const struct yaml_merges *merges = rewrite->merges;
	struct yaml_merge_object taken = {0};

	if (old->target)
		taken = merges->objects[old->target - 1];
	for (uint32_t i = 0; i < taken.pair_count; i++) {
		const int r = push_merged(rewrite,
					  merges->pairs[taken.first_pair + i]);

		if (r)
			return r;
	}
	doc_close(rewrite->doc, open.copy,
		  old->size - open.dropped + taken.pair_count,
		  old->offset + old->length);
	return 0;
}

/* Leave out a `<<` pair; the value is written later, others may refer to it. */
static int move_away(struct rewrite *rewrite, uint32_t value)
{
	uint32_t *moved;

	assert(rewrite->open && rewrite->depth); /* it is in a mapping */
	rewrite->open[rewrite->depth - 1].dropped++;
	if (old_node(rewrite, value)->type == NODE_ALIAS)
		return 0;
	moved = with_room(rewrite->doc->arena, rewrite->moved,
			  rewrite->moved_count, &rewrite->moved_capacity,
			  sizeof(*moved));
	if (!moved)
		return rewrite->doc->arena->error;
	rewrite->moved = moved;
	moved[rewrite->moved_count++] = value;
	return 0;
}

/* Write the node at *at anew and step to what follows it. */
static int copy_node(struct rewrite *rewrite, uint32_t *at)
{
	const uint32_t index = *at;
	const struct node *node = old_node(rewrite, index);

	if (is_merge_key(node)) {
		*at = old_node(rewrite, node->next)->next;
		return move_away(rewrite, node->next);
	}
	(*at)++;

	uint32_t *copy = &rewrite->map[index - rewrite->first];
	const int r = push(rewrite, *node, copy);

	if (r || !node_is_container(node))
		return r;
	return open_copy(rewrite, index, *copy);
}

static int copy_tree(struct rewrite *rewrite, uint32_t root)
{
	const uint32_t end = old_node(rewrite, root)->next;
	uint32_t at = root;
	int r = 0;

	while (!r && (at < end || rewrite->depth)) {
		const struct open_copy *open =
			rewrite->depth ? &rewrite->open[rewrite->depth - 1]
				       : NULL;

		if (open && at == old_node(rewrite, open->old)->next)
			r = close_copy(rewrite);
		else
			r = copy_node(rewrite, &at);
	}
	return r;
}

static void lead_aliases(const struct rewrite *rewrite)
{
	struct doc *doc = rewrite->doc;

	for (uint32_t i = rewrite->first; i < doc->count; i++)
		if (doc->nodes[i].type == NODE_ALIAS)
			doc->nodes[i].target =
				rewrite->map[doc->nodes[i].target -
					     rewrite->first];
}

static void lead_finding(void *ctx, struct raw_finding *finding)
{
	const struct rewrite *rewrite = ctx;
	struct place *place = &finding->place;

	if (place->document == rewrite->doc->document_count &&
	    place->node != DOC_NONE)
		place->node = rewrite->map[place->node - rewrite->first];
}

/* Take the old nodes out of the doc. */
static int begin(struct rewrite *rewrite)
{
	struct doc *doc = rewrite->doc;
	const uint32_t count = doc->count - rewrite->first;
	struct node *old = arena_alloc(doc->arena, count * sizeof(*old));
	uint32_t *map = arena_alloc(doc->arena, count * sizeof(*map));

	if (!old || !map)
		return doc->arena->error;
	memcpy(old, doc->nodes + rewrite->first, count * sizeof(*old));
	memset(map, 0xff, count * sizeof(*map));
	rewrite->old = old;
	rewrite->map = map;
	doc->count = rewrite->first;
	return 0;
}

int yaml_merge_apply(struct yaml_merges *merges, struct doc *doc, uint32_t root,
		     struct findings *findings)
{
	struct rewrite rewrite = {.merges = merges, .doc = doc, .first = root};
	int r;

	if (!merges->object_count)
		return 0;
	r = begin(&rewrite);
	if (!r)
		r = copy_tree(&rewrite, root);
	for (uint32_t i = 0; !r && i < rewrite.moved_count; i++)
		r = copy_tree(&rewrite, rewrite.moved[i]);
	if (r)
		return r;
	lead_aliases(&rewrite);
	findings_visit(findings, lead_finding, &rewrite);
	return 0;
}
