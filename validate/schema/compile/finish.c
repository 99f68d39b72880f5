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

	uint32_t *keys =
		arena_alloc(&schema->arena, (from->count + 1) * sizeof(*keys));

	if (!nodes || !keys)
		return false;
	for (uint32_t i = 0; i < from->count; i++) {
		keys[i] = PROGRAM_NONE;
		if (node_is_container(&nodes[i]))
			continue;
		keys[i] = emit_key(emitter, node_text(&nodes[i]));
		nodes[i].text = schema->keys[keys[i]].text;
	}
	schema->constant_keys = keys;
	doc_init(&schema->constants, NULL, (struct span){"", 0}, from->count);
	schema->constants.nodes = nodes;
	schema->constants.count = from->count;
	return true;
}

static program_pattern *keep_patterns(struct schema *schema,
				      const struct emitter *emitter)
{
	struct pattern *const *from = emitter->patterns.data;
	const uint32_t count = emitter->patterns.count;
	program_pattern *patterns = arena_alloc(
		&schema->arena, ((size_t)count + 1) * sizeof(*patterns));

	for (uint32_t i = 0; patterns && i < count; i++)
		atomic_init(&patterns[i], from[i]);
	return patterns;
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
	schema->patterns = keep_patterns(schema, emitter);
	schema->pattern_keys =
		keep(schema, emitter->pattern_keys.data,
		     emitter->pattern_keys.count * sizeof(uint32_t));
	schema->keys = keep_keys(schema, &emitter->keys);
	return schema->code && schema->blocks && schema->locations &&
	       schema->anchors && schema->patterns && schema->pattern_keys &&
	       schema->keys && keep_constants(schema, emitter);
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
	schema->quick_count = emitter->quick.count;
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
		pattern_free(atomic_load(&schema->patterns[i]));
	arena_release(&schema->arena);
	free(schema);
}
