#include "validate/formats/toml/toml_internal.h"

#include "validate/host.h"

#include <assert.h>
#include <errno.h>

enum {
	FEW = 16,	      /* up to here a table is searched in order */
	POLL_INTERVAL = 4096, /* nodes between looks at the cancel flag */
};

/* A member in the index of its table. */
struct leaf {
	struct toml_item *item;
	struct leaf *child[2];
	uint32_t hash;
	uint32_t level;
};

/*
 * The members of a large table by hash. What shares a slot is a balanced (AA)
 * tree by hash, size and text: nobody can choose keys that make it slow.
 */
struct toml_index {
	struct leaf **slots;
	struct leaf *leaves;
	uint32_t capacity; /* slots and leaves, a power of two */
	uint32_t count;
};

bool toml_fail(struct toml *toml, const char *at, size_t length,
	       const char *message)
{
	findings_add(toml->parse->findings, SEVERITY_ERROR, "syntax/toml",
		     place_at(0, toml_offset(toml, at), (uint32_t)length), "%s",
		     message);
	return false;
}

static struct arena *arena_of(struct toml *toml)
{
	return toml->parse->doc->arena;
}

static void *allocate(struct toml *toml, size_t size)
{
	void *block = arena_alloc(arena_of(toml), size);

	if (!block)
		toml->result = arena_of(toml)->error;
	return block;
}

static char *clash_message(struct toml *toml, const struct toml_key *key,
			   const struct toml_item *first, const char *rest)
{
	char name[FORMATS_NAME_SIZE];
	char *message;

	formats_show_name((struct span){key->text, key->size}, name);
	message = arena_printf(arena_of(toml),
			       "'%s' is already defined on line %u%s", name,
			       first->key->line, rest);
	if (!message)
		toml->result = arena_of(toml)->error;
	return message;
}

bool toml_clash(struct toml *toml, const struct toml_key *key,
		const struct toml_item *first, const char *rest)
{
	const char *message = clash_message(toml, key, first, rest);

	return message &&
	       toml_fail(toml, toml->parse->source.data + key->offset,
			 key->length, message);
}

bool toml_repeat(struct toml *toml, const struct toml_key *key,
		 const struct toml_item *first, const char *rest)
{
	struct toml_repeat *repeat = allocate(toml, sizeof(*repeat));

	if (!repeat)
		return false;
	toml->result = doc_drop(toml->parse->doc, key->offset, key->length);
	if (toml->result)
		return false;
	*repeat =
		(struct toml_repeat){.first = first, .key = *key, .rest = rest};
	*toml->repeats_end = repeat;
	toml->repeats_end = &repeat->next;
	return true;
}

static bool report_repeat(struct toml *toml, const struct toml_repeat *repeat)
{
	struct findings *findings = toml->parse->findings;
	struct place place =
		place_at(0, repeat->key.offset, repeat->key.length);
	const char *message = "";

	/* The key stands before its value. */
	if (toml->document.root != DOC_NONE && repeat->first->node != DOC_NONE)
		place.node = repeat->first->node - 1;
	/* Findings that are only counted need no text. */
	if (findings_would_keep(findings, "key/duplicate", place.offset))
		message = clash_message(toml, &repeat->key, repeat->first,
					repeat->rest);
	if (!message)
		return false;
	findings_add(findings, SEVERITY_ERROR, "key/duplicate", place, "%s",
		     message);
	return true;
}

bool toml_report_repeats(struct toml *toml)
{
	for (const struct toml_repeat *repeat = toml->repeats; repeat;
	     repeat = repeat->next)
		if (!report_repeat(toml, repeat))
			return false;
	return true;
}

bool toml_enter(struct toml *toml, const char *at, size_t length)
{
	if (toml->depth < toml->max_depth) {
		toml->depth++;
		return true;
	}
	findings_limit(toml->parse->findings, "depth",
		       place_at(0, toml_offset(toml, at), (uint32_t)length),
		       toml->max_depth);
	return false;
}

/* Nodes more for the doc; the last one is at `at`. */
static bool count_nodes(struct toml *toml, uint32_t count, const char *at)
{
	const uint32_t max_nodes = toml->parse->limits->nodes;
	const uint32_t before = toml->nodes;

	if (count > max_nodes || before > max_nodes - count) {
		findings_limit(toml->parse->findings, "nodes",
			       place_at(0, toml_offset(toml, at), 1),
			       max_nodes);
		return false;
	}
	toml->nodes += count;
	if (before / POLL_INTERVAL != toml->nodes / POLL_INTERVAL &&
	    host_is_cancelled(toml->parse->host)) {
		toml->result = -ECANCELED;
		return false;
	}
	return true;
}

/* An item and its key lie side by side. */
struct keyed {
	struct toml_item item;
	struct toml_key key;
};

struct toml_item *toml_new(struct toml *toml, const struct toml_key *key,
			   enum toml_origin origin, const char *at)
{
	const size_t size =
		key ? sizeof(struct keyed) : sizeof(struct toml_item);
	struct toml_item *item = count_nodes(toml, key ? 2 : 1, at)
					 ? allocate(toml, size)
					 : NULL;

	if (!item)
		return NULL;
	*item = (struct toml_item){
		.offset = toml_offset(toml, at),
		.node = DOC_NONE,
		.origin = (uint8_t)origin,
	};
	if (key) {
		item->key = &((struct keyed *)item)->key;
		*item->key = *key;
	}
	return item;
}

static int order_keys(const struct toml_key *a, const struct toml_key *b)
{
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return a->size ? memcmp(a->text, b->text, a->size) : 0;
}

