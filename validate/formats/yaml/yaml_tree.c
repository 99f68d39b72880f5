#include "validate/formats/yaml/yaml_tree.h"

#include "validate/formats/formats.h"
#include "validate/formats/yaml/yaml_head.h"
#include "validate/formats/yaml/yaml_place.h"
#include "validate/formats/yaml/yaml_scalar.h"
#include "validate/formats/yaml/yaml_template.h"

#include <errno.h>

/* A container's `length` as long as it is open. */
#define STILL_OPEN UINT32_MAX

enum { LONGEST_ALIAS_KEY = 1024 }; /* bytes, as YAML limits implicit keys */

/* An open container. */
struct yaml_frame {
	uint32_t node;
	uint32_t children;
	bool is_object;
	bool is_flow;
	bool has_merge; /* a key `<<` */
};

static uint32_t document_number(const struct yaml_tree *tree)
{
	return tree->doc->document_count;
}

void yaml_tree_init(struct yaml_tree *tree, struct parse *parse)
{
	*tree = (struct yaml_tree){
		.parse = parse, .doc = parse->doc, .arena = parse->doc->arena};
}

int yaml_tree_limit(struct yaml_tree *tree, const char *name, uint32_t offset,
		    uint64_t limit)
{
	findings_limit(tree->parse->findings, name,
		       place_at(document_number(tree), offset, 1), limit);
	return YAML_TREE_STOP;
}

static void add_finding(struct yaml_tree *tree, enum severity severity,
			const char *rule, uint32_t node, const char *message)
{
	struct place place =
		place_of_node(tree->doc, document_number(tree), node);

	if (place.length == STILL_OPEN)
		place.length = 1;
	findings_add(tree->parse->findings, severity, rule, place, "%s",
		     message);
}

static struct yaml_frame *top_frame(struct yaml_tree *tree)
{
	return tree->depth ? &tree->frames[tree->depth - 1] : NULL;
}

static bool is_key_next(struct yaml_tree *tree)
{
	const struct yaml_frame *top = top_frame(tree);

	return top && top->is_object && top->children % 2 == 0;
}

/* The document's content begins: what stands before it is its head. */
static void begin_root(struct yaml_tree *tree, uint32_t node, uint32_t offset)
{
	const struct span source = tree->parse->source;
	const uint32_t head = tree->head;
	struct document *document = &tree->document;

	document->root = node;
	if (offset <= head)
		return;
	document->schema = yaml_head_schema(
		(struct span){source.data + head, offset - head});
	if (document->schema.data)
		document->schema_offset =
			(uint32_t)(document->schema.data - source.data);
}

/*
 * Append a value or key to be filled in; `start` is where its tag and anchor
 * begin.
 */
static int add_node(struct yaml_tree *tree, uint32_t start, uint32_t *index)
{
	struct yaml_frame *top = top_frame(tree);
	const bool is_key = is_key_next(tree);

	*index = doc_push(tree->doc, (struct node){0});
	if (*index == DOC_NONE)
		return tree->arena->error
			       ? tree->arena->error
			       : yaml_tree_limit(tree, "nodes", start,
						 tree->doc->max_nodes);
	if (is_key)
		tree->doc->nodes[*index].flags = NODE_KEY;
	if (top)
		top->children++;
	else
		begin_root(tree, *index, start);
	return 0;
}

static int count_name(struct yaml_tree *tree, uint32_t offset)
{
	const uint32_t limit = tree->parse->limits->aliases;

	if (++tree->names > limit)
		return yaml_tree_limit(tree, "aliases", offset, limit);
	return 0;
}

static int set_anchor(struct yaml_tree *tree, const char *name, uint32_t node,
		      uint32_t start)
{
	struct node *anchored = &tree->doc->nodes[node];
	int r;

	if (!name)
		return 0;
	r = count_name(tree, start);
	if (r)
		return r;
	/* An alias of it may become a key. */
	if (!node_is_container(anchored))
		anchored->hash = doc_hash(node_text(anchored));
	return yaml_anchor_set(&tree->anchors, tree->arena, span_of(name),
			       node);
}

