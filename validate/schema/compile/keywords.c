#include "validate/schema/compile/compiler.h"

enum { TABLE_MASK = 255 };

void keywords_init(struct compiler *compiler)
{
	for (uint32_t i = 0; i < KEYWORD_COUNT; i++) {
		uint32_t at = doc_hash(span_of(keyword_facts[i].name));

		while (compiler->keyword_table[at & TABLE_MASK])
			at++;
		compiler->keyword_table[at & TABLE_MASK] = i + 1;
	}
}

enum keyword keywords_find(const struct compiler *compiler,
			   const struct node *key)
{
	uint32_t at = key->hash;

	if (node_is_container(key))
		return KEYWORD_COUNT;
	for (; compiler->keyword_table[at & TABLE_MASK]; at++) {
		const uint32_t keyword =
			compiler->keyword_table[at & TABLE_MASK] - 1;

		if (span_is(node_text(key), keyword_facts[keyword].name))
			return (enum keyword)keyword;
	}
	return KEYWORD_COUNT;
}

/*
 * Published schemas use keywords of other drafts than their own, and mean
 * them; only what tells identities must not be guessed.
 */
static bool is_lenient(const struct compiler *compiler, enum keyword keyword)
{
	return !is_strict(compiler) && keyword != KEYWORD_ID_DRAFT4 &&
	       keyword != KEYWORD_RECURSIVE_REF &&
	       keyword != KEYWORD_RECURSIVE_ANCHOR;
}

bool keywords_apply(const struct compiler *compiler,
		    const struct resource *resource, enum keyword keyword)
{
	const struct keyword_fact *fact = &keyword_facts[keyword];

	if (!(resource->groups & 1u << fact->group))
		return false;
	if (is_lenient(compiler, keyword))
		return true;
	return resource->dialect >= fact->since &&
	       resource->dialect <= fact->until;
}

/* By the letter nothing beside $ref counts up to draft 7. */
static void keep_reference_only(uint32_t values[static KEYWORD_COUNT])
{
	const uint32_t reference = values[KEYWORD_REF];

	for (uint32_t i = 0; i < KEYWORD_COUNT; i++)
		values[i] = DOC_NONE;
	values[KEYWORD_REF] = reference;
}

void keywords_collect(const struct compiler *compiler, struct target target,
		      struct subschema *out)
{
	const struct doc *doc = &target.source->doc;
	const struct resource *resource =
		resource_at(compiler, target.resource);
	const struct node *node = &doc->nodes[target.node];

	out->target = target;
	out->doc = doc;
	for (uint32_t i = 0; i < KEYWORD_COUNT; i++)
		out->values[i] = DOC_NONE;
	for (uint32_t at = target.node + 1; at < node->next;) {
		const uint32_t value = doc->nodes[at].next;
		const enum keyword keyword =
			keywords_find(compiler, doc_node(doc, at));

		if (keyword < KEYWORD_COUNT &&
		    keywords_apply(compiler, resource, keyword))
			out->values[keyword] = value;
		at = doc->nodes[value].next;
	}
	if (is_strict(compiler) && resource->dialect <= SCHEMA_DRAFT7 &&
	    out->values[KEYWORD_REF] != DOC_NONE)
		keep_reference_only(out->values);
}
