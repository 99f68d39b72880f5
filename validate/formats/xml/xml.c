/* expat.h hides what bounds the expansion of entities without it. */
#define XML_DTD

#include "validate/formats/formats.h"

#include "validate/formats/xml/xml_report.h"
#include "validate/formats/xml/xml_words.h"
#include "validate/host.h"

#include <errno.h>
#include <expat.h>

/*
 * Bounds beside those of the file. Entities may refer to each other, and expat
 * follows them by recursion; it compares a declared attribute with all others
 * of its element. Both are quadratic or worse without a bound.
 */
enum {
	EVENTS_PER_POLL = 1024,
	ENTITIES_MAX = 1000,
	DECLARED_ATTRIBUTES_MAX = 10000,
	EXPANDED_TIMES = 8, /* text after expansion, by text before ... */
	EXPANDED_FREE = 8 * 1024 * 1024, /* ... if it is more than that */
};

enum { STOP = 1 }; /* besides errors: a finding says why */

struct reader {
	struct xml_state state;
	struct parse *parse;
	XML_Parser parser;
	bool knows_namespaces;
	uint32_t capacity; /* of state.open */
	uint32_t doctype;  /* where it begins */
	uint32_t nodes;
	uint32_t entities;
	uint32_t declared_attributes;
	uint32_t events;
	int result; /* 0, STOP or negative errno: why it was stopped */
};

static void stop(struct reader *reader, int result)
{
	if (!reader->result)
		reader->result = result;
	XML_StopParser(reader->parser, XML_FALSE);
}

static uint32_t offset_now(const struct reader *reader)
{
	const XML_Index index = XML_GetCurrentByteIndex(reader->parser);
	const size_t size = reader->parse->source.size;

	return index < 0 || (size_t)index > size ? (uint32_t)size
						 : (uint32_t)index;
}

static void run_out(struct reader *reader, const char *name, uint64_t limit)
{
	findings_limit(reader->parse->findings, name,
		       place_at(0, offset_now(reader), 1), limit);
	stop(reader, STOP);
}

/* Every event comes by here. */
static void note(struct reader *reader)
{
	reader->state.token = offset_now(reader) +
			      (uint32_t)XML_GetCurrentByteCount(reader->parser);
	if (++reader->events % EVENTS_PER_POLL == 0 &&
	    host_is_cancelled(reader->parse->host))
		stop(reader, -ECANCELED);
}

static void count_node(struct reader *reader)
{
	if (reader->nodes++ == reader->parse->limits->nodes)
		run_out(reader, "nodes", reader->parse->limits->nodes);
}

static bool has_room(struct reader *reader)
{
	struct arena *arena = reader->parse->doc->arena;
	const uint32_t capacity = reader->capacity ? reader->capacity * 2 : 32;

	if (reader->state.depth < reader->capacity)
		return true;

	struct xml_name *open = arena_grow(arena, reader->state.open,
					   reader->capacity * sizeof(*open),
					   capacity * sizeof(*open));

	if (!open)
		return false;
	reader->state.open = open;
	reader->capacity = capacity;
	return true;
}

/* The name of the tag that is read, as the source has it. */
static struct xml_name tag_name(const struct reader *reader)
{
	const struct span source = reader->parse->source;
	const uint32_t at = offset_now(reader);

	if (at >= source.size || source.data[at] != '<')
		return (struct xml_name){at, 0};
	return (struct xml_name){at + 1,
				 (uint32_t)xml_words_name(source, at + 1).size};
}

/* Attributes count one by one: those that a DTD adds are not in the source. */
static void XMLCALL on_start(void *ctx, const XML_Char *name,
			     const XML_Char **attributes)
{
	struct reader *reader = ctx;
	const struct limits *limits = reader->parse->limits;

	(void)name;
	note(reader);
	count_node(reader);
	for (; *attributes && !reader->result; attributes += 2)
		count_node(reader);
	if (reader->state.depth == limits->depth) {
		run_out(reader, "depth", limits->depth);
		return;
	}
	if (!has_room(reader)) {
		stop(reader, reader->parse->doc->arena->error);
		return;
	}
	if (reader->state.depth == 0)
		reader->state.root = tag_name(reader);
	reader->state.open[reader->state.depth++] = tag_name(reader);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
	struct reader *reader = ctx;

	(void)name;
	note(reader);
	reader->state.depth--;
	if (reader->state.depth == 0)
		reader->state.root_end = reader->state.token;
}

