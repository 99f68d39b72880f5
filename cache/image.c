#include "cache/image.h"

#include <errno.h>

enum {
	META_MAGIC = (int)0xbeefc0deU,
	META_VERSION = 1,
	META_COUNT = 2,
	PAGE_HEADER = 16,
	NODE_HEADER = 8,
	PAGE_MIN = 512,
	PAGE_MAX = 65536,
	KEY_MAX = 511,
	DEPTH_MAX = 32,	  /* of the library's cursors */
	TAIL_MAX = 65536, /* free pages behind the end, never written */
};

enum page_flags {
	PAGE_BRANCH = 1,
	PAGE_LEAF = 2,
	PAGE_OVERFLOW = 4,
	PAGE_META = 8,
};

enum node_flags { NODE_BIG = 1, NODE_TREE = 2 };
enum { TREE_INTEGER_KEYS = 8, NO_PAGE_ROOT = -1 };

/* The layout of the library's own structures, on this machine. */
struct page {
	size_t number;
	uint16_t pad;
	uint16_t flags;
	union {
		struct {
			uint16_t lower; /* end of the list of offsets */
			uint16_t upper; /* start of the nodes */
		};
		uint32_t pages; /* of an overflow */
	};
	uint16_t offsets[];
};

struct tree {
	uint32_t pad;
	uint16_t flags;
	uint16_t depth;
	size_t branch_pages;
	size_t leaf_pages;
	size_t overflow_pages;
	size_t entries;
	size_t root;
};

struct meta {
	uint32_t magic;
	uint32_t version;
	size_t address;
	size_t map_size;
	struct tree free;
	struct tree main;
	size_t last_page;
	size_t transaction;
};

struct image {
	struct span bytes;
	size_t page_size;
	size_t page_count;
	uint8_t *used;	/* a bit for each page */
	uint8_t *taken; /* a byte for each byte of the page at hand */
};

enum kind { KIND_FREE, KIND_MAIN, KIND_NAMED };

/* A tree being walked, with what was found of it so far. */
struct walk {
	struct image *image;
	enum kind kind;
	struct tree found;
};

struct node_view {
	size_t page; /* child of a branch, or unused */
	uint16_t flags;
	size_t key_size;
	size_t data_size;
	const char *data;
	size_t offset; /* in the page, with `size` */
	size_t size;
};

static int walk_tree(struct image *image, enum kind kind,
		     const struct tree *tree);

static int claim_number(struct image *image, size_t number)
{
	if (number < META_COUNT || number >= image->page_count)
		return -EBADMSG;

	uint8_t *byte = &image->used[number / 8];
	const uint8_t bit = (uint8_t)(1U << (number % 8));

	if (*byte & bit)
		return -EBADMSG;
	*byte |= bit;
	return 0;
}

static const struct page *page_at(const struct image *image, size_t number)
{
	const char *start = image->bytes.data + number * image->page_size;

	return (const struct page *)(const void *)start;
}

/* Claim a page of the file; NULL if it is not there or in use twice. */
static const struct page *claim_page(struct image *image, size_t number)
{
	if (number >= image->bytes.size / image->page_size ||
	    claim_number(image, number))
		return NULL;

	const struct page *page = page_at(image, number);

	return page->number == number ? page : NULL;
}

/* The pages of a value that is too large for a leaf. */
static int claim_overflow(struct walk *walk, size_t number, size_t size,
			  const char **data)
{
	struct image *image = walk->image;
	const struct page *page = claim_page(image, number);

	if (!page || page->flags != PAGE_OVERFLOW)
		return -EBADMSG;

	const size_t pages = page->pages;
	const size_t in_file = image->bytes.size / image->page_size - number;

	if (pages == 0 || pages > in_file ||
	    size > pages * image->page_size - PAGE_HEADER)
		return -EBADMSG;
	for (size_t i = 1; i < pages; i++)
		if (claim_number(image, number + i))
			return -EBADMSG;
	walk->found.overflow_pages += pages;
	*data = (const char *)page + PAGE_HEADER;
	return 0;
}