static void report_tag(struct yaml_tree *tree, uint32_t node)
{
	add_finding(tree, SEVERITY_ERROR, "yaml/tag", node,
		    "the value is not what its tag says; change the tag or "
		    "the value");
}

/*
 * The value's text for the life of the document: in the source if it stands
 * there as it is, else a copy. data NULL: the arena failed.
 */
static struct span keep_text(struct yaml_tree *tree,
			     const struct yaml_value *value, uint32_t start)
{
	const struct span source = tree->parse->source;
	const struct span text = value->text;
	const uint32_t from = start + value->is_quoted;

	if (from <= source.size && text.size <= source.size - from &&
	    memcmp(source.data + from, text.data, text.size) == 0)
		return (struct span){source.data + from, text.size};
	return (struct span){arena_text(tree->arena, text), text.size};
}

static bool is_merge_sign(struct span text)
{
	return text.size == 2 && text.data[0] == '<' && text.data[1] == '<';
}

static bool is_merge_key(const struct yaml_value *value)
{
	/* An anchored one is data: others may repeat it. */
	return value->is_plain && !value->anchor &&
	       is_merge_sign(value->text) &&
	       (!value->tag ||
		strcmp(value->tag, "tag:yaml.org,2002:merge") == 0);
}

static void note_custom_tag(struct yaml_tree *tree, struct node *node,
			    const char *tag)
{
	if (!yaml_scalar_is_custom(tag))
		return;
	node->flags |= NODE_CUSTOM_TAG;
	tree->doc->is_untyped = true;
}

/* Where a scalar stands; its tag, also the one that libyaml hides. */
static enum yaml_tag place_scalar(struct yaml_tree *tree,
				  const struct yaml_value *value,
				  struct node *node)
{
	const struct span source = tree->parse->source;
	const enum yaml_tag tag = yaml_scalar_tag(value->tag);
	uint32_t end = value->end;
	bool has_tag;

	node->offset = yaml_place_value(source, value->start, end, &has_tag);
	if (!value->is_quoted)
		end = yaml_place_end(source, node->offset, end);
	else
		node->flags |= NODE_QUOTED;
	note_custom_tag(tree, node, value->tag);
	node->length = end - node->offset;
	tree->end = end;
	tree->judged = value->is_plain ? value->start : end;
	return has_tag && tag == TAG_NONE ? TAG_STRING : tag;
}

static void warn_ambiguous(struct yaml_tree *tree, struct span text,
			   uint32_t index)
{
	const bool is_key = tree->doc->nodes[index].flags & NODE_KEY;
	const char *message = yaml_scalar_ambiguity(text, is_key);

	if (message)
		add_finding(tree, SEVERITY_WARNING, "yaml/ambiguous", index,
			    message);
}

static void set_text(struct node *node, enum node_type type, unsigned flags,
		     struct span text)
{
	node->type = (uint8_t)type;
	node->flags |= (uint8_t)flags;
	node->text = text.data;
	node->size = (uint32_t)text.size;
}

/* A plain scalar that is not obviously text. */
static int type_plain(struct yaml_tree *tree, struct span text, uint32_t index)
{
	struct node *node = &tree->doc->nodes[index];
	int r = 0;

	if (yaml_scalar_is_count(text)) {
		set_text(node, NODE_NUMBER, NODE_INTEGER, text);
	} else {
		r = yaml_scalar_resolve(tree->arena, text, TAG_NONE, true,
					node);
		if (!r)
			warn_ambiguous(tree, text, index);
	}
	if (node->type == NODE_STRING || node->flags & NODE_KEY)
		node->hash = doc_hash(node_text(node));
	return r;
}

