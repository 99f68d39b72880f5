#include "validate/text.h"

#include <errno.h>

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Bytes of the code point at `p` (of `left` bytes), 0 if it is not UTF-8. */
static size_t sequence_size(const unsigned char *p, size_t left)
{
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || left < 2 || !is_continuation(p[1]))
		return 0;
	if (p[0] < 0xe0)
		return 2;
	if (left < 3 || !is_continuation(p[2]))
		return 0;
	if (p[0] < 0xf0) {
		const bool overlong = p[0] == 0xe0 && p[1] < 0xa0;
		const bool surrogate = p[0] == 0xed && p[1] >= 0xa0;

		return overlong || surrogate ? 0 : 3;
	}
	if (left < 4 || !is_continuation(p[3]) || p[0] > 0xf4)
		return 0;
	if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] >= 0x90))
		return 0;
	return 4;
}

size_t text_utf8_prefix(struct span text)
{
	const unsigned char *bytes = (const unsigned char *)text.data;
	size_t at = 0;

	while (at < text.size) {
		uint64_t words[2];

		while (text.size - at >= sizeof(words)) {
			memcpy(words, bytes + at, sizeof(words));
			if ((words[0] | words[1]) & 0x8080808080808080u)
				break;
			at += sizeof(words);
		}
		if (at == text.size)
			break;

		const size_t size = sequence_size(bytes + at, text.size - at);

		if (size == 0)
			return at;
		at += size;
	}
	return at;
}

uint32_t text_point(struct span text, size_t *size)
{
	static const unsigned char first_mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	const unsigned char *bytes = (const unsigned char *)text.data;

	*size = text.size ? sequence_size(bytes, text.size) : 0;
	if (*size == 0)
		return 0;

	uint32_t code = bytes[0] & first_mask[*size];

	for (size_t i = 1; i < *size; i++)
		code = code << 6 | (bytes[i] & 0x3f);
	return code;
}

bool text_is_deceptive(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x61c ||
	       code == 0x200e || code == 0x200f || code == 0x2028 ||
	       code == 0x2029 || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x206f) || code == 0xfeff;
}

/* Spaces and joiners that look like nothing, or like a space. */
static bool is_invisible(uint32_t code)
{
	return code == 0xa0 || (code >= 0x2000 && code <= 0x200d) ||
	       code == 0x202f || (code >= 0x2060 && code <= 0x2065);
}

bool text_is_plain(struct span text, size_t *size)
{
	const uint32_t code = text_point(text, size);

	if (*size)
		return !text_is_deceptive(code) && !is_invisible(code);
	*size = 1;
	while (*size < text.size &&
	       is_continuation((unsigned char)text.data[*size]))
		++*size;
	return false;
}

void text_make_plain(char *text)
{
	struct span rest = span_of(text);
	char *to = text;
	size_t size;

	for (; rest.size; rest.data += size, rest.size -= size) {
		if (text_is_plain(rest, &size)) {
			memmove(to, rest.data, size);
			to += size;
		} else {
			*to++ = '?';
		}
	}
	*to = '\0';
}

size_t text_bom_size(struct span text)
{
	return span_starts(text, "\xef\xbb\xbf") ? 3 : 0;
}

enum byte_order { NOT_UTF16, LITTLE, BIG };

static enum byte_order utf16_order(const unsigned char *bytes, size_t size)
{
	if (size < 2)
		return NOT_UTF16;
	if (bytes[0] == 0xff && bytes[1] == 0xfe)
		return LITTLE;
	if (bytes[0] == 0xfe && bytes[1] == 0xff)
		return BIG;
	if (bytes[0] == 0 && bytes[1] != 0)
		return BIG;
	if (bytes[0] != 0 && bytes[1] == 0)
		return LITTLE;
	return NOT_UTF16;
}

