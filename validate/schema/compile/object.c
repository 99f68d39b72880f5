#include "validate/schema/compile/compiler.h"

#include <errno.h>

/* The instruction OPERATION_MEMBERS while it is put together. */
struct members {
	struct compiler *compiler;
	const struct subschema *schema;
	struct program_slot *slots;
	uint32_t mask;
	uint32_t required;
};

static const struct node *value_of(const struct subschema *schema,
				   enum keyword keyword)
{
	return schema->values[keyword] == DOC_NONE
		       ? NULL
		       : doc_node(schema->doc, schema->values[keyword]);
}

static int check_shapes(struct compiler *compiler,
			const struct subschema *schema)
{
	const struct node *properties = value_of(schema, KEYWORD_PROPERTIES);
	const struct node *patterns =
		value_of(schema, KEYWORD_PATTERN_PROPERTIES);

	if (properties && properties->type != NODE_OBJECT)
		return keyword_error(compiler, schema, KEYWORD_PROPERTIES,
				     "an object of schemas");
	if (patterns && patterns->type != NODE_OBJECT)
		return keyword_error(compiler, schema,
				     KEYWORD_PATTERN_PROPERTIES,
				     "an object of schemas");
	return 0;
}

/*
 * `required` as a list. The boolean of draft 3 stands beside a property and
 * is left to its parent, which never asks: it means nothing since.
 */
static int check_required(struct compiler *compiler,
			  const struct subschema *schema)
{
	static const char demand[] = "a list of strings";
	const struct node *list = value_of(schema, KEYWORD_REQUIRED);

	if (!list || (list->type == NODE_BOOL && !is_strict(compiler)))
		return 0;
	if (list->type != NODE_ARRAY)
		return keyword_error(compiler, schema, KEYWORD_REQUIRED,
				     demand);

	const uint32_t from =
		doc_resolve(schema->doc, schema->values[KEYWORD_REQUIRED]);

	for (uint32_t at = from + 1; at < list->next;
	     at = schema->doc->nodes[at].next)
		if (doc_node(schema->doc, at)->type != NODE_STRING)
			return keyword_error(compiler, schema, KEYWORD_REQUIRED,
					     demand);
	return 0;
}

static struct program_slot *slot_of(struct members *members, struct span name)
{
	struct emitter *emitter = &members->compiler->emitter;
	const uint32_t key = emit_key(emitter, name);
	const uint32_t hash = doc_hash(name);
	uint32_t at = program_spread(hash) & members->mask;

	while (members->slots[at].key != PROGRAM_NONE &&
	       members->slots[at].key != key)
		at = (at + 1) & members->mask;
	if (members->slots[at].key == PROGRAM_NONE)
		members->slots[at] = (struct program_slot){
			hash, key, PROGRAM_NONE, PROGRAM_NONE};
	return &members->slots[at];
}

static int add_properties(struct members *members)
{
	const struct subschema *schema = members->schema;
	const struct doc *doc = schema->doc;

	if (schema->values[KEYWORD_PROPERTIES] == DOC_NONE)
		return 0;

	const uint32_t from =
		doc_resolve(doc, schema->values[KEYWORD_PROPERTIES]);

	for (uint32_t at = from + 1; at < doc->nodes[from].next;) {
		const uint32_t value = doc->nodes[at].next;
		struct program_slot *slot = slot_of(members, key_text(doc, at));
		const int r = block_of_child(members->compiler, schema, value,
					     &slot->block);

		if (r)
			return r;
		at = doc->nodes[value].next;
	}
	return 0;
}

static void add_required(struct members *members)
{
	const struct node *list = value_of(members->schema, KEYWORD_REQUIRED);
	const struct doc *doc = members->schema->doc;

	if (!list || list->type != NODE_ARRAY)
		return;

	const uint32_t from =
		doc_resolve(doc, members->schema->values[KEYWORD_REQUIRED]);

	for (uint32_t at = from + 1; at < list->next;
	     at = doc->nodes[at].next) {
		struct program_slot *slot = slot_of(members, key_text(doc, at));

		if (slot->required == PROGRAM_NONE)
			slot->required = members->required++;
	}
}

