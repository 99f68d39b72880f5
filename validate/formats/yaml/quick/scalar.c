#include "validate/formats/yaml/quick/reader.h"
#include "validate/text.h"

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static uint32_t hex_value(char c)
{
	return (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
}

/* What a letter behind a backslash stands for, 0: it is another escape. */
static char simple_escape(char letter)
{
	static const char letters[] = "abtnvfre \"/\\\t";
	static const char meanings[] = "\a\b\t\n\v\f\r\x1b \"/\\\t";
	const char *found = strchr(letters, letter);

	if (!found)
		return 0;
	return meanings[found - letters];
}

/* Digits of an escape by number. */
static int digits_of(char letter)
{
	switch (letter) {
	case 'x':
		return 2;
	case 'u':
		return 4;
	case 'U':
		return 8;
	default:
		return 0;
	}
}

/* A letter that stands for one code point beyond ASCII, or for none. */
static bool is_named_code(char letter, uint32_t *code)
{
	*code = letter == 'N' ? 0x85 : letter == '_' ? 0xa0 : 0;
	return *code || letter == '0';
}

/*
 * \0, \N, \_, \xHH, \uHHHH, \UHHHHHHHH; `at` stands at the letter. Returns
 * where the escape ends, NULL: it is none that we know.
 */
static const char *read_code(const char *at, const char *end, uint32_t *code)
{
	const char letter = *at++;
	const int digits = digits_of(letter);

	if (is_named_code(letter, code))
		return at;
	if (!digits || end - at < digits)
		return NULL;
	for (int i = 0; i < digits; i++, at++) {
		if (!is_hex(*at))
			return NULL;
		*code = *code << 4 | hex_value(*at);
	}
	if (*code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return NULL;
	return at;
}

/* The text of double quotes; never longer than its source. NULL: left. */
static char *decode(struct span raw, char *to)
{
	const char *at = raw.data;
	const char *end = raw.data + raw.size;

	while (at < end) {
		uint32_t code;
		char meaning;

		if (*at != '\\') {
			*to++ = *at++;
			continue;
		}
		meaning = simple_escape(*++at);
		if (meaning) {
			*to++ = meaning;
			at++;
			continue;
		}
		at = read_code(at, end, &code);
		if (!at)
			return NULL;
		to += text_put_utf8(to, code);
	}
	return to;
}

/* The text of single quotes, in which two of them are one. */
static char *collapse(struct span raw, char *to)
{
	for (size_t i = 0; i < raw.size; i++) {
		*to++ = raw.data[i];
		i += raw.data[i] == '\'';
	}
	return to;
}

/* `raw` with its escapes resolved, in the arena. */
static int unescape(struct quick *quick, struct span raw, char quote,
		    struct span *out)
{
	struct arena *arena = quick->tree.arena;
	char *text = arena_alloc(arena, raw.size);
	char *end;

	if (!text)
		return QUICK_LEFT;
	end = quote == '"' ? decode(raw, text) : collapse(raw, text);
	if (!end)
		return QUICK_LEFT;
	*out = (struct span){text, (size_t)(end - text)};
	arena_trim(arena, text, raw.size, out->size);
	return 0;
}

/*
 * The closing quote, on the same line; NULL: there is none. *is_escaped tells
 * of escapes between.
 */
static const char *find_quote(const struct quick *quick, bool *is_escaped)
{
	const char quote = *quick->at;
	const char escape = quote == '"' ? '\\' : '\'';
	const char *at = quick->at + 1;

	*is_escaped = false;
	for (;;) {
		while (at < quick->end &&
		       !quick_byte_is(*at, BYTE_QUOTE | BYTE_BREAK | BYTE_BAD))
			at++;
		if (at == quick->end || !quick_byte_is(*at, BYTE_QUOTE))
			return NULL;
		if (*at == escape && at + 1 < quick->end &&
		    (escape == '\\' || at[1] == '\'')) {
			*is_escaped = true;
			at++;
		} else if (*at == quote) {
			return at;
		}
		at++;
	}
}

static int read_quoted(struct quick *quick, struct yaml_placed *out)
{
	bool is_escaped;
	const char *start = quick->at;
	const char *end = find_quote(quick, &is_escaped);

	if (!end)
		return QUICK_LEFT;

	const struct span raw = {start + 1, (size_t)(end - start - 1)};

	*out = (struct yaml_placed){
		.start = quick_offset(quick, start),
		.end = quick_offset(quick, end + 1),
		.text = raw,
		.is_quoted = true,
	};
	quick->at = end + 1;
	return is_escaped ? unescape(quick, raw, *start, &out->text) : 0;
}

/* May a plain scalar begin here? */
static bool begins_plain(const struct quick *quick, bool is_flow)
{
	switch (*quick->at) {
	case '-':
		return !quick_is_gap(quick, quick->at + 1);
	case '?':
	case ':':
		return !is_flow && !quick_is_gap(quick, quick->at + 1);
	default:
		return !quick_byte_is(*quick->at, BYTE_NO_START | BYTE_BLANK |
							  BYTE_BREAK |
							  BYTE_BAD);
	}
}

/* Does this colon end a plain scalar, or (in flow) break it? */
static bool is_end_colon(const struct quick *quick, const char *at,
			 unsigned stops)
{
	return quick_is_gap(quick, at + 1) ||
	       (stops && (quick_byte_is(at[1], stops) || at[1] == '?'));
}

/* Where a plain scalar ends; blanks behind it do not belong to it. */
static const char *plain_end(const struct quick *quick, unsigned stops)
{
	const unsigned ends =
		stops | BYTE_BLANK | BYTE_BREAK | BYTE_BAD | BYTE_COLON;
	const char *at = quick->at;
	const char *text_end = at;

	for (;;) {
		const char *from = at;

		while (at < quick->end && !quick_byte_is(*at, ends))
			at++;
		if (at > from)
			text_end = at;
		if (at == quick->end)
			return text_end;
		if (*at == ':') {
			if (is_end_colon(quick, at, stops))
				return text_end;
			text_end = ++at;
			continue;
		}
		at = quick_skip_blanks(quick, at);
		if (at == quick->end || *at == '#' ||
		    quick_byte_is(*at, stops | BYTE_BREAK | BYTE_BAD))
			return text_end;
	}
}

static int read_plain(struct quick *quick, unsigned stops,
		      struct yaml_placed *out)
{
	const char *start = quick->at;

	if (!begins_plain(quick, stops))
		return QUICK_LEFT;
	quick->at = plain_end(quick, stops);
	*out = (struct yaml_placed){
		.start = quick_offset(quick, start),
		.end = quick_offset(quick, quick->at),
		.text = {start, (size_t)(quick->at - start)},
		.is_plain = true,
	};
	return 0;
}

int quick_scalar(struct quick *quick, unsigned stops, struct yaml_placed *out)
{
	if (*quick->at == '"' || *quick->at == '\'')
		return read_quoted(quick, out);
	return read_plain(quick, stops, out);
}