/* One without tag; 0, or what yaml_scalar_resolve() says. */
static inline int type_scalar(struct yaml_tree *tree, struct span text,
			      bool is_plain, uint32_t index)
{
	if (is_plain && !yaml_scalar_is_text(text))
		return type_plain(tree, text, index);
	set_text(&tree->doc->nodes[index], NODE_STRING, 0, text);
	tree->doc->nodes[index].hash = doc_hash(text);
	return 0;
}

static int type_tagged(struct yaml_tree *tree, const struct yaml_value *value,
		       struct span text, enum yaml_tag tag, struct node *node)
{
	const int r = yaml_scalar_resolve(tree->arena, text, tag,
					  value->is_plain, node);

	if (node->type == NODE_STRING || node->flags & NODE_KEY)
		node->hash = doc_hash(node_text(node));
	return r;
}

static void note_merge(struct yaml_tree *tree, struct node *key)
{
	key->reserved = YAML_MERGE_KEY;
	tree->frames[tree->depth - 1].has_merge = true;
}

/* Type and text; 0, or what yaml_scalar_resolve() says. */
static int fill_scalar(struct yaml_tree *tree, const struct yaml_value *value,
		       uint32_t index)
{
	struct node *node = &tree->doc->nodes[index];
	const enum yaml_tag tag = place_scalar(tree, value, node);
	const struct span text = keep_text(tree, value, node->offset);

	if (!text.data)
		return tree->arena->error;
	if (node->flags & NODE_KEY && is_merge_key(value))
		note_merge(tree, node);
	return tag == TAG_NONE ? type_scalar(tree, text, value->is_plain, index)
			       : type_tagged(tree, value, text, tag, node);
}

/* What it said becomes a finding, or an error. */
static int settle_scalar(struct yaml_tree *tree, uint32_t start, uint32_t index,
			 int r)
{
	if (tree->arena->error)
		return tree->arena->error;
	if (r == -EOVERFLOW)
		return yaml_tree_limit(tree, "digits", start,
				       YAML_SCALAR_MAX_DIGITS);
	if (r)
		report_tag(tree, index);
	return 0;
}

int yaml_tree_scalar(struct yaml_tree *tree, const struct yaml_value *value)
{
	uint32_t index;
	int r = add_node(tree, value->start, &index);

	if (r)
		return r;
	r = fill_scalar(tree, value, index);
	r = settle_scalar(tree, value->start, index, r);
	return r ? r : set_anchor(tree, value->anchor, index, value->start);
}

int yaml_tree_placed(struct yaml_tree *tree, const struct yaml_placed *scalar)
{
	struct node *node;
	uint32_t index;
	int r = add_node(tree, scalar->start, &index);

	if (r)
		return r;
	node = &tree->doc->nodes[index];
	node->offset = scalar->start;
	node->length = scalar->end - scalar->start;
	if (scalar->is_quoted)
		node->flags |= NODE_QUOTED;
	else if (scalar->is_plain && node->flags & NODE_KEY &&
		 is_merge_sign(scalar->text))
		note_merge(tree, node);
	tree->end = scalar->end;
	r = type_scalar(tree, scalar->text, scalar->is_plain, index);
	return settle_scalar(tree, scalar->start, index, r);
}

/* Why an alias to this anchor makes no sense, or NULL. */
static const char *alias_fault(const struct yaml_tree *tree,
			       const struct yaml_anchor *anchor)
{
	if (!anchor)
		return "no anchor of this name stands before the alias";
	if (tree->doc->nodes[anchor->node].length == STILL_OPEN)
		return "the alias stands inside the value that it repeats";
	return NULL;
}

/* One that makes no sense becomes a null. */
static void fill_alias(struct yaml_tree *tree, const struct yaml_anchor *anchor,
		       uint32_t index)
{
	struct node *node = &tree->doc->nodes[index];

	if (alias_fault(tree, anchor)) {
		tree->is_broken = true;
		node->type = NODE_NULL;
		node->text = "";
		return;
	}
	node->type = NODE_ALIAS;
	node->target = anchor->node;
}

