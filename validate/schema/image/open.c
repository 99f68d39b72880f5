#include "validate/schema/image/check.h"
#include "validate/schema/image/image.h"

#include <errno.h>

/* What an opened schema may need: its image and some more for each part. */
enum { OPEN_MAX_BYTES = SCHEMA_IMAGE_MAX * 8 };

static bool has_header(struct span image, struct image_header *header)
{
	static const char magic[sizeof(header->magic)] = IMAGE_MAGIC;

	if (image.size < sizeof(*header) || image.size > SCHEMA_IMAGE_MAX)
		return false;
	memcpy(header, image.data, sizeof(*header));
	return memcmp(header->magic, magic, sizeof(magic)) == 0 &&
	       header->version == IMAGE_VERSION && header->mark == IMAGE_MARK &&
	       header->shape == IMAGE_SHAPE &&
	       image_size(header) == image.size &&
	       (header->quick_block_count == header->block_count ||
		(!header->quick_block_count && !header->quick_count));
}

/* The next array of the image. */
static const void *take(const char **from, uint32_t count, size_t size)
{
	const void *array = *from;

	*from += count * size;
	return array;
}

/* The texts must fill their part of the image and be what was hashed. */
static int open_keys(struct schema *schema, const struct image_key *stored,
		     struct span texts)
{
	struct program_key *keys =
		arena_alloc(&schema->arena,
			    ((size_t)schema->key_count + 1) * sizeof(*keys));

	if (!keys)
		return -ENOMEM;
	for (uint32_t i = 0; i < schema->key_count; i++) {
		const struct span text = {texts.data, stored[i].size};

		if (text.size >= texts.size || text.data[text.size] != '\0' ||
		    doc_hash(text) != stored[i].hash)
			return -EBADMSG;
		keys[i] = (struct program_key){stored[i].hash, stored[i].size,
					       text.data};
		texts.data += text.size + 1;
		texts.size -= text.size + 1;
	}
	schema->keys = keys;
	return texts.size ? -EBADMSG : 0;
}

static bool open_constant(const struct schema *schema,
			  const struct image_node *stored, struct node *node)
{
	*node = (struct node){
		.type = stored->type,
		.flags = stored->flags,
		.offset = stored->offset,
		.length = stored->length,
		.next = stored->next,
		.size = stored->size,
		.hash = stored->hash,
	};
	if (node_is_container(node))
		return stored->key == PROGRAM_NONE;
	if (stored->key >= schema->key_count ||
	    schema->keys[stored->key].size != stored->size)
		return false;
	node->text = schema->keys[stored->key].text;
	return true;
}

static int open_constants(struct schema *schema,
			  const struct image_node *stored, uint32_t count)
{
	struct node *nodes = arena_alloc(&schema->arena,
					 ((size_t)count + 1) * sizeof(*nodes));
	uint32_t *keys = arena_alloc(&schema->arena,
				     ((size_t)count + 1) * sizeof(*keys));

	if (!nodes || !keys)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		if (!open_constant(schema, &stored[i], &nodes[i]))
			return -EBADMSG;
		keys[i] = stored[i].key;
	}
	doc_init(&schema->constants, NULL, (struct span){"", 0}, count);
	schema->constants.nodes = nodes;
	schema->constants.count = count;
	schema->constant_keys = keys;
	return 0;
}

/* None is compiled yet. */
static int open_patterns(struct schema *schema, uint32_t count)
{
	program_pattern *patterns = arena_alloc(
		&schema->arena, ((size_t)count + 1) * sizeof(*patterns));

	if (!patterns)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		atomic_init(&patterns[i], NULL);
	schema->patterns = patterns;
	schema->pattern_count = count;
	return 0;
}

static void set_counts(struct schema *schema, const struct image_header *header)
{
	schema->entry = header->entry;
	schema->code_count = header->code_count;
	schema->block_count = header->block_count;
	schema->quick_count = header->quick_count;
	schema->location_count = header->location_count;
	schema->anchor_count = header->anchor_count;
	schema->key_count = header->key_count;
}

/* The arrays out of a copy of what follows the header. */
static int open_arrays(struct schema *schema, const struct image_header *header,
		       const char *at)
{
	schema->code = take(&at, header->code_count, sizeof(uint32_t));
	schema->blocks = take(&at, header->block_count, sizeof(struct block));

	const uint32_t *quick =
		take(&at, header->quick_count, sizeof(uint32_t));
	const struct quick_block *quick_blocks = take(
		&at, header->quick_block_count, sizeof(struct quick_block));

	if (header->quick_block_count) {
		schema->quick = quick;
		schema->quick_blocks = quick_blocks;
	}
	schema->locations = take(&at, header->location_count,
				 sizeof(struct program_location));
	schema->anchors =
		take(&at, header->anchor_count, sizeof(struct program_anchor));
	schema->pattern_keys =
		take(&at, header->pattern_count, sizeof(uint32_t));

	const struct image_key *keys =
		take(&at, header->key_count, sizeof(*keys));
	const struct image_node *constants =
		take(&at, header->constant_count, sizeof(*constants));
	int r = open_keys(schema, keys, (struct span){at, header->text_size});

	if (r == 0)
		r = open_constants(schema, constants, header->constant_count);
	if (r == 0)
		r = open_patterns(schema, header->pattern_count);
	return r ? r : check_schema(schema);
}

int schema_open(struct span image, struct schema **out)
{
	struct image_header header;
	struct schema *schema;

	if (!has_header(image, &header))
		return -EBADMSG;
	schema = calloc(1, sizeof(*schema));
	if (!schema)
		return -ENOMEM;
	arena_init(&schema->arena, OPEN_MAX_BYTES);
	set_counts(schema, &header);

	/* A copy, for the arrays need an alignment that the image lacks. */
	const size_t size = image.size - sizeof(header);
	char *copy = arena_alloc(&schema->arena, size + 1);
	int r = -ENOMEM;

	if (copy) {
		memcpy(copy, image.data + sizeof(header), size);
		r = open_arrays(schema, &header, copy);
	}
	if (r) {
		schema_free(schema);
		return r;
	}
	*out = schema;
	return 0;
}
