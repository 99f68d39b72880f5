#include "validate/formats/toml/toml_internal.h"

#include "validate/text.h"

/* What a byte is good for; bytes of other code points than ASCII are 0. */
enum {
	BARE = 1,    /* part of a bare key */
	BASIC = 2,   /* looked at in "..." */
	LITERAL = 4, /* looked at in '...' */
	COMMENT = 8, /* looked at in a comment: control characters */
	CONTROL = BASIC | LITERAL | COMMENT,
};

#define C CONTROL
#define B BARE
#define Q BASIC
#define L LITERAL
static const uint8_t classes[256] = {
	C, C, C, C, C, C, C, C, C, 0, C, C, C, C, C, C, /* but the tab */
	C, C, C, C, C, C, C, C, C, C, C, C, C, C, C, C, /* */
	0, 0, Q, 0, 0, 0, 0, L, 0, 0, 0, 0, 0, B, 0, 0, /* " ' - */
	B, B, B, B, B, B, B, B, B, B, 0, 0, 0, 0, 0, 0, /* 0-9 */
	0, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, /* A-O */
	B, B, B, B, B, B, B, B, B, B, B, 0, Q, 0, 0, B, /* P-Z \ _ */
	0, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, /* a-o */
	B, B, B, B, B, B, B, B, B, B, B, 0, 0, 0, 0, C, /* p-z DEL */
};
#undef C
#undef B
#undef Q
#undef L

static bool is_class(char byte, uint8_t class)
{
	return classes[(unsigned char)byte] & class;
}

/* The first byte of that class, or `end`. */
static const char *find_class(const char *at, const char *end, uint8_t class)
{
	while (at < end && !is_class(*at, class))
		at++;
	return at;
}

const char *toml_skip_plain(const char *at, const char *end)
{
	return find_class(at, end, COMMENT);
}

bool toml_is_bare(int byte)
{
	return byte >= 0 && is_class((char)byte, BARE);
}

/* An escape sequence that is being decoded: `at` is behind the backslash. */
struct decoder {
	struct toml *toml;
	const char *at;
	const char *end;
	char *to;
	bool is_multi;
};

static int hex_digit(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
		return (byte | 0x20) - 'a' + 10;
	return -1;
}

/* \xHH, \uHHHH, \UHHHHHHHH: `digits` of them. */
static bool decode_code(struct decoder *decoder, int digits)
{
	const char *start = decoder->at - 1;
	uint32_t code = 0;

	decoder->at++;
	for (int i = 0; i < digits; i++) {
		const int digit = decoder->at < decoder->end
					  ? hex_digit(*decoder->at)
					  : -1;

		if (digit < 0)
			return toml_fail(decoder->toml, start,
					 (size_t)(decoder->at - start),
					 "not enough hexadecimal digits in an "
					 "escape: \\x takes 2, \\u 4, \\U 8");
		code = code << 4 | (uint32_t)digit;
		decoder->at++;
	}
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return toml_fail(decoder->toml, start,
				 (size_t)(decoder->at - start),
				 "an escape that is no Unicode character");
	decoder->to += text_put_utf8(decoder->to, code);
	return true;
}

