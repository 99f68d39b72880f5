#include "validate/schema/compile/emit.h"

#include <errno.h>

/* Copy `size` bytes, maybe none, into the schema's arena. */
static void *keep(struct schema *schema, const void *data, size_t size)
{
	void *copy = arena_alloc(&schema->arena, size ? size : 1);

	if (copy && size)
		memcpy(copy, data, size);
	return copy;
}

/* Texts in one block, each with its NUL. */
static struct program_key *keep_keys(struct schema *schema,
				     const struct list *list)
{
	struct program_key *keys =
		keep(schema, list->data, list->count * sizeof(*keys));
	size_t size = 0;

	for (uint32_t i = 0; keys && i < list->count; i++)
		size += (size_t)keys[i].size + 1;

	char *text = arena_alloc(&schema->arena, size + 1);

	if (!keys || !text)
		return NULL;
	for (uint32_t i = 0; i < list->count; i++) {
		memcpy(text, keys[i].text, (size_t)keys[i].size + 1);
		keys[i].text = text;
		text += (size_t)keys[i].size + 1;
	}
	return keys;
}

/* The nodes again, with the texts where they are now. */
static bool keep_constants(struct schema *schema, struct emitter *emitter)
{
	const struct doc *from = &emitter->constants;
	struct node *nodes =
		keep(schema, from->nodes, from->count * sizeof(*nodes));

	if (!nodes)
		return false;
	for (uint32_t i = 0; i < from->count; i++)
		if (!node_is_container(&nodes[i]))
			nodes[i].text =
				schema->keys[emit_key(emitter,
						      node_text(&nodes[i]))]
					.text;
	doc_init(&schema->constants, NULL, (struct span){"", 0}, from->count);
	schema->constants.nodes = nodes;
	schema->constants.count = from->count;
	return true;
}

static bool keep_all(struct schema *schema, struct emitter *emitter)
{
	schema->code = keep(schema, emitter->code.data,
			    emitter->code.count * sizeof(uint32_t));
	schema->blocks = keep(schema, emitter->blocks.data,
			      emitter->blocks.count * sizeof(struct block));
	schema->locations = keep(schema, emitter->locations.data,
				 emitter->locations.count *
					 sizeof(struct program_location));
	schema->anchors =
		keep(schema, emitter->anchors.data,
		     emitter->anchors.count * sizeof(struct program_anchor));
	if (emitter->quick_blocks) {
		schema->quick = keep(schema, emitter->quick.data,
				     emitter->quick.count * sizeof(uint32_t));
		schema->quick_blocks = keep(schema, emitter->quick_blocks,
					    emitter->blocks.count *
						    sizeof(struct quick_block));
		if (!schema->quick || !schema->quick_blocks)
			return false;
	}
	schema->patterns =
		keep(schema, emitter->patterns.data,
		     emitter->patterns.count * sizeof(struct pattern *));
	schema->keys = keep_keys(schema, &emitter->keys);
	return schema->code && schema->blocks && schema->locations &&
	       schema->anchors && schema->patterns && schema->keys &&
	       keep_constants(schema, emitter);
}

int emit_finish(struct emitter *emitter, uint32_t entry, struct schema **out)
{
	struct schema *schema = calloc(1, sizeof(*schema));

	if (!schema)
		return -ENOMEM;
	arena_init(&schema->arena, emitter->arena->limit_bytes);
	if (emitter->error || !keep_all(schema, emitter)) {
		const int r =
			emitter->error ? emitter->error : schema->arena.error;

		arena_release(&schema->arena);
		free(schema);
		return r;
	}
	schema->entry = entry;
	schema->code_count = emitter->code.count;
	schema->block_count = emitter->blocks.count;
	schema->key_count = emitter->keys.count;
	schema->location_count = emitter->locations.count;
	schema->anchor_count = emitter->anchors.count;
	schema->pattern_count = emitter->patterns.count;
	/* From here on the schema owns the patterns. */
	emitter->patterns.count = 0;
	*out = schema;
	return 0;
}

void schema_free(struct schema *schema)
{
	if (!schema)
		return;
	for (uint32_t i = 0; i < schema->pattern_count; i++)
		pattern_free(schema->patterns[i]);
	arena_release(&schema->arena);
	free(schema);
}
