#include "validate/schema/compile/compiler.h"
#include "validate/schema/equal.h"
#include "validate/schema/number.h"
#include "validate/schema/strings/content.h"
#include "validate/schema/strings/format_check.h"

#include <errno.h>

int keyword_error(struct compiler *compiler, const struct subschema *schema,
		  enum keyword keyword, const char *demand)
{
	return compile_error(compiler, schema->target.source,
			     schema->values[keyword], "\"%s\" must be %s",
			     keyword_facts[keyword].name, demand);
}

static const struct {
	const char *name;
	uint8_t kinds;
} type_names[] = {
	{"null", KIND_NULL},	 {"boolean", KIND_BOOLEAN},
	{"number", KIND_NUMBER}, {"integer", KIND_INTEGER},
	{"string", KIND_STRING}, {"array", KIND_ARRAY},
	{"object", KIND_OBJECT},
};

/* Add the kind of a type's name to the set; false if there is none. */
static bool add_type(const struct node *node, uint8_t *kinds)
{
	for (size_t i = 0; i < array_size(type_names); i++) {
		if (node->type == NODE_STRING &&
		    span_is(node_text(node), type_names[i].name)) {
			*kinds |= type_names[i].kinds;
			return true;
		}
	}
	return false;
}

static int read_types(struct compiler *compiler, const struct subschema *schema,
		      uint8_t *kinds)
{
	static const char demand[] =
		"the name of a type or a list of such names (null, boolean, "
		"number, integer, string, array, object)";
	const struct doc *doc = schema->doc;
	const uint32_t from = doc_resolve(doc, schema->values[KEYWORD_TYPE]);
	const bool is_list = doc->nodes[from].type == NODE_ARRAY;

	if (is_list ? doc->nodes[from].size == 0
		    : !add_type(&doc->nodes[from], kinds))
		return keyword_error(compiler, schema, KEYWORD_TYPE, demand);
	for (uint32_t at = from + 1; is_list && at < doc->nodes[from].next;
	     at = doc->nodes[at].next)
		if (!add_type(doc_node(doc, at), kinds))
			return compile_error(compiler, schema->target.source,
					     at, "\"type\" must be %s", demand);
	/* Draft 4 by the letter: 1.0 is written with a fraction. */
	if (is_strict(compiler) && *kinds & KIND_INTEGER &&
	    resource_at(compiler, schema->target.resource)->dialect ==
		    SCHEMA_DRAFT4)
		*kinds = (uint8_t)((*kinds & ~KIND_INTEGER) | KIND_LITERAL);
	return 0;
}

/* The table of a set of constants: at most half full, found by hash. */
static int emit_set(struct compiler *compiler, uint32_t first, uint32_t count)
{
	struct emitter *emitter = &compiler->emitter;
	const struct doc *constants = &emitter->constants;
	uint32_t size = 2;

	while (size < count * 2)
		size *= 2;
	emit_word(emitter, size - 1);

	const uint32_t table = emit_reserve(emitter, size);
	uint32_t at = first;

	if (emitter->error)
		return emitter->error;

	uint32_t *words = (uint32_t *)emitter->code.data + table;

	memset(words, 0, size * sizeof(*words));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t slot =
			program_spread(equal_hash(constants, at)) & (size - 1);

		while (words[slot])
			slot = (slot + 1) & (size - 1);
		words[slot] = at + 1;
		at = constants->nodes[at].next;
	}
	return 0;
}

static int compile_enum(struct compiler *compiler,
			const struct subschema *schema)
{
	struct emitter *emitter = &compiler->emitter;
	const struct doc *doc = schema->doc;
	const uint32_t from = doc_resolve(doc, schema->values[KEYWORD_ENUM]);
	const uint32_t first = emitter->constants.count;

	if (doc->nodes[from].type != NODE_ARRAY)
		return keyword_error(compiler, schema, KEYWORD_ENUM,
				     "a list of values");
	for (uint32_t at = from + 1; at < doc->nodes[from].next;
	     at = doc->nodes[at].next)
		if (emit_constant(emitter, doc, at) == DOC_NONE)
			return emitter->error;
	emit_begin(emitter, OPERATION_ENUM, KEYWORD_ENUM);
	emit_word(emitter, doc->nodes[from].size);
	emit_word(emitter, first);

	const int r = emit_set(compiler, first, doc->nodes[from].size);

	emit_end(emitter);
	return r;
}

static int compile_const(struct compiler *compiler,
			 const struct subschema *schema)
{
	struct emitter *emitter = &compiler->emitter;
	const uint32_t first = emit_constant(emitter, schema->doc,
					     schema->values[KEYWORD_CONST]);

	if (first == DOC_NONE)
		return emitter->error;
	emit_begin(emitter, OPERATION_ENUM, KEYWORD_CONST);
	emit_word(emitter, 1);
	emit_word(emitter, first);

	const int r = emit_set(compiler, first, 1);

	emit_end(emitter);
	return r;
}

