/*
 * Finds objects by the number of their node. The objects hold the links; one
 * owner at a time.
 */
#ifndef FS_MOUNT_NODES_IDMAP_H
#define FS_MOUNT_NODES_IDMAP_H

#include "validate/base.h"

/* The first member of every object in a map. */
struct idmap_link {
	uint64_t id;
	struct idmap_link *next;
};

struct idmap {
	struct idmap_link **buckets;
	size_t bucket_count;
	size_t count;
};

/* 0 or -ENOMEM. */
must_check int idmap_init(struct idmap *map);

/* Take all objects out, one with each call of `drop`, and give the map back. */
void idmap_release(struct idmap *map, void (*drop)(struct idmap_link *link));

/* The object of that number, or NULL. */
struct idmap_link *idmap_find(const struct idmap *map, uint64_t id);

/* Put in an object whose `id` is set and not in the map. */
void idmap_add(struct idmap *map, struct idmap_link *link);

/* Take out an object that is in the map. */
void idmap_remove(struct idmap *map, struct idmap_link *link);

#endif
