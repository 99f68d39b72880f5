#include "cache/item.h"

struct item_key item_key_of(const struct cache_key *key,
			    const struct digest *content)
{
	struct item_key full;
	uint8_t *to = full.bytes;

	memcpy(to, key->content.bytes, DIGEST_TAG_SIZE);
	memcpy(to + DIGEST_TAG_SIZE, key->plan.bytes, DIGEST_SIZE);
	memcpy(to + DIGEST_TAG_SIZE + DIGEST_SIZE, content->bytes,
	       ITEM_PROOF_SIZE);
	return full;
}

/*
 * Drawn from the two BLAKE2b parts: many contents with one XXH3 tag can be
 * written down, and would all land in one bucket.
 */
uint64_t item_key_hash(const struct item_key *key)
{
	return get_le64(key->bytes + DIGEST_TAG_SIZE) ^
	       get_le64(key->bytes + DIGEST_TAG_SIZE + DIGEST_SIZE);
}

bool item_key_equal(const struct item_key *a, const struct item_key *b)
{
	return memcmp(a->bytes, b->bytes, ITEM_KEY_SIZE) == 0;
}

struct blob *blob_new(size_t size)
{
	if (size > UINT32_MAX)
		return NULL;

	struct blob *blob = malloc(sizeof(*blob) + size);

	if (!blob)
		return NULL;
	atomic_init(&blob->references, 1);
	blob->size = size;
	return blob;
}

struct blob *blob_share(struct blob *blob)
{
	atomic_fetch_add_explicit(&blob->references, 1, memory_order_relaxed);
	return blob;
}

void blob_release(struct blob *blob)
{
	if (blob && atomic_fetch_sub_explicit(&blob->references, 1,
					      memory_order_acq_rel) == 1)
		free(blob);
}

struct span blob_span(const struct blob *blob)
{
	return (struct span){blob->bytes, blob->size};
}

void items_free(struct item *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		blob_release(items[i].blob);
	free(items);
}
