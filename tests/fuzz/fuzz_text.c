/* Encodings and positions; the whole input is the text. */
#include "tests/fuzz/check_verdict.h"
#include "tests/fuzz/fuzz.h"
#include "validate/text.h"

#include <errno.h>

/* Continuation bytes that belong behind a first byte; -1: none may begin so. */
static int continuations(unsigned char first)
{
	return first < 0x80   ? 0
	       : first < 0xc0 ? -1
	       : first < 0xe0 ? 1
	       : first < 0xf0 ? 2
	       : first < 0xf8 ? 3
			      : -1;
}

/* The code point at the start, by arithmetic; -1 if it is not UTF-8. */
static long decode(struct span text, size_t *size)
{
	static const long smallest[] = {0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)text.data;
	const int more = continuations(bytes[0]);
	long code;

	if (more < 0 || (size_t)more >= text.size)
		return -1;
	code = more == 0 ? bytes[0] : bytes[0] & (0x3f >> more);
	for (int i = 1; i <= more; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return -1;
		code = code << 6 | (bytes[i] & 0x3f);
	}
	*size = (size_t)more + 1;
	if (code < smallest[more] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return -1;
	return code;
}

/* How much of it is UTF-8, one code point at a time. */
static size_t good_prefix(struct span text)
{
	const size_t all = text.size;
	size_t size;

	while (text.size && decode(text, &size) >= 0) {
		text.data += size;
		text.size -= size;
	}
	return all - text.size;
}

/* What UTF-16 stands for, is it the same again? */
static bool is_same_utf16(struct span utf8, struct span utf16, bool is_little)
{
	const unsigned char *unit = (const unsigned char *)utf16.data;
	const unsigned char *end = unit + utf16.size;
	size_t size;

	for (; utf8.size; utf8.data += size, utf8.size -= size) {
		const long code = decode(utf8, &size);
		const long units[2] = {code < 0x10000 ? code
						      : 0xd7c0 + (code >> 10),
				       0xdc00 + (code & 0x3ff)};

		for (int i = 0; i < 1 + (code >= 0x10000); i++, unit += 2)
			if (end - unit < 2 ||
			    unit[!is_little] != (units[i] & 0xff) ||
			    unit[is_little] != units[i] >> 8)
				return false;
	}
	return unit == end;
}

static void check_utf16(struct span text)
{
	struct arena arena;
	struct span out = text;

	arena_init(&arena, 1 << 20);

	const int r = text_from_utf16(text, &arena, &out);

	fuzz_require(r == 0 || r == 1 || r == -EILSEQ,
		     "a text is UTF-16, broken, or neither");
	if (r) {
		const bool has_bom = span_starts(text, "\xff\xfe") ||
				     span_starts(text, "\xfe\xff");
		const bool is_little = text.data[0] == '\xff' ||
				       (text.data[0] && !text.data[1]);
		const size_t bom = has_bom ? 2 : 0;
		const struct span rest = {text.data + bom, text.size - bom};

		fuzz_require(good_prefix(out) == out.size,
			     "what was UTF-16 is UTF-8");
		fuzz_require(r < 0 || is_same_utf16(out, rest, is_little),
			     "UTF-16 is the same in UTF-8");
	}
	arena_release(&arena);
}

/* By counting from the start. */
static struct position position_of(struct span text, size_t offset)
{
	struct position position = {1, 1};

	for (size_t i = 0; i < offset && i < text.size; i++) {
		if (text.data[i] == '\n')
			position = (struct position){position.line + 1, 1};
		else if ((text.data[i] & 0xc0) != 0x80)
			position.column++;
	}
	return position;
}

static void check_positions(struct span text, uint32_t number)
{
	struct text_cursor cursor;

	text_cursor_init(&cursor, text);
	for (int i = 0; i < 8; i++) {
		const size_t offset = number % (text.size + 2);
		const struct position position = text_position(&cursor, offset);
		const struct position expected = position_of(text, offset);

		fuzz_require(position.line == expected.line &&
				     position.column == expected.column,
			     "a position is counted from the start");
		fuzz_require(text_width(text, offset, number % 100) >= 1,
			     "a width is at least 1");
		number = number * 1664525u + 1013904223u;
	}
}

static void check_plain(struct span text)
{
	auto_free char *copy = fuzz_copy_text(text);
	const size_t size = strlen(copy);

	text_make_plain(copy);
	fuzz_require(check_is_printable(span_of(copy)),
		     "what was made plain can be printed");
	fuzz_require(strlen(copy) <= size, "plain text is not longer");

	auto_free char *again = fuzz_copy_text(span_of(copy));

	text_make_plain(again);
	fuzz_require(strcmp(copy, again) == 0, "plain text stays as it is");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);
	auto_free char *bytes = fuzz_copy(text);

	text.data = bytes;
	fuzz_require(text_utf8_prefix(text) == good_prefix(text),
		     "as much is UTF-8 as can be decoded");
	check_utf16(text);
	check_positions(text, fuzz_number(text));
	check_plain(text);
	return 0;
}