/* An empty table, at most half full when all names are in it. */
static bool make_table(struct members *members)
{
	const struct node *properties =
		value_of(members->schema, KEYWORD_PROPERTIES);
	const struct node *required =
		value_of(members->schema, KEYWORD_REQUIRED);
	const uint64_t names =
		(properties ? properties->size : 0) +
		(required && required->type == NODE_ARRAY ? required->size : 0);
	uint32_t size = 2;

	while (size < names * 2)
		size *= 2;
	members->mask = size - 1;
	members->slots = arena_alloc(&members->compiler->arena,
				     size * sizeof(*members->slots));
	for (uint32_t i = 0; members->slots && i < size; i++)
		members->slots[i] = (struct program_slot){
			0, PROGRAM_NONE, PROGRAM_NONE, PROGRAM_NONE};
	return members->slots != NULL;
}

static int emit_patterns(struct members *members)
{
	struct compiler *compiler = members->compiler;
	const struct subschema *schema = members->schema;
	const struct doc *doc = schema->doc;

	if (schema->values[KEYWORD_PATTERN_PROPERTIES] == DOC_NONE)
		return 0;

	const uint32_t from =
		doc_resolve(doc, schema->values[KEYWORD_PATTERN_PROPERTIES]);

	for (uint32_t at = from + 1; at < doc->nodes[from].next;) {
		const uint32_t value = doc->nodes[at].next;
		char why[PATTERN_WHY_SIZE] = "";
		uint32_t pattern = PROGRAM_NONE;
		uint32_t block = PROGRAM_NONE;
		int r = emit_pattern(&compiler->emitter, key_text(doc, at),
				     &pattern, why);

		if (r == -EBADMSG)
			return compile_error(compiler, schema->target.source,
					     at, "not a regular expression: %s",
					     why);
		if (r == 0)
			r = block_of_child(compiler, schema, value, &block);
		if (r)
			return r;
		emit_word(&compiler->emitter, pattern);
		emit_word(&compiler->emitter, block);
		at = doc->nodes[value].next;
	}
	return 0;
}

static int emit_members(struct members *members, uint32_t rest)
{
	struct emitter *emitter = &members->compiler->emitter;
	const struct node *patterns =
		value_of(members->schema, KEYWORD_PATTERN_PROPERTIES);

	emit_begin(emitter, OPERATION_MEMBERS, KEYWORD_PROPERTIES);
	emit_word(emitter, members->required);
	emit_word(emitter, rest);
	emit_word(emitter, patterns ? patterns->size : 0);
	emit_word(emitter, members->mask);

	const int r = emit_patterns(members);

	if (r)
		return r;
	for (uint32_t i = 0; i <= members->mask; i++) {
		emit_word(emitter, members->slots[i].hash);
		emit_word(emitter, members->slots[i].key);
		emit_word(emitter, members->slots[i].block);
		emit_word(emitter, members->slots[i].required);
	}
	emit_end(emitter);
	return emitter->error;
}

static int compile_members(struct compiler *compiler,
			   const struct subschema *schema)
{
	struct members members = {.compiler = compiler, .schema = schema};
	const uint32_t additional =
		schema->values[KEYWORD_ADDITIONAL_PROPERTIES];
	uint32_t rest = PROGRAM_NONE;
	int r = check_shapes(compiler, schema);

	if (r == 0)
		r = check_required(compiler, schema);
	if (r)
		return r;
	if (schema->values[KEYWORD_PROPERTIES] == DOC_NONE &&
	    schema->values[KEYWORD_REQUIRED] == DOC_NONE &&
	    schema->values[KEYWORD_PATTERN_PROPERTIES] == DOC_NONE &&
	    additional == DOC_NONE)
		return 0;
	if (!make_table(&members))
		return compiler->arena.error;
	r = add_properties(&members);
	if (r == 0 && additional != DOC_NONE)
		r = block_of_child(compiler, schema, additional, &rest);
	if (r)
		return r;
	add_required(&members);
	return emit_members(&members, rest);
}

