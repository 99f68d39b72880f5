#include "validate/digest.h"

#include <sodium.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

_Static_assert(sizeof(crypto_generichash_state) <=
		       sizeof(((struct digest_builder *)NULL)->state),
	       "the builder holds libsodium's state");

/*
 * Without it libsodium works, but with its portable code: choosing the fast
 * one writes to globals, so it is done before there are threads. A failure
 * only costs speed.
 */
__attribute__((constructor)) static void choose_implementation(void)
{
	(void)!sodium_init();
}

struct digest digest_of(struct span bytes)
{
	struct digest digest;

	crypto_generichash(digest.bytes, DIGEST_SIZE,
			   (const uint8_t *)bytes.data, bytes.size, NULL, 0);
	return digest;
}

struct digest_tag digest_tag_of(struct span bytes)
{
	XXH128_canonical_t canonical;
	struct digest_tag tag;

	XXH128_canonicalFromHash(&canonical,
				 XXH3_128bits(bytes.data, bytes.size));
	memcpy(tag.bytes, canonical.digest, DIGEST_TAG_SIZE);
	return tag;
}

uint64_t digest_checksum(struct span bytes)
{
	return XXH3_64bits(bytes.data, bytes.size);
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->bytes, b->bytes, DIGEST_SIZE) == 0;
}

void digest_to_hex(const struct digest *digest, char hex[static 65])
{
	sodium_bin2hex(hex, 65, digest->bytes, DIGEST_SIZE);
}

static crypto_generichash_state *state_of(struct digest_builder *builder)
{
	return (crypto_generichash_state *)(void *)builder->state;
}

void digest_begin(struct digest_builder *builder)
{
	crypto_generichash_init(state_of(builder), NULL, 0, DIGEST_SIZE);
	builder->pending_size = 0;
}

static void hash_pending(struct digest_builder *builder)
{
	crypto_generichash_update(state_of(builder), builder->pending,
				  builder->pending_size);
	builder->pending_size = 0;
}

static void add_bytes(struct digest_builder *builder, const void *bytes,
		      size_t size)
{
	if (size > sizeof(builder->pending) - builder->pending_size)
		hash_pending(builder);
	if (size > sizeof(builder->pending)) {
		crypto_generichash_update(state_of(builder), bytes, size);
		return;
	}
	if (size)
		memcpy(builder->pending + builder->pending_size, bytes, size);
	builder->pending_size += size;
}

void digest_add_number(struct digest_builder *builder, uint64_t number)
{
	uint8_t bytes[8];

	put_le64(bytes, number);
	add_bytes(builder, bytes, sizeof(bytes));
}

void digest_add(struct digest_builder *builder, struct span part)
{
	digest_add_number(builder, part.size);
	add_bytes(builder, part.data, part.size);
}

struct digest digest_end(struct digest_builder *builder)
{
	struct digest digest;

	hash_pending(builder);
	crypto_generichash_final(state_of(builder), digest.bytes, DIGEST_SIZE);
	return digest;
}

void digest_begin_keyed(struct digest_builder *builder,
			const struct digest *key)
{
	crypto_generichash_init(state_of(builder), key->bytes, DIGEST_SIZE,
				DIGEST_SIZE);
	builder->pending_size = 0;
}

bool digest_equal_secret(const struct digest *a, const struct digest *b)
{
	return sodium_memcmp(a->bytes, b->bytes, DIGEST_SIZE) == 0;
}
