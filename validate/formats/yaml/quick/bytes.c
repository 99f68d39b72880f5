#include "validate/formats/yaml/quick/bytes.h"

#include "validate/formats/yaml/yaml_place.h"
#include "validate/text.h"

#include <endian.h>

/* One letter a byte keeps the table readable. */
enum {
	B = BYTE_BLANK,
	L = BYTE_BREAK,
	X = BYTE_BAD,
	F = BYTE_FLOW | BYTE_NO_START,
	C = BYTE_COLON | BYTE_NO_START,
	Q = BYTE_QUOTE | BYTE_NO_START,
	E = BYTE_QUOTE, /* backslash */
	S = BYTE_NO_START,
};

/* clang-format off */
const unsigned char quick_bytes[256] = {
	X, X, X, X, X, X, X, X, X, B, L, X, X, L, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	B, S, Q, S, 0, S, S, Q, 0, 0, S, 0, F, S, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, C, 0, 0, 0, S, S,
	S, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, F, E, F, 0, 0,
	S, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, F, S, F, 0, X,
};
/* clang-format on */

#define EACH_BYTE(byte) ((byte)*0x0101010101010101u)

/*
 * The top bit of each byte that is a control character or DEL. Bits above the
 * first may be wrong, for the sums carry: only the lowest counts.
 */
static inline uint64_t control_bytes(uint64_t word)
{
	return ((word - EACH_BYTE(0x20u)) | (word + EACH_BYTE(1u))) & ~word &
	       EACH_BYTE(0x80u);
}

const char *quick_find_break(const char *at, const char *end)
{
	while (end - at >= (ptrdiff_t)sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, at, sizeof(word));
		word = control_bytes(le64toh(word));
		if (!word) {
			at += sizeof(word);
			continue;
		}
		at += (unsigned)__builtin_ctzll(word) / 8;
		if (*at != '\t')
			return at;
		at++;
	}
	while (at < end && !quick_byte_is(*at, BYTE_BREAK | BYTE_BAD))
		at++;
	return at;
}

/* Of a sequence of two or three bytes. */
static bool is_special(const unsigned char *bytes, size_t left)
{
	if (bytes[0] == 0xc2)
		return bytes[1] < 0xa0; /* C1 controls, NEL */
	if (left < 3)
		return false;
	if (bytes[0] == 0xe2 && bytes[1] == 0x80)
		return bytes[2] == 0xa8 || bytes[2] == 0xa9; /* LS, PS */
	if (bytes[0] != 0xef)
		return false;
	return (bytes[1] == 0xbb && bytes[2] == 0xbf) || /* BOM */
	       (bytes[1] == 0xbf && bytes[2] >= 0xbe);	 /* no characters */
}

bool quick_bytes_are_plain(struct span text)
{
	const unsigned char *bytes = (const unsigned char *)text.data;

	if (yaml_place_is_ascii(text))
		return true;
	if (text_utf8_prefix(text) < text.size)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (bytes[i] >= 0xc2 && is_special(bytes + i, text.size - i))
			return false;
	return true;
}
