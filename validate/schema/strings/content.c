#include "validate/schema/strings/content.h"

#include "validate/format.h"
#include "validate/text.h"

#include <ctype.h>
#include <errno.h>

/* Is the name the wanted one, case and parameters left out? */
static bool is_name(struct span name, const char *wanted)
{
	const size_t size = strlen(wanted);

	return name.size >= size && strncasecmp(name.data, wanted, size) == 0 &&
	       (name.size == size || strchr("; ", name.data[size]));
}

bool content_is_base64_name(struct span name)
{
	return is_name(name, "base64");
}

bool content_is_json_name(struct span name)
{
	const char *end = memchr(name.data, ';', name.size);
	const size_t size = end ? (size_t)(end - name.data) : name.size;

	return is_name(name, "application/json") ||
	       (size > 5 && strncasecmp(name.data + size - 5, "+json", 5) == 0);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The value of a digit, -1 if it is none. */
static int digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/*
 * Decode to `out` (NULL: only look), which needs 3 bytes for 4 of the text.
 * The bytes written, -1 if it is not base64.
 */
static ssize_t decode(struct span text, char *out)
{
	uint32_t bits = 0;
	size_t digits = 0;
	size_t padding = 0;
	ssize_t size = 0;

	for (size_t i = 0; i < text.size; i++) {
		const int value = digit_value(text.data[i]);

		if (is_blank(text.data[i]))
			continue;
		if (text.data[i] == '=') {
			padding++;
			continue;
		}
		if (value < 0 || padding)
			return -1;
		bits = bits << 6 | (uint32_t)value;
		if (++digits % 4 == 1)
			continue;
		if (out)
			out[size] =
				(char)(bits >> (6 - 2 * ((digits - 1) % 4)));
		size++;
	}
	if (padding > 2 || (digits + padding) % 4)
		return -1;
	return size;
}

bool content_is_base64(struct span text)
{
	return decode(text, NULL) >= 0;
}

/* 1 if the reader takes the text for one document, 0 if not. */
static int read_json(struct arena *arena, struct span text,
		     const struct host *host)
{
	const struct limits limits = LIMITS_DEFAULT;
	struct findings findings;
	struct doc doc;
	struct parse parse = {.source = text,
			      .limits = &limits,
			      .host = host,
			      .dialect = "",
			      .doc = &doc,
			      .findings = &findings};

	if (text_utf8_prefix(text) < text.size)
		return 0;
	findings_init(&findings, arena, 1);
	doc_init(&doc, arena, text, limits.nodes);

	const int r = format_find("json")->read(&parse);

	if (r)
		return r;
	if (findings.is_undecided)
		return -E2BIG;
	return doc.document_count > 0 && doc.documents[0].root != DOC_NONE;
}

static int decode_and_read(struct arena *arena, struct span text,
			   const struct host *host)
{
	char *out = arena_alloc(arena, text.size / 4 * 3 + 3);

	if (!out)
		return arena->error;

	const ssize_t size = decode(text, out);

	if (size < 0)
		return 1;
	return read_json(arena, (struct span){out, (size_t)size}, host);
}

int content_is_json(struct span text, bool is_base64, uint64_t max_bytes,
		    const struct host *host)
{
	struct arena arena;

	if (text.size == 0)
		return 1;
	arena_init(&arena, max_bytes);

	const int r = is_base64 ? decode_and_read(&arena, text, host)
				: read_json(&arena, text, host);

	arena_release(&arena);
	return r;
}
