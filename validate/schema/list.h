/*
 * An array that grows in an arena. Header only.
 */
#ifndef VALIDATE_SCHEMA_LIST_H
#define VALIDATE_SCHEMA_LIST_H

#include "validate/arena.h"

struct list {
	void *data;
	uint32_t count;
	uint32_t capacity;
};

/* Room for one more item, not cleared; NULL: see arena->error. */
must_check static inline void *list_add(struct list *list, struct arena *arena,
					size_t size)
{
	if (list->count == list->capacity) {
		const uint32_t capacity =
			list->capacity ? list->capacity * 2 : 16;
		void *data = arena_grow(arena, list->data,
					list->capacity * size, capacity * size);

		if (!data)
			return NULL;
		list->data = data;
		list->capacity = capacity;
	}
	return (char *)list->data + size * list->count++;
}

#endif
