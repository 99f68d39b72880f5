#include "validate/schema/compile/compiler.h"
#include "validate/schema/compile/uri.h"

#include <errno.h>

enum { DEPTH_MAX = 1024 };

/* A scan under way. */
struct scan {
	struct compiler *compiler;
	uint32_t depth;
	bool is_defining; /* the members of `definitions` are next */
};

uint32_t registry_find(const struct compiler *compiler, const char *uri)
{
	return names_find(&compiler->resource_names, 0, span_of(uri));
}

const struct anchor *registry_anchor(const struct compiler *compiler,
				     uint32_t resource, struct span name)
{
	const struct anchor *anchors = compiler->anchors.data;
	const uint32_t index =
		names_find(&compiler->anchor_names, resource, name);

	return index == NAMES_NONE ? NULL : &anchors[index];
}

uint32_t registry_around(const struct source *source, uint32_t node)
{
	while (source->notes[node].resource == PROGRAM_NONE &&
	       source->notes[node].origin.parent != DOC_NONE)
		node = source->notes[node].origin.parent;
	return source->notes[node].resource;
}

static int add_anchor(struct compiler *compiler, struct target target,
		      struct span name, bool is_dynamic)
{
	struct anchor *anchor =
		list_add(&compiler->anchors, &compiler->arena, sizeof(*anchor));

	if (!anchor)
		return compiler->arena.error;
	*anchor =
		(struct anchor){target.resource, name, target.node, is_dynamic};
	return names_add(&compiler->anchor_names, &compiler->arena,
			 target.resource, name, compiler->anchors.count - 1);
}

/* The text of a keyword of a schema; data NULL: none, or no string. */
static struct span text_of(const struct target *target, const char *keyword)
{
	const struct doc *doc = &target->source->doc;
	const uint32_t value = doc_find(doc, target->node, span_of(keyword));
	const struct node *node =
		value == DOC_NONE ? NULL : doc_node(doc, value);

	if (!node || node->type != NODE_STRING)
		return (struct span){NULL, 0};
	return node_text(node);
}

/* The identifier in the words of a draft; data NULL: none. */
static struct span identifier(const struct target *target,
			      enum schema_dialect dialect)
{
	/* A sibling of $ref did not count then. */
	if (dialect <= SCHEMA_DRAFT7 && text_of(target, "$ref").data)
		return (struct span){NULL, 0};
	return text_of(target, dialect == SCHEMA_DRAFT4 ? "id" : "$id");
}

static int add_resource(struct compiler *compiler, struct target *target,
			const struct resource *facts)
{
	struct resource *resource = list_add(
		&compiler->resources, &compiler->arena, sizeof(*resource));

	if (!resource)
		return compiler->arena.error;
	*resource = *facts;
	target->resource = compiler->resources.count - 1;
	target->source->notes[target->node].resource = target->resource;

	const int r = names_add(&compiler->resource_names, &compiler->arena, 0,
				span_of(facts->uri), target->resource);

	return r || !facts->other_uri
		       ? r
		       : names_add(&compiler->resource_names, &compiler->arena,
				   0, span_of(facts->other_uri),
				   target->resource);
}

/* Begin a resource if the schema has an identifier of its own. */
static int enter_resource(struct compiler *compiler, struct target *target)
{
	const struct resource around = *resource_at(compiler, target->resource);
	struct resource facts = {.source = target->source,
				 .root = target->node};
	const int r = dialect_of(compiler, target->source, target->node,
				 &around, &facts);

	if (r)
		return r;

	const struct span name = identifier(target, facts.dialect);

	if (!uri_without_fragment(name).size)
		return 0;
	facts.uri = uri_resolve(&compiler->arena, around.uri, name);
	if (!facts.uri)
		return compiler->arena.error;
	return add_resource(compiler, target, &facts);
}

static int add_anchors(struct compiler *compiler, const struct target *target)
{
	const enum schema_dialect dialect =
		resource_at(compiler, target->resource)->dialect;
	const struct doc *doc = &target->source->doc;
	const struct span plain = text_of(target, "$anchor");
	const struct span dynamic = text_of(target, "$dynamicAnchor");
	const struct span fragment = uri_fragment(identifier(target, dialect));
	const uint32_t recursive =
		doc_find(doc, target->node, span_of("$recursiveAnchor"));
	int r = 0;

	if (dialect <= SCHEMA_DRAFT7 && fragment.size &&
	    fragment.data[0] != '/')
		r = add_anchor(compiler, *target, fragment, false);
	if (r == 0 && dialect >= SCHEMA_2019_09 && plain.data)
		r = add_anchor(compiler, *target, plain, false);
	if (r == 0 && dialect == SCHEMA_2020_12 && dynamic.data)
		r = add_anchor(compiler, *target, dynamic, true);
	if (r == 0 && dialect == SCHEMA_2019_09 && recursive != DOC_NONE &&
	    doc_node(doc, recursive)->flags & NODE_TRUE)
		r = add_anchor(compiler, *target, span_of(RECURSIVE_NAME),
			       true);
	return r;
}

/* Of the schema that is looked at for its own sake all is compiled. */
static int promise_examined(struct compiler *compiler, struct target target)
{
	uint32_t block;

	return target.source == compiler->examined
		       ? block_of(compiler, target, &block)
		       : 0;
}

