#include "validate/schema/compile/compiler.h"
#include "validate/schema/compile/uri.h"

#include <errno.h>

static void emit_one(struct compiler *compiler, enum operation operation,
		     enum keyword keyword, uint32_t block)
{
	emit_begin(&compiler->emitter, operation, keyword);
	emit_word(&compiler->emitter, block);
	emit_end(&compiler->emitter);
}

static int compile_child(struct compiler *compiler,
			 const struct subschema *schema, enum keyword keyword,
			 enum operation operation)
{
	uint32_t block = PROGRAM_NONE;

	if (schema->values[keyword] == DOC_NONE)
		return 0;

	const int r = block_of_child(compiler, schema, schema->values[keyword],
				     &block);

	if (r)
		return r;
	emit_one(compiler, operation, keyword, block);
	return compiler->emitter.error;
}

static int compile_list(struct compiler *compiler,
			const struct subschema *schema, enum keyword keyword,
			enum operation operation)
{
	struct emitter *emitter = &compiler->emitter;

	if (schema->values[keyword] == DOC_NONE)
		return 0;

	const struct node *list =
		doc_node(schema->doc, schema->values[keyword]);

	if (list->type != NODE_ARRAY)
		return keyword_error(compiler, schema, keyword,
				     "a list of schemas");
	emit_begin(emitter, operation, keyword);
	emit_word(emitter, list->size);

	const int r =
		blocks_of_items(compiler, schema, schema->values[keyword]);

	emit_end(emitter);
	return r ? r : emitter->error;
}

static int compile_if(struct compiler *compiler, const struct subschema *schema)
{
	uint32_t blocks[3] = {PROGRAM_NONE, PROGRAM_NONE, PROGRAM_NONE};
	static const enum keyword keywords[3] = {KEYWORD_IF, KEYWORD_THEN,
						 KEYWORD_ELSE};

	if (schema->values[KEYWORD_IF] == DOC_NONE)
		return 0;
	for (int i = 0; i < 3; i++) {
		const uint32_t value = schema->values[keywords[i]];
		const int r = value == DOC_NONE
				      ? 0
				      : block_of_child(compiler, schema, value,
						       &blocks[i]);

		if (r)
			return r;
	}
	emit_begin(&compiler->emitter, OPERATION_IF, KEYWORD_IF);
	for (int i = 0; i < 3; i++)
		emit_word(&compiler->emitter, blocks[i]);
	emit_end(&compiler->emitter);
	return compiler->emitter.error;
}

/* What cannot be resolved is told when an evaluation comes to it. */
static int emit_unresolved(struct compiler *compiler,
			   const struct subschema *schema, uint32_t place)
{
	struct emitter *emitter = &compiler->emitter;

	if (compiler->examined)
		findings_add(
			compiler->findings, SEVERITY_WARNING,
			"schema/not-followed",
			place_of_node(schema->doc, compiler->document, place),
			"the reference leads to a URL and nothing is "
			"fetched, so it was not followed; say with --map "
			"or --catalog where a copy lies");
	emit_begin(emitter, OPERATION_UNRESOLVED, KEYWORD_REF);
	emit_word(emitter,
		  emit_key(emitter, node_text(doc_node(schema->doc, place))));
	emit_end(emitter);
	return emitter->error;
}

static int compile_reference(struct compiler *compiler,
			     const struct subschema *schema)
{
	const uint32_t place = schema->values[KEYWORD_REF];
	struct target target;
	uint32_t block = PROGRAM_NONE;

	if (place == DOC_NONE)
		return 0;

	int r = resolve_reference(compiler, &schema->target, place, &target,
				  NULL);

	if (r == -EREMOTE)
		return emit_unresolved(compiler, schema, place);
	if (r == 0)
		r = block_of(compiler, target, &block);
	if (r)
		return r;
	emit_one(compiler, OPERATION_REF, KEYWORD_REF, block);
	return compiler->emitter.error;
}

