#include "validate/formats/yaml/yaml_anchor.h"

/*
 * A critical-bit tree in two arrays. Children are indices of branches, or of
 * anchors with LEAF set. Bits grow on the way down; behind its end a name has
 * zero bits, which no name holds, so none is the beginning of another.
 */
#define LEAF 0x80000000u

struct yaml_branch {
	uint32_t children[2];
	uint32_t leaf; /* any anchor below it */
	size_t bit;
};

void yaml_anchor_clear(struct yaml_anchors *anchors)
{
	anchors->count = 0;
}

static unsigned byte_at(struct span name, size_t index)
{
	return index < name.size ? (unsigned char)name.data[index] : 0;
}

static unsigned bit_at(struct span name, size_t bit)
{
	return byte_at(name, bit / 8) >> (7 - bit % 8) & 1;
}

/* The only anchor that can have that name; some other one if none has. */
static uint32_t nearest(const struct yaml_anchors *anchors, struct span name)
{
	uint32_t at = anchors->root;

	while (!(at & LEAF)) {
		const struct yaml_branch *branch = &anchors->branches[at];

		/* Below, all names are longer. */
		if (branch->bit / 8 > name.size)
			return branch->leaf;
		at = branch->children[bit_at(name, branch->bit)];
	}
	return at & ~LEAF;
}

const struct yaml_anchor *yaml_anchor_find(const struct yaml_anchors *anchors,
					   struct span name)
{
	if (!anchors->count)
		return NULL;

	const struct yaml_anchor *anchor =
		&anchors->list[nearest(anchors, name)];

	return span_equal(anchor->name, name) ? anchor : NULL;
}

static bool has_room(struct yaml_anchors *anchors, struct arena *arena)
{
	const uint32_t old = anchors->capacity;
	const uint32_t capacity = old ? old * 2 : 16;

	if (anchors->count < old)
		return true;

	struct yaml_anchor *list =
		arena_grow(arena, anchors->list, old * sizeof(*list),
			   capacity * sizeof(*list));
	struct yaml_branch *branches =
		arena_grow(arena, anchors->branches, old * sizeof(*branches),
			   capacity * sizeof(*branches));

	if (!list || !branches)
		return false;
	anchors->list = list;
	anchors->branches = branches;
	anchors->capacity = capacity;
	return true;
}

static size_t first_difference(struct span a, struct span b)
{
	size_t bit = 0;

	while (byte_at(a, bit / 8) == byte_at(b, bit / 8))
		bit += 8;
	while (bit_at(a, bit) == bit_at(b, bit))
		bit++;
	return bit;
}

/* Hang the anchor `leaf` into the tree, above the first later bit. */
static void insert(struct yaml_anchors *anchors, uint32_t leaf, size_t bit)
{
	const struct span name = anchors->list[leaf].name;
	const uint32_t added = leaf - 1; /* as many branches as anchors - 1 */
	uint32_t *place = &anchors->root;

	while (!(*place & LEAF) && anchors->branches[*place].bit < bit) {
		struct yaml_branch *branch = &anchors->branches[*place];

		place = &branch->children[bit_at(name, branch->bit)];
	}

	struct yaml_branch *branch = &anchors->branches[added];
	const unsigned side = bit_at(name, bit);

	branch->bit = bit;
	branch->leaf = leaf;
	branch->children[side] = leaf | LEAF;
	branch->children[!side] = *place;
	*place = added;
}

int yaml_anchor_set(struct yaml_anchors *anchors, struct arena *arena,
		    struct span name, uint32_t node)
{
	struct yaml_anchor *near = NULL;

	if (anchors->count) {
		near = &anchors->list[nearest(anchors, name)];
		if (span_equal(near->name, name)) {
			near->node = node;
			return 0;
		}
	}

	const size_t bit = near ? first_difference(near->name, name) : 0;
	const char *copy = arena_text(arena, name);

	if (!copy || !has_room(anchors, arena))
		return arena->error;

	const uint32_t leaf = anchors->count++;

	anchors->list[leaf] = (struct yaml_anchor){{copy, name.size}, node};
	if (leaf == 0)
		anchors->root = LEAF;
	else
		insert(anchors, leaf, bit);
	return 0;
}
