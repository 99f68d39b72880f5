#include "tests/fuzz/check_doc.h"

#include "tests/fuzz/fuzz.h"
#include "validate/text.h"

struct checker {
	struct doc *doc;
	unsigned promises;
	uint32_t max_depth;
	uint32_t root; /* of the document under way */
	uint8_t *seen; /* of each node: enum seen */
};

enum seen { SEEN_NOT, SEEN_NOW, SEEN_DONE };

static bool is_digit(struct span text, size_t at)
{
	return at < text.size && text.data[at] >= '0' && text.data[at] <= '9';
}

static size_t skip_digits(struct span text, size_t at)
{
	while (is_digit(text, at))
		at++;
	return at;
}

/* RFC 8259; *is_integer: neither fraction nor exponent. */
static bool is_json_number(struct span text, bool *is_integer)
{
	size_t at = span_starts(text, "-") ? 1 : 0;
	const bool has_zero = at < text.size && text.data[at] == '0';

	*is_integer = true;
	if (!is_digit(text, at))
		return false;
	at = has_zero ? at + 1 : skip_digits(text, at);
	if (at < text.size && text.data[at] == '.') {
		*is_integer = false;
		if (!is_digit(text, at + 1))
			return false;
		at = skip_digits(text, at + 1);
	}
	if (at < text.size && (text.data[at] | 0x20) == 'e') {
		*is_integer = false;
		at++;
		at += at < text.size &&
		      (text.data[at] == '+' || text.data[at] == '-');
		if (!is_digit(text, at))
			return false;
		at = skip_digits(text, at);
	}
	return at == text.size;
}

static void check_number(const struct node *node)
{
	const struct span text = node_text(node);
	bool is_integer = false;

	if (node->flags & NODE_NOT_FINITE) {
		fuzz_require(span_is(text, "inf") || span_is(text, "-inf") ||
				     span_is(text, "nan"),
			     "a number that is none is inf, -inf or nan");
		return;
	}
	fuzz_require(is_json_number(text, &is_integer),
		     "numbers are written as in JSON");
	/* YAML's !!float may be written as an integer. */
	fuzz_require(is_integer || !(node->flags & NODE_INTEGER),
		     "an integer is written as one");
}

static void check_scalar(const struct checker *checker, uint32_t index)
{
	const struct node *node = &checker->doc->nodes[index];
	const struct span text = node_text(node);

	fuzz_require(node->next == index + 1, "a scalar has no children");
	fuzz_require(text.data || text.size == 0, "a scalar has text");
	fuzz_require(text_utf8_prefix(text) == text.size,
		     "texts are decoded to UTF-8");
	if (node->type == NODE_STRING || node->flags & NODE_KEY)
		fuzz_require(node->hash == doc_hash(text),
			     "strings and keys know their hash");
	if (node->type == NODE_NUMBER)
		check_number(node);
	if (node->type != NODE_BOOL)
		fuzz_require(!(node->flags & NODE_TRUE),
			     "only a boolean is true");
	if (node->type != NODE_NUMBER)
		fuzz_require(!(node->flags & (NODE_INTEGER | NODE_NOT_FINITE)),
			     "only a number has flags of numbers");
}

static void check_alias(const struct checker *checker, uint32_t index)
{
	const struct doc *doc = checker->doc;
	const struct node *node = &doc->nodes[index];

	fuzz_require(checker->promises & CHECK_DOC_SHARED,
		     "only YAML has aliases");
	fuzz_require(node->next == index + 1, "an alias has no children");
	fuzz_require(node->target < doc->count, "an alias leads to a node");
	fuzz_require(doc->nodes[node->target].type != NODE_ALIAS,
		     "an alias does not lead to another");
	fuzz_require(node->target >= checker->root,
		     "an alias stays in its document");
}

static void check_place(const struct checker *checker, const struct node *node)
{
	const size_t size = checker->doc->source.size;

	fuzz_require(node->type <= NODE_ALIAS, "the type is known");
	fuzz_require(node->offset <= size &&
			     node->length <= size - node->offset,
		     "a node lies in its source");
}

static void check_value(const struct checker *checker, uint32_t index,
			uint32_t depth);

/* A child begins behind the one before it and ends inside its container. */
static void check_order(const struct checker *checker, uint32_t parent,
			uint32_t child, uint32_t *last)
{
	const struct node *outer = &checker->doc->nodes[parent];
	const struct node *inner = &checker->doc->nodes[child];

	if (!(checker->promises & CHECK_DOC_NESTED))
		return;
	fuzz_require(inner->offset >= *last, "children come in order");
	fuzz_require(inner->offset + inner->length <=
			     outer->offset + outer->length,
		     "children lie inside their container");
	*last = inner->offset;
}

static uint32_t check_pair(const struct checker *checker, uint32_t object,
			   uint32_t key, uint32_t depth, uint32_t *last)
{
	const struct doc *doc = checker->doc;
	const bool is_merged = (doc->nodes[key].flags & NODE_MERGED) != 0;
	const uint32_t value = doc->nodes[key].next;

	fuzz_require(doc->nodes[key].flags & NODE_KEY,
		     "the first of a pair is a key");
	fuzz_require(!is_merged || checker->promises & CHECK_DOC_SHARED,
		     "only YAML merges keys");
	check_value(checker, key, depth);
	fuzz_require(value < doc->nodes[object].next, "a key has a value");
	fuzz_require(!(doc->nodes[value].flags & NODE_KEY),
		     "a value is no key");
	if (!is_merged) {
		check_order(checker, object, key, last);
		check_order(checker, object, value, last);
	}
	check_value(checker, value, depth);
	return doc->nodes[value].next;
}

