#include "validate/schema/compile/names.h"

#include "validate/doc.h"

struct entry {
	struct span name;
	uint32_t scope;
	uint32_t hash;
	uint32_t number;
};

static uint32_t hash_of(uint32_t scope, struct span name)
{
	const uint32_t hash = doc_hash(name) ^ scope * 0x85ebca6bu;

	return hash ^ hash >> 15;
}

/* The place of a name in the table, or the empty one for it. */
static uint32_t *find(const struct names *names, uint32_t scope,
		      struct span name, uint32_t hash)
{
	const struct entry *entries = names->entries.data;
	const uint32_t mask = names->size - 1;
	uint32_t at = hash & mask;

	for (; names->table[at]; at = (at + 1) & mask) {
		const struct entry *entry = &entries[names->table[at] - 1];

		if (entry->hash == hash && entry->scope == scope &&
		    span_equal(entry->name, name))
			break;
	}
	return &names->table[at];
}

uint32_t names_find(const struct names *names, uint32_t scope, struct span name)
{
	const struct entry *entries = names->entries.data;

	if (!names->size)
		return UINT32_MAX;

	const uint32_t place = *find(names, scope, name, hash_of(scope, name));

	return place ? entries[place - 1].number : UINT32_MAX;
}

/* Keep the table at most half full. */
static bool grow(struct names *names, struct arena *arena)
{
	const struct entry *entries = names->entries.data;
	const uint32_t size = names->size ? names->size * 2 : 16;

	if (names->entries.count * 2 < names->size)
		return true;
	names->table = arena_alloc(arena, size * sizeof(*names->table));
	if (!names->table)
		return false;
	memset(names->table, 0, size * sizeof(*names->table));
	names->size = size;
	for (uint32_t i = 0; i < names->entries.count; i++)
		*find(names, entries[i].scope, entries[i].name,
		      entries[i].hash) = i + 1;
	return true;
}

int names_add(struct names *names, struct arena *arena, uint32_t scope,
	      struct span name, uint32_t number)
{
	const uint32_t hash = hash_of(scope, name);

	if (!grow(names, arena))
		return arena->error;

	uint32_t *place = find(names, scope, name, hash);

	if (*place)
		return 0;

	struct entry *entry = list_add(&names->entries, arena, sizeof(*entry));

	if (!entry)
		return arena->error;
	*entry = (struct entry){name, scope, hash, number};
	*place = names->entries.count;
	return 0;
}
