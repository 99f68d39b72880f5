#include "validate/schema/compile/emit.h"

#include <errno.h>

/* Values of enum and const that one schema may hold, aliases expanded. */
enum { CONSTANTS_MAX = 1 << 20, DEPTH_MAX = 1024 };

void emit_init(struct emitter *emitter, struct arena *arena)
{
	*emitter = (struct emitter){.arena = arena};
	doc_init(&emitter->constants, arena, (struct span){"", 0},
		 CONSTANTS_MAX);
}

void emit_release(struct emitter *emitter)
{
	struct pattern **patterns = emitter->patterns.data;

	for (uint32_t i = 0; i < emitter->patterns.count; i++)
		pattern_free(patterns[i]);
}

void emit_fail(struct emitter *emitter)
{
	if (!emitter->error)
		emitter->error =
			emitter->arena->error ? emitter->arena->error : -E2BIG;
}

static void *add(struct emitter *emitter, struct list *list, size_t size)
{
	void *item =
		emitter->error ? NULL : list_add(list, emitter->arena, size);

	if (!item)
		emit_fail(emitter);
	return item;
}

void emit_word(struct emitter *emitter, uint32_t word)
{
	uint32_t *slot = add(emitter, &emitter->code, sizeof(*slot));

	if (slot)
		*slot = word;
}

void emit_quick(struct emitter *emitter, uint32_t word)
{
	uint32_t *slot = add(emitter, &emitter->quick, sizeof(*slot));

	if (slot)
		*slot = word;
}

void emit_begin(struct emitter *emitter, enum operation operation,
		enum keyword keyword)
{
	emitter->instruction = emitter->code.count;
	emit_word(emitter, (uint32_t)operation | (uint32_t)keyword << 8);
	emit_word(emitter, 0);
}

uint32_t emit_reserve(struct emitter *emitter, uint32_t words)
{
	const uint32_t place = emitter->code.count;

	while (words-- > 0 && !emitter->error)
		emit_word(emitter, PROGRAM_NONE);
	return place;
}

void emit_patch(struct emitter *emitter, uint32_t place, uint32_t word)
{
	if (!emitter->error)
		((uint32_t *)emitter->code.data)[place] = word;
}

void emit_end(struct emitter *emitter)
{
	emit_patch(emitter, emitter->instruction + 1,
		   emitter->code.count - emitter->instruction);
}

uint32_t emit_position(const struct emitter *emitter)
{
	return emitter->code.count;
}

/* The place of a text in the key table: its own or the empty one for it. */
static uint32_t *find_key(struct emitter *emitter, struct span text,
			  uint32_t hash)
{
	const struct program_key *keys = emitter->keys.data;
	const uint32_t mask = emitter->key_table_size - 1;
	uint32_t at = program_spread(hash) & mask;

	while (emitter->key_table[at]) {
		const struct program_key *key =
			&keys[emitter->key_table[at] - 1];

		if (key->hash == hash &&
		    span_equal((struct span){key->text, key->size}, text))
			break;
		at = (at + 1) & mask;
	}
	return &emitter->key_table[at];
}

/* Keep the table at most half full. */
static bool grow_key_table(struct emitter *emitter)
{
	const uint32_t size =
		emitter->key_table_size ? emitter->key_table_size * 2 : 256;
	const struct program_key *keys = emitter->keys.data;

	if (emitter->keys.count * 2 < emitter->key_table_size)
		return true;
	emitter->key_table =
		arena_alloc(emitter->arena, size * sizeof(uint32_t));
	if (!emitter->key_table) {
		emit_fail(emitter);
		return false;
	}
	memset(emitter->key_table, 0, size * sizeof(uint32_t));
	emitter->key_table_size = size;
	for (uint32_t i = 0; i < emitter->keys.count; i++)
		*find_key(emitter, (struct span){keys[i].text, keys[i].size},
			  keys[i].hash) = i + 1;
	return true;
}

uint32_t emit_key(struct emitter *emitter, struct span text)
{
	const uint32_t hash = doc_hash(text);

	if (emitter->error || !grow_key_table(emitter))
		return PROGRAM_NONE;

	uint32_t *slot = find_key(emitter, text, hash);

	if (*slot)
		return *slot - 1;

	struct program_key *key = add(emitter, &emitter->keys, sizeof(*key));
	const char *copy = key ? arena_text(emitter->arena, text) : NULL;

	if (!copy) {
		emit_fail(emitter);
		return PROGRAM_NONE;
	}
	*key = (struct program_key){hash, (uint32_t)text.size, copy};
	*slot = emitter->keys.count;
	return *slot - 1;
}

