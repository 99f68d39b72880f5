#include "validate/schema/compile/names.h"

#include "validate/doc.h"
#include "validate/schema/program.h"

static uint32_t hash_of(uint32_t number, struct span text)
{
	return program_spread(doc_hash(text) + number * 0x9e3779b9u);
}

/* Its slot, or the free one that it would have. */
static struct name_slot *find_slot(const struct names *names, uint32_t number,
				   struct span text, uint32_t hash)
{
	uint32_t at = hash & (names->size - 1);

	while (names->slots[at].text.data &&
	       (names->slots[at].hash != hash ||
		names->slots[at].number != number ||
		!span_equal(names->slots[at].text, text)))
		at = (at + 1) & (names->size - 1);
	return &names->slots[at];
}

/* Keep it at most half full. */
static int grow(struct names *names, struct arena *arena)
{
	const struct names old = *names;
	const uint32_t size = old.size ? old.size * 2 : 64;
	struct name_slot *slots = arena_alloc(arena, size * sizeof(*slots));

	if (!slots)
		return arena->error;
	memset(slots, 0, size * sizeof(*slots));
	names->slots = slots;
	names->size = size;
	for (uint32_t i = 0; i < old.size; i++) {
		const struct name_slot *slot = &old.slots[i];

		if (slot->text.data)
			*find_slot(names, slot->number, slot->text,
				   slot->hash) = *slot;
	}
	return 0;
}

int names_add(struct names *names, struct arena *arena, uint32_t number,
	      struct span text, uint32_t value)
{
	const uint32_t hash = hash_of(number, text);
	int r = 0;

	if (names->count * 2 >= names->size)
		r = grow(names, arena);
	if (r)
		return r;

	struct name_slot *slot = find_slot(names, number, text, hash);

	if (slot->text.data)
		return 0;
	*slot = (struct name_slot){
		.text = {text.data ? text.data : "", text.size},
		.number = number,
		.hash = hash,
		.value = value};
	names->count++;
	return 0;
}

uint32_t names_find(const struct names *names, uint32_t number,
		    struct span text)
{
	const struct name_slot *slot =
		names->size
			? find_slot(names, number, text, hash_of(number, text))
			: NULL;

	return slot && slot->text.data ? slot->value : NAMES_NONE;
}
