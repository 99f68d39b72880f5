/*
 * Numbers by name: URIs of resources, and anchors inside of one. The first who
 * takes a name keeps it. Lives in an arena.
 */
#ifndef VALIDATE_SCHEMA_COMPILE_NAMES_H
#define VALIDATE_SCHEMA_COMPILE_NAMES_H

#include "validate/schema/list.h"

/* An empty one is all zero. */
struct names {
	struct list entries;
	uint32_t *table; /* entry + 1 by hash */
	uint32_t size;
};

/* The number of a name in a scope, UINT32_MAX if it is not taken. */
uint32_t names_find(const struct names *names, uint32_t scope,
		    struct span name);

/* Take a name, which must live as long. 0, -ENOMEM or -E2BIG (arena). */
must_check int names_add(struct names *names, struct arena *arena,
			 uint32_t scope, struct span name, uint32_t number);

#endif