int compile_any(struct compiler *compiler, const struct subschema *schema,
		uint8_t *kinds)
{
	int r = 0;

	if (schema->values[KEYWORD_TYPE] != DOC_NONE)
		r = read_types(compiler, schema, kinds);
	if (r == 0 && schema->values[KEYWORD_CONST] != DOC_NONE)
		r = compile_const(compiler, schema);
	if (r == 0 && schema->values[KEYWORD_ENUM] != DOC_NONE)
		r = compile_enum(compiler, schema);
	return r;
}

/* A number as constant, with its value at hand if it is a small integer. */
static int emit_number(struct compiler *compiler,
		       const struct subschema *schema, enum keyword keyword,
		       enum operation operation)
{
	struct emitter *emitter = &compiler->emitter;
	const struct node *node =
		doc_node(schema->doc, schema->values[keyword]);
	const uint32_t constant =
		emit_constant(emitter, schema->doc, schema->values[keyword]);
	int64_t value = 0;
	const bool is_small = number_small(node_text(node), &value);

	if (constant == DOC_NONE)
		return emitter->error;
	emit_begin(emitter, operation, keyword);
	emit_word(emitter, constant);
	emit_word(emitter, is_small);
	emit_word(emitter, (uint32_t)(uint64_t)value);
	emit_word(emitter, (uint32_t)((uint64_t)value >> 32));
	emit_end(emitter);
	return emitter->error;
}

static bool is_true(const struct subschema *schema, enum keyword keyword)
{
	return schema->values[keyword] != DOC_NONE &&
	       doc_node(schema->doc, schema->values[keyword])->flags &
		       NODE_TRUE;
}

/*
 * A bound and its exclusive form: a number of its own, or in draft 4 a
 * boolean that changes what the plain bound means.
 */
static int compile_bound(struct compiler *compiler,
			 const struct subschema *schema, enum keyword plain,
			 enum keyword exclusive)
{
	const bool is_minimum = plain == KEYWORD_MINIMUM;
	const enum operation operations[2] = {
		is_minimum ? OPERATION_MINIMUM : OPERATION_MAXIMUM,
		is_minimum ? OPERATION_EXCLUSIVE_MINIMUM
			   : OPERATION_EXCLUSIVE_MAXIMUM,
	};
	int r = 0;

	if (schema->values[plain] != DOC_NONE) {
		if (doc_node(schema->doc, schema->values[plain])->type !=
		    NODE_NUMBER)
			return keyword_error(compiler, schema, plain,
					     "a number");
		r = emit_number(compiler, schema, plain,
				operations[is_true(schema, exclusive)]);
	}
	if (r || schema->values[exclusive] == DOC_NONE)
		return r;

	const struct node *node =
		doc_node(schema->doc, schema->values[exclusive]);

	if (node->type == NODE_BOOL)
		return 0;
	if (node->type != NODE_NUMBER)
		return keyword_error(compiler, schema, exclusive, "a number");
	return emit_number(compiler, schema, exclusive, operations[1]);
}

int compile_number(struct compiler *compiler, const struct subschema *schema)
{
	int r = compile_bound(compiler, schema, KEYWORD_MINIMUM,
			      KEYWORD_EXCLUSIVE_MINIMUM);

	if (r == 0)
		r = compile_bound(compiler, schema, KEYWORD_MAXIMUM,
				  KEYWORD_EXCLUSIVE_MAXIMUM);
	if (r || schema->values[KEYWORD_MULTIPLE_OF] == DOC_NONE)
		return r;

	const struct node *node =
		doc_node(schema->doc, schema->values[KEYWORD_MULTIPLE_OF]);
	struct number divisor;

	if (node->type != NODE_NUMBER ||
	    !number_read(node_text(node), &divisor) ||
	    divisor.class != NUMBER_FINITE || !divisor.count ||
	    divisor.is_negative)
		return keyword_error(compiler, schema, KEYWORD_MULTIPLE_OF,
				     "a number above 0");
	return emit_number(compiler, schema, KEYWORD_MULTIPLE_OF,
			   OPERATION_MULTIPLE_OF);
}

int read_limit(struct compiler *compiler, const struct subschema *schema,
	       enum keyword keyword, uint32_t *out)
{
	const struct node *node =
		doc_node(schema->doc, schema->values[keyword]);
	struct number number;
	int64_t value = 0;

	if (node->type != NODE_NUMBER ||
	    !number_read(node_text(node), &number) ||
	    !number_is_integer(&number) || number.is_negative)
		return keyword_error(compiler, schema, keyword,
				     "a whole number from 0 on");
	/* Nothing here has 2^32 parts, so larger limits are all the same. */
	*out = UINT32_MAX;
	if (number.point <= 10) {
		for (int64_t i = 0, at = 0; i < number.point; i++, at++) {
			const bool is_point = (size_t)at < number.digits.size &&
					      number.digits.data[at] == '.';

			at += is_point;
			value = value * 10 +
				((size_t)at < number.digits.size
					 ? number.digits.data[at] - '0'
					 : 0);
		}
		if (value < UINT32_MAX)
			*out = (uint32_t)value;
	}
	return 0;
}

