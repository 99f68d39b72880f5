/*
 * The stat index: what a file held when it was last hashed, by device and
 * inode. It spares reading, and proves nothing: stores through a shared
 * mapping leave every field of stat() as it was.
 *
 * A row is kept under device, 8, and inode, 8 (big-endian, so that neighbours
 * stay neighbours), in little-endian words:
 *
 *  0  checksum, 8: XXH3-64 of the key and of all that follows
 *  8  version, 4           12  facts, 4
 * 16  version of facts, 8  24  birth time, 8
 * 32  mtime, 8             40  ctime, 8
 * 48  size, 8              56  mode, 4
 * 60  has a digest, 4      64  tag of the content, 16
 * 80  digest of the content, 32
 */
#ifndef CACHE_INDEX_H
#define CACHE_INDEX_H

#include "validate/digest.h"

enum { INDEX_VERSION = 1, INDEX_KEY_SIZE = 16, INDEX_ROW_SIZE = 112 };

/* A state of a file. Times in nanoseconds since 1970; birth 0: not known. */
struct index_stamp {
	uint64_t dev;
	uint64_t ino;
	int64_t btime_ns;
	int64_t mtime_ns;
	int64_t ctime_ns;
	uint64_t size;
	uint32_t mode;
};
bool index_stamp_equal(const struct index_stamp *a,
		       const struct index_stamp *b);

/* What it held. The facts are the caller's own numbers. */
struct index_row {
	struct index_stamp stamp;
	uint32_t facts;
	uint64_t facts_version;
	bool has_digest; /* false: only the facts are known */
	struct digest_tag tag;
	struct digest digest;
};

struct index_key {
	uint8_t bytes[INDEX_KEY_SIZE];
};
struct index_key index_key_of(const struct index_stamp *stamp);

void index_encode(const struct index_row *row,
		  uint8_t to[static INDEX_ROW_SIZE]);

/*
 * Read the row that was found for the device and inode of out->stamp. 0;
 * -ESTALE: another version wrote it; -EBADMSG: damaged, or another file's.
 * *out changes on success only.
 */
must_check int index_decode(struct span bytes, struct index_row *out);

#endif
