#include "validate/schema/evaluate/words.h"

#include "validate/formats/formats.h"
#include "validate/schema/number.h"
#include "validate/schema/strings/format_check.h"
#include "validate/suggest.h"

#include <stdarg.h>
#include <stdio.h>

enum { VALUES_SHOWN = 8, PATTERN_SHOWN = 100 };

printf_like(2, 3) static void say(struct message *message, const char *format,
				  ...)
{
	const size_t left = sizeof(message->text) - message->size;
	va_list arguments;

	va_start(arguments, format);
	const int size = vsnprintf(message->text + message->size, left, format,
				   arguments);
	va_end(arguments);
	if (size > 0)
		message->size += (size_t)size < left ? (size_t)size : left - 1;
}

static void say_name(struct message *message, struct span name)
{
	char shown[FORMATS_NAME_SIZE];

	formats_show_name(name, shown);
	say(message, "'%s'", shown);
}

static void say_key(struct message *message, uint32_t key)
{
	say_name(message, program_text(message->evaluation->program, key));
}

/* The types of a set: "integer or string". */
static void say_kinds(struct message *message, uint32_t kinds)
{
	static const struct {
		uint32_t kind;
		const char *name;
	} names[] = {
		{KIND_BOOLEAN, "boolean"}, {KIND_INTEGER, "integer"},
		{KIND_NUMBER, "number"},   {KIND_STRING, "string"},
		{KIND_ARRAY, "array"},	   {KIND_OBJECT, "object"},
		{KIND_NULL, "null"},
	};

	if (kinds & KIND_LITERAL)
		kinds |= KIND_INTEGER;
	if (kinds & KIND_NUMBER)
		kinds &= ~(uint32_t)KIND_INTEGER;
	for (size_t i = 0; i < array_size(names); i++) {
		if (!(kinds & names[i].kind))
			continue;
		kinds &= ~names[i].kind & ~(uint32_t)KIND_LITERAL;
		say(message, "%s%s", names[i].name, kinds ? " or " : "");
	}
}

static const char *name_of_number(const struct node *node)
{
	struct number number;

	if (node->flags & NODE_INTEGER ||
	    (number_read(node_text(node), &number) &&
	     number_is_integer(&number)))
		return "integer";
	return "number";
}

static const char *name_of_type(const struct node *node)
{
	switch ((enum node_type)node->type) {
	case NODE_NULL:
		return "null";
	case NODE_BOOL:
		return "boolean";
	case NODE_NUMBER:
		return name_of_number(node);
	case NODE_STRING:
		return "string";
	case NODE_ARRAY:
		return "array";
	case NODE_OBJECT:
		return "object";
	case NODE_ALIAS:
		break;
	}
	return "?";
}

/* A key is a string whatever type YAML sees in it. */
static bool is_about_key(const struct message *message)
{
	return message->evaluation->doc->nodes[message->violation->at].flags &
	       NODE_KEY;
}

static void say_type(struct message *message)
{
	say(message, "expected ");
	say_kinds(message, message->violation->detail);
	if (is_about_key(message))
		say(message, ", got string");
	else if (message->violation->detail & KIND_LITERAL &&
		 message->node->type == NODE_NUMBER)
		say(message, ", got number");
	else
		say(message, ", got %s", name_of_type(message->node));
}

/* A value of the schema. */
static void say_constant(struct message *message, const struct node *node)
{
	char shown[FORMATS_NAME_SIZE];

	if (node_is_container(node)) {
		say(message, "%s",
		    node->type == NODE_ARRAY ? "a certain array"
					     : "a certain object");
		return;
	}
	if (node->type == NODE_STRING && node->size == 0) {
		say(message, "''");
		return;
	}
	formats_show_name(node_text(node), shown);
	say(message, "%s", shown);
}

/* A list of values being said. */
struct values {
	struct suggestion suggestion;
	uint32_t count;
};

