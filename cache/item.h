/*
 * What both tiers hold: an encoded entry under its full key. The bytes are
 * immutable and counted, so that one copy serves memory, disk and readers.
 */
#ifndef CACHE_ITEM_H
#define CACHE_ITEM_H

#include "cache/cache.h"

#include <stdatomic.h>

enum {
	ITEM_PROOF_SIZE = 8,
	ITEM_KEY_SIZE = DIGEST_TAG_SIZE + DIGEST_SIZE + ITEM_PROOF_SIZE,
};

/*
 * Tag, plan, first bytes of the content's digest. With the last part two
 * contents that share a tag live beside each other; with the first, a scan by
 * prefix finds all verdicts of a content.
 */
struct item_key {
	uint8_t bytes[ITEM_KEY_SIZE];
};

/* The full key of a content. */
struct item_key item_key_of(const struct cache_key *key,
			    const struct digest *content);

/* A number to spread keys by; not to be had by design, see item.c. */
uint64_t item_key_hash(const struct item_key *key);

bool item_key_equal(const struct item_key *a, const struct item_key *b);

/* Counted bytes; any thread may hold a reference. Immutable once shared. */
struct blob {
	atomic_uint references;
	size_t size;
	_Alignas(8) char bytes[];
};

/* A new block with one reference, or NULL. Its bytes are not set. */
struct blob *blob_new(size_t size);

/* One more reference to the same block. */
struct blob *blob_share(struct blob *blob);

/* Give a reference back; NULL is allowed. */
void blob_release(struct blob *blob);

struct span blob_span(const struct blob *blob);

/* A key with its bytes; owns a reference. */
struct item {
	struct item_key key;
	struct blob *blob;
};

/* Release the references of a list and the list itself. */
void items_free(struct item *items, size_t count);

#endif