/* Whatever else is no schema is told by who uses it. */
static int check_definition(const struct scan *scan,
			    const struct target *target)
{
	const enum node_type type =
		target->source->doc.nodes[target->node].type;

	if (scan->is_defining && target->source == scan->compiler->examined &&
	    type != NODE_OBJECT && type != NODE_BOOL) {
		const int r = compile_error(
			scan->compiler, target->source, target->node,
			"a schema must be an object or a boolean");

		return r == -EBADMSG ? 0 : r;
	}
	return 0;
}

static int scan_schema(struct scan *scan, struct target target);

static int scan_children(struct scan *scan, struct target parent,
			 uint32_t container)
{
	const struct doc *doc = &parent.source->doc;
	const uint32_t from = doc_resolve(doc, container);
	const bool is_object = doc->nodes[from].type == NODE_OBJECT;

	if (!node_is_container(&doc->nodes[from]))
		return 0;
	for (uint32_t at = from + 1; at < doc->nodes[from].next;) {
		const uint32_t value = is_object ? doc->nodes[at].next : at;
		struct target child = parent;

		child.node = doc_resolve(doc, value);

		const int r = scan_schema(scan, child);

		if (r)
			return r;
		at = doc->nodes[value].next;
	}
	return 0;
}

static int scan_keyword(struct scan *scan, struct target target,
			enum keyword keyword, uint32_t value)
{
	const struct node *node = doc_node(&target.source->doc, value);
	const bool is_list = node->type == NODE_ARRAY;
	struct target child = target;

	child.node = doc_resolve(&target.source->doc, value);
	scan->is_defining =
		keyword == KEYWORD_DEFINITIONS || keyword == KEYWORD_DEFS;
	switch (keyword_facts[keyword].shape) {
	case SHAPE_SCHEMA:
		return scan_schema(scan, child);
	case SHAPE_EITHER:
		return is_list ? scan_children(scan, target, value)
			       : scan_schema(scan, child);
	case SHAPE_LIST:
		return is_list ? scan_children(scan, target, value) : 0;
	case SHAPE_MAP:
	case SHAPE_MIXED:
		return is_list ? 0 : scan_children(scan, target, value);
	case SHAPE_PLAIN:
		break;
	}
	return 0;
}

static int scan_keywords(struct scan *scan, struct target target)
{
	struct compiler *compiler = scan->compiler;
	const struct doc *doc = &target.source->doc;
	const uint32_t end = doc->nodes[target.node].next;

	for (uint32_t at = target.node + 1; at < end;) {
		const uint32_t value = doc->nodes[at].next;
		const enum keyword keyword =
			keywords_find(compiler, doc_node(doc, at));
		int r = 0;

		if (keyword < KEYWORD_COUNT &&
		    keywords_apply(compiler,
				   resource_at(compiler, target.resource),
				   keyword))
			r = scan_keyword(scan, target, keyword, value);
		if (r)
			return r;
		at = doc->nodes[value].next;
	}
	return 0;
}

/*
 * Can the schema have an identity, an anchor or a dialect of its own? Most
 * have no such keyword, and all are asked.
 */
static bool may_have_identity(const struct target *target)
{
	const struct node *nodes = target->source->doc.nodes;
	const uint32_t end = nodes[target->node].next;

	for (uint32_t at = target->node + 1; at < end;
	     at = nodes[nodes[at].next].next) {
		const struct span key = key_text(&target->source->doc, at);

		if ((span_starts(key, "$") && !span_is(key, "$ref")) ||
		    span_is(key, "id"))
			return true;
	}
	return false;
}

static int scan_identity(struct scan *scan, struct target *target)
{
	int r = 0;

	if (!may_have_identity(target))
		return 0;
	if (target->source->notes[target->node].resource == PROGRAM_NONE)
		r = enter_resource(scan->compiler, target);
	return r ? r : add_anchors(scan->compiler, target);
}

static int scan_schema(struct scan *scan, struct target target)
{
	struct node_note *note = &target.source->notes[target.node];
	int r = 0;

	if (target.source->doc.nodes[target.node].type != NODE_OBJECT ||
	    note->is_scanned)
		return check_definition(scan, &target);
	if (scan->depth == DEPTH_MAX)
		return compile_error(scan->compiler, target.source, target.node,
				     "nested too deeply");
	note->is_scanned = true;
	r = scan_identity(scan, &target);
	scan->depth++;
	if (r == 0)
		r = scan_keywords(scan, target);
	scan->depth--;
	return r ? r : promise_examined(scan->compiler, target);
}

int registry_scan(struct compiler *compiler, struct target target)
{
	struct scan scan = {.compiler = compiler};

	return scan_schema(&scan, target);
}

int registry_add_root(struct compiler *compiler, struct source *source,
		      const struct resource *inherited, uint32_t *out)
{
	struct target target = {source, source->root, PROGRAM_NONE};
	struct resource facts = {.source = source,
				 .root = source->root,
				 .uri = source->uri,
				 .other_uri = source->uri};
	int r = 0;

	*out = source->notes[source->root].resource;
	if (*out != PROGRAM_NONE)
		return 0;
	r = dialect_of(compiler, source, source->root, inherited, &facts);
	if (r)
		return r;

	const struct span name =
		uri_without_fragment(identifier(&target, facts.dialect));

	if (name.size)
		facts.uri = uri_resolve(&compiler->arena, source->uri, name);
	if (!facts.uri)
		return compiler->arena.error;
	r = add_resource(compiler, &target, &facts);
	*out = target.resource;
	return r ? r : registry_scan(compiler, target);
}