/* All that has no handler of its own, as the file has it. */
static void XMLCALL on_other(void *ctx, const XML_Char *text, int size)
{
	struct reader *reader = ctx;

	note(reader);
	if (reader->state.in_doctype &&
	    span_is((struct span){text, (size_t)size}, "<!ENTITY") &&
	    reader->entities++ == ENTITIES_MAX)
		run_out(reader, "entities", ENTITIES_MAX);
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name,
			       const XML_Char *system, const XML_Char *public,
			       int has_subset)
{
	struct reader *reader = ctx;

	(void)name;
	(void)system;
	(void)public;
	(void)has_subset;
	reader->doctype = offset_now(reader);
	note(reader);
	reader->state.in_doctype = true;
}

/* What stands from there up to the end of the token is no comment. */
static void drop(struct reader *reader, uint32_t start)
{
	const uint32_t end = offset_now(reader) +
			     (uint32_t)XML_GetCurrentByteCount(reader->parser);
	const int r = doc_drop(reader->parse->doc, start, end - start);

	if (r)
		stop(reader, r);
}

static void XMLCALL on_cdata(void *ctx)
{
	struct reader *reader = ctx;

	reader->state.cdata = offset_now(reader);
	note(reader);
}

static void XMLCALL on_cdata_end(void *ctx)
{
	struct reader *reader = ctx;

	drop(reader, reader->state.cdata);
	note(reader);
}

static void XMLCALL on_instruction(void *ctx, const XML_Char *target,
				   const XML_Char *text)
{
	struct reader *reader = ctx;

	(void)target;
	(void)text;
	drop(reader, offset_now(reader));
	note(reader);
}

static void XMLCALL on_doctype_end(void *ctx)
{
	struct reader *reader = ctx;

	drop(reader, reader->doctype);
	note(reader);
	reader->state.in_doctype = false;
}

static void XMLCALL on_declared_attribute(void *ctx, const XML_Char *element,
					  const XML_Char *name,
					  const XML_Char *type,
					  const XML_Char *value,
					  int is_required)
{
	struct reader *reader = ctx;

	(void)element;
	(void)name;
	(void)type;
	(void)value;
	(void)is_required;
	note(reader);
	if (reader->declared_attributes++ == DECLARED_ATTRIBUTES_MAX)
		run_out(reader, "declared-attributes", DECLARED_ATTRIBUTES_MAX);
}

/* What expat says with one sentence in every case. */
static const struct {
	enum XML_Error code;
	const char *words;
} sentences[] = {
	{XML_ERROR_PARAM_ENTITY_REF,
	 "a parameter entity (%name;) can stand between declarations only"},
	{XML_ERROR_RECURSIVE_ENTITY_REF, "the entity refers to itself"},
	{XML_ERROR_ASYNC_ENTITY,
	 "an element must begin and end in one and the same entity"},
	{XML_ERROR_BAD_CHAR_REF,
	 "the reference is to a character that XML does not allow"},
	{XML_ERROR_BINARY_ENTITY_REF,
	 "the entity is of another kind of data; it cannot be referred to"},
	{XML_ERROR_ATTRIBUTE_EXTERNAL_ENTITY_REF,
	 "a value cannot refer to an entity that is in another file"},
	{XML_ERROR_MISPLACED_XML_PI,
	 "an XML declaration can only be the very first thing in the file: "
	 "remove it or what is before it"},
	{XML_ERROR_ENTITY_DECLARED_IN_PE,
	 "the entity is declared in a parameter entity, though the file says "
	 "that it stands alone"},
	{XML_ERROR_INCOMPLETE_PE,
	 "a declaration must begin and end in one and the same entity"},
	{XML_ERROR_XML_DECL,
	 "the XML declaration is broken: write <?xml version=\"1.0\" "
	 "encoding=\"UTF-8\"?>"},
	{XML_ERROR_TEXT_DECL, "the text declaration is broken"},
	{XML_ERROR_PUBLICID,
	 "the public identifier has a character that it cannot have"},
};

static const char *sentence_of(enum XML_Error code)
{
	for (size_t i = 0; i < array_size(sentences); i++)
		if (sentences[i].code == code)
			return sentences[i].words;
	return "not well-formed XML";
}

/* Expat's view of why it gave up, in plain words. */
static void report_error(struct reader *reader, enum XML_Error code)
{
	struct xml_state *state = &reader->state;
	const uint32_t offset = offset_now(reader);

	switch ((int)code) {
	case XML_ERROR_TAG_MISMATCH:
		xml_report_mismatch(state, offset);
		break;
	case XML_ERROR_NO_ELEMENTS:
		xml_report_end(state);
		break;
	case XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
		xml_report_junk(state, offset);
		break;
	case XML_ERROR_UNDEFINED_ENTITY:
		xml_report_entity(state, offset);
		break;
	case XML_ERROR_DUPLICATE_ATTRIBUTE:
		xml_report_repeated(state, offset);
		break;
	case XML_ERROR_SYNTAX:
	case XML_ERROR_INVALID_TOKEN:
		xml_report_invalid(state, offset);
		break;
	case XML_ERROR_UNCLOSED_TOKEN:
	case XML_ERROR_PARTIAL_CHAR:
		xml_report_unclosed(state, offset);
		break;
	case XML_ERROR_UNCLOSED_CDATA_SECTION:
		xml_report_unclosed(state, state->cdata);
		break;
	default:
		xml_report(state, offset, 1, sentence_of(code));
	}
}