/* No value is inside itself, whatever way aliases lead. */
static void check_circles(struct checker *checker, uint32_t index)
{
	const struct doc *doc = checker->doc;
	const struct node *node = &doc->nodes[index];

	fuzz_require(checker->seen[index] != SEEN_NOW, "no value holds itself");
	if (checker->seen[index] == SEEN_DONE)
		return;
	checker->seen[index] = SEEN_NOW;
	if (node->type == NODE_ALIAS) {
		/* What stands inside a merge is moved behind the tree. */
		if (node->target >= doc->nodes[checker->root].next &&
		    checker->seen[node->target] == SEEN_NOT)
			check_value(checker, node->target, 1);
		check_circles(checker, node->target);
	}
	for (uint32_t at = index + 1; at < node->next; at = doc->nodes[at].next)
		check_circles(checker, at);
	checker->seen[index] = SEEN_DONE;
}

static void check_children(const struct checker *checker, uint32_t index,
			   uint32_t depth)
{
	const struct doc *doc = checker->doc;
	const struct node *node = &doc->nodes[index];
	uint32_t last = node->offset;
	uint32_t count = 0;
	uint32_t at = index + 1;

	fuzz_require(node->next > index && node->next <= doc->count,
		     "a container ends in the list of nodes");
	while (at < node->next) {
		count++;
		if (node->type == NODE_OBJECT) {
			at = check_pair(checker, index, at, depth + 1, &last);
			continue;
		}
		fuzz_require(!(doc->nodes[at].flags & NODE_KEY),
			     "an item is no key");
		check_order(checker, index, at, &last);
		check_value(checker, at, depth + 1);
		at = doc->nodes[at].next;
	}
	fuzz_require(at == node->next, "a container ends with its last child");
	fuzz_require(count == node->size, "a container knows its size");
}

static void check_value(const struct checker *checker, uint32_t index,
			uint32_t depth)
{
	const struct node *node = &checker->doc->nodes[index];

	/* A scalar may stand one deeper than the last container. */
	fuzz_require(depth <= checker->max_depth + 1, "depth is limited");
	check_place(checker, node);
	if (node->type == NODE_ALIAS)
		check_alias(checker, index);
	else if (node_is_container(node))
		check_children(checker, index, depth);
	else
		check_scalar(checker, index);
}

/* The pointer of a node far down leads somewhere, and a key is found. */
static void check_look_up(const struct checker *checker, uint32_t node)
{
	const struct doc *doc = checker->doc;
	const char *pointer = doc_pointer(doc, doc->arena, checker->root, node);

	fuzz_require(pointer || doc->arena->error, "every node has a pointer");
	if (!pointer)
		return;
	fuzz_require(*pointer == '/' || *pointer == '\0',
		     "a pointer is empty or begins with a slash");
	if (doc->nodes[checker->root].type == NODE_OBJECT &&
	    doc->nodes[checker->root].size) {
		const struct node *key = doc_node(doc, checker->root + 1);

		if (!node_is_container(key))
			fuzz_require(doc_find(doc, checker->root,
					      node_text(key)) != DOC_NONE,
				     "a key that is there is found");
	}
}

static uint32_t check_document(struct checker *checker,
			       const struct document *document)
{
	const struct doc *doc = checker->doc;
	const size_t size = doc->source.size;

	fuzz_require(document->offset <= size, "a document begins in its file");
	if (document->schema.data) {
		fuzz_require(document->schema_offset <= size &&
				     document->schema.size <=
					     size - document->schema_offset,
			     "the name of a schema stands in the file");
		fuzz_require(text_utf8_prefix(document->schema) ==
				     document->schema.size,
			     "the name of a schema is UTF-8");
	}
	if (document->root == DOC_NONE)
		return 0;
	fuzz_require(document->root < doc->count, "a root is a node");
	checker->root = document->root;
	check_value(checker, document->root, 1);

	const uint32_t end = doc->nodes[document->root].next;

	check_circles(checker, document->root);
	check_look_up(checker, end - 1);
	return end;
}

void check_doc(struct doc *doc, unsigned promises, uint32_t max_depth)
{
	auto_free uint8_t *seen = calloc(1, doc->count + 1);
	struct checker checker = {.doc = doc,
				  .promises = promises,
				  .max_depth = max_depth,
				  .seen = seen};
	uint32_t end = 0;
	uint32_t offset = 0;

	fuzz_require(seen, "memory for the check");
	fuzz_require(doc->count <= doc->max_nodes, "nodes are limited");
	for (uint32_t i = 0; i < doc->document_count; i++) {
		const struct document *document = &doc->documents[i];

		fuzz_require(document->offset >= offset,
			     "documents come in order");
		offset = document->offset;
		if (document->root == DOC_NONE)
			continue;
		fuzz_require(document->root >= end, "documents are apart");
		end = check_document(&checker, document);
	}
}

bool check_doc_key_has(const struct doc *doc, struct span part)
{
	for (uint32_t i = 0; i < doc->count; i++) {
		const struct node *node = doc_node(doc, i);

		if (doc->nodes[i].flags & NODE_KEY &&
		    !node_is_container(node) &&
		    fuzz_contains(node_text(node), part))
			return true;
	}
	return false;
}
