#include "validate/doc.h"

#include <errno.h>
#include <stdio.h>

void doc_init(struct doc *doc, struct arena *arena, struct span source,
	      uint32_t max_nodes)
{
	*doc = (struct doc){
		.arena = arena, .source = source, .max_nodes = max_nodes};
}

bool doc_is_full(const struct doc *doc)
{
	return doc->count >= doc->max_nodes;
}

/* What most files need: to grow is to copy. */
static uint32_t first_capacity(const struct doc *doc)
{
	enum { BYTES_PER_NODE = 10, FEWEST = 64, MOST = 65536 };
	const size_t expected = doc->source.size / BYTES_PER_NODE;

	if (expected < FEWEST)
		return FEWEST;
	return expected < MOST ? (uint32_t)expected : MOST;
}

static bool grow_nodes(struct doc *doc)
{
	uint32_t capacity =
		doc->capacity ? doc->capacity * 2 : first_capacity(doc);

	if (capacity > doc->max_nodes)
		capacity = doc->max_nodes;

	struct node *nodes = arena_grow(doc->arena, doc->nodes,
					doc->capacity * sizeof(struct node),
					capacity * sizeof(struct node));

	if (!nodes)
		return false;
	doc->nodes = nodes;
	doc->capacity = capacity;
	return true;
}

uint32_t doc_push_growing(struct doc *doc, struct node node)
{
	if (doc_is_full(doc) || !grow_nodes(doc))
		return DOC_NONE;
	return doc_push(doc, node);
}

void doc_close(struct doc *doc, uint32_t container, uint32_t size, uint32_t end)
{
	struct node *node = &doc->nodes[container];

	node->size = size;
	node->next = doc->count;
	node->length = end - node->offset;
}

int doc_add_document(struct doc *doc, struct document document)
{
	if (doc->document_count == doc->document_capacity) {
		const uint32_t capacity =
			doc->document_capacity ? doc->document_capacity * 2 : 4;
		struct document *documents = arena_grow(
			doc->arena, doc->documents,
			doc->document_capacity * sizeof(struct document),
			capacity * sizeof(struct document));

		if (!documents)
			return doc->arena->error;
		doc->documents = documents;
		doc->document_capacity = capacity;
	}
	doc->documents[doc->document_count++] = document;
	return 0;
}

int doc_drop(struct doc *doc, uint32_t offset, uint32_t length)
{
	if (doc->dropped_count == doc->dropped_capacity) {
		const uint32_t capacity =
			doc->dropped_capacity ? doc->dropped_capacity * 2 : 4;
		struct extent *dropped =
			arena_grow(doc->arena, doc->dropped,
				   doc->dropped_capacity * sizeof(*dropped),
				   capacity * sizeof(*dropped));

		if (!dropped)
			return doc->arena->error;
		doc->dropped = dropped;
		doc->dropped_capacity = capacity;
	}
	doc->dropped[doc->dropped_count++] = (struct extent){offset, length};
	return 0;
}

uint32_t doc_resolve(const struct doc *doc, uint32_t index)
{
	if (doc->nodes[index].type == NODE_ALIAS)
		index = doc->nodes[index].target;
	return index;
}

const struct node *doc_node(const struct doc *doc, uint32_t index)
{
	return &doc->nodes[doc_resolve(doc, index)];
}

/* Up to eight bytes as a number, by loads of fixed size only. */
static uint64_t load_tail(const char *text, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t first;
	uint32_t last;

	if (size < sizeof(first))
		return size == 0 ? 0
				 : (uint32_t)bytes[0] |
					   (uint32_t)bytes[size / 2] << 8 |
					   (uint32_t)bytes[size - 1] << 16;
	memcpy(&first, text, sizeof(first));
	memcpy(&last, text + size - sizeof(last), sizeof(last));
	return first | (uint64_t)last << 32;
}

uint32_t doc_hash(struct span text)
{
	uint64_t hash = text.size * 0x9e3779b97f4a7c15u;
	const char *next = text.data;
	size_t left = text.size;
	uint64_t word;

	for (; left > sizeof(word); left -= sizeof(word)) {
		memcpy(&word, next, sizeof(word));
		hash = (hash ^ word) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
		next += sizeof(word);
	}
	hash = (hash ^ load_tail(next, left)) * 0xff51afd7ed558ccdu;
	return (uint32_t)(hash ^ hash >> 32);
}

