#include "cache/index.h"

#include <errno.h>

/* Byte offset of each field. */
enum {
	CHECKSUM = 0,
	VERSION = 8,
	FACTS = 12,
	FACTS_VERSION = 16,
	BTIME = 24,
	MTIME = 32,
	CTIME = 40,
	SIZE = 48,
	MODE = 56,
	HAS_DIGEST = 60,
	TAG = 64,
	DIGEST = 80,
};

bool index_stamp_equal(const struct index_stamp *a, const struct index_stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino &&
	       a->btime_ns == b->btime_ns && a->mtime_ns == b->mtime_ns &&
	       a->ctime_ns == b->ctime_ns && a->size == b->size &&
	       a->mode == b->mode;
}

struct index_key index_key_of(const struct index_stamp *stamp)
{
	struct index_key key;

	put_le64(key.bytes, __builtin_bswap64(stamp->dev));
	put_le64(key.bytes + 8, __builtin_bswap64(stamp->ino));
	return key;
}

/* The key is in it, so that no row can be taken for another file's. */
static uint64_t checksum_of(const struct index_key *key, const uint8_t *row)
{
	char both[INDEX_KEY_SIZE + INDEX_ROW_SIZE - VERSION];

	memcpy(both, key->bytes, INDEX_KEY_SIZE);
	memcpy(both + INDEX_KEY_SIZE, row + VERSION, INDEX_ROW_SIZE - VERSION);
	return digest_checksum((struct span){both, sizeof(both)});
}

void index_encode(const struct index_row *row,
		  uint8_t to[static INDEX_ROW_SIZE])
{
	const struct index_stamp *stamp = &row->stamp;
	const struct index_key key = index_key_of(stamp);

	put_le32(to + VERSION, INDEX_VERSION);
	put_le32(to + FACTS, row->facts);
	put_le64(to + FACTS_VERSION, row->facts_version);
	put_le64(to + BTIME, (uint64_t)stamp->btime_ns);
	put_le64(to + MTIME, (uint64_t)stamp->mtime_ns);
	put_le64(to + CTIME, (uint64_t)stamp->ctime_ns);
	put_le64(to + SIZE, stamp->size);
	put_le32(to + MODE, stamp->mode);
	put_le32(to + HAS_DIGEST, row->has_digest);
	memcpy(to + TAG, row->tag.bytes, DIGEST_TAG_SIZE);
	memcpy(to + DIGEST, row->digest.bytes, DIGEST_SIZE);
	put_le64(to + CHECKSUM, checksum_of(&key, to));
}

int index_decode(struct span bytes, struct index_row *out)
{
	const struct index_key key = index_key_of(&out->stamp);
	const uint8_t *from = (const uint8_t *)bytes.data;

	if (bytes.size < INDEX_ROW_SIZE)
		return -EBADMSG;
	if (get_le32(from + VERSION) != INDEX_VERSION)
		return -ESTALE;
	if (bytes.size != INDEX_ROW_SIZE ||
	    get_le64(from + CHECKSUM) != checksum_of(&key, from) ||
	    get_le32(from + HAS_DIGEST) > 1)
		return -EBADMSG;

	struct index_stamp *stamp = &out->stamp;

	stamp->btime_ns = (int64_t)get_le64(from + BTIME);
	stamp->mtime_ns = (int64_t)get_le64(from + MTIME);
	stamp->ctime_ns = (int64_t)get_le64(from + CTIME);
	stamp->size = get_le64(from + SIZE);
	stamp->mode = get_le32(from + MODE);
	out->facts = get_le32(from + FACTS);
	out->facts_version = get_le64(from + FACTS_VERSION);
	out->has_digest = get_le32(from + HAS_DIGEST);
	memcpy(out->tag.bytes, from + TAG, DIGEST_TAG_SIZE);
	memcpy(out->digest.bytes, from + DIGEST, DIGEST_SIZE);
	return 0;
}
