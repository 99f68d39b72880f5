/*
 * What is noted about a version that is kept, and its stored form: the value
 * of one file, little-endian, with a checksum behind it.
 */
#ifndef FS_VAULT_KEPT_H
#define FS_VAULT_KEPT_H

#include "validate/digest.h"

enum { KEPT_VERSION = 1 };

/* A valid version of a file, as it was served. */
struct kept {
	struct digest content;
	uint64_t size;
	int64_t mtime_ns;
	int64_t ctime_ns;
	int64_t kept_at; /* when it was last found valid; seconds since 1970 */
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
};

/* Is all the same but the time it was kept at? */
bool kept_equal(const struct kept *a, const struct kept *b);

/* The bytes to store for the version of `path`, owned. 0 or -ENOMEM. */
must_check int kept_encode(const struct kept *kept, const char *path,
			   char **bytes, size_t *size);

/*
 * Read bytes that may be damaged. 0; -EBADMSG; -ESTALE: another version wrote
 * them. `*path` borrows from the bytes, which must be followed by a NUL.
 */
must_check int kept_decode(struct span bytes, struct kept *out,
			   const char **path);

#endif