/* The hash of a leaf spares a look at its key. */
static int order_leaf(const struct toml_key *key, const struct leaf *leaf)
{
	if (key->hash != leaf->hash)
		return key->hash < leaf->hash ? -1 : 1;
	return order_keys(key, leaf->item->key);
}

static struct toml_item *find_indexed(const struct toml_index *index,
				      const struct toml_key *key)
{
	const struct leaf *leaf =
		index->slots[key->hash & (index->capacity - 1)];

	while (leaf) {
		const int order = order_leaf(key, leaf);

		if (order == 0)
			return leaf->item;
		leaf = leaf->child[order > 0];
	}
	return NULL;
}

struct toml_item *toml_find(const struct toml_item *table,
			    const struct toml_key *key)
{
	if (table->index)
		return find_indexed(table->index, key);
	for (struct toml_item *item = table->first; item; item = item->next) {
		if (item->key->hash == key->hash &&
		    order_keys(item->key, key) == 0)
			return item;
	}
	return NULL;
}

/* Lift the child on that side above its parent. */
static struct leaf *rotate(struct leaf *parent, int side)
{
	struct leaf *child = parent->child[side];

	parent->child[side] = child->child[!side];
	child->child[!side] = parent;
	return child;
}

static struct leaf *balance(struct leaf *tree)
{
	const struct leaf *left = tree->child[0];

	if (left && left->level == tree->level)
		tree = rotate(tree, 0);

	const struct leaf *right = tree->child[1];

	if (right && right->child[1] && right->child[1]->level == tree->level) {
		tree = rotate(tree, 1);
		tree->level++;
	}
	return tree;
}

/* Recurses as deep as the tree is, which is logarithmic. */
static struct leaf *insert(struct leaf *tree, struct leaf *leaf)
{
	if (!tree)
		return leaf;

	const int side = order_leaf(leaf->item->key, tree) > 0;

	tree->child[side] = insert(tree->child[side], leaf);
	return balance(tree);
}

static void add_leaf(struct toml_index *index, struct toml_item *item)
{
	struct leaf *leaf = &index->leaves[index->count++];
	const uint32_t hash = item->key->hash;
	struct leaf **slot = &index->slots[hash & (index->capacity - 1)];

	*leaf = (struct leaf){.item = item, .hash = hash, .level = 1};
	*slot = insert(*slot, leaf);
}

/* An index over all members, with room for as many again. */
static bool build_index(struct toml *toml, struct toml_item *table)
{
	const uint32_t capacity =
		table->index ? table->index->capacity * 2 : FEW * 2;
	struct toml_index *index = allocate(toml, sizeof(*index));
	struct leaf **slots =
		index ? allocate(toml, capacity * sizeof(struct leaf *)) : NULL;
	struct leaf *leaves =
		slots ? allocate(toml, capacity * sizeof(*leaves)) : NULL;

	if (!leaves)
		return false;
	memset(slots, 0, capacity * sizeof(struct leaf *));
	*index = (struct toml_index){slots, leaves, capacity, 0};
	for (struct toml_item *item = table->first; item; item = item->next)
		add_leaf(index, item);
	table->index = index;
	return true;
}

void toml_append(struct toml_item *array, struct toml_item *item)
{
	if (array->last)
		array->last->next = item;
	else
		array->first = item;
	array->last = item;
	array->size++;
}

bool toml_put(struct toml *toml, struct toml_item *table,
	      struct toml_item *item)
{
	struct toml_index *index = table->index;

	toml_append(table, item);
	if (table->size <= FEW)
		return true;
	if (!index || index->count == index->capacity)
		return build_index(toml, table);
	add_leaf(index, item);
	return true;
}

/* The next node of the doc; there is room for as many as were counted. */
static struct node *push(struct doc *doc, const struct toml_item *item)
{
	struct node *node = &doc->nodes[doc->count++];

	assert(doc->count <= doc->capacity);
	*node = (struct node){
		.type = item->type,
		.flags = item->flags,
		.offset = item->offset,
		.length = item->length,
		.next = doc->count,
		.size = item->size,
	};
	return node;
}

static void emit_key(struct doc *doc, const struct toml_key *key)
{
	struct node *node = &doc->nodes[doc->count++];

	assert(doc->count < doc->capacity);
	*node = (struct node){
		.type = NODE_STRING,
		.flags = NODE_KEY | (key->is_quoted ? NODE_QUOTED : 0),
		.offset = key->offset,
		.length = key->length,
		.next = doc->count,
		.size = key->size,
		.hash = key->hash,
		.text = key->text,
	};
}

/* Recurses as deep as the file nests, which is limited. */
static void emit_item(struct doc *doc, struct toml_item *item)
{
	struct node *node = push(doc, item);

	item->node = doc->count - 1;
	if (!node_is_container(node)) {
		node->text = item->text;
		if (node->type == NODE_STRING)
			node->hash = doc_hash(node_text(node));
		return;
	}
	for (struct toml_item *child = item->first; child;
	     child = child->next) {
		if (child->key)
			emit_key(doc, child->key);
		emit_item(doc, child);
	}
	node->next = doc->count;
}

bool toml_emit(struct toml *toml)
{
	struct doc *doc = toml->parse->doc;

	/* Their number is known, so the array need not grow. */
	doc->nodes = allocate(toml, toml->nodes * sizeof(struct node));
	if (!doc->nodes)
		return false;
	doc->capacity = toml->nodes;
	emit_item(doc, toml->root);
	toml->document.root = toml->root->node;
	return true;
}