/* Remember that a dynamic name is used. */
static int want(struct compiler *compiler, uint32_t name)
{
	const struct program_key *keys = compiler->emitter.keys.data;
	const struct span text = {keys[name].text, keys[name].size};

	return names_add(&compiler->dynamic_names, &compiler->arena, 0, text,
			 name);
}

static int emit_dynamic(struct compiler *compiler, enum keyword keyword,
			uint32_t block, struct span name)
{
	struct emitter *emitter = &compiler->emitter;
	const uint32_t key = emit_key(emitter, name);

	if (key == PROGRAM_NONE)
		return emitter->error;
	emit_begin(emitter, OPERATION_DYNAMIC_REF, keyword);
	emit_word(emitter, block);
	emit_word(emitter, key);
	emit_end(emitter);
	return want(compiler, key);
}

static int compile_dynamic(struct compiler *compiler,
			   const struct subschema *schema)
{
	const uint32_t place = schema->values[KEYWORD_DYNAMIC_REF];
	struct target target;
	uint32_t block = PROGRAM_NONE;
	bool is_dynamic = false;

	if (place == DOC_NONE)
		return 0;

	int r = resolve_reference(compiler, &schema->target, place, &target,
				  &is_dynamic);

	if (r == -EREMOTE)
		return emit_unresolved(compiler, schema, place);
	if (r == 0)
		r = block_of(compiler, target, &block);
	if (r)
		return r;
	if (is_dynamic)
		return emit_dynamic(
			compiler, KEYWORD_DYNAMIC_REF, block,
			uri_fragment(node_text(doc_node(schema->doc, place))));
	emit_one(compiler, OPERATION_REF, KEYWORD_DYNAMIC_REF, block);
	return compiler->emitter.error;
}

static int compile_recursive(struct compiler *compiler,
			     const struct subschema *schema)
{
	const struct resource resource =
		*resource_at(compiler, schema->target.resource);
	const struct target target = {resource.source, resource.root,
				      schema->target.resource};
	uint32_t block = PROGRAM_NONE;

	if (schema->values[KEYWORD_RECURSIVE_REF] == DOC_NONE)
		return 0;

	const int r = block_of(compiler, target, &block);

	if (r)
		return r;
	if (registry_anchor(compiler, schema->target.resource,
			    span_of(RECURSIVE_NAME)))
		return emit_dynamic(compiler, KEYWORD_RECURSIVE_REF, block,
				    span_of(RECURSIVE_NAME));
	emit_one(compiler, OPERATION_REF, KEYWORD_RECURSIVE_REF, block);
	return compiler->emitter.error;
}

int compile_apply(struct compiler *compiler, const struct subschema *schema)
{
	int r = compile_reference(compiler, schema);

	if (r == 0)
		r = compile_dynamic(compiler, schema);
	if (r == 0)
		r = compile_recursive(compiler, schema);
	if (r == 0)
		r = compile_list(compiler, schema, KEYWORD_ALL_OF,
				 OPERATION_ALL_OF);
	if (r == 0)
		r = compile_if(compiler, schema);
	if (r == 0)
		r = compile_child(compiler, schema, KEYWORD_NOT, OPERATION_NOT);
	if (r == 0)
		r = compile_list(compiler, schema, KEYWORD_ANY_OF,
				 OPERATION_ANY_OF);
	if (r == 0)
		r = compile_list(compiler, schema, KEYWORD_ONE_OF,
				 OPERATION_ONE_OF);
	return r;
}

int compile_unevaluated(struct compiler *compiler,
			const struct subschema *schema)
{
	const int r = compile_child(compiler, schema, KEYWORD_UNEVALUATED_ITEMS,
				    OPERATION_UNEVALUATED_ITEMS);

	return r ? r
		 : compile_child(compiler, schema,
				 KEYWORD_UNEVALUATED_PROPERTIES,
				 OPERATION_UNEVALUATED_PROPERTIES);
}
