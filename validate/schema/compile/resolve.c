#include "validate/schema/compile/compiler.h"
#include "validate/schema/compile/metaschema.h"
#include "validate/schema/compile/uri.h"

#include <errno.h>
#include <stdio.h>

/* A reference being resolved. */
struct reference {
	struct compiler *compiler;
	const struct target *from;
	uint32_t place;
	struct span text;
	const char *uri;      /* absolute, without fragment */
	const char *fragment; /* decoded; NULL: none */
};

static int not_found(const struct reference *reference, const char *reason)
{
	return compile_error(
		reference->compiler, reference->from->source, reference->place,
		"the reference to %.200s cannot be resolved: %s",
		arena_text(&reference->compiler->arena, reference->text),
		reason);
}

/* The path from the root that a URI of the tree stands for, or the URI. */
static const char *path_of(struct compiler *compiler, const char *uri)
{
	const size_t size = strlen(URI_TREE);
	const struct span text = span_of(uri);

	if (!span_starts(text, URI_TREE))
		return uri;
	return uri_decode(&compiler->arena,
			  (struct span){text.data + size, text.size - size});
}

/* Files that one schema may ask for: each is a dependency that is watched. */
enum { FILES_MAX = 4096 };

/* What is not there is asked for once. */
static int read_uri(const struct reference *reference, const char *uri,
		    struct source **out)
{
	struct compiler *compiler = reference->compiler;
	const char *path = path_of(compiler, uri);
	const uint32_t known = names_find(&compiler->absent, 0, span_of(uri));

	if (!path)
		return compiler->arena.error;
	if (known != NAMES_NONE)
		return -(int)known;
	if (compiler->absent.count + compiler->sources.count >= FILES_MAX)
		return not_found(reference,
				 "the schema refers to more than 4,096 files");

	const int r = load_file(compiler, path, uri, out);

	if (!host_is_answer(r))
		return r;

	const int noted = names_add(&compiler->absent, &compiler->arena, 0,
				    span_of(uri), (uint32_t)-r);

	return noted ? noted : r;
}

static const char *describe_absence(int error)
{
	switch (error) {
	case -EISDIR:
		return "it is a folder";
	case -EINVAL:
		return "it is no regular file";
	case -ELOOP:
		return "it is a symbolic link that leads in a circle";
	case -EXDEV:
		return "it leads out of its folder; nothing outside is read";
	default:
		return "there is no such file";
	}
}

/*
 * Read the file that is referred to. Schemas often call themselves by a URL
 * but lie side by side: then the path relative to the file counts.
 */
static int read_file(const struct reference *reference, struct source **out)
{
	struct compiler *compiler = reference->compiler;
	struct span built_in;
	int r = read_uri(reference, reference->uri, out);

	if (host_is_answer(r) && metaschema_find(reference->uri, &built_in))
		return load_text(compiler, built_in, reference->uri,
				 reference->uri, out);
	if (host_is_answer(r) && !uri_is_absolute(reference->text)) {
		const char *beside = uri_resolve(&compiler->arena,
						 reference->from->source->uri,
						 reference->text);

		if (!beside)
			return compiler->arena.error;
		r = read_uri(reference, beside, out);
	}
	if (!host_is_answer(r))
		return r;
	if (strncmp(reference->uri, URI_TREE, strlen(URI_TREE)) == 0)
		return not_found(reference, describe_absence(r));
	/* Published schemas do; most files never come to that place. */
	if (!is_strict(compiler) || compiler->examined)
		return -EREMOTE;
	return not_found(reference,
			 "nothing is fetched; say with --map or --catalog "
			 "where a copy lies, or refer to its path");
}

static int find_resource(const struct reference *reference, uint32_t *out)
{
	struct compiler *compiler = reference->compiler;
	const struct resource from =
		*resource_at(compiler, reference->from->resource);
	struct source *source = NULL;

	*out = registry_find(compiler, reference->uri);
	if (*out != PROGRAM_NONE)
		return 0;

	const int r = read_file(reference, &source);

	return r ? r : registry_add_root(compiler, source, &from, out);
}

/* One step of a JSON pointer, its escapes undone in place. */
static struct span unescape(char *step, size_t size)
{
	size_t out = 0;