static void say_value_of(struct message *message, struct values *values,
			 const struct node *constant)
{
	if (constant->type == NODE_STRING)
		suggest_try(&values->suggestion, node_text(constant));
	if (values->count < VALUES_SHOWN) {
		say(message, "%s", values->count ? ", " : "");
		say_constant(message, constant);
	}
	values->count++;
}

static void say_enum(struct message *message, struct values *values,
		     const uint32_t *code)
{
	const struct node *constants =
		message->evaluation->program->constants.nodes;
	uint32_t at = code[3];

	for (uint32_t i = 0; i < code[2]; i++, at = constants[at].next)
		say_value_of(message, values, &constants[at]);
}

/* The values that the branches of an anyOf or oneOf allow. */
static void say_branch_values(struct message *message, struct values *values)
{
	const struct schema *program = message->evaluation->program;

	for (uint32_t i = 0; i < message->code[2]; i++) {
		const struct block *block =
			&program->blocks[message->code[3 + i]];
		uint32_t at = block->start[SEGMENT_ANY];

		for (; at < block->start[SEGMENT_ANY + 1];
		     at += program->code[at + 1])
			if (program_operation(program->code + at) ==
			    OPERATION_ENUM)
				say_enum(message, values, program->code + at);
	}
}

static void say_values(struct message *message)
{
	const bool is_text = message->node->type == NODE_STRING;
	const bool is_enum = program_operation(message->code) == OPERATION_ENUM;
	struct values values = {
		.suggestion = suggest_for(is_text ? node_text(message->node)
						  : (struct span){"", 0}),
	};

	if (is_enum && message->code[2] == 1)
		say(message, "must be ");
	else
		say(message, "must be one of: ");
	if (is_enum)
		say_enum(message, &values, message->code);
	else
		say_branch_values(message, &values);
	if (values.count > VALUES_SHOWN)
		say(message, " and %u more", values.count - VALUES_SHOWN);
	if (values.suggestion.best.data && values.count > 1) {
		say(message, "; did you mean ");
		say_name(message, values.suggestion.best);
		say(message, "?");
	}
}

static void say_bound(struct message *message)
{
	static const char *const words[OPERATION_COUNT] = {
		[OPERATION_MINIMUM] = "at least",
		[OPERATION_MAXIMUM] = "at most",
		[OPERATION_EXCLUSIVE_MINIMUM] = "more than",
		[OPERATION_EXCLUSIVE_MAXIMUM] = "less than",
		[OPERATION_MULTIPLE_OF] = "a multiple of",
	};

	say(message, "must be %s ", words[program_operation(message->code)]);
	say_constant(message, &message->evaluation->program->constants
				       .nodes[message->code[2]]);
}

static void say_size(struct message *message)
{
	static const struct {
		bool is_least;
		const char *unit;
	} words[OPERATION_COUNT] = {
		[OPERATION_MIN_LENGTH] = {true, "character"},
		[OPERATION_MAX_LENGTH] = {false, "character"},
		[OPERATION_MIN_ITEMS] = {true, "item"},
		[OPERATION_MAX_ITEMS] = {false, "item"},
		[OPERATION_MIN_PROPERTIES] = {true, "key"},
		[OPERATION_MAX_PROPERTIES] = {false, "key"},
	};
	const enum operation operation = program_operation(message->code);
	const uint32_t limit = message->code[2];

	say(message, "must have at %s %u %s%s",
	    words[operation].is_least ? "least" : "most", limit,
	    words[operation].unit, limit == 1 ? "" : "s");
}

static void say_pattern(struct message *message)
{
	const struct span pattern =
		program_text(message->evaluation->program, message->code[3]);
	char shown[PATTERN_SHOWN + 1];
	size_t size = 0;

	for (; size < pattern.size && size < PATTERN_SHOWN; size++) {
		const char c = pattern.data[size];

		shown[size] = c;
		if ((unsigned char)c < ' ')
			shown[size] = '?';
	}
	/* Cut where a character begins. */
	while (size && size < pattern.size &&
	       ((unsigned char)pattern.data[size] & 0xc0) == 0x80)
		size--;
	shown[size] = '\0';
	say(message, "does not match the pattern %s%s", shown,
	    size < pattern.size ? "..." : "");
}