uint32_t emit_block(struct emitter *emitter)
{
	struct block *block = add(emitter, &emitter->blocks, sizeof(*block));

	if (!block)
		return PROGRAM_NONE;
	*block = (struct block){.location = PROGRAM_NONE};
	return emitter->blocks.count - 1;
}

struct block *emit_block_at(struct emitter *emitter, uint32_t block)
{
	return (struct block *)emitter->blocks.data + block;
}

uint32_t emit_location(struct emitter *emitter, uint32_t parent, uint32_t key)
{
	struct program_location *location =
		add(emitter, &emitter->locations, sizeof(*location));

	if (!location)
		return PROGRAM_NONE;
	*location = (struct program_location){parent, key};
	return emitter->locations.count - 1;
}

void emit_anchor(struct emitter *emitter, struct program_anchor anchor)
{
	struct program_anchor *slot =
		add(emitter, &emitter->anchors, sizeof(*slot));

	if (slot)
		*slot = anchor;
}

/* One scalar or the head of a container, its text interned. */
static uint32_t push_constant(struct emitter *emitter, struct node node)
{
	if (!node_is_container(&node)) {
		const uint32_t key = emit_key(emitter, node_text(&node));

		if (key == PROGRAM_NONE)
			return DOC_NONE;

		const struct program_key *keys = emitter->keys.data;

		node.text = keys[key].text;
		node.hash = keys[key].hash;
	}

	const uint32_t index = doc_push(&emitter->constants, node);

	if (index == DOC_NONE)
		emit_fail(emitter);
	return index;
}

uint32_t emit_constant(struct emitter *emitter, const struct doc *doc,
		       uint32_t node)
{
	const uint32_t from = doc_resolve(doc, node);
	const struct node *value = &doc->nodes[from];
	struct node copy = *value;

	/* An alias as key is still a key. */
	copy.flags =
		(uint8_t)(copy.flags | (doc->nodes[node].flags & NODE_KEY));

	if (emitter->depth == DEPTH_MAX)
		emit_fail(emitter);

	const uint32_t index =
		emitter->error ? DOC_NONE : push_constant(emitter, copy);

	if (index == DOC_NONE || !node_is_container(value))
		return index;
	emitter->depth++;
	for (uint32_t at = from + 1; at < value->next; at = doc->nodes[at].next)
		if (emit_constant(emitter, doc, at) == DOC_NONE)
			return DOC_NONE;
	emitter->depth--;
	doc_close(&emitter->constants, index, value->size, copy.offset);
	return index;
}

/* Where it is noted which pattern the text of `key` is; NULL on failure. */
static uint32_t *pattern_note(struct emitter *emitter, uint32_t key)
{
	while (emitter->pattern_notes.count <= key) {
		uint32_t *note =
			add(emitter, &emitter->pattern_notes, sizeof(*note));

		if (!note)
			return NULL;
		*note = PROGRAM_NONE;
	}
	return (uint32_t *)emitter->pattern_notes.data + key;
}

int emit_pattern(struct emitter *emitter, struct span text, uint32_t *out,
		 char why[static PATTERN_WHY_SIZE])
{
	const uint32_t key = emit_key(emitter, text);
	uint32_t *note =
		key == PROGRAM_NONE ? NULL : pattern_note(emitter, key);

	if (!note)
		return emitter->error;
	if (*note == PROGRAM_NONE) {
		struct pattern *compiled = NULL;
		uint32_t *text_key =
			add(emitter, &emitter->pattern_keys, sizeof(*text_key));

		if (!text_key)
			return emitter->error;
		*text_key = key;

		const int r = pattern_compile(text, &compiled, why);

		if (r) {
			emitter->pattern_keys.count--;
			return r;
		}

		struct pattern **slot = add(emitter, &emitter->patterns,
					    sizeof(struct pattern *));

		if (!slot) {
			pattern_free(compiled);
			return emitter->error;
		}
		*slot = compiled;
		*note = emitter->patterns.count - 1;
	}
	*out = *note;
	return 0;
}
