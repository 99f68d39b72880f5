/*
 * The image of a compiled schema: a header, then without gaps the arrays of
 * struct schema in the order of the header's counts, then the texts of the
 * keys one after the other, each with its NUL. All words are native, which
 * `mark` tells. Whoever changes the layout, the meaning of an operation or
 * doc_hash() bumps IMAGE_VERSION.
 */
#ifndef VALIDATE_SCHEMA_IMAGE_IMAGE_H
#define VALIDATE_SCHEMA_IMAGE_IMAGE_H

#include "validate/schema/program.h"

enum { IMAGE_VERSION = 1 };

/* Read as 0x04030201 on a machine of the other kind. */
enum { IMAGE_MARK = 0x01020304 };

/* Grows with any operation or keyword, in case the version was forgotten. */
enum {
	IMAGE_SHAPE = OPERATION_COUNT | KEYWORD_COUNT << 8 | QUICK_PICK << 16,
};

#define IMAGE_MAGIC "cfgfs schema\n"

struct image_header {
	char magic[16];
	uint32_t version;
	uint32_t mark;
	uint32_t shape;
	uint32_t entry;
	uint32_t code_count;
	uint32_t block_count;
	uint32_t quick_count;
	uint32_t quick_block_count; /* block_count, or 0: no quick form */
	uint32_t location_count;
	uint32_t anchor_count;
	uint32_t pattern_count; /* of uint32_t: the keys of their texts */
	uint32_t key_count;
	uint32_t constant_count;
	uint32_t text_size;
};

/* A key; its text follows that of the one before. */
struct image_key {
	uint32_t hash;
	uint32_t size;
};

/* A constant; see struct node. */
struct image_node {
	uint8_t type;
	uint8_t reserved;
	uint16_t flags;
	uint32_t offset;
	uint32_t length;
	uint32_t next;
	uint32_t size;
	uint32_t hash;
	uint32_t key; /* of a scalar's text, else PROGRAM_NONE */
};

/* Bytes of an image with such a header. */
static inline uint64_t image_size(const struct image_header *header)
{
	return sizeof(*header) + (uint64_t)header->code_count * 4 +
	       header->block_count * (uint64_t)sizeof(struct block) +
	       (uint64_t)header->quick_count * 4 +
	       header->quick_block_count *
		       (uint64_t)sizeof(struct quick_block) +
	       header->location_count *
		       (uint64_t)sizeof(struct program_location) +
	       header->anchor_count * (uint64_t)sizeof(struct program_anchor) +
	       (uint64_t)header->pattern_count * 4 +
	       header->key_count * (uint64_t)sizeof(struct image_key) +
	       header->constant_count * (uint64_t)sizeof(struct image_node) +
	       header->text_size;
}

#endif