static void say_format(struct message *message)
{
	say(message, "must be %s", format_check_meaning(message->code[2]));
}

static void say_base64(struct message *message)
{
	say(message, "must be base64 text");
}

static void say_json(struct message *message)
{
	say(message, message->code[2] ? "must be JSON text in base64"
				      : "must be JSON text");
}

static void say_repeat(struct message *message)
{
	say(message, "repeats an earlier item of this list");
}

static void say_contains(struct message *message)
{
	const uint32_t least = message->code[3];
	const bool is_few = message->violation->detail < least;
	const uint32_t limit = is_few ? least : message->code[4];

	say(message,
	    "must have at %s %u item%s of the kind that 'contains' "
	    "describes",
	    is_few ? "least" : "most", limit, limit == 1 ? "" : "s");
}

static void say_required(struct message *message)
{
	say(message, "missing required key ");
	say_key(message, message->violation->detail);
}

static void say_dependent(struct message *message)
{
	say(message, "this key needs the key ");
	say_key(message, message->violation->detail);
	say(message, " too");
}

static void say_written_key(struct message *message)
{
	say_name(message,
		 evaluation_key(message->evaluation, message->violation->at));
}

static void say_unknown_key(struct message *message)
{
	const struct schema *program = message->evaluation->program;
	struct suggestion suggestion = suggest_for(
		evaluation_key(message->evaluation, message->violation->at));

	say(message, "unknown key ");
	say_written_key(message);
	if (program_operation(message->code) != OPERATION_MEMBERS)
		return;
	for (uint32_t i = 0; i <= message->code[5]; i++) {
		const struct program_slot *slot =
			&program_slots(message->code)[i];

		if (slot->key != PROGRAM_NONE && slot->block != PROGRAM_NONE &&
		    !program->blocks[slot->block].is_false)
			suggest_try(&suggestion,
				    program_text(program, slot->key));
	}
	if (suggestion.best.data) {
		say(message, "; did you mean ");
		say_name(message, suggestion.best);
		say(message, "?");
	}
}

static void say_refused_key(struct message *message)
{
	say(message, "the key ");
	say_written_key(message);
	say(message, " is not allowed here");
}

static void say_surplus(struct message *message)
{
	const uint32_t allowed = message->violation->detail;

	if (allowed == 0)
		say(message, "no items are allowed here");
	else
		say(message, "only %u item%s allowed here", allowed,
		    allowed == 1 ? " is" : "s are");
}

static void say_branches(struct message *message)
{
	const uint32_t pair = message->violation->detail;

	if (pair)
		say(message,
		    "must match exactly one of the alternatives, but matches "
		    "number %u and number %u",
		    pair >> 16, pair & 0xffff);
	else
		say(message, "matches none of the alternatives");
}

/* The one key that a "not" forbids by a "required"; or none. */
static uint32_t forbidden_key(const struct message *message)
{
	const struct schema *program = message->evaluation->program;
	const struct block *block = &program->blocks[message->code[2]];
	const uint32_t *code = program->code + block->start[SEGMENT_OBJECT];
	const uint32_t *end = program->code + block->start[SEGMENT_COUNT];

	if (block->start[SEGMENT_ANY] != block->start[SEGMENT_OBJECT] ||
	    code == end || code + code[1] != end ||
	    program_operation(code) != OPERATION_MEMBERS || code[2] != 1)
		return PROGRAM_NONE;
	for (uint32_t i = 0; i <= code[5]; i++) {
		const struct program_slot *slot = &program_slots(code)[i];

		if (slot->key != PROGRAM_NONE &&
		    slot->required != PROGRAM_NONE &&
		    slot->block == PROGRAM_NONE)
			return slot->key;
	}
	return PROGRAM_NONE;
}

