/*
 * Inside the JSON reader: json.c has the grammar, json_string.c the strings,
 * json_error.c what is said about text that is not JSON.
 */
#ifndef VALIDATE_FORMATS_JSON_JSON_READER_H
#define VALIDATE_FORMATS_JSON_JSON_READER_H

#include "validate/formats/formats.h"

/*
 * The reading of one document. No stack: while a container is open its node
 * keeps its parent in `next` and the members so far in `size`.
 */
struct json_reader {
	struct parse *parse;
	struct doc *doc;
	const char *start; /* of the source: offsets count from here */
	const char *at;
	const char *end;    /* of the document */
	uint32_t document;  /* index of it */
	uint32_t container; /* innermost open one, DOC_NONE: none */
	uint32_t size;	    /* members of it so far */
	uint32_t depth;	    /* open containers */
	uint32_t polls;
	bool in_object; /* is `container` an object? */
	bool is_jsonc;
	bool is_ndjson;
};

/* What steps return: go on, one of these, or a negative errno. */
enum {
	JSON_GO_ON = 0,
	JSON_BROKEN = 1,     /* a finding says what is wrong with the syntax */
	JSON_OVER_LIMIT = 2, /* a finding names the limit */
};

static inline uint32_t json_offset(const struct json_reader *reader,
				   const char *at)
{
	return (uint32_t)(at - reader->start);
}

/* The byte to read next, -1 at the end. */
static inline int json_peek(const struct json_reader *reader)
{
	return reader->at < reader->end ? (unsigned char)*reader->at : -1;
}

/* Why doc_push() gave no node: a finding or the arena's error. */
must_check int json_no_node(struct json_reader *reader, const char *at);

/*
 * Room for a new node with `next` set, to be filled in place: copying a node
 * that was just written costs more than all else here. NULL: json_no_node().
 */
static inline struct node *json_new_node(struct doc *doc)
{
	if (doc->count == doc->capacity) {
		const uint32_t index = doc_push(doc, (struct node){0});

		return index == DOC_NONE ? NULL : &doc->nodes[index];
	}

	struct node *node = &doc->nodes[doc->count++];

	node->next = doc->count;
	return node;
}

/*
 * Read the string whose opening quote is at reader->at, push it with `flags`
 * (NODE_KEY or 0) and go behind its closing quote.
 */
must_check int json_read_string(struct json_reader *reader, uint8_t flags);

/* Add a syntax finding over `length` bytes from `at`. JSON_BROKEN. */
must_check int json_broken(struct json_reader *reader, const char *at,
			   size_t length, const char *message);

/* What stands at reader->at is not what has to be there. JSON_BROKEN. */
must_check int json_expected_value(struct json_reader *reader);
must_check int json_expected_key(struct json_reader *reader);
must_check int json_expected_colon(struct json_reader *reader);
must_check int json_expected_comma(struct json_reader *reader);
must_check int json_expected_end(struct json_reader *reader);

/* The number that begins at `number` goes wrong at reader->at. JSON_BROKEN. */
must_check int json_broken_number(struct json_reader *reader,
				  const char *number);

/* The string that begins at `quote` goes wrong at `at`. JSON_BROKEN. */
must_check int json_broken_string(struct json_reader *reader, const char *quote,
				  const char *at);

/* Bytes that are not UTF-8 at `at`. JSON_BROKEN. */
must_check int json_broken_utf8(struct json_reader *reader, const char *at);

#endif