int compile_limit(struct compiler *compiler, const struct subschema *schema,
		  enum keyword keyword, enum operation operation)
{
	uint32_t limit = 0;

	if (schema->values[keyword] == DOC_NONE)
		return 0;

	const int r = read_limit(compiler, schema, keyword, &limit);

	if (r)
		return r;
	emit_begin(&compiler->emitter, operation, keyword);
	emit_word(&compiler->emitter, limit);
	emit_end(&compiler->emitter);
	return compiler->emitter.error;
}

static int compile_pattern(struct compiler *compiler,
			   const struct subschema *schema)
{
	const struct node *node =
		doc_node(schema->doc, schema->values[KEYWORD_PATTERN]);
	char why[PATTERN_WHY_SIZE] = "";
	uint32_t pattern = PROGRAM_NONE;

	if (node->type != NODE_STRING)
		return keyword_error(compiler, schema, KEYWORD_PATTERN,
				     "a string");

	const int r = emit_pattern(&compiler->emitter, node_text(node),
				   &pattern, why);

	if (r == -EBADMSG)
		return compile_error(compiler, schema->target.source,
				     schema->values[KEYWORD_PATTERN],
				     "not a regular expression: %s", why);
	if (r)
		return r;
	emit_begin(&compiler->emitter, OPERATION_PATTERN, KEYWORD_PATTERN);
	emit_word(&compiler->emitter, pattern);
	emit_word(&compiler->emitter,
		  emit_key(&compiler->emitter, node_text(node)));
	emit_end(&compiler->emitter);
	return compiler->emitter.error;
}

/* Formats are asserted as authors mean it; by the letter, on request only. */
static int compile_format(struct compiler *compiler,
			  const struct subschema *schema)
{
	const struct node *node =
		doc_node(schema->doc, schema->values[KEYWORD_FORMAT]);

	if (node->type != NODE_STRING)
		return keyword_error(compiler, schema, KEYWORD_FORMAT,
				     "a string");

	const uint32_t check = format_check_find(node_text(node));
	const bool is_asserting =
		resource_at(compiler, schema->target.resource)->groups &
		1u << GROUP_FORMAT_ASSERTION;

	if (check == PROGRAM_NONE || (is_strict(compiler) && !is_asserting))
		return 0;
	emit_begin(&compiler->emitter, OPERATION_FORMAT, KEYWORD_FORMAT);
	emit_word(&compiler->emitter, check);
	emit_word(&compiler->emitter,
		  emit_key(&compiler->emitter, node_text(node)));
	emit_end(&compiler->emitter);
	return compiler->emitter.error;
}

/* The text of a keyword that must be a string, if it is there. */
static int read_string(struct compiler *compiler,
		       const struct subschema *schema, enum keyword keyword,
		       struct span *out)
{
	*out = (struct span){"", 0};
	if (schema->values[keyword] == DOC_NONE)
		return 0;

	const struct node *node =
		doc_node(schema->doc, schema->values[keyword]);

	if (node->type != NODE_STRING)
		return keyword_error(compiler, schema, keyword, "a string");
	*out = node_text(node);
	return 0;
}

/*
 * Draft 7 lets contents be asserted, which authors mean; since 2019-09 they
 * are only told. What is in another encoding than base64 cannot be looked at.
 */
static int compile_content(struct compiler *compiler,
			   const struct subschema *schema)
{
	struct emitter *emitter = &compiler->emitter;
	struct span encoding;
	struct span type;
	int r = read_string(compiler, schema, KEYWORD_CONTENT_ENCODING,
			    &encoding);

	if (r == 0)
		r = read_string(compiler, schema, KEYWORD_CONTENT_MEDIA_TYPE,
				&type);
	if (r || is_strict(compiler) ||
	    resource_at(compiler, schema->target.resource)->dialect >
		    SCHEMA_DRAFT7)
		return r;

	const bool is_base64 = content_is_base64_name(encoding);

	if (is_base64) {
		emit_begin(emitter, OPERATION_BASE64, KEYWORD_CONTENT_ENCODING);
		emit_end(emitter);
	}
	if (content_is_json_name(type) && (is_base64 || !encoding.size)) {
		emit_begin(emitter, OPERATION_JSON, KEYWORD_CONTENT_MEDIA_TYPE);
		emit_word(emitter, is_base64);
		emit_end(emitter);
	}
	return emitter->error;
}

int compile_string(struct compiler *compiler, const struct subschema *schema)
{
	int r = compile_limit(compiler, schema, KEYWORD_MIN_LENGTH,
			      OPERATION_MIN_LENGTH);

	if (r == 0)
		r = compile_limit(compiler, schema, KEYWORD_MAX_LENGTH,
				  OPERATION_MAX_LENGTH);
	if (r == 0 && schema->values[KEYWORD_FORMAT] != DOC_NONE)
		r = compile_format(compiler, schema);
	if (r == 0 && schema->values[KEYWORD_PATTERN] != DOC_NONE)
		r = compile_pattern(compiler, schema);
	if (r == 0)
		r = compile_content(compiler, schema);
	return r;
}