uint32_t doc_find(const struct doc *doc, uint32_t object, struct span key)
{
	object = doc_resolve(doc, object);

	const struct node *node = &doc->nodes[object];
	const uint32_t hash = doc_hash(key);

	if (node->type != NODE_OBJECT)
		return DOC_NONE;
	for (uint32_t at = object + 1; at < node->next;) {
		const uint32_t name = doc_resolve(doc, at);
		const uint32_t value = doc->nodes[at].next;

		if (!node_is_container(&doc->nodes[name]) &&
		    doc->nodes[name].hash == hash &&
		    span_equal(node_text(&doc->nodes[name]), key))
			return value;
		at = doc->nodes[value].next;
	}
	return DOC_NONE;
}

/*
 * Duplicate keys: sort by hash, length, text, then by place. Most objects are
 * small and have none, which is found out without sorting.
 */
enum { FEW_KEYS = 16, SOME_KEYS = 128 };

struct key_ref {
	const struct node *node;
	uint32_t index;
};

static int compare_text(const struct node *a, const struct node *b)
{
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return a->size ? memcmp(a->text, b->text, a->size) : 0;
}

static int compare_keys(const void *left, const void *right)
{
	const struct key_ref *a = left;
	const struct key_ref *b = right;
	const int order = compare_text(a->node, b->node);

	if (order)
		return order;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* A pair of equal keys; sorted by the second for the visits. */
struct repeat {
	uint32_t first;
	uint32_t second;
};

static int compare_repeats(const void *left, const void *right)
{
	const struct repeat *a = left;
	const struct repeat *b = right;

	return a->second < b->second ? -1 : a->second > b->second;
}

static uint32_t collect_keys(const struct doc *doc, uint32_t object,
			     struct key_ref *keys)
{
	uint32_t count = 0;

	for (uint32_t at = object + 1; at < doc->nodes[object].next;) {
		const struct node *key = doc_node(doc, at);
		const uint32_t value = doc->nodes[at].next;

		if (!node_is_container(key) &&
		    !(doc->nodes[at].flags & NODE_MERGED))
			keys[count++] = (struct key_ref){key, at};
		at = doc->nodes[value].next;
	}
	return count;
}

/* Do two keys have one hash? */
static bool may_repeat_of_few(const struct key_ref *keys, uint32_t count)
{
	uint32_t hashes[FEW_KEYS];

	for (uint32_t i = 0; i < count; i++) {
		const uint32_t hash = keys[i].node->hash;

		for (uint32_t j = 0; j < i; j++)
			if (hashes[j] == hash)
				return true;
		hashes[i] = hash;
	}
	return false;
}

/*
 * The same with a table and linear probing; hashes that differ in the lowest
 * bit count as one.
 */
static bool may_repeat_of_some(const struct key_ref *keys, uint32_t count)
{
	enum { SLOTS = 2 * SOME_KEYS };
	uint32_t slots[SLOTS] = {0}; /* hashes; 0 is empty */

	for (uint32_t i = 0; i < count; i++) {
		const uint32_t hash = keys[i].node->hash | 1;
		uint32_t at = hash >> 1;

		while (slots[at % SLOTS]) {
			if (slots[at % SLOTS] == hash)
				return true;
			at++;
		}
		slots[at % SLOTS] = hash;
	}
	return false;
}

static bool may_repeat(const struct key_ref *keys, uint32_t count)
{
	if (count <= FEW_KEYS)
		return may_repeat_of_few(keys, count);
	return count > SOME_KEYS || may_repeat_of_some(keys, count);
}

int doc_visit_duplicates(struct doc *doc, uint32_t object,
			 void (*visit)(void *ctx, uint32_t first,
				       uint32_t second),
			 void *ctx)
{
	const uint32_t pairs = doc->nodes[object].size;
	struct key_ref few[SOME_KEYS];
	struct key_ref *keys = few;

	if (pairs < 2)
		return 0;
	if (pairs > array_size(few)) {
		keys = arena_alloc(doc->arena, pairs * sizeof(*keys));
		if (!keys)
			return doc->arena->error;
	}

	const uint32_t count = collect_keys(doc, object, keys);

	if (!may_repeat(keys, count))
		return 0;
	qsort(keys, count, sizeof(*keys), compare_keys);

	struct repeat *repeats =
		arena_alloc(doc->arena, count * sizeof(*repeats));
	uint32_t repeat_count = 0;
	uint32_t first = 0;

	if (!repeats)
		return doc->arena->error;
	for (uint32_t i = 1; i < count; i++) {
		if (compare_text(keys[first].node, keys[i].node) == 0)
			repeats[repeat_count++] = (struct repeat){
				keys[first].index, keys[i].index};
		else
			first = i;
	}
	qsort(repeats, repeat_count, sizeof(*repeats), compare_repeats);
	for (uint32_t i = 0; i < repeat_count; i++)
		visit(ctx, repeats[i].first, repeats[i].second);
	return 0;
}

/*
 * Pointers are built from the root down: at each level the child whose subtree
 * holds the node is the next step.
 */
struct pointer {
	char *text;
	size_t size;
	size_t capacity;
	struct arena *arena;
};

static bool append(struct pointer *pointer, const char *bytes, size_t size)
{
	if (pointer->size + size + 1 > pointer->capacity) {
		const size_t capacity = (pointer->size + size + 1) * 2;
		char *text = arena_grow(pointer->arena, pointer->text,
					pointer->capacity, capacity);

		if (!text)
			return false;
		pointer->text = text;
		pointer->capacity = capacity;
	}
	memcpy(pointer->text + pointer->size, bytes, size);
	pointer->size += size;
	pointer->text[pointer->size] = '\0';
	return true;
}

static bool append_key(struct pointer *pointer, struct span key)
{
	if (!append(pointer, "/", 1))
		return false;
	for (size_t i = 0; i < key.size; i++) {
		const char c = key.data[i];
		const bool done = c == '~'   ? append(pointer, "~0", 2)
				  : c == '/' ? append(pointer, "~1", 2)
					     : append(pointer, &c, 1);

		if (!done)
			return false;
	}
	return true;
}

/* Step into the pair that holds `node`; returns the value or DOC_NONE. */
static uint32_t step_object(const struct doc *doc, struct pointer *pointer,
			    uint32_t object, uint32_t node)
{
	for (uint32_t key = object + 1; key < doc->nodes[object].next;) {
		const uint32_t value = doc->nodes[key].next;

		if (node < doc->nodes[value].next) {
			const struct node *name = doc_node(doc, key);
			const struct span text = node_is_container(name)
							 ? span_of("?")
							 : node_text(name);

			return append_key(pointer, text) ? value : DOC_NONE;
		}
		key = doc->nodes[value].next;
	}
	return DOC_NONE;
}

static uint32_t step_array(const struct doc *doc, struct pointer *pointer,
			   uint32_t array, uint32_t node)
{
	uint32_t position = 0;

	for (uint32_t item = array + 1; item < doc->nodes[array].next;) {
		if (node < doc->nodes[item].next) {
			char digits[16];
			const int size = snprintf(digits, sizeof(digits), "/%u",
						  position);

			return append(pointer, digits, (size_t)size) ? item
								     : DOC_NONE;
		}
		item = doc->nodes[item].next;
		position++;
	}
	return DOC_NONE;
}

char *doc_pointer(const struct doc *doc, struct arena *arena, uint32_t root,
		  uint32_t node)
{
	struct pointer pointer = {.arena = arena};
	uint32_t at = root;

	if (!append(&pointer, "", 0))
		return NULL;
	if (node < root || node >= doc->nodes[root].next)
		return NULL;
	while (at < node) {
		if (doc->nodes[at].type == NODE_OBJECT)
			at = step_object(doc, &pointer, at, node);
		else if (doc->nodes[at].type == NODE_ARRAY)
			at = step_array(doc, &pointer, at, node);
		else
			return NULL;
		if (at == DOC_NONE)
			return NULL;
	}
	return pointer.text;
}
