/*
 * Java .properties, as java.util.Properties loads them, but in UTF-8: keys end
 * at '=', ':' or white space; a backslash joins lines and begins escapes.
 * \uXXXX are UTF-16 units; a lone surrogate, which Java would keep but UTF-8
 * cannot hold, becomes U+FFFD.
 */
#include "validate/formats/formats.h"
#include "validate/formats/pairs.h"
#include "validate/host.h"
#include "validate/text.h"

#include <errno.h>

enum { CANCEL_EVERY = 4096 };

struct properties {
	struct parse *parse;
	struct pairs pairs;
	const char *data;
	size_t size;
	size_t at;
	size_t counted; /* newlines before it are in `line` */
	uint32_t line;
	bool is_broken;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\f';
}

/* Bytes of the line end at `at`: CR, LF or both; 0 if there is none. */
static size_t newline_at(const struct properties *file, size_t at)
{
	if (at >= file->size ||
	    (file->data[at] != '\n' && file->data[at] != '\r'))
		return 0;
	return file->data[at] == '\r' && at + 1 < file->size &&
			       file->data[at + 1] == '\n'
		       ? 2
		       : 1;
}

static size_t skip_blanks(const struct properties *file, size_t at)
{
	while (at < file->size && is_blank(file->data[at]))
		at++;
	return at;
}

/* Behind a backslash, a line end and blanks at `at`; `at` if there are none. */
static size_t skip_joint(const struct properties *file, size_t at)
{
	const size_t newline = at < file->size && file->data[at] == '\\'
				       ? newline_at(file, at + 1)
				       : 0;

	return newline ? skip_blanks(file, at + 1 + newline) : at;
}

/* The end of the line, or of those joined to it. */
static size_t logical_end(const struct properties *file, size_t at)
{
	while (at < file->size && !newline_at(file, at))
		at += file->data[at] != '\\'	 ? 1
		      : newline_at(file, at + 1) ? 1 + newline_at(file, at + 1)
						 : 2;
	return at < file->size ? at : file->size;
}

/* A key or a value while it is decoded; text has room for all of it. */
struct token {
	char *text;
	size_t size;
	size_t begin; /* in the source */
	size_t end;
};