size_t text_put_utf8(char *to, uint32_t code)
{
	unsigned char *bytes = (unsigned char *)to;

	if (code < 0x80) {
		bytes[0] = (unsigned char)code;
		return 1;
	}
	if (code < 0x800) {
		bytes[0] = (unsigned char)(0xc0 | code >> 6);
		bytes[1] = (unsigned char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		bytes[0] = (unsigned char)(0xe0 | code >> 12);
		bytes[1] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
		bytes[2] = (unsigned char)(0x80 | (code & 0x3f));
		return 3;
	}
	bytes[0] = (unsigned char)(0xf0 | code >> 18);
	bytes[1] = (unsigned char)(0x80 | (code >> 12 & 0x3f));
	bytes[2] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
	bytes[3] = (unsigned char)(0x80 | (code & 0x3f));
	return 4;
}

static uint32_t utf16_unit(const unsigned char *bytes, enum byte_order order)
{
	return order == LITTLE ? (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8
			       : (uint32_t)bytes[1] | (uint32_t)bytes[0] << 8;
}

/* The code point at `at`, and how many units it has; 0 units: broken. */
static uint32_t utf16_code(const unsigned char *bytes, size_t left,
			   enum byte_order order, size_t *units)
{
	const uint32_t first = utf16_unit(bytes, order);

	*units = 1;
	if (first < 0xd800 || first > 0xdfff)
		return first;
	*units = 0;
	if (first > 0xdbff || left < 4)
		return 0;

	const uint32_t second = utf16_unit(bytes + 2, order);

	if (second < 0xdc00 || second > 0xdfff)
		return 0;
	*units = 2;
	return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

int text_from_utf16(struct span text, struct arena *arena, struct span *out)
{
	const unsigned char *bytes = (const unsigned char *)text.data;
	const enum byte_order order = utf16_order(bytes, text.size);

	if (order == NOT_UTF16)
		return 0;

	/* At most three bytes of UTF-8 for two of UTF-16. */
	char *decoded = arena_alloc(arena, text.size / 2 * 3 + 1);
	size_t size = 0;
	size_t at = 0;

	if (!decoded)
		return arena->error;
	while (text.size - at >= 2) {
		size_t units;
		const uint32_t code =
			utf16_code(bytes + at, text.size - at, order, &units);

		if (units == 0)
			break;
		if (code != 0xfeff || at > 0)
			size += text_put_utf8(decoded + size, code);
		at += units * 2;
	}
	*out = (struct span){decoded, size};
	return at == text.size ? 1 : -EILSEQ;
}

void text_cursor_init(struct text_cursor *cursor, struct span text)
{
	*cursor = (struct text_cursor){.text = text, .line = 1};
}

static uint32_t count_points(const char *bytes, size_t size)
{
	uint32_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += !is_continuation((unsigned char)bytes[i]);
	return count;
}

struct position text_position(struct text_cursor *cursor, size_t offset)
{
	const struct span text = cursor->text;

	if (offset > text.size)
		offset = text.size;
	if (offset < cursor->line_start)
		text_cursor_init(cursor, text);
	while (cursor->scanned < offset) {
		const char *newline = memchr(text.data + cursor->scanned, '\n',
					     offset - cursor->scanned);

		if (!newline) {
			cursor->scanned = offset;
			break;
		}
		cursor->scanned = (size_t)(newline - text.data) + 1;
		cursor->line_start = cursor->scanned;
		cursor->line++;
	}
	return (struct position){cursor->line,
				 count_points(text.data + cursor->line_start,
					      offset - cursor->line_start) +
					 1};
}

uint32_t text_width(struct span text, size_t offset, size_t length)
{
	if (offset >= text.size)
		return 1;
	if (length > text.size - offset)
		length = text.size - offset;

	const char *newline = memchr(text.data + offset, '\n', length);

	if (newline)
		length = (size_t)(newline - text.data) - offset;
	while (length > 0 && text.data[offset + length - 1] == '\r')
		length--;

	const uint32_t width = count_points(text.data + offset, length);

	return width ? width : 1;
}

const char *text_find(struct span text, const char *word, size_t rare)
{
	const size_t size = strlen(word);
	const char *at = text.data;

	if (text.size < size)
		return NULL;

	const char *last = text.data + text.size - size;

	while (at <= last) {
		const char *found =
			memchr(at + rare, word[rare], (size_t)(last - at) + 1);

		if (!found)
			return NULL;
		at = found - rare;
		if (*at == *word && memcmp(at, word, size) == 0)
			return at;
		at++;
	}
	return NULL;
}