	for (size_t i = 0; i < size; i++) {
		char c = step[i];

		if (c == '~' && i + 1 < size &&
		    (step[i + 1] == '0' || step[i + 1] == '1'))
			c = step[++i] == '0' ? '~' : '/';
		step[out++] = c;
	}
	return (struct span){step, out};
}

/* Containers with more members are searched by a table. */
enum { FEW_MEMBERS = 16 };

/* An item's name is its number; data NULL: the arena failed. */
static struct span item_name(struct arena *arena, uint32_t number)
{
	char digits[16];
	const int size = snprintf(digits, sizeof(digits), "%u", number);
	const struct span text = {digits, (size_t)size};

	return (struct span){arena_text(arena, text), text.size};
}

static int index_members(struct compiler *compiler, struct source *source,
			 uint32_t container)
{
	const struct doc *doc = &source->doc;
	const struct node *nodes = doc->nodes;
	const bool is_object = nodes[container].type == NODE_OBJECT;
	uint32_t number = 0;

	source->notes[container].is_indexed = true;
	for (uint32_t at = container + 1; at < nodes[container].next;) {
		const uint32_t value = is_object ? nodes[at].next : at;
		const bool has_name =
			!is_object || !node_is_container(doc_node(doc, at));
		const struct span name =
			is_object ? key_text(doc, at)
				  : item_name(&compiler->arena, number++);

		if (!name.data)
			return compiler->arena.error;

		const int r =
			has_name ? names_add(&source->members, &compiler->arena,
					     container, name, value)
				 : 0;

		if (r)
			return r;
		at = nodes[value].next;
	}
	return 0;
}

/* Of an array: numbers have no sign and no leading zero. */
static uint32_t find_item(const struct doc *doc, uint32_t array,
			  struct span number)
{
	const uint32_t end = doc->nodes[array].next;
	uint32_t wanted = 0;
	uint32_t at = array + 1;

	if (number.size == 0 || number.size > 9 ||
	    (number.size > 1 && number.data[0] == '0'))
		return DOC_NONE;
	for (size_t i = 0; i < number.size; i++) {
		if (number.data[i] < '0' || number.data[i] > '9')
			return DOC_NONE;
		wanted = wanted * 10 + (uint32_t)(number.data[i] - '0');
	}
	while (at < end && wanted-- > 0)
		at = doc->nodes[at].next;
	return at < end ? at : DOC_NONE;
}

/* The member of that name, DOC_NONE if there is none. */
static int find_member(struct compiler *compiler, struct source *source,
		       uint32_t node, struct span name, uint32_t *out)
{
	const struct doc *doc = &source->doc;
	const enum node_type type = doc->nodes[node].type;
	int r = 0;

	*out = DOC_NONE;
	if (!node_is_container(&doc->nodes[node]))
		return 0;
	if (doc->nodes[node].size > FEW_MEMBERS) {
		if (!source->notes[node].is_indexed)
			r = index_members(compiler, source, node);
		if (r == 0)
			*out = names_find(&source->members, node, name);
	} else if (type == NODE_OBJECT) {
		*out = doc_find(doc, node, name);
	} else {
		*out = find_item(doc, node, name);
	}
	if (*out != DOC_NONE)
		*out = doc_resolve(doc, *out);
	return r;
}

/* Follow a pointer that begins with '/'; DOC_NONE if it leads nowhere. */
static int follow(struct compiler *compiler, struct source *source,
		  uint32_t from, char *pointer, uint32_t *out)
{
	uint32_t node = from;
	char *step = pointer;
	bool is_last = *step == '\0';

	while (!is_last && node != DOC_NONE) {
		const size_t size = strcspn(step + 1, "/");

		is_last = step[1 + size] == '\0';

		const int r = find_member(compiler, source, node,
					  unescape(step + 1, size), &node);

		if (r)
			return r;
		step += 1 + size;
	}
	*out = node;
	return 0;
}

