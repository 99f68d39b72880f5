/*
 * The stored form of an entry. What is read back may be damaged or hostile.
 *
 *  0  checksum, 8: XXH3-64 of all that follows
 *  8  version, 4          12  byte-order mark, 4 (native)
 * 16  record size, 4      20  microseconds, 4
 * 24  validated at, 8     32  digest of the content, 32
 * 64  dependency count, 4 68  offset of the verdict, 4 (a multiple of 8)
 * 72  dependencies: length of the path, 4; exists, 4; digest, 32; the path
 *     with its NUL; then zeros up to the verdict, which ends the record.
 *
 * A blob stands in the place of a verdict where the version says so.
 *
 * Words are little-endian, but the verdict is a block of native words: that is
 * what the mark is for.
 */
#ifndef CACHE_RECORD_H
#define CACHE_RECORD_H

#include "cache/item.h"

enum {
	RECORD_VERSION = 2,
	RECORD_BLOB_VERSION =
		0xb10b << 8 | RECORD_VERSION, /* bytes, no verdict */
	RECORD_HEADER = 72,
};

/* How many bytes an entry needs; 0 if it is too large to be kept. */
size_t record_size(const struct cache_entry *entry);

/* Write an entry to record_size() bytes. */
void record_encode(const struct cache_entry *entry, char *to, size_t size);

/* The record of an entry, one reference; NULL: too large, or no memory. */
must_check struct blob *record_blob(const struct cache_entry *entry);

/*
 * Read an entry. 0: *out points into *block, which the caller frees and which
 * begins with the verdict or blob; -ESTALE:
 * another version or machine wrote it; -EBADMSG: damaged; -ENOMEM. The outs
 * change on success only.
 */
must_check int record_decode(struct span bytes, struct cache_entry *out,
			     void **block);

#endif
