#include "validate/formats/toml/toml_internal.h"

#include <strings.h>

/* Blanks, line ends and comments between the items of a container. */
static bool skip_lines(struct toml *toml)
{
	for (;;) {
		toml_skip_blank(toml);

		const int next = toml_peek(toml);

		if (next == '#') {
			if (!toml_skip_comment(toml))
				return false;
		} else if (next == '\n' || next == '\r') {
			if (!toml_skip_newline(toml))
				return false;
		} else {
			return true;
		}
	}
}

/* An array or an inline table that is being read. */
struct series {
	const char *start;
	char close;
	const char *unclosed;
	const char *no_comma;
};

/* 1 if an item is next, 0 at the end, -1 to stop. */
static int at_item(struct toml *toml, const struct series *series)
{
	if (!skip_lines(toml))
		return -1;
	if (toml->at < toml->end)
		return *toml->at != series->close;
	toml_fail(toml, series->start, 1, series->unclosed);
	return -1;
}

/* The same behind an item; 1.1: a comma may also be last in a table. */
static int next_item(struct toml *toml, const struct series *series)
{
	const int more = at_item(toml, series);

	if (more <= 0)
		return more;
	if (*toml->at == ',') {
		toml->at++;
		return at_item(toml, series);
	}
	toml_fail(toml, toml->at, 1, series->no_comma);
	return -1;
}

static bool read_array(struct toml *toml, struct toml_item *array)
{
	const struct series series = {
		toml->at++, ']', "this array is not closed; end it with ']'",
		"',' or ']' should stand here, behind an item of an array"};
	int more;

	if (!toml_enter(toml, series.start, 1))
		return false;
	for (more = at_item(toml, &series); more > 0;
	     more = next_item(toml, &series)) {
		struct toml_item *item = toml_read_value(toml, NULL);

		if (!item)
			return false;
		toml_append(array, item);
	}
	if (more < 0)
		return false;
	toml->at++;
	toml->depth--;
	return true;
}

/* 1.1: there may be line ends and comments between the braces. */
static bool read_inline(struct toml *toml, struct toml_item *table)
{
	const struct series series = {
		toml->at++, '}',
		"this inline table is not closed; end it with '}'",
		"',' or '}' should stand here, behind a value of an inline "
		"table"};
	int more;

	if (!toml_enter(toml, series.start, 1))
		return false;
	for (more = at_item(toml, &series); more > 0;
	     more = next_item(toml, &series)) {
		if (!toml_read_pair(toml, table))
			return false;
	}
	if (more < 0)
		return false;
	toml->at++;
	toml->depth--;
	return true;
}

static bool read_text(struct toml *toml, struct toml_item *item)
{
	struct span text;

	if (!toml_read_string(toml, &text))
		return false;
	item->type = NODE_STRING;
	item->flags = NODE_QUOTED;
	item->text = text.data;
	item->size = (uint32_t)text.size;
	return true;
}

/* All that a scalar without quotes may be made of. */
static struct span find_token(const struct toml *toml)
{
	const char *at = toml->at;

	while (at < toml->end && (toml_is_bare((unsigned char)*at) ||
				  *at == '+' || *at == '.' || *at == ':'))
		at++;
	return (struct span){toml->at, (size_t)(at - toml->at)};
}

static bool span_is_like(struct span token, const char *word)
{
	return token.size == strlen(word) &&
	       strncasecmp(token.data, word, token.size) == 0;
}

static bool fail_token(struct toml *toml, struct span token)
{
	const char *message = "text needs quotes around it";

	if (token.size == 0)
		return toml_fail(toml, toml->at, 1,
				 "a value should stand here; text needs quotes "
				 "around it");
	if (span_is_like(token, "true") || span_is_like(token, "false"))
		message = "write true and false in small letters";
	else if (span_is_like(token, "null") || span_is_like(token, "nil"))
		message = "TOML has no null; leave the key out";
	return toml_fail(toml, toml->at, token.size, message);
}

static bool is_number(struct span token)
{
	const size_t sign =
		token.size && (*token.data == '+' || *token.data == '-');
	const struct span rest = {token.data + sign, token.size - sign};

	return sign || (rest.size && *rest.data >= '0' && *rest.data <= '9') ||
	       (rest.size && *rest.data == '.') || span_is(rest, "inf") ||
	       span_is(rest, "nan");
}

static bool read_bare(struct toml *toml, struct toml_item *item)
{
	const struct span token = find_token(toml);

	if (toml_is_time(toml->at, toml->end))
		return toml_read_time(toml, item);
	if (is_number(token)) {
		item->type = NODE_NUMBER;
		toml->at += token.size;
		return toml_read_number(toml, token, item);
	}
	if (!span_is(token, "true") && !span_is(token, "false"))
		return fail_token(toml, token);
	item->type = NODE_BOOL;
	item->flags = *token.data == 't' ? NODE_TRUE : 0;
	item->text = token.data;
	item->size = (uint32_t)token.size;
	toml->at += token.size;
	return true;
}

static bool read_into(struct toml *toml, struct toml_item *item)
{
	switch (toml_peek(toml)) {
	case '"':
	case '\'':
		return read_text(toml, item);
	case '[':
		item->type = NODE_ARRAY;
		return read_array(toml, item);
	case '{':
		item->type = NODE_OBJECT;
		item->origin = TOML_INLINE;
		return read_inline(toml, item);
	default:
		return read_bare(toml, item);
	}
}

struct toml_item *toml_read_value(struct toml *toml, const struct toml_key *key)
{
	const char *start = toml->at;
	struct toml_item *item = toml_new(toml, key, TOML_VALUE, start);

	if (!item || !read_into(toml, item))
		return NULL;
	item->length = (uint32_t)(toml->at - start);
	return item;
}
