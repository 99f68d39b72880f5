/*
 * What Unicode says of the characters that a host name may have: the data of
 * RFC 5892 (which characters), RFC 5893 (direction) and of normal form C.
 * tables.c is written by tools/idna_tables.c.
 */
#ifndef VALIDATE_SCHEMA_STRINGS_IDNA_TABLES_H
#define VALIDATE_SCHEMA_STRINGS_IDNA_TABLES_H

#include "validate/base.h"

/* Direction (bidirectional class); what has none of these is neutral. */
enum idna_direction {
	IDNA_LEFT,
	IDNA_RIGHT,
	IDNA_ARABIC,
	IDNA_ARABIC_NUMBER,
	IDNA_NUMBER,
	IDNA_NEUTRAL,
	IDNA_MARK, /* non-spacing: goes with what is before it */
};

/* How a letter joins its neighbours. */
enum idna_joining {
	IDNA_JOINS_NOT,
	IDNA_JOINS_LEFT,
	IDNA_JOINS_RIGHT,
	IDNA_JOINS_BOTH,
	IDNA_JOINS_THROUGH, /* transparent */
};

/* Scripts that a rule asks for. */
enum idna_script {
	IDNA_OTHER_SCRIPT,
	IDNA_GREEK,
	IDNA_HEBREW,
	IDNA_JAPANESE, /* Hiragana, Katakana or Han */
};

/* A character that a label may have, alone or in the right company. */
struct idna_class {
	uint8_t direction; /* enum idna_direction */
	uint8_t joining;   /* enum idna_joining */
	uint8_t script;	   /* enum idna_script */
	bool is_combining; /* general category M */
	bool is_virama;	   /* canonical combining class 9 */
};

/* What an entry of idna_ranges is made of. */
enum { IDNA_CLASS_SHIFT = 21, IDNA_STRIDE_SHIFT = 26 };

/*
 * Runs of characters of one class, in order: the first one, the number of its
 * class << IDNA_CLASS_SHIFT, and 1 << IDNA_STRIDE_SHIFT if only every second
 * one counts (capitals stand between). The counts are those of the members.
 */
extern const struct idna_class idna_classes[];
extern const uint32_t idna_ranges[];
extern const uint16_t idna_range_counts[];
extern const size_t idna_range_count;

/*
 * Runs of combining characters: the first one, and the canonical combining
 * class << IDNA_CLASS_SHIFT.
 */
extern const uint32_t idna_combining[];
extern const uint8_t idna_combining_counts[];
extern const size_t idna_combining_count;

/* Two characters that normal form C writes as one; ordered by the second. */
struct idna_pair {
	uint32_t second;
	uint32_t first;
	uint32_t both; /* the two as one */
};

extern const struct idna_pair idna_pairs[];
extern const size_t idna_pair_count;

/* "15.0": the version of Unicode. */
extern const char idna_unicode_version[];

#endif