static bool is_white(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* A backslash at the end of a line takes the white space after it along. */
static bool skip_line_end(struct decoder *decoder)
{
	const char *start = decoder->at;
	bool has_newline = false;

	while (decoder->at < decoder->end && is_white(*decoder->at))
		has_newline |= *decoder->at++ == '\n';
	return has_newline ||
	       toml_fail(decoder->toml, start - 1, 2,
			 "a backslash before a blank; only the end of the "
			 "line may follow it, or write \\\\");
}

static bool decode_escape(struct decoder *decoder)
{
	/* 1.1: \e and \xHH. */
	static const char names[] = "btnfre\"\\";
	static const char meanings[] = "\b\t\n\f\r\x1b\"\\";
	/* A backslash never comes last: it would escape the quote. */
	const char name = *decoder->at;
	const char *known = memchr(names, name, sizeof(names) - 1);

	if (known) {
		*decoder->to++ = meanings[known - names];
		decoder->at++;
		return true;
	}
	if (name == 'x')
		return decode_code(decoder, 2);
	if (name == 'u')
		return decode_code(decoder, 4);
	if (name == 'U')
		return decode_code(decoder, 8);
	if (decoder->is_multi && is_white(name))
		return skip_line_end(decoder);
	return toml_fail(decoder->toml, decoder->at - 1, 2,
			 "no such escape; there are \\b \\t \\n \\f \\r \\e "
			 "\\\" \\\\ \\xHH \\uHHHH \\UHHHHHHHH; write \\\\ for "
			 "a backslash, or put the text in single quotes");
}

/* No escape is shorter than what it stands for. */
static bool decode(struct toml *toml, bool is_multi, struct span *text)
{
	struct arena *arena = toml->parse->doc->arena;
	char *buf = arena_alloc(arena, text->size);
	struct decoder decoder = {.toml = toml,
				  .at = text->data,
				  .end = text->data + text->size,
				  .to = buf,
				  .is_multi = is_multi};

	if (!buf) {
		toml->result = arena->error;
		return false;
	}
	while (decoder.at < decoder.end) {
		if (*decoder.at != '\\') {
			*decoder.to++ = *decoder.at++;
			continue;
		}
		decoder.at++;
		if (!decode_escape(&decoder))
			return false;
	}
	*text = (struct span){buf, (size_t)(decoder.to - buf)};
	return true;
}

static bool fail_control(struct toml *toml, const char *at)
{
	return toml_fail(toml, at, 1,
			 *at == '\r'
				 ? "a carriage return without a line feed "
				   "behind it in a string; write \\r in double "
				   "quotes"
				 : "a control character in a string; write it "
				   "as \\uHHHH in double quotes");
}

static bool read_single(struct toml *toml, struct span *out)
{
	const char *start = toml->at;
	const uint8_t class = *start == '"' ? BASIC : LITERAL;
	const char *at = find_class(start + 1, toml->end, class);
	bool has_escape = false;

	while (at < toml->end && *at == '\\') {
		has_escape = true;
		at = toml->end - at > 2 ? find_class(at + 2, toml->end, class)
					: toml->end;
	}
	if (at == toml->end || *at == '\n' ||
	    (*at == '\r' && toml->end - at > 1 && at[1] == '\n'))
		return toml_fail(toml, start, (size_t)(at - start),
				 "this string is not closed on its line; end "
				 "it with the quote that it begins with");
	if (*at != *start)
		return fail_control(toml, at);
	*out = (struct span){start + 1, (size_t)(at - start) - 1};
	toml->at = at + 1;
	return !has_escape || decode(toml, false, out);
}

static size_t count_quotes(const char *at, const char *end)
{
	size_t count = 0;

	/* Two of them may belong to the text before the three that close. */
	while (count < 5 && at + count < end && at[count] == *at)
		count++;
	return count;
}

/* One step through the text of a multi-line string; 0 stops with a finding. */
static size_t step_multi(struct toml *toml, const char *at)
{
	const size_t left = (size_t)(toml->end - at);

	if (*at == '\n') {
		toml->line++;
		return 1;
	}
	if (*at == '\r' && left > 1 && at[1] == '\n')
		return 1;
	if (*at == '\\')
		return left > 1 && (at[1] == '"' || at[1] == '\\') ? 2 : 1;
	if (*at == '"' || *at == '\'')
		return count_quotes(at, toml->end);
	fail_control(toml, at);
	return 0;
}

static bool read_multi(struct toml *toml, struct span *out)
{
	const char *start = toml->at;
	const uint8_t class = *start == '"' ? BASIC : LITERAL;
	const char *text = start + 3;
	const char *at;
	size_t step = 1;
	bool has_escape = false;

	/* A line end right behind the opening quotes is not part of it. */
	if (toml->end - text > 1 && text[0] == '\r' && text[1] == '\n')
		text++;
	if (text < toml->end && *text == '\n') {
		text++;
		toml->line++;
	}
	for (at = find_class(text, toml->end, class); at < toml->end;
	     at = find_class(at + step, toml->end, class)) {
		has_escape |= *at == '\\';
		step = step_multi(toml, at);
		if (step == 0)
			return false;
		if (*at == *start && step >= 3)
			break;
	}
	if (at == toml->end)
		return toml_fail(toml, start, 3,
				 "this string is not closed; end it with the "
				 "three quotes that it begins with");
	*out = (struct span){text, (size_t)(at - text) + step - 3};
	toml->at = at + step;
	return !has_escape || decode(toml, true, out);
}

static bool is_triple(const struct toml *toml)
{
	return toml->end - toml->at >= 3 && toml->at[1] == toml->at[0] &&
	       toml->at[2] == toml->at[0];
}

bool toml_read_string(struct toml *toml, struct span *out)
{
	return is_triple(toml) ? read_multi(toml, out) : read_single(toml, out);
}

static bool read_name(struct toml *toml, bool is_quoted, struct span *out)
{
	const char *start = toml->at;

	if (is_quoted) {
		if (!is_triple(toml))
			return read_single(toml, out);
		return toml_fail(toml, start, 3,
				 "a key cannot be a multi-line string; use one "
				 "pair of quotes");
	}
	while (toml->at < toml->end && is_class(*toml->at, BARE))
		toml->at++;
	*out = (struct span){start, (size_t)(toml->at - start)};
	return out->size > 0 ||
	       toml_fail(toml, start, 1,
			 "a key should stand here: letters A-Z a-z, digits, _ "
			 "and -, or any text in quotes");
}

bool toml_read_key(struct toml *toml, struct toml_key *out)
{
	const char *start = toml->at;
	const int first = toml_peek(toml);
	const bool is_quoted = first == '"' || first == '\'';
	struct span name = {NULL, 0};

	if (!read_name(toml, is_quoted, &name))
		return false;
	*out = (struct toml_key){
		.text = name.data,
		.size = (uint32_t)name.size,
		.hash = doc_hash(name),
		.offset = toml_offset(toml, start),
		.length = (uint32_t)(toml->at - start),
		.line = toml->line,
		.is_quoted = is_quoted,
	};
	return true;
}
