#include "validate/schema/image/image.h"

#include <errno.h>

/* Append an array. */
static void put(char **to, const void *from, uint32_t count, size_t size)
{
	if (count)
		memcpy(*to, from, count * size);
	*to += count * size;
}

static void put_keys(char **to, const struct schema *schema)
{
	for (uint32_t i = 0; i < schema->key_count; i++) {
		const struct image_key key = {schema->keys[i].hash,
					      schema->keys[i].size};

		put(to, &key, 1, sizeof(key));
	}
}

static void put_constants(char **to, const struct schema *schema)
{
	for (uint32_t i = 0; i < schema->constants.count; i++) {
		const struct node *node = &schema->constants.nodes[i];
		const struct image_node stored = {
			.type = node->type,
			.flags = node->flags,
			.offset = node->offset,
			.length = node->length,
			.next = node->next,
			.size = node->size,
			.hash = node->hash,
			.key = schema->constant_keys[i],
		};

		put(to, &stored, 1, sizeof(stored));
	}
}

static void put_texts(char **to, const struct schema *schema)
{
	for (uint32_t i = 0; i < schema->key_count; i++)
		put(to, schema->keys[i].text, schema->keys[i].size + 1, 1);
}

static void write_image(char *to, const struct image_header *header,
			const struct schema *schema)
{
	put(&to, header, 1, sizeof(*header));
	put(&to, schema->code, schema->code_count, sizeof(uint32_t));
	put(&to, schema->blocks, schema->block_count, sizeof(struct block));
	put(&to, schema->quick, header->quick_count, sizeof(uint32_t));
	put(&to, schema->quick_blocks, header->quick_block_count,
	    sizeof(struct quick_block));
	put(&to, schema->locations, schema->location_count,
	    sizeof(struct program_location));
	put(&to, schema->anchors, schema->anchor_count,
	    sizeof(struct program_anchor));
	put(&to, schema->pattern_keys, schema->pattern_count, sizeof(uint32_t));
	put_keys(&to, schema);
	put_constants(&to, schema);
	put_texts(&to, schema);
}

int schema_export(const struct schema *schema, char **out, size_t *size)
{
	struct image_header header = {
		.magic = IMAGE_MAGIC,
		.version = IMAGE_VERSION,
		.mark = IMAGE_MARK,
		.shape = IMAGE_SHAPE,
		.entry = schema->entry,
		.code_count = schema->code_count,
		.block_count = schema->block_count,
		.quick_count = schema->quick_blocks ? schema->quick_count : 0,
		.quick_block_count =
			schema->quick_blocks ? schema->block_count : 0,
		.location_count = schema->location_count,
		.anchor_count = schema->anchor_count,
		.pattern_count = schema->pattern_count,
		.key_count = schema->key_count,
		.constant_count = schema->constants.count,
	};
	uint64_t text_size = 0;

	for (uint32_t i = 0; i < schema->key_count; i++)
		text_size += (uint64_t)schema->keys[i].size + 1;
	if (image_size(&header) + text_size > SCHEMA_IMAGE_MAX)
		return -E2BIG;
	header.text_size = (uint32_t)text_size;

	const size_t all = (size_t)image_size(&header);
	char *bytes = malloc(all);

	if (!bytes)
		return -ENOMEM;
	write_image(bytes, &header, schema);
	*out = bytes;
	*size = all;
	return 0;
}

uint32_t schema_image_version(void)
{
	return IMAGE_VERSION;
}
