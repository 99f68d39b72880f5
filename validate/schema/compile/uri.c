#include "validate/schema/compile/uri.h"

#include <ctype.h>

/* The parts of a reference without its fragment; data NULL: not there. */
struct parts {
	struct span scheme;    /* with ':' */
	struct span authority; /* with "//" */
	struct span path;
	struct span query; /* with '?' */
};

struct span uri_without_fragment(struct span reference)
{
	const char *hash = reference.size
				   ? memchr(reference.data, '#', reference.size)
				   : NULL;

	if (hash)
		reference.size = (size_t)(hash - reference.data);
	return reference;
}

struct span uri_fragment(struct span reference)
{
	const size_t start = uri_without_fragment(reference).size;

	if (start == reference.size)
		return (struct span){NULL, 0};
	return (struct span){reference.data + start + 1,
			     reference.size - start - 1};
}

/* Bytes of the scheme and its ':', 0 if there is none. */
static size_t scheme_size(struct span text)
{
	for (size_t i = 0; i < text.size; i++) {
		const unsigned char c = (unsigned char)text.data[i];

		if (c == ':')
			return i ? i + 1 : 0;
		if (!isalnum(c) && (i == 0 || !strchr("+-.", c)))
			return 0;
	}
	return 0;
}

bool uri_is_absolute(struct span reference)
{
	return scheme_size(reference) > 0;
}

/* Cut the first `size` bytes off `text`. */
static struct span take(struct span *text, size_t size)
{
	const struct span head = {text->data, size};

	text->data += size;
	text->size -= size;
	return head;
}

/* Bytes before the first of `stops`, from `start` on. */
static size_t until(struct span text, size_t start, const char *stops)
{
	while (start < text.size && !strchr(stops, text.data[start]))
		start++;
	return start;
}

static struct parts split(struct span text)
{
	struct parts parts = {0};

	parts.scheme = take(&text, scheme_size(text));
	if (span_starts(text, "//"))
		parts.authority = take(&text, until(text, 2, "/?"));
	parts.path = take(&text, until(text, 0, "?"));
	parts.query = text;
	return parts;
}

/* Resolve "." and ".." in a path, in place; returns the new length. */
static size_t drop_dots(char *path, size_t size)
{
	size_t out = 0;
	size_t at = 0;

	while (at < size) {
		size_t end = at + 1;

		while (end < size && path[end] != '/')
			end++;

		const struct span step = {path + at, end - at};
		const bool is_last = end == size;

		if (span_is(step, "/..")) {
			while (out > 0 && path[--out] != '/')
				;
		}
		if (span_is(step, "/..") || span_is(step, "/.")) {
			if (is_last)
				path[out++] = '/';
		} else {
			memmove(path + out, step.data, step.size);
			out += step.size;
		}
		at = end;
	}
	return out;
}

/* The path of a reference put in place of the last step of the base's. */
static char *merge(struct arena *arena, const struct parts *base,
		   struct span path)
{
	size_t keep = base->path.size;

	while (keep > 0 && base->path.data[keep - 1] != '/')
		keep--;
	return arena_printf(arena, "%.*s%s%.*s", (int)keep, base->path.data,
			    keep == 0 && base->authority.size ? "/" : "",
			    (int)path.size, path.data ? path.data : "");
}

static char *join(struct arena *arena, const struct parts *parts)
{
	char *path = arena_text(arena, parts->path);

	if (!path)
		return NULL;

	const size_t size = path[0] == '/' ? drop_dots(path, parts->path.size)
					   : parts->path.size;

	return arena_printf(arena, "%.*s%.*s%.*s%.*s", (int)parts->scheme.size,
			    parts->scheme.data ? parts->scheme.data : "",
			    (int)parts->authority.size,
			    parts->authority.data ? parts->authority.data : "",
			    (int)size, path, (int)parts->query.size,
			    parts->query.data ? parts->query.data : "");
}

char *uri_resolve(struct arena *arena, const char *base, struct span reference)
{
	const struct parts from = split(span_of(base));
	struct parts parts = split(uri_without_fragment(reference));

	if (parts.scheme.size)
		return join(arena, &parts);
	parts.scheme = from.scheme;
	if (parts.authority.size)
		return join(arena, &parts);
	parts.authority = from.authority;
	if (!parts.path.size) {
		parts.path = from.path;
		if (!parts.query.size)
			parts.query = from.query;
	} else if (parts.path.data[0] != '/') {
		char *merged = merge(arena, &from, parts.path);

		if (!merged)
			return NULL;
		parts.path = span_of(merged);
	}
	return join(arena, &parts);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *uri_decode(struct arena *arena, struct span text)
{
	char *decoded = arena_text(arena, text);
	size_t out = 0;

	if (!decoded)
		return NULL;
	for (size_t i = 0; i < text.size; i++) {
		char c = text.data[i];

		if (c == '%' && i + 2 < text.size &&
		    hex_value(text.data[i + 1]) >= 0 &&
		    hex_value(text.data[i + 2]) >= 0) {
			c = (char)(hex_value(text.data[i + 1]) * 16 +
				   hex_value(text.data[i + 2]));
			i += 2;
		}
		decoded[out++] = c;
	}
	decoded[out] = '\0';
	return decoded;
}