static int find_pointer(const struct reference *reference,
			const struct resource *resource, uint32_t *out)
{
	struct arena *arena = &reference->compiler->arena;
	char *pointer = arena_text(arena, span_of(reference->fragment));
	char *again = arena_text(arena, span_of(reference->fragment));
	struct source *source = resource->source;

	if (!pointer || !again)
		return arena->error;

	int r = follow(reference->compiler, source, resource->root, pointer,
		       out);

	/* Generated "$id"s are often no identities: count from the file. */
	if (r == 0 && *out == DOC_NONE && !is_strict(reference->compiler))
		r = follow(reference->compiler, source, source->root, again,
			   out);
	if (r == 0 && *out == DOC_NONE)
		r = not_found(reference, "there is nothing at that place");
	return r;
}

static int find_node(const struct reference *reference, uint32_t index,
		     uint32_t *out, bool *is_dynamic)
{
	const struct resource resource =
		*resource_at(reference->compiler, index);
	const struct anchor *anchor;

	*is_dynamic = false;
	*out = resource.root;
	if (!reference->fragment || !*reference->fragment)
		return 0;
	if (*reference->fragment == '/')
		return find_pointer(reference, &resource, out);
	anchor = registry_anchor(reference->compiler, index,
				 span_of(reference->fragment));
	if (!anchor)
		return not_found(reference, "there is no such anchor");
	*out = anchor->node;
	*is_dynamic = anchor->is_dynamic;
	return 0;
}

static int split(struct reference *reference)
{
	struct compiler *compiler = reference->compiler;
	const struct span fragment = uri_fragment(reference->text);
	const char *base =
		resource_at(compiler, reference->from->resource)->uri;

	/* Most references stay in the resource they stand in. */
	reference->uri =
		span_starts(reference->text, "#")
			? base
			: uri_resolve(&compiler->arena, base, reference->text);
	reference->fragment =
		fragment.data ? uri_decode(&compiler->arena, fragment) : NULL;
	if (!reference->uri || (fragment.data && !reference->fragment))
		return compiler->arena.error;
	return 0;
}

/* Take the node as a subschema; what unknown keywords hold is scanned now. */
static int make_target(const struct reference *reference, uint32_t resource,
		       uint32_t node, struct target *out)
{
	struct compiler *compiler = reference->compiler;
	struct source *source = resource_at(compiler, resource)->source;
	const enum node_type type = source->doc.nodes[node].type;
	struct target target = {source, node, registry_around(source, node)};

	if (type != NODE_OBJECT && type != NODE_BOOL)
		return not_found(reference, "what is there is no schema");
	if (!source->notes[node].is_scanned) {
		const int r = registry_scan(compiler, target);

		if (r)
			return r;
		target.resource = registry_around(source, node);
	}
	*out = target;
	return 0;
}

/* What is wrong with another file is told where it is referred to. */
static int tell_other(const struct reference *reference, int error)
{
	struct compiler *compiler = reference->compiler;

	if (error != -EBADMSG || !compiler->examined || !*compiler->why)
		return error;

	auto_free char *why = steal(compiler->why);

	return compile_error(compiler, reference->from->source,
			     reference->place,
			     "the file that is referred to is broken: %s", why);
}

int resolve_reference(struct compiler *compiler, const struct target *from,
		      uint32_t place, struct target *out, bool *is_dynamic)
{
	const struct node *value = doc_node(&from->source->doc, place);
	struct reference reference = {.compiler = compiler,
				      .from = from,
				      .place = place,
				      .text = node_text(value)};
	uint32_t resource;
	uint32_t node;
	bool dynamic;

	if (value->type != NODE_STRING)
		return compile_error(compiler, from->source, place,
				     "a reference must be a string");

	int r = split(&reference);

	if (r == 0)
		r = find_resource(&reference, &resource);
	if (r == 0)
		r = find_node(&reference, resource, &node, &dynamic);
	if (r == 0)
		r = make_target(&reference, resource, node, out);
	if (r == 0 && is_dynamic)
		*is_dynamic = dynamic;
	return tell_other(&reference, r);
}

struct target target_child(const struct target *parent, uint32_t node)
{
	struct target child = *parent;

	child.node = doc_resolve(&parent->source->doc, node);

	const uint32_t own = child.source->notes[child.node].resource;

	if (own != PROGRAM_NONE)
		child.resource = own;
	return child;
}