/* Well-formed, but not for a reader that knows namespaces: most do. */
static bool is_about_namespaces(enum XML_Error code)
{
	return code == XML_ERROR_UNBOUND_PREFIX ||
	       code == XML_ERROR_UNDECLARING_PREFIX ||
	       code == XML_ERROR_RESERVED_PREFIX_XML ||
	       code == XML_ERROR_RESERVED_PREFIX_XMLNS ||
	       code == XML_ERROR_RESERVED_NAMESPACE_URI;
}

/* 0: read; STOP: a finding says why not; -EAGAIN: for namespaces. */
static int on_failure(struct reader *reader)
{
	const enum XML_Error code = XML_GetErrorCode(reader->parser);

	if (reader->result)
		return reader->result;
	if (code == XML_ERROR_NO_MEMORY)
		return -ENOMEM;
	if (reader->knows_namespaces && is_about_namespaces(code)) {
		xml_report_namespace(&reader->state, offset_now(reader),
				     code == XML_ERROR_UNBOUND_PREFIX);
		return -EAGAIN;
	}
	if (code == XML_ERROR_AMPLIFICATION_LIMIT_BREACH)
		run_out(reader, "expanded-bytes", EXPANDED_FREE);
	else
		report_error(reader, code);
	return STOP;
}

static void set_up(struct reader *reader)
{
	XML_Parser parser = reader->parser;

	XML_SetUserData(parser, reader);
	XML_SetElementHandler(parser, on_start, on_end);
	XML_SetDefaultHandlerExpand(parser, on_other);
	XML_SetCdataSectionHandler(parser, on_cdata, on_cdata_end);
	XML_SetProcessingInstructionHandler(parser, on_instruction);
	XML_SetDoctypeDeclHandler(parser, on_doctype, on_doctype_end);
	XML_SetAttlistDeclHandler(parser, on_declared_attribute);
	XML_SetBillionLaughsAttackProtectionActivationThreshold(parser,
								EXPANDED_FREE);
	XML_SetBillionLaughsAttackProtectionMaximumAmplification(
		parser, EXPANDED_TIMES);
}

/* All at once: expat would look at a piece of a token again and again. */
static int read_all(struct reader *reader, bool knows_namespaces)
{
	const struct span source = reader->parse->source;
	const XML_Char separator[] = " ";
	int r = 0;

	reader->knows_namespaces = knows_namespaces;
	reader->parser = XML_ParserCreate_MM(
		"UTF-8", NULL, knows_namespaces ? separator : NULL);
	if (!reader->parser)
		return -ENOMEM;
	set_up(reader);
	/*
	 * Not every part of expat that gets no memory says so; one takes it
	 * for a prefix that is not declared. malloc() does say so.
	 */
	errno = 0;

	const enum XML_Status status = XML_Parse(reader->parser, source.data,
						 (int)source.size, XML_TRUE);
	const bool had_memory = errno != ENOMEM;

	if (!had_memory)
		r = -ENOMEM;
	else if (status != XML_STATUS_OK)
		r = on_failure(reader);
	XML_ParserFree(reader->parser);
	return r;
}

static int add_root(struct reader *reader)
{
	struct doc *doc = reader->parse->doc;
	const uint32_t root = doc_push(
		doc, (struct node){.type = NODE_OBJECT,
				   .offset = reader->state.root.offset - 1});

	if (root == DOC_NONE)
		return doc->arena->error;
	doc_close(doc, root, 0, reader->state.root_end);
	return doc_add_document(doc, (struct document){.root = root});
}

int read_xml(struct parse *parse)
{
	struct reader reader = {.parse = parse, .state.parse = parse};
	int r;

	if (parse->source.size > INT32_MAX / 2) {
		findings_limit(parse->findings, "bytes", place_at(0, 0, 1),
			       INT32_MAX / 2);
		r = STOP;
	} else {
		r = read_all(&reader, true);
		if (r == -EAGAIN) {
			reader = (struct reader){.parse = parse,
						 .state.parse = parse};
			r = read_all(&reader, false);
		}
	}
	if (r == 0)
		return add_root(&reader);
	if (r != STOP)
		return r;
	return doc_add_document(parse->doc,
				(struct document){.root = DOC_NONE});
}

const char *read_xml_version(void)
{
	return XML_ExpatVersion();
}
