/*
 * Code points taken off the front of UTF-8 text. Header only.
 */
#ifndef VALIDATE_SCHEMA_STRINGS_CODE_POINT_H
#define VALIDATE_SCHEMA_STRINGS_CODE_POINT_H

#include "validate/base.h"

/* What a byte that begins no code point is taken for; no character is it. */
#define CODE_POINT_BROKEN UINT32_C(0x110000)

/* Bytes of the code point that begins with `first`; 1 if none does. */
static inline size_t code_point_size(unsigned char first)
{
	if (first < 0xc0)
		return 1;
	if (first < 0xe0)
		return 2;
	return first < 0xf0 ? 3 : 4;
}

/* The code point at the front of a text that is not empty, taken off. */
static inline uint32_t code_point_take(struct span *text)
{
	const unsigned char *bytes = (const unsigned char *)text->data;
	const size_t size = code_point_size(bytes[0]);
	uint32_t point = bytes[0];

	if (size > text->size || (size == 1 && point >= 0x80)) {
		text->data++;
		text->size--;
		return CODE_POINT_BROKEN;
	}
	if (size > 1)
		point &= 0x7fu >> size;
	for (size_t i = 1; i < size; i++)
		point = point << 6 | (bytes[i] & 0x3f);
	text->data += size;
	text->size -= size;
	return point < CODE_POINT_BROKEN ? point : CODE_POINT_BROKEN;
}

#endif
