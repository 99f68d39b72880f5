#include "cache/look.h"

#include "cache/record.h"

#include <errno.h>

/* Of the dependencies that changed the first is told. */
static bool is_fresh(struct look *look, const struct cache_entry *entry)
{
	if (!look->is_fresh)
		return true;
	for (uint32_t i = 0; i < entry->dependency_count; i++) {
		const struct dependency *dependency = &entry->dependencies[i];

		if (look->is_fresh(look->ctx, dependency))
			continue;
		look->stale = strdup(dependency->path);
		return false;
	}
	return true;
}

int look_accept(struct look *look, const struct blob *blob,
		enum cache_tier tier)
{
	struct cache_found found = {.tier = tier};
	const int r =
		record_decode(blob_span(blob), &found.entry, &found.block);

	if (r)
		return r == -ENOMEM ? r : -ENOENT;
	if (!digest_equal(&found.entry.content, look->content) ||
	    !found.entry.verdict) {
		cache_found_release(&found);
		return -ENOENT;
	}
	if (!is_fresh(look, &found.entry)) {
		cache_found_release(&found);
		return -ESTALE;
	}
	*look->out = found;
	return 0;
}

int look_in_memory(struct memory *memory, const struct item_key *key,
		   struct look *look)
{
	struct blob *blob = memory_get(memory, key);
	const int r = blob ? look_accept(look, blob, TIER_MEMORY) : -ENOENT;

	blob_release(blob);
	return r;
}

void look_keep(struct cache *cache, const struct item_key *key,
	       struct blob *blob)
{
	const int kept =
		cache->is_brief ? 0 : memory_put(cache->memory, key, blob);

	(void)kept;
}

static int look_on_disk(struct cache *cache, const struct item_key *key,
			struct look *look)
{
	struct blob *blob = NULL;
	int r = -ENOENT;

	if (cache->store)
		r = store_get(cache->store, key, &blob);
	if (!r)
		r = look_accept(look, blob, TIER_DISK);
	if (!r)
		look_keep(cache, key, blob);
	blob_release(blob);
	return r;
}

int look_accept_shared(struct cache *cache, const struct item_key *key,
		       struct look *look, struct blob *blob)
{
	const int r = blob ? look_accept(look, blob, TIER_REMOTE) : -ENOENT;
	int kept = 0;

	if (!r)
		look_keep(cache, key, blob);
	if (!r && cache_wants_disk(cache))
		kept = memory_put(cache->pending, key, blob);
	(void)kept; /* else it is asked for once more */
	blob_release(blob);
	return r;
}

static int look_in_shared(struct cache *cache, const struct item_key *key,
			  struct look *look)
{
	struct blob *blob;

	if (!cache->remote)
		return -ENOENT;
	remote_get(cache->remote, key, 1, &blob);
	return look_accept_shared(cache, key, look, blob);
}

/*
 * What is stale ends it, though another process may have put a fresh entry on
 * disk: is_fresh() is asked about one entry only, so that it may gather.
 */
int look_everywhere(struct cache *cache, const struct item_key *key,
		    struct look *look)
{
	int r = look_in_memory(cache->memory, key, look);

	if (r == -ENOENT)
		r = look_in_memory(cache->pending, key, look);
	if (r == -ENOENT)
		r = look_on_disk(cache, key, look);
	if (r == -ENOENT)
		r = look_in_shared(cache, key, look);
	return r;
}

void look_count(struct cache *cache, int r, enum cache_tier tier)
{
	counters_add(cache->counters, r == 0 ? tier : TIER_MISS, 1);
}