static int compile_names(struct compiler *compiler,
			 const struct subschema *schema)
{
	uint32_t block = PROGRAM_NONE;

	if (schema->values[KEYWORD_PROPERTY_NAMES] == DOC_NONE)
		return 0;

	const int r =
		block_of_child(compiler, schema,
			       schema->values[KEYWORD_PROPERTY_NAMES], &block);

	if (r)
		return r;
	emit_begin(&compiler->emitter, OPERATION_PROPERTY_NAMES,
		   KEYWORD_PROPERTY_NAMES);
	emit_word(&compiler->emitter, block);
	emit_end(&compiler->emitter);
	return compiler->emitter.error;
}

/* Keys that must be there if `key` is: a list, or in draft 3 one string. */
static int emit_needed(struct compiler *compiler,
		       const struct subschema *schema, enum keyword keyword,
		       struct span key, uint32_t list)
{
	struct emitter *emitter = &compiler->emitter;
	const struct doc *doc = schema->doc;
	const uint32_t from = doc_resolve(doc, list);
	const struct node *node = &doc->nodes[from];

	emit_begin(emitter, OPERATION_DEPENDENT_REQUIRED, keyword);
	emit_word(emitter, emit_key(emitter, key));
	emit_word(emitter, node->type == NODE_ARRAY ? node->size : 1);
	for (uint32_t at = node->type == NODE_ARRAY ? from + 1 : from;
	     at < node->next; at = doc->nodes[at].next) {
		const struct node *name = doc_node(doc, at);

		if (name->type != NODE_STRING)
			return keyword_error(compiler, schema, keyword,
					     "an object of lists of strings");
		emit_word(emitter, emit_key(emitter, node_text(name)));
	}
	emit_end(emitter);
	return emitter->error;
}

static int emit_dependency(struct compiler *compiler,
			   const struct subschema *schema, enum keyword keyword,
			   struct span key, uint32_t value)
{
	const enum node_type type = doc_node(schema->doc, value)->type;
	uint32_t block = PROGRAM_NONE;

	if (keyword == KEYWORD_DEPENDENT_REQUIRED || type == NODE_ARRAY ||
	    (keyword == KEYWORD_DEPENDENCIES && type == NODE_STRING))
		return emit_needed(compiler, schema, keyword, key, value);

	const int r = block_of_child(compiler, schema, value, &block);

	if (r)
		return r;
	emit_begin(&compiler->emitter, OPERATION_DEPENDENT_SCHEMA, keyword);
	emit_word(&compiler->emitter, emit_key(&compiler->emitter, key));
	emit_word(&compiler->emitter, block);
	emit_end(&compiler->emitter);
	return compiler->emitter.error;
}

static int compile_dependencies(struct compiler *compiler,
				const struct subschema *schema,
				enum keyword keyword)
{
	const struct doc *doc = schema->doc;

	if (schema->values[keyword] == DOC_NONE)
		return 0;

	const uint32_t from = doc_resolve(doc, schema->values[keyword]);

	if (doc->nodes[from].type != NODE_OBJECT)
		return keyword_error(compiler, schema, keyword, "an object");
	for (uint32_t at = from + 1; at < doc->nodes[from].next;) {
		const uint32_t value = doc->nodes[at].next;
		const int r = emit_dependency(compiler, schema, keyword,
					      key_text(doc, at), value);

		if (r)
			return r;
		at = doc->nodes[value].next;
	}
	return 0;
}

int compile_object(struct compiler *compiler, const struct subschema *schema)
{
	int r = compile_limit(compiler, schema, KEYWORD_MIN_PROPERTIES,
			      OPERATION_MIN_PROPERTIES);

	if (r == 0)
		r = compile_limit(compiler, schema, KEYWORD_MAX_PROPERTIES,
				  OPERATION_MAX_PROPERTIES);
	if (r == 0)
		r = compile_members(compiler, schema);
	if (r == 0)
		r = compile_names(compiler, schema);
	if (r == 0)
		r = compile_dependencies(compiler, schema,
					 KEYWORD_DEPENDENT_REQUIRED);
	if (r == 0)
		r = compile_dependencies(compiler, schema,
					 KEYWORD_DEPENDENCIES);
	if (r == 0)
		r = compile_dependencies(compiler, schema,
					 KEYWORD_DEPENDENT_SCHEMAS);
	return r;
}
