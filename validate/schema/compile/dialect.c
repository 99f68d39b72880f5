#include "validate/schema/compile/compiler.h"
#include "validate/schema/compile/uri.h"

#include <errno.h>

/* Marks of the drafts in the URIs of their metaschemas. */
static const struct {
	const char *mark;
	enum schema_dialect dialect;
} marks[] = {
	{"json-schema.org/draft-03/", SCHEMA_DRAFT4},
	{"json-schema.org/draft-04/", SCHEMA_DRAFT4},
	{"json-schema.org/draft-06/", SCHEMA_DRAFT6},
	{"json-schema.org/draft-07/", SCHEMA_DRAFT7},
	{"json-schema.org/draft/2019-09/", SCHEMA_2019_09},
	{"json-schema.org/draft/2020-12/", SCHEMA_2020_12},
};

/* Vocabularies by the last step of their URIs. */
static const struct {
	const char *name;
	enum keyword_group group;
} vocabularies[] = {
	{"/vocab/applicator", GROUP_APPLICATOR},
	{"/vocab/validation", GROUP_VALIDATION},
	{"/vocab/unevaluated", GROUP_UNEVALUATED},
	{"/vocab/format", GROUP_FORMAT},
	{"/vocab/format-annotation", GROUP_FORMAT},
	{"/vocab/format-assertion", GROUP_FORMAT},
	{"/vocab/format-assertion", GROUP_FORMAT_ASSERTION},
	{"/vocab/content", GROUP_CONTENT},
};

/* What a schema without a metaschema of its own has. */
static const uint32_t all_groups = ~(1u << GROUP_FORMAT_ASSERTION);

static bool find_mark(struct span uri, enum schema_dialect *out)
{
	for (size_t i = 0; i < array_size(marks); i++) {
		if (memmem(uri.data, uri.size, marks[i].mark,
			   strlen(marks[i].mark))) {
			*out = marks[i].dialect;
			return true;
		}
	}
	return false;
}

bool dialect_is_known(struct span uri)
{
	static const char *const schemes[] = {"http://", "https://"};
	struct span rest = {NULL, 0};

	if (uri.size && uri.data[uri.size - 1] == '#')
		uri.size--;
	for (size_t i = 0; i < array_size(schemes); i++)
		if (span_starts(uri, schemes[i]))
			rest = (struct span){uri.data + strlen(schemes[i]),
					     uri.size - strlen(schemes[i])};
	for (size_t i = 0; rest.data && i < array_size(marks); i++) {
		const size_t size = strlen(marks[i].mark);

		/* Draft 3 is read as draft 4, but it is another language. */
		if (!span_starts(rest, marks[i].mark) ||
		    strstr(marks[i].mark, "draft-03"))
			continue;

		const struct span name = {rest.data + size, rest.size - size};

		return span_is(name, "schema") || span_is(name, "hyper-schema");
	}
	return false;
}

static bool has(const struct source *source, uint32_t root, const char *key)
{
	return doc_find(&source->doc, root, span_of(key)) != DOC_NONE;
}

/* What a schema without $schema most likely is written in. */
static enum schema_dialect guess(const struct source *source, uint32_t root)
{
	static const char *const modern[] = {
		"$defs",
		"prefixItems",
		"$dynamicRef",
		"$dynamicAnchor",
		"dependentSchemas",
		"dependentRequired",
		"unevaluatedProperties",
		"unevaluatedItems",
		"$anchor",
	};

	for (size_t i = 0; i < array_size(modern); i++)
		if (has(source, root, modern[i]))
			return SCHEMA_2020_12;
	if (has(source, root, "id") && !has(source, root, "$id"))
		return SCHEMA_DRAFT4;
	return SCHEMA_DRAFT7;
}

/* The set of vocabularies that a metaschema asks for. */
static uint32_t read_vocabularies(const struct source *source)
{
	const struct doc *doc = &source->doc;
	const uint32_t object =
		doc_find(doc, source->root, span_of("$vocabulary"));
	uint32_t groups = 1u << GROUP_CORE;

	if (object == DOC_NONE || doc_node(doc, object)->type != NODE_OBJECT)
		return all_groups;

	const uint32_t from = doc_resolve(doc, object);

	for (uint32_t at = from + 1; at < doc->nodes[from].next;) {
		const struct span uri = key_text(doc, at);

		for (size_t i = 0; i < array_size(vocabularies); i++) {
			struct span tail = span_of(vocabularies[i].name);

			if (uri.size >= tail.size &&
			    memcmp(uri.data + uri.size - tail.size, tail.data,
				   tail.size) == 0)
				groups |= 1u << vocabularies[i].group;
		}
		at = doc->nodes[doc->nodes[at].next].next;
	}
	/* 2019-09 counts unevaluated* among the applicators. */
	if (groups & 1u << GROUP_APPLICATOR &&
	    doc_find(doc, source->root, span_of("$recursiveAnchor")) !=
		    DOC_NONE)
		groups |= 1u << GROUP_UNEVALUATED;
	return groups;
}

/* A metaschema of its own: its draft and vocabularies, if it can be read. */
static int read_metaschema(struct compiler *compiler, const char *uri,
			   struct resource *out)
{
	struct source *source = NULL;
	int r;

	if (strncmp(uri, URI_TREE, strlen(URI_TREE)) == 0)
		return 0;
	r = load_file(compiler, uri, uri, &source);
	if (r)
		return host_is_answer(r) ? 0 : r;

	const uint32_t value =
		doc_find(&source->doc, source->root, span_of("$schema"));

	if (value != DOC_NONE &&
	    doc_node(&source->doc, value)->type == NODE_STRING)
		find_mark(node_text(doc_node(&source->doc, value)),
			  &out->dialect);
	out->groups = read_vocabularies(source);
	return 0;
}

static enum schema_dialect default_dialect(const struct compiler *compiler,
					   const struct source *source,
					   uint32_t root,
					   const struct resource *inherited)
{
	if (inherited)
		return inherited->dialect;
	if (compiler->options->dialect != SCHEMA_BY_CONTENT)
		return compiler->options->dialect;
	return is_strict(compiler) ? SCHEMA_2020_12 : guess(source, root);
}

int dialect_of(struct compiler *compiler, struct source *source, uint32_t root,
	       const struct resource *inherited, struct resource *out)
{
	const struct doc *doc = &source->doc;
	const uint32_t value = doc_find(doc, root, span_of("$schema"));

	out->dialect = default_dialect(compiler, source, root, inherited);
	out->groups = inherited ? inherited->groups : all_groups;
	if (value == DOC_NONE || doc_node(doc, value)->type != NODE_STRING)
		return 0;

	const struct span text = node_text(doc_node(doc, value));

	out->groups = all_groups;
	if (find_mark(text, &out->dialect))
		return 0;

	const char *uri = uri_resolve(&compiler->arena, source->uri, text);

	return uri ? read_metaschema(compiler, uri, out)
		   : compiler->arena.error;
}
