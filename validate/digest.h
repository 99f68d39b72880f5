/*
 * Hashes of content. XXH3 finds, BLAKE2b proves: XXH3-128 is fast but two
 * contents with one hash can be written down, so no answer may rest on it.
 * Sole user of xxhash.h and of libsodium.
 */
#ifndef VALIDATE_DIGEST_H
#define VALIDATE_DIGEST_H

#include "validate/base.h"

enum { DIGEST_SIZE = 32, DIGEST_TAG_SIZE = 16 };

/* BLAKE2b-256 (RFC 7693), unkeyed: equal digests mean equal content. */
struct digest {
	uint8_t bytes[DIGEST_SIZE];
};

/* XXH3-128, canonical (big-endian) form: a name to look things up by. */
struct digest_tag {
	uint8_t bytes[DIGEST_TAG_SIZE];
};

/* The digest of some bytes. */
struct digest digest_of(struct span bytes);

/* The fast tag of some bytes. */
struct digest_tag digest_tag_of(struct span bytes);

/* XXH3-64 of some bytes: checksums of records, in-process tables. */
uint64_t digest_checksum(struct span bytes);

bool digest_equal(const struct digest *a, const struct digest *b);

/* Write 64 lower-case hex digits and a NUL. */
void digest_to_hex(const struct digest *digest, char hex[static 65]);

/*
 * A digest over several parts. Every part is preceded by its length, so that
 * no two lists of parts give the same bytes. The caller's memory; no release.
 */
struct digest_builder {
	_Alignas(64) uint8_t state[384];
	uint8_t pending[256]; /* parts are short: they are hashed together */
	size_t pending_size;
};

void digest_begin(struct digest_builder *builder);
void digest_add(struct digest_builder *builder, struct span part);
void digest_add_number(struct digest_builder *builder, uint64_t number);
struct digest digest_end(struct digest_builder *builder);

/* Begin a keyed digest instead (a MAC): only who has the key can make it. */
void digest_begin_keyed(struct digest_builder *builder,
			const struct digest *key);

/* Compare in a time that does not tell where they differ. */
bool digest_equal_secret(const struct digest *a, const struct digest *b);

#endif
