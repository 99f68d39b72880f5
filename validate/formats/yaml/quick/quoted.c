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

/* What stands between quotes. */
struct quoted {
	const char *start; /* the opening quote */
	const char *end;   /* the closing one */
	bool is_escaped;
	bool is_folded; /* it goes over lines */
};

/* The text between the quotes, in the arena. */
static int resolve(struct quick *quick, const struct quoted *quoted,
		   struct span *out)
{
	struct arena *arena = quick->tree.arena;
	const struct span raw = *out;
	struct span text = raw;
	char *copy = arena_alloc(arena, raw.size);
	char *end;

	if (!copy)
		return QUICK_LEFT;
	if (quoted->is_folded)
		text = (struct span){copy, quick_fold(raw, copy)};
	if (!quoted->is_escaped)
		end = copy + text.size;
	else if (*quoted->start == '"')
		end = decode(text, copy);
	else
		end = collapse(text, copy);
	if (!end)
		return QUICK_LEFT;
	*out = (struct span){copy, (size_t)(end - copy)};
	arena_trim(arena, copy, raw.size, out->size);
	return 0;
}

/* An escaped blank or line end is not folded as others are. */
static bool is_escaped_end(const struct quick *quick)
{
	const char *before = quick->at - 1;

	while (quick_byte_is(*before, BYTE_BLANK))
		before--;
	return *before == '\\';
}

/* Over the line end; the text goes on below. */
static int next_line(struct quick *quick)
{
	if (!quick_sees(quick, quick->at, BYTE_BREAK) || is_escaped_end(quick))
		return QUICK_LEFT;
	if (quick_next_text(quick) || quick_is_marker(quick))
		return QUICK_LEFT;
	return 0;
}

/* At a quote or backslash: step over an escape, if it is one. */
static bool skip_escape(struct quick *quick, char quote)
{
	const char *next = quick->at + 1;
	const bool is_escape =
		next < quick->end &&
		(quote == '"' ? *quick->at == '\\' &&
					!quick_byte_is(*next, BYTE_BREAK)
			      : *quick->at == '\'' && *next == '\'');

	if (is_escape)
		quick->at += 2;
	return is_escape;
}

/* Find the closing quote; `at` goes behind it. */
static int find_quote(struct quick *quick, struct quoted *quoted)
{
	const char quote = *quick->at;

	*quoted = (struct quoted){.start = quick->at++};
	for (;;) {
		const char *at = quick->at;

		while (at < quick->end &&
		       !quick_byte_is(*at, BYTE_QUOTE | BYTE_BREAK | BYTE_BAD))
			at++;
		quick->at = at;
		if (!quick_sees(quick, at, BYTE_QUOTE)) {
			quoted->is_folded = true;
			if (next_line(quick))
				return QUICK_LEFT;
		} else if (skip_escape(quick, quote)) {
			quoted->is_escaped = true;
		} else if (*quick->at++ == quote) {
			quoted->end = at;
			return 0;
		}
	}
}

int quick_quoted(struct quick *quick, struct yaml_placed *out)
{
	struct quoted quoted;

	if (find_quote(quick, &quoted))
		return QUICK_LEFT;
	*out = (struct yaml_placed){
		.start = quick_offset(quick, quoted.start),
		.end = quick_offset(quick, quick->at),
		.text = {quoted.start + 1,
			 (size_t)(quoted.end - quoted.start - 1)},
		.is_quoted = true,
	};
	if (!quoted.is_escaped && !quoted.is_folded)
		return 0;
	return resolve(quick, &quoted, &out->text);
}
