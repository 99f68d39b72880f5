#include "cache/cache_parts.h"
#include "cache/record.h"

#include <errno.h>

/* What waits for the disk, else what is there; NULL: neither. */
static struct blob *find(struct cache *cache, const struct item_key *key)
{
	struct blob *blob = memory_get(cache->pending, key);

	if (!blob && cache->store && store_get(cache->store, key, &blob))
		return NULL;
	return blob;
}

static bool is_right(const struct cache_entry *entry,
		     const struct digest *content, cache_is_fresh *is_fresh,
		     void *ctx)
{
	if (entry->verdict || !digest_equal(&entry->content, content))
		return false;
	for (uint32_t i = 0; i < entry->dependency_count; i++)
		if (!is_fresh(ctx, &entry->dependencies[i]))
			return false;
	return true;
}

int cache_get_blob(struct cache *cache, const struct cache_key *key,
		   const struct digest *content, cache_is_fresh *is_fresh,
		   void *ctx, struct cache_found *out)
{
	const struct item_key full = item_key_of(key, content);
	struct blob *blob = find(cache, &full);
	struct cache_found found = {.tier = TIER_DISK};

	if (!blob)
		return -ENOENT;

	const int r =
		record_decode(blob_span(blob), &found.entry, &found.block);

	blob_release(blob);
	if (r)
		return r == -ENOMEM ? r : -ENOENT;
	if (!is_right(&found.entry, content, is_fresh, ctx)) {
		cache_found_release(&found);
		return -ENOENT;
	}
	uses_note(cache->uses, &full);
	*out = found;
	return 0;
}

bool cache_keeps_blobs(struct cache *cache)
{
	return cache_wants_disk(cache);
}

int cache_put_blob(struct cache *cache, const struct cache_key *key,
		   const struct cache_entry *entry)
{
	const struct item_key full = item_key_of(key, &entry->content);

	if (!cache_wants_disk(cache))
		return 0;

	struct blob *blob = record_blob(entry);

	if (!blob)
		return -ENOMEM;

	const int r = memory_put(cache->pending, &full, blob);

	blob_release(blob);
	return r;
}
