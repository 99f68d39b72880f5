#include "validate/formats/json/json_reader.h"

#include "validate/host.h"
#include "validate/text.h"

#include <endian.h>
#include <errno.h>

enum { POLL_INTERVAL = 4096 }; /* members between looks at the cancel flag */

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool is_digit(const char *at, const char *end)
{
	return at < end && *at >= '0' && *at <= '9';
}

/* Indentation is a good part of real files: spaces go eight at a time. */
static inline const char *skip_blanks(const char *at, const char *end)
{
	uint64_t word;

	for (; (size_t)(end - at) >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		word = le64toh(word) ^ 0x2020202020202020u;
		if (word)
			return at + (unsigned)__builtin_ctzll(word) / 8;
	}
	return at;
}

static const char *skip_space_run(const char *at, const char *end)
{
	while (at < end && is_space(*at))
		at = skip_blanks(at + 1, end);
	return at;
}

/* Behind one comment, NULL if it has no end. `at` is behind the first '/'. */
static const char *comment_end(const char *at, const char *end)
{
	const size_t left = (size_t)(end - at);

	if (*at == '/') {
		const char *newline = memchr(at, '\n', left);

		return newline ? newline : end;
	}

	const char *close = memmem(at + 1, left - 1, "*/", 2);

	return close ? close + 2 : NULL;
}

static int skip_comments(struct json_reader *reader)
{
	const char *end = reader->end;
	const char *at = reader->at;

	while (end - at >= 2 && *at == '/' && (at[1] == '/' || at[1] == '*')) {
		const char *behind = comment_end(at + 1, end);

		if (!behind)
			return json_broken(reader, at, 2,
					   "the comment is not closed: '*/' is "
					   "missing");

		const struct span comment = {at, (size_t)(behind - at)};
		const size_t good = text_utf8_prefix(comment);

		if (good < comment.size)
			return json_broken_utf8(reader, at + good);
		at = skip_space_run(behind, end);
	}
	reader->at = at;
	return JSON_GO_ON;
}

/* To the next token; afterwards it is looked at with json_peek(). */
static inline int skip(struct json_reader *reader)
{
	if (reader->at<reader->end && * reader->at> ' ' && *reader->at != '/')
		return JSON_GO_ON;
	reader->at = skip_space_run(reader->at, reader->end);
	if (reader->is_jsonc && json_peek(reader) == '/')
		return skip_comments(reader);
	return JSON_GO_ON;
}

int json_no_node(struct json_reader *reader, const char *at)
{
	if (reader->doc->arena->error)
		return reader->doc->arena->error;
	findings_limit(reader->parse->findings, "nodes",
		       place_at(reader->document, json_offset(reader, at), 1),
		       reader->doc->max_nodes);
	return JSON_OVER_LIMIT;
}

/* Push a scalar without quotes and go behind it. */
static inline int push_scalar(struct json_reader *reader, enum node_type type,
			      unsigned flags, size_t size)
{
	struct node *node = json_new_node(reader->doc);

	if (!node)
		return json_no_node(reader, reader->at);
	node->type = (uint8_t)type;
	node->flags = (uint8_t)flags;
	node->reserved = 0;
	node->offset = json_offset(reader, reader->at);
	node->length = (uint32_t)size;
	node->size = (uint32_t)size;
	node->hash = 0;
	node->text = reader->at;
	reader->at += size;
	return JSON_GO_ON;
}

static int read_word(struct json_reader *reader, const char *word,
		     enum node_type type, unsigned flags)
{
	const size_t size = strlen(word);

	if ((size_t)(reader->end - reader->at) < size ||
	    memcmp(reader->at, word, size) != 0)
		return json_expected_value(reader);
	return push_scalar(reader, type, flags, size);
}

static const char *skip_digits(const char *at, const char *end)
{
	while (is_digit(at, end))
		at++;
	return at;
}