static void say_not(struct message *message)
{
	uint32_t key = PROGRAM_NONE;

	if (program_operation(message->code) == OPERATION_NOT)
		key = forbidden_key(message);
	if (program_operation(message->code) == OPERATION_FALSE) {
		say(message, "nothing is allowed here");
	} else if (key != PROGRAM_NONE) {
		say(message, "must not have the key ");
		say_key(message, key);
	} else {
		say(message, "must not be what 'not' describes");
	}
}

/* Who speaks for a keyword. */
static void (*const speakers[KEYWORD_COUNT])(struct message *message) = {
	[KEYWORD_TYPE] = say_type,
	[KEYWORD_CONST] = say_values,
	[KEYWORD_ENUM] = say_values,
	[KEYWORD_MINIMUM] = say_bound,
	[KEYWORD_MAXIMUM] = say_bound,
	[KEYWORD_EXCLUSIVE_MINIMUM] = say_bound,
	[KEYWORD_EXCLUSIVE_MAXIMUM] = say_bound,
	[KEYWORD_MULTIPLE_OF] = say_bound,
	[KEYWORD_MIN_LENGTH] = say_size,
	[KEYWORD_MAX_LENGTH] = say_size,
	[KEYWORD_PATTERN] = say_pattern,
	[KEYWORD_FORMAT] = say_format,
	[KEYWORD_CONTENT_ENCODING] = say_base64,
	[KEYWORD_CONTENT_MEDIA_TYPE] = say_json,
	[KEYWORD_MIN_ITEMS] = say_size,
	[KEYWORD_MAX_ITEMS] = say_size,
	[KEYWORD_UNIQUE_ITEMS] = say_repeat,
	[KEYWORD_ITEMS] = say_surplus,
	[KEYWORD_ADDITIONAL_ITEMS] = say_surplus,
	[KEYWORD_UNEVALUATED_ITEMS] = say_surplus,
	[KEYWORD_CONTAINS] = say_contains,
	[KEYWORD_MIN_PROPERTIES] = say_size,
	[KEYWORD_MAX_PROPERTIES] = say_size,
	[KEYWORD_REQUIRED] = say_required,
	[KEYWORD_PROPERTIES] = say_refused_key,
	[KEYWORD_PATTERN_PROPERTIES] = say_refused_key,
	[KEYWORD_ADDITIONAL_PROPERTIES] = say_unknown_key,
	[KEYWORD_UNEVALUATED_PROPERTIES] = say_unknown_key,
	[KEYWORD_DEPENDENCIES] = say_dependent,
	[KEYWORD_DEPENDENT_REQUIRED] = say_dependent,
	[KEYWORD_ANY_OF] = say_branches,
	[KEYWORD_ONE_OF] = say_branches,
	[KEYWORD_NOT] = say_not,
};

/* Keywords that are about the text of a value, so also about a name. */
static bool is_about_text(enum keyword keyword)
{
	return keyword == KEYWORD_PATTERN || keyword == KEYWORD_ENUM ||
	       keyword == KEYWORD_CONST || keyword == KEYWORD_FORMAT ||
	       keyword == KEYWORD_MIN_LENGTH || keyword == KEYWORD_MAX_LENGTH ||
	       keyword == KEYWORD_NOT;
}

static void say_value(struct message *message)
{
	char shown[FORMATS_NAME_SIZE];

	if (node_is_container(message->node) || is_about_key(message))
		return;
	formats_show_name(node_text(message->node), shown);
	say(message, " (it is %s)", shown);
}

void words_say(struct message *message)
{
	const enum keyword keyword = message->violation->keyword;

	if (is_about_key(message) && is_about_text(keyword)) {
		say(message, "the key ");
		say_written_key(message);
		say(message, " ");
	}
	if (speakers[keyword])
		speakers[keyword](message);
	else
		say(message, "is not as the schema demands");
	if (message->evaluation->run->show_values)
		say_value(message);
}