/* Each entry of the free list: a count, then pages, the highest first. */
static int claim_free(struct image *image, const char *data, size_t size)
{
	size_t count;
	size_t previous = SIZE_MAX;

	if (size < sizeof(count) || size % sizeof(count))
		return -EBADMSG;
	memcpy(&count, data, sizeof(count));
	if (count > size / sizeof(count) - 1)
		return -EBADMSG;
	for (size_t i = 1; i <= count; i++) {
		size_t number;

		memcpy(&number, data + i * sizeof(number), sizeof(number));
		if (number >= previous || claim_number(image, number))
			return -EBADMSG;
		previous = number;
	}
	return 0;
}

/* Read node `index`, which must lie within its page. */
static int read_node(const struct image *image, const struct page *page,
		     size_t index, struct node_view *view)
{
	const size_t offset = page->offsets[index];
	uint16_t words[4]; /* low, high, flags, size of the key */

	if (offset % 2 || offset < page->upper ||
	    offset > image->page_size - NODE_HEADER)
		return -EBADMSG;
	memcpy(words, (const char *)page + offset, sizeof(words));

	const bool is_branch = page->flags == PAGE_BRANCH;
	const uint64_t low = (uint64_t)words[0] | (uint64_t)words[1] << 16;
	size_t size = NODE_HEADER + (size_t)words[3];

	*view = (struct node_view){
		.page = (size_t)(low | (uint64_t)words[2] << 32),
		.flags = is_branch ? 0 : words[2],
		.key_size = words[3],
		.data_size = is_branch ? 0 : (size_t)low,
		.data = (const char *)page + offset + size,
		.offset = offset,
	};
	if (view->flags > NODE_TREE || words[3] > KEY_MAX)
		return -EBADMSG;
	size += view->flags == NODE_BIG ? sizeof(size_t) : view->data_size;
	view->size = size + size % 2;
	return view->size <= image->page_size - offset ? 0 : -EBADMSG;
}

/*
 * All nodes of a page: none on another one and nothing between them, since the
 * library moves them about by their sizes.
 */
static int check_nodes(const struct walk *walk, const struct page *page,
		       size_t count)
{
	const struct image *image = walk->image;
	struct node_view view;

	memset(image->taken, 0, image->page_size);
	for (size_t i = 0; i < count; i++) {
		if (read_node(image, page, i, &view) ||
		    memchr(image->taken + view.offset, 1, view.size))
			return -EBADMSG;
		memset(image->taken + view.offset, 1, view.size);
		/* Only the first key of a branch is left out. */
		if (walk->kind == KIND_FREE &&
		    view.key_size != sizeof(size_t) &&
		    (page->flags != PAGE_BRANCH || i > 0 || view.key_size))
			return -EBADMSG;
	}
	return memchr(image->taken + page->upper, 0,
		      image->page_size - page->upper)
		       ? -EBADMSG
		       : 0;
}

static int visit_value(struct walk *walk, const struct node_view *view)
{
	const char *data = view->data;
	struct tree tree;
	size_t number;

	if (view->flags == NODE_BIG) {
		memcpy(&number, view->data, sizeof(number));
		if (claim_overflow(walk, number, view->data_size, &data))
			return -EBADMSG;
	}
	if (walk->kind == KIND_FREE)
		return view->flags == NODE_TREE
			       ? -EBADMSG
			       : claim_free(walk->image, data, view->data_size);
	if ((walk->kind == KIND_MAIN) != (view->flags == NODE_TREE))
		return -EBADMSG;
	if (walk->kind == KIND_NAMED)
		return 0;
	if (view->data_size != sizeof(tree))
		return -EBADMSG;
	memcpy(&tree, data, sizeof(tree));
	return walk_tree(walk->image, KIND_NAMED, &tree);
}

static int visit_node(struct walk *walk, const struct page *page, size_t index,
		      size_t depth);

static int visit_page(struct walk *walk, size_t number, size_t depth)
{
	const struct image *image = walk->image;
	const struct page *page = claim_page(walk->image, number);
	const bool is_leaf = depth == 1;

	if (!page || page->flags != (is_leaf ? PAGE_LEAF : PAGE_BRANCH) ||
	    page->lower < PAGE_HEADER || page->lower % 2 ||
	    page->lower > page->upper || page->upper > image->page_size)
		return -EBADMSG;

	const size_t count = (page->lower - PAGE_HEADER) / sizeof(uint16_t);

	/* The library allows a lone child only in the free list's tree. */
	if (count < (is_leaf || walk->kind == KIND_FREE ? 1 : 2) ||
	    check_nodes(walk, page, count))
		return -EBADMSG;
	walk->found.leaf_pages += is_leaf;
	walk->found.branch_pages += !is_leaf;
	walk->found.entries += is_leaf ? count : 0;
	for (size_t i = 0; i < count; i++)
		if (visit_node(walk, page, i, depth))
			return -EBADMSG;
	return 0;
}