/* Could this byte go on with a number or a word? Then it is a bad number. */
static bool goes_on(const char *at, const char *end)
{
	return at < end &&
	       ((*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
		(*at >= 'A' && *at <= 'Z') || *at == '.' || *at == '_' ||
		*at == '+' || *at == '-');
}

static int broken_number(struct json_reader *reader, const char *at)
{
	const char *number = reader->at;

	reader->at = at;
	return json_broken_number(reader, number);
}

static int read_number(struct json_reader *reader)
{
	const char *end = reader->end;
	const char *at = reader->at + (*reader->at == '-');
	unsigned flags = NODE_INTEGER;

	if (!is_digit(at, end))
		return broken_number(reader, at);
	at = *at == '0' ? at + 1 : skip_digits(at, end);
	if (at < end && *at == '.') {
		flags = 0;
		if (!is_digit(at + 1, end))
			return broken_number(reader, at + 1);
		at = skip_digits(at + 1, end);
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		flags = 0;
		at++;
		if (at < end && (*at == '+' || *at == '-'))
			at++;
		if (!is_digit(at, end))
			return broken_number(reader, at);
		at = skip_digits(at, end);
	}
	if (goes_on(at, end))
		return broken_number(reader, at);
	return push_scalar(reader, NODE_NUMBER, flags,
			   (size_t)(at - reader->at));
}

static int open_container(struct json_reader *reader, enum node_type type)
{
	struct doc *doc = reader->doc;
	const uint32_t index = doc->count;
	const uint32_t offset = json_offset(reader, reader->at);

	if (reader->depth == reader->parse->limits->depth) {
		findings_limit(reader->parse->findings, "depth",
			       place_at(reader->document, offset, 1),
			       reader->parse->limits->depth);
		return JSON_OVER_LIMIT;
	}

	struct node *node = json_new_node(doc);

	if (!node)
		return json_no_node(reader, reader->at);
	*node = (struct node){
		.type = (uint8_t)type,
		.offset = offset,
		.next = reader->container,
	};
	if (reader->container != DOC_NONE)
		doc->nodes[reader->container].size = reader->size;
	reader->container = index;
	reader->in_object = type == NODE_OBJECT;
	reader->size = 0;
	reader->depth++;
	reader->at++;
	return JSON_GO_ON;
}

/* End the innermost container before reader->at and return to its parent. */
static uint32_t leave_container(struct json_reader *reader)
{
	struct doc *doc = reader->doc;
	const uint32_t index = reader->container;
	const uint32_t parent = doc->nodes[index].next;

	doc_close(doc, index, reader->size, json_offset(reader, reader->at));
	reader->container = parent;
	reader->depth--;
	if (parent != DOC_NONE) {
		reader->in_object = doc->nodes[parent].type == NODE_OBJECT;
		reader->size = doc->nodes[parent].size;
	}
	return index;
}

static int close_container(struct json_reader *reader)
{
	const bool may_repeat = reader->in_object && reader->size > 1;

	reader->at++;

	const uint32_t index = leave_container(reader);

	return may_repeat ? formats_report_duplicates(reader->parse, index,
						      reader->document)
			  : JSON_GO_ON;
}

/* One scalar, or the opening of a container. */
static int read_value(struct json_reader *reader)
{
	switch (json_peek(reader)) {
	case '"':
		return json_read_string(reader, 0);
	case '{':
		return open_container(reader, NODE_OBJECT);
	case '[':
		return open_container(reader, NODE_ARRAY);
	case 't':
		return read_word(reader, "true", NODE_BOOL, NODE_TRUE);
	case 'f':
		return read_word(reader, "false", NODE_BOOL, 0);
	case 'n':
		return read_word(reader, "null", NODE_NULL, 0);
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		return read_number(reader);
	default:
		return json_expected_value(reader);
	}
}

/* A key and its colon, up to the value. */
static int read_key(struct json_reader *reader)
{
	int r;

	if (json_peek(reader) != '"')
		return json_expected_key(reader);
	r = json_read_string(reader, NODE_KEY);
	if (r)
		return r;
	r = skip(reader);
	if (r)
		return r;
	if (json_peek(reader) != ':')
		return json_expected_colon(reader);
	reader->at++;
	return skip(reader);
}

/* The comma between two members, up to what follows it. */
static int read_comma(struct json_reader *reader, char close)
{
	const char *comma = reader->at;

	if (json_peek(reader) != ',')
		return json_expected_comma(reader);
	reader->at++;

	const int r = skip(reader);

	if (r == 0 && json_peek(reader) == close && !reader->is_jsonc)
		return json_broken(reader, comma, 1,
				   "trailing comma: remove it");
	return r;
}

/* The next member of the innermost container, or its end. */
static int read_member(struct json_reader *reader)
{
	const char close = reader->in_object ? '}' : ']';
	int r = skip(reader);

	if (r)
		return r;
	if (reader->size > 0 && json_peek(reader) != close) {
		r = read_comma(reader, close);
		if (r)
			return r;
	}
	if (json_peek(reader) == close)
		return close_container(reader);
	if (++reader->polls % POLL_INTERVAL == 0 &&
	    host_is_cancelled(reader->parse->host))
		return -ECANCELED;
	reader->size++;
	if (reader->in_object) {
		r = read_key(reader);
		if (r)
			return r;
	}
	return read_value(reader);
}

/* The whole text between reader->at and reader->end. */
static int read_text(struct json_reader *reader)
{
	int r = skip(reader);

	if (r == 0)
		r = read_value(reader);
	while (r == 0 && reader->container != DOC_NONE)
		r = read_member(reader);
	if (r == 0)
		r = skip(reader);
	if (r == 0 && reader->at < reader->end)
		r = json_expected_end(reader);
	return r;
}

/* Add the document that `text` holds. */
static int read_document(struct json_reader *reader, struct span text)
{
	struct doc *doc = reader->doc;
	const uint32_t root = doc->count;

	reader->at = text.data;
	reader->end = text.data + text.size;
	reader->document = doc->document_count;
	reader->container = DOC_NONE;
	reader->depth = 0;

	struct document document = {
		.root = root,
		.offset = json_offset(reader, reader->at),
	};
	const int r = read_text(reader);

	if (r < 0)
		return r;
	if (r > 0) {
		document.root = DOC_NONE;
		while (reader->container != DOC_NONE)
			leave_container(reader);
	}

	const int added = doc_add_document(doc, document);

	return added ? added : r;
}

static int read_lines(struct json_reader *reader, struct span source)
{
	const char *at = source.data;
	const char *end = at + source.size;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;
		const struct span line = {at, (size_t)(stop - at)};

		if (skip_space_run(at, stop) < stop) {
			const int r = read_document(reader, line);

			if (r < 0 || r == JSON_OVER_LIMIT)
				return r;
		}
		if (++reader->polls % POLL_INTERVAL == 0 &&
		    host_is_cancelled(reader->parse->host))
			return -ECANCELED;
		at = newline ? newline + 1 : end;
	}
	return JSON_GO_ON;
}

int read_json(struct parse *parse)
{
	struct json_reader reader = {
		.parse = parse,
		.doc = parse->doc,
		.start = parse->doc->source.data,
		.is_jsonc = strcmp(parse->dialect, "jsonc") == 0,
		.is_ndjson = strcmp(parse->dialect, "ndjson") == 0,
	};
	const int r = reader.is_ndjson ? read_lines(&reader, parse->source)
				       : read_document(&reader, parse->source);

	if (r < 0)
		return r;
	return parse->doc->arena->error;
}