static void put(struct token *token, uint32_t code)
{
	token->size += text_put_utf8(token->text + token->size, code);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The unit of \uXXXX at `at`; -1 if there is none, or it is broken. */
static int32_t unit_at(const struct properties *file, size_t at)
{
	int32_t unit = 0;

	if (file->size - at < 6 || file->data[at] != '\\' ||
	    file->data[at + 1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		const int digit = hex_digit(file->data[at + i]);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

/* Behind \uXXXX, or two of them that are a pair. */
static size_t take_unicode(struct properties *file, struct token *token,
			   size_t at)
{
	const int32_t unit = unit_at(file, at);

	if (unit < 0) {
		file->is_broken = true;
		findings_add(file->parse->findings, SEVERITY_ERROR,
			     "syntax/properties", place_at(0, (uint32_t)at, 2),
			     "'\\u' needs four hex digits behind it; write "
			     "'\\\\u' for a backslash and a 'u'");
		return at + 2;
	}
	if ((unit & 0xf800) != 0xd800) {
		put(token, (uint32_t)unit);
		return at + 6;
	}

	const int32_t low = unit < 0xdc00 ? unit_at(file, at + 6) : -1;

	if (low < 0xdc00 || low > 0xdfff) {
		put(token, 0xfffd);
		return at + 6;
	}
	put(token, 0x10000 + (((uint32_t)unit & 0x3ff) << 10) +
			   ((uint32_t)low & 0x3ff));
	return at + 12;
}

/* Behind the escape that begins at `at`. */
static size_t take_escape(struct properties *file, struct token *token,
			  size_t at)
{
	static const char names[] = "tnrf";
	static const char values[] = "\t\n\r\f";

	if (at + 1 >= file->size)
		return file->size;

	const char c = file->data[at + 1];
	const char *name = c ? strchr(names, c) : NULL;

	if (c == 'u')
		return take_unicode(file, token, at);
	if (name)
		put(token, (unsigned char)values[name - names]);
	else
		token->text[token->size++] = c;
	return at + 2;
}

static bool ends_key(char c)
{
	return c == '=' || c == ':' || is_blank(c);
}

/* A key (up to what ends it) or a value (up to the end of the line). */
static size_t take_token(struct properties *file, struct token *token,
			 size_t at, bool is_key)
{
	token->begin = at;
	token->end = at;
	while (at < file->size && !newline_at(file, at) &&
	       !(is_key && ends_key(file->data[at]))) {
		const size_t joint = skip_joint(file, at);

		if (joint > at) {
			at = joint;
			continue;
		}
		if (file->data[at] == '\\')
			at = take_escape(file, token, at);
		else
			token->text[token->size++] = file->data[at++];
		token->end = at;
	}
	return at;
}

/* Blanks, and blanks at joints. */
static size_t skip_space(const struct properties *file, size_t at)
{
	size_t before;

	do {
		before = at;
		at = skip_blanks(file, at);
		at = skip_joint(file, at);
	} while (at > before);
	return at;
}

static size_t skip_separator(const struct properties *file, size_t at)
{
	at = skip_space(file, at);
	if (at < file->size && (file->data[at] == '=' || file->data[at] == ':'))
		at = skip_space(file, at + 1);
	return at;
}

static uint32_t line_at(struct properties *file, size_t at)
{
	while (file->counted < at) {
		const char *newline = memchr(file->data + file->counted, '\n',
					     at - file->counted);

		if (!newline) {
			file->counted = at;
			break;
		}
		file->counted = (size_t)(newline - file->data) + 1;
		file->line++;
	}
	return file->line;
}

static struct pair_place place_of(const struct token *token, uint32_t line)
{
	return (struct pair_place){(uint32_t)token->begin,
				   (uint32_t)(token->end - token->begin), line};
}

/* One logical line that is no comment; `at` is its first byte. */
static int read_pair(struct properties *file)
{
	struct arena *arena = file->parse->doc->arena;
	const size_t start = file->at;
	const size_t end = logical_end(file, start);
	const uint32_t line = line_at(file, start);
	struct token key = {.text = arena_alloc(arena, end - start + 1)};
	struct token value = {0};
	struct pair pair = {0};

	if (!key.text)
		return arena->error;
	file->at = skip_separator(file, take_token(file, &key, start, true));
	value.text = key.text + key.size;
	file->at = take_token(file, &value, file->at, false);

	const int r =
		pairs_name(&file->pairs, (struct span){key.text, key.size}, 0,
			   place_of(&key, line), &pair.name);

	if (r)
		return r;
	pair.value = (struct span){value.text, value.size};
	pair.value_place = place_of(&value, line);
	return pairs_add(&file->pairs, &pair);
}

static int read_pairs(struct properties *file)
{
	for (uint32_t i = 1; file->at < file->size && !file->pairs.is_full;
	     i++) {
		int r = 0;

		file->at = skip_blanks(file, file->at);
		if (file->at < file->size && (file->data[file->at] == '#' ||
					      file->data[file->at] == '!'))
			while (file->at < file->size &&
			       !newline_at(file, file->at))
				file->at++;
		else if (file->at < file->size && !newline_at(file, file->at))
			r = read_pair(file);
		if (r == 0 && i % CANCEL_EVERY == 0 &&
		    host_is_cancelled(file->parse->host))
			r = -ECANCELED;
		if (r)
			return r;
		file->at += newline_at(file, file->at);
	}
	return 0;
}

int read_properties(struct parse *parse)
{
	struct properties file = {
		.parse = parse,
		.pairs = {.parse = parse,
			  .policy = {SEVERITY_WARNING, PAIRS_ALLOWED, NULL}},
		.data = parse->source.data,
		.size = parse->source.size,
		.line = 1,
	};
	const int r = read_pairs(&file);

	return r ? r : pairs_finish(&file.pairs, file.is_broken);
}
