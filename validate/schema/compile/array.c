#include "validate/schema/compile/compiler.h"

/* How the items of an array are divided among schemas. */
struct division {
	uint32_t prefix; /* list of schemas or DOC_NONE */
	enum keyword prefix_keyword;
	uint32_t rest; /* schema or DOC_NONE */
	enum keyword rest_keyword;
};

static enum node_type type_of(const struct subschema *schema, uint32_t node)
{
	return doc_node(schema->doc, node)->type;
}

/*
 * `prefixItems` and `items`, or the older `items` as a list followed by
 * `additionalItems`: the form tells which is meant.
 */
static struct division divide(const struct subschema *schema)
{
	const uint32_t items = schema->values[KEYWORD_ITEMS];
	const bool is_list =
		items != DOC_NONE && type_of(schema, items) == NODE_ARRAY;

	if (is_list && schema->values[KEYWORD_PREFIX_ITEMS] == DOC_NONE)
		return (struct division){
			items, KEYWORD_ITEMS,
			schema->values[KEYWORD_ADDITIONAL_ITEMS],
			KEYWORD_ADDITIONAL_ITEMS};
	return (struct division){schema->values[KEYWORD_PREFIX_ITEMS],
				 KEYWORD_PREFIX_ITEMS, items, KEYWORD_ITEMS};
}

static int compile_items(struct compiler *compiler,
			 const struct subschema *schema)
{
	struct emitter *emitter = &compiler->emitter;
	const struct division division = divide(schema);
	uint32_t rest = PROGRAM_NONE;
	int r = 0;

	if (division.prefix == DOC_NONE && division.rest == DOC_NONE)
		return 0;
	if (division.prefix != DOC_NONE &&
	    type_of(schema, division.prefix) != NODE_ARRAY)
		return keyword_error(compiler, schema, division.prefix_keyword,
				     "a list of schemas");
	if (division.rest != DOC_NONE)
		r = block_of_child(compiler, schema, division.rest, &rest);
	if (r)
		return r;
	emit_begin(emitter, OPERATION_ITEMS, division.prefix_keyword);
	emit_word(emitter, rest);
	emit_word(emitter, division.rest_keyword);
	if (division.prefix == DOC_NONE) {
		emit_word(emitter, 0);
	} else {
		emit_word(emitter,
			  doc_node(schema->doc, division.prefix)->size);
		r = blocks_of_items(compiler, schema, division.prefix);
	}
	emit_end(emitter);
	return r ? r : emitter->error;
}

static int compile_contains(struct compiler *compiler,
			    const struct subschema *schema)
{
	struct emitter *emitter = &compiler->emitter;
	uint32_t block = PROGRAM_NONE;
	uint32_t least = 1;
	uint32_t most = PROGRAM_NONE;
	int r;

	if (schema->values[KEYWORD_CONTAINS] == DOC_NONE)
		return 0;
	r = block_of_child(compiler, schema, schema->values[KEYWORD_CONTAINS],
			   &block);
	if (r == 0 && schema->values[KEYWORD_MIN_CONTAINS] != DOC_NONE)
		r = read_limit(compiler, schema, KEYWORD_MIN_CONTAINS, &least);
	if (r == 0 && schema->values[KEYWORD_MAX_CONTAINS] != DOC_NONE)
		r = read_limit(compiler, schema, KEYWORD_MAX_CONTAINS, &most);
	if (r)
		return r;
	emit_begin(emitter, OPERATION_CONTAINS, KEYWORD_CONTAINS);
	emit_word(emitter, block);
	emit_word(emitter, least);
	emit_word(emitter, most);
	emit_word(emitter,
		  resource_at(compiler, schema->target.resource)->dialect >=
			  SCHEMA_2020_12);
	emit_end(emitter);
	return emitter->error;
}

static int compile_unique(struct compiler *compiler,
			  const struct subschema *schema)
{
	const uint32_t value = schema->values[KEYWORD_UNIQUE_ITEMS];

	if (value == DOC_NONE)
		return 0;
	if (type_of(schema, value) != NODE_BOOL)
		return keyword_error(compiler, schema, KEYWORD_UNIQUE_ITEMS,
				     "true or false");
	if (doc_node(schema->doc, value)->flags & NODE_TRUE) {
		emit_begin(&compiler->emitter, OPERATION_UNIQUE_ITEMS,
			   KEYWORD_UNIQUE_ITEMS);
		emit_end(&compiler->emitter);
	}
	return compiler->emitter.error;
}

int compile_array(struct compiler *compiler, const struct subschema *schema)
{
	int r = compile_limit(compiler, schema, KEYWORD_MIN_ITEMS,
			      OPERATION_MIN_ITEMS);

	if (r == 0)
		r = compile_limit(compiler, schema, KEYWORD_MAX_ITEMS,
				  OPERATION_MAX_ITEMS);
	if (r == 0)
		r = compile_items(compiler, schema);
	if (r == 0)
		r = compile_contains(compiler, schema);
	return r ? r : compile_unique(compiler, schema);
}
