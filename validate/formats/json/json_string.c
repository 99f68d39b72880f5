#include "validate/formats/json/json_reader.h"

#include "validate/text.h"

#include <endian.h>

enum { REPLACEMENT = 0xfffd, UNICODE_ESCAPE = 6 /* bytes of \uXXXX */ };

#define EACH_BYTE(byte) ((byte)*0x0101010101010101u)
#define TOP_BITS EACH_BYTE(0x80u)

/*
 * The top bit of each byte that ends a run of plain text: a quote, a
 * backslash or a control character. Flipping 2 makes the quote (0x22) 0x20
 * and keeps control characters below it, so that one comparison finds both.
 * Bits above the first may be wrong, for the subtractions borrow: only the
 * lowest counts.
 */
static inline uint64_t special_bytes(uint64_t word)
{
	const uint64_t flipped = word ^ EACH_BYTE(2u);
	const uint64_t backslash = word ^ EACH_BYTE((uint64_t)'\\');

	return (((flipped - EACH_BYTE(0x21u)) & ~flipped) |
		((backslash - EACH_BYTE(1u)) & ~backslash)) &
	       TOP_BITS;
}

/*
 * The first byte that is not plain text of a string, or `end`. `high` collects
 * whether there may have been bytes above 0x7f.
 */
static inline const char *scan_plain(const char *at, const char *end,
				     uint64_t *high)
{
	while ((size_t)(end - at) >= sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, at, sizeof(word));
		word = le64toh(word);
		*high |= word & TOP_BITS;

		const uint64_t special = special_bytes(word);

		if (special)
			return at + (unsigned)__builtin_ctzll(special) / 8;
		at += sizeof(word);
	}
	while (at < end && (unsigned char)*at >= 0x20 && *at != '"' &&
	       *at != '\\') {
		*high |= (unsigned char)*at & TOP_BITS;
		at++;
	}
	return at;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Bytes of the escape at `at`, 0 if it is none that JSON knows. */
static size_t escape_size(const char *at, const char *end)
{
	if (end - at < 2)
		return 0;
	if (at[1] != 'u')
		return at[1] && strchr("\"\\/bfnrt", at[1]) ? 2 : 0;
	if (end - at < UNICODE_ESCAPE)
		return 0;
	for (int i = 2; i < UNICODE_ESCAPE; i++)
		if (hex_digit(at[i]) < 0)
			return 0;
	return UNICODE_ESCAPE;
}

/* The unit of a \uXXXX that was checked before. */
static uint32_t escape_unit(const char *at)
{
	uint32_t unit = 0;

	for (int i = 2; i < UNICODE_ESCAPE; i++)
		unit = unit << 4 | (uint32_t)hex_digit(at[i]);
	return unit;
}

static char simple_escape(char letter)
{
	switch (letter) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return letter;
	}
}

static void warn_of_surrogate(struct json_reader *reader, const char *escape,
			      uint32_t node)
{
	const struct place place = {reader->document,
				    json_offset(reader, escape), UNICODE_ESCAPE,
				    node};

	findings_add(reader->parse->findings, SEVERITY_WARNING,
		     "json/surrogate", place,
		     "half of a surrogate pair stands alone and is read as "
		     "U+FFFD; write both halves or the character itself");
}

/*
 * Bytes of the escapes that make one code point at `at`; they were checked
 * before, and a closing quote stands behind the last.
 */
static size_t take_unicode(const char *at, uint32_t *code)
{
	const uint32_t first = escape_unit(at);

	*code = first;
	if (first < 0xd800 || first > 0xdfff)
		return UNICODE_ESCAPE;
	*code = REPLACEMENT;
	if (first > 0xdbff || at[UNICODE_ESCAPE] != '\\' ||
	    at[UNICODE_ESCAPE + 1] != 'u')
		return UNICODE_ESCAPE;

	const uint32_t second = escape_unit(at + UNICODE_ESCAPE);

	if (second < 0xdc00 || second > 0xdfff)
		return UNICODE_ESCAPE;
	*code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
	return (size_t)2 * UNICODE_ESCAPE;
}

/* Replace a string's text, whose escapes were checked, by what it means. */
static int decode(struct json_reader *reader, uint32_t index)
{
	const struct span raw = node_text(&reader->doc->nodes[index]);
	const char *at = raw.data;
	const char *end = at + raw.size;
	char *text = arena_alloc(reader->doc->arena, raw.size);
	char *to = text;

	if (!text)
		return reader->doc->arena->error;
	while (at < end) {
		const char *escape = memchr(at, '\\', (size_t)(end - at));
		const size_t plain = (size_t)((escape ? escape : end) - at);
		uint32_t code;

		memcpy(to, at, plain);
		to += plain;
		at += plain;
		if (!escape)
			break;
		if (at[1] != 'u') {
			*to++ = simple_escape(at[1]);
			at += 2;
			continue;
		}
		at += take_unicode(at, &code);
		if (code == REPLACEMENT && escape_unit(escape) != REPLACEMENT)
			warn_of_surrogate(reader, escape, index);
		to += text_put_utf8(to, code);
	}

	struct node *node = &reader->doc->nodes[index];

	node->text = text;
	node->size = (uint32_t)(to - text);
	node->hash = doc_hash(node_text(node));
	return JSON_GO_ON;
}

static inline int push_string(struct json_reader *reader, uint8_t flags,
			      const char *close)
{
	const char *quote = reader->at;
	const struct span text = {quote + 1, (size_t)(close - quote) - 1};
	struct node *node = json_new_node(reader->doc);

	if (!node)
		return json_no_node(reader, quote);
	node->type = NODE_STRING;
	node->flags = flags | NODE_QUOTED;
	node->reserved = 0;
	node->offset = json_offset(reader, quote);
	node->length = (uint32_t)text.size + 2;
	node->size = (uint32_t)text.size;
	node->text = text.data;
	node->hash = doc_hash(text);
	reader->at = close + 1;
	return JSON_GO_ON;
}

/* The rest of a string that is not plain ASCII up to its closing quote. */
static int read_mixed(struct json_reader *reader, uint8_t flags, const char *at,
		      uint64_t high)
{
	const char *quote = reader->at;
	const char *end = reader->end;
	bool has_escape = false;
	size_t size;

	while (at < end && *at == '\\' && (size = escape_size(at, end)) > 0) {
		has_escape = true;
		at = scan_plain(at + size, end, &high);
	}

	const struct span text = {quote + 1, (size_t)(at - quote) - 1};
	const size_t good = high ? text_utf8_prefix(text) : text.size;

	if (good < text.size)
		return json_broken_utf8(reader, text.data + good);
	if (at == end || *at != '"')
		return json_broken_string(reader, quote, at);

	const int r = push_string(reader, flags, at);

	return r == JSON_GO_ON && has_escape
		       ? decode(reader, reader->doc->count - 1)
		       : r;
}

int json_read_string(struct json_reader *reader, uint8_t flags)
{
	uint64_t high = 0;
	const char *quote = reader->at;
	const char *at = scan_plain(quote + 1, reader->end, &high);

	if (high || at == reader->end || *at != '"')
		return read_mixed(reader, flags, at, high);
	return push_string(reader, flags, at);
}
