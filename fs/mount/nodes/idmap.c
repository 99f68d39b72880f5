#include "fs/mount/nodes/idmap.h"

#include <errno.h>

enum { FIRST_BUCKETS = 64 }; /* a power of two, as all that follow */

int idmap_init(struct idmap *map)
{
	struct idmap_link **buckets =
		calloc(FIRST_BUCKETS, sizeof(struct idmap_link *));

	if (!buckets)
		return -ENOMEM;
	*map = (struct idmap){.buckets = buckets,
			      .bucket_count = FIRST_BUCKETS};
	return 0;
}

/* Node numbers are handed out one after the other: they spread by themselves.
 */
static struct idmap_link **bucket_of(const struct idmap *map, uint64_t id)
{
	return &map->buckets[id & (map->bucket_count - 1)];
}

void idmap_release(struct idmap *map, void (*drop)(struct idmap_link *link))
{
	for (size_t i = 0; i < map->bucket_count; i++) {
		while (map->buckets[i]) {
			struct idmap_link *link = map->buckets[i];

			map->buckets[i] = link->next;
			drop(link);
		}
	}
	free(map->buckets);
	*map = (struct idmap){0};
}

struct idmap_link *idmap_find(const struct idmap *map, uint64_t id)
{
	struct idmap_link *link = *bucket_of(map, id);

	while (link && link->id != id)
		link = link->next;
	return link;
}

static void link_in(struct idmap *map, struct idmap_link *link)
{
	struct idmap_link **bucket = bucket_of(map, link->id);

	link->next = *bucket;
	*bucket = link;
}

/* Without memory for more buckets the map only gets slower. */
static void grow(struct idmap *map)
{
	struct idmap old = *map;
	struct idmap_link **buckets =
		calloc(old.bucket_count * 2, sizeof(struct idmap_link *));

	if (!buckets)
		return;
	map->buckets = buckets;
	map->bucket_count = old.bucket_count * 2;
	for (size_t i = 0; i < old.bucket_count; i++) {
		while (old.buckets[i]) {
			struct idmap_link *link = old.buckets[i];

			old.buckets[i] = link->next;
			link_in(map, link);
		}
	}
	free(old.buckets);
}

void idmap_add(struct idmap *map, struct idmap_link *link)
{
	if (map->count >= map->bucket_count)
		grow(map);
	link_in(map, link);
	map->count++;
}

void idmap_remove(struct idmap *map, struct idmap_link *link)
{
	struct idmap_link **at = bucket_of(map, link->id);

	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
	map->count--;
}