static int visit_node(struct walk *walk, const struct page *page, size_t index,
		      size_t depth)
{
	struct node_view view;

	if (read_node(walk->image, page, index, &view))
		return -EBADMSG;
	return depth > 1 ? visit_page(walk, view.page, depth - 1)
			 : visit_value(walk, &view);
}

static bool tree_agrees(const struct tree *a, const struct tree *b)
{
	return a->branch_pages == b->branch_pages &&
	       a->leaf_pages == b->leaf_pages &&
	       a->overflow_pages == b->overflow_pages &&
	       a->entries == b->entries;
}

static int walk_tree(struct image *image, enum kind kind,
		     const struct tree *tree)
{
	const uint16_t flags = kind == KIND_FREE ? TREE_INTEGER_KEYS : 0;
	struct walk walk = {.image = image, .kind = kind};

	if (tree->flags != flags || tree->depth > DEPTH_MAX ||
	    (kind != KIND_FREE && tree->pad != 0))
		return -EBADMSG;
	if ((tree->root == (size_t)NO_PAGE_ROOT) != (tree->depth == 0))
		return -EBADMSG;
	if (tree->depth && visit_page(&walk, tree->root, tree->depth))
		return -EBADMSG;
	return tree_agrees(tree, &walk.found) ? 0 : -EBADMSG;
}

static int read_meta(const struct image *image, size_t index, struct meta *meta)
{
	const struct page *page = page_at(image, index);

	memcpy(meta, (const char *)page + PAGE_HEADER, sizeof(*meta));
	if (page->flags != PAGE_META || page->number != index ||
	    meta->magic != (uint32_t)META_MAGIC)
		return -EBADMSG;
	if (meta->version != META_VERSION)
		return -ENOTSUP;
	return meta->free.pad == image->page_size ? 0 : -EBADMSG;
}

/* The page size is told by the first page, before anything can be found. */
static int read_page_size(struct image *image)
{
	struct meta first;

	if (image->bytes.size < (size_t)META_COUNT * PAGE_MIN)
		return -EBADMSG;
	memcpy(&first, image->bytes.data + PAGE_HEADER, sizeof(first));
	image->page_size = first.free.pad;
	if (image->page_size < PAGE_MIN || image->page_size > PAGE_MAX ||
	    image->page_size & (image->page_size - 1) ||
	    image->bytes.size / image->page_size < META_COUNT)
		return -EBADMSG;
	return 0;
}

/* The library takes the newer one; its place goes by its transaction. */
static int choose_meta(const struct image *image, struct meta *out)
{
	struct meta metas[META_COUNT];

	for (size_t i = 0; i < META_COUNT; i++) {
		const int r = read_meta(image, i, &metas[i]);

		if (r)
			return r;
	}

	const size_t newer = metas[0].transaction < metas[1].transaction;

	*out = metas[newer];
	if (out->map_size > IMAGE_MAP_MAX_BYTES)
		return -EBADMSG;
	return (out->transaction & 1) == newer ? 0 : -EBADMSG;
}

int image_check(struct span bytes)
{
	struct image image = {.bytes = bytes};
	struct meta meta;
	int r;

	/* Only this kind of machine is known here. */
	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__ || sizeof(size_t) != 8)
		return -ENOTSUP;
	r = read_page_size(&image);
	if (!r)
		r = choose_meta(&image, &meta);
	if (r)
		return r;
	if (meta.last_page < META_COUNT - 1 ||
	    meta.last_page >= bytes.size / image.page_size + TAIL_MAX)
		return -EBADMSG;
	image.page_count = meta.last_page + 1;

	auto_free uint8_t *used = calloc(image.page_count / 8 + 1, 1);
	auto_free uint8_t *taken = malloc(image.page_size);

	if (!used || !taken)
		return -ENOMEM;
	image.used = used;
	image.taken = taken;
	r = walk_tree(&image, KIND_FREE, &meta.free);
	return r ? r : walk_tree(&image, KIND_MAIN, &meta.main);
}
