/*
 * What each byte of YAML means to the quick reader.
 */
#ifndef VALIDATE_FORMATS_YAML_QUICK_BYTES_H
#define VALIDATE_FORMATS_YAML_QUICK_BYTES_H

#include "validate/base.h"

enum quick_byte {
	BYTE_BLANK = 1,	    /* space, tab */
	BYTE_BREAK = 2,	    /* line feed, carriage return */
	BYTE_BAD = 4,	    /* never allowed */
	BYTE_FLOW = 8,	    /* , [ ] { } */
	BYTE_COLON = 16,    /* : */
	BYTE_QUOTE = 32,    /* ' " \ : they end a run in quotes */
	BYTE_NO_START = 64, /* cannot begin a plain scalar, or not always */
};

/* Bits of enum quick_byte. */
extern const unsigned char quick_bytes[256];

/*
 * Is there nothing in the text, beyond ASCII, that libyaml refuses (control
 * characters) or takes for more than text (NEL, LS, PS, byte order marks)?
 */
bool quick_bytes_are_plain(struct span text);

static inline bool quick_byte_is(char byte, unsigned bits)
{
	return quick_bytes[(unsigned char)byte] & bits;
}

/* The first line end or bad byte from `at` on, or `end`. */
const char *quick_find_break(const char *at, const char *end);

#endif