/* Keys are compared: a long one repeated by alias would make that slow. */
static bool is_long_key(const struct yaml_tree *tree, uint32_t index)
{
	const struct node *target = doc_node(tree->doc, index);

	return tree->doc->nodes[index].flags & NODE_KEY &&
	       !node_is_container(target) && target->size > LONGEST_ALIAS_KEY;
}

int yaml_tree_alias(struct yaml_tree *tree, const struct yaml_value *value)
{
	const struct yaml_anchor *anchor =
		yaml_anchor_find(&tree->anchors, span_of(value->anchor));
	const char *fault = alias_fault(tree, anchor);
	uint32_t index;
	int r = count_name(tree, value->start);

	if (!r)
		r = add_node(tree, value->start, &index);
	if (r)
		return r;
	fill_alias(tree, anchor, index);
	tree->doc->nodes[index].offset = value->start;
	tree->doc->nodes[index].length = value->end - value->start;
	tree->end = value->end;
	tree->judged = value->end;
	if (fault)
		add_finding(tree, SEVERITY_ERROR, "yaml/alias", index, fault);
	else if (is_long_key(tree, index))
		return yaml_tree_limit(tree, "alias-key-bytes", value->start,
				       LONGEST_ALIAS_KEY);
	return 0;
}

static int push_frame(struct yaml_tree *tree, struct yaml_frame frame,
		      uint32_t offset)
{
	const uint32_t limit = tree->parse->limits->depth;
	const uint32_t old = tree->frame_capacity;
	const uint32_t capacity = old ? old * 2 : 16;

	if (tree->depth >= limit)
		return yaml_tree_limit(tree, "depth", offset, limit);
	if (tree->depth == old) {
		struct yaml_frame *frames = arena_grow(
			tree->arena, tree->frames, old * sizeof(*frames),
			capacity * sizeof(*frames));

		if (!frames)
			return tree->arena->error;
		tree->frames = frames;
		tree->frame_capacity = capacity;
	}
	tree->frames[tree->depth++] = frame;
	return 0;
}

/*
 * Templates that YAML does not refuse at once: `{{ x }}` is a mapping that is
 * a key of a mapping, and `{# x #}` begins one that is never closed.
 */
static void look_for_template(struct yaml_tree *tree, uint32_t start)
{
	const struct span source = tree->parse->source;
	const struct yaml_frame *top = top_frame(tree);
	const bool is_double = top && top->is_flow && is_key_next(tree) &&
			       start > 0 && source.data[start - 1] == '{';
	const bool is_comment =
		start + 1 < source.size && source.data[start + 1] == '#';

	if (!tree->skip && (is_double || is_comment))
		tree->skip = yaml_template_reason(source, start - is_double,
						  start + !is_double);
}

static bool tag_fits(const char *name, enum yaml_tag fitting)
{
	const enum yaml_tag tag = yaml_scalar_tag(name);

	return tag == TAG_NONE || tag == TAG_OTHER || tag == fitting ||
	       strcmp(name, "!") == 0;
}

int yaml_tree_open(struct yaml_tree *tree, const struct yaml_value *value)
{
	const struct span source = tree->parse->source;
	struct yaml_frame frame = {.is_object = value->is_object,
				   .is_flow = value->is_flow};
	struct node *node;
	bool has_tag;
	int r;
	const uint32_t start = yaml_place_value(
		source, value->start, (uint32_t)source.size, &has_tag);

	if (value->is_object && value->is_flow)
		look_for_template(tree, start);
	r = add_node(tree, value->start, &frame.node);
	if (r)
		return r;
	node = &tree->doc->nodes[frame.node];
	node->type = value->is_object ? NODE_OBJECT : NODE_ARRAY;
	note_custom_tag(tree, node, value->tag);
	node->offset = start;
	node->length = STILL_OPEN;
	r = push_frame(tree, frame, value->start);
	if (!r)
		r = set_anchor(tree, value->anchor, frame.node, value->start);
	if (!r && !tag_fits(value->tag, value->is_object ? TAG_MAP : TAG_LIST))
		report_tag(tree, frame.node);
	return r;
}

static int collect_merges(struct yaml_tree *tree, uint32_t object)
{
	const uint32_t offset = tree->doc->nodes[object].offset;
	uint32_t bad = object;
	const int r =
		yaml_merge_collect(&tree->merges, tree->doc, object, &bad);

	if (r == -EOVERFLOW)
		return yaml_tree_limit(tree, "nodes", offset,
				       tree->doc->max_nodes);
	if (r != -EINVAL)
		return r;
	tree->is_broken = true;
	add_finding(tree, SEVERITY_ERROR, "yaml/merge", bad,
		    "'<<' takes a mapping or a list of mappings; quote the key "
		    "if it is meant as it stands");
	return 0;
}

/*
 * Where a closed list or mapping begins. An empty first key or item stands
 * behind its own anchor or tag, which was taken for one of the container.
 */
static uint32_t container_start(struct yaml_tree *tree,
				const struct yaml_frame *frame)
{
	struct node *node = &tree->doc->nodes[frame->node];

	if (frame->children && node[1].offset < node->offset)
		node->offset = node[1].offset;
	return node->offset;
}

int yaml_tree_close(struct yaml_tree *tree, uint32_t end)
{
	const struct yaml_frame frame = tree->frames[--tree->depth];
	const uint32_t start = container_start(tree, &frame);
	int r = 0;

	/* Of a block, libyaml tells where the next thing begins. */
	if (frame.is_flow) {
		tree->end = end;
		tree->judged = end;
	}
	if (tree->end < start)
		tree->end = start;
	doc_close(tree->doc, frame.node,
		  frame.is_object ? frame.children / 2 : frame.children,
		  tree->end);
	if (frame.has_merge && !tree->is_broken)
		r = collect_merges(tree, frame.node);
	if (!r && frame.is_object)
		r = formats_report_duplicates(tree->parse, frame.node,
					      document_number(tree));
	return r;
}

void yaml_tree_begin_document(struct yaml_tree *tree, uint32_t start)
{
	tree->document = (struct document){.root = DOC_NONE, .offset = start};
	tree->is_open = true;
	tree->is_broken = false;
	tree->end = start;
	tree->judged = start;
	yaml_anchor_clear(&tree->anchors);
	yaml_merge_clear(&tree->merges);
}

int yaml_tree_end_document(struct yaml_tree *tree, uint32_t end)
{
	struct document *document = &tree->document;
	int r = 0;

	tree->head = end;
	if (tree->is_broken)
		document->root = DOC_NONE;
	else
		r = yaml_merge_apply(&tree->merges, tree->doc, document->root,
				     tree->parse->findings);
	if (r == -EOVERFLOW)
		return yaml_tree_limit(tree, "nodes", document->offset,
				       tree->doc->max_nodes);
	if (r)
		return r;
	tree->is_open = false;
	return doc_add_document(tree->doc, *document);
}

/* A stream without documents is one null. */
int yaml_tree_end_stream(struct yaml_tree *tree)
{
	const uint32_t size = (uint32_t)tree->parse->source.size;
	uint32_t index;
	int r;

	if (tree->doc->document_count)
		return 0;
	r = add_node(tree, size, &index);
	if (r)
		return r;
	tree->doc->nodes[index].type = NODE_NULL;
	tree->doc->nodes[index].text = "null";
	tree->doc->nodes[index].size = 4;
	return yaml_tree_end_document(tree, size);
}

bool yaml_tree_is_in_object(const struct yaml_tree *tree)
{
	return tree->depth && tree->frames[tree->depth - 1].is_object;
}

int yaml_tree_abandon(struct yaml_tree *tree)
{
	if (!tree->is_open)
		tree->document = (struct document){.offset = tree->head};
	tree->document.root = DOC_NONE;
	return doc_add_document(tree->doc, tree->document);
}
