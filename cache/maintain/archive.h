/*
 * Verdicts in a file, signed by a key, to be carried to another machine.
 *
 * 16 bytes "cfgfs archive 1\n", 4 of RECORD_VERSION; then each record: its
 * key, 4 bytes of size, the record as it is stored; at the
 * end 32 bytes: keyed BLAKE2b over all before, in blocks of ARCHIVE_BLOCK
 * bytes, each preceded by its size. Numbers are little-endian.
 */
#ifndef CACHE_MAINTAIN_ARCHIVE_H
#define CACHE_MAINTAIN_ARCHIVE_H

#include "cache/key_file.h"
#include "cache/maintain/select.h"

enum { ARCHIVE_BLOCK = 65536 };

/* The key that a key file stands for. */
struct digest archive_key(const struct key_file *key_file);

/*
 * Write to `fd` the sound records on these contents (NULL: on all). 0 and
 * *count, or a negative errno: then what was written is no archive.
 */
must_check int archive_write(struct store *store,
			     const struct contents *contents,
			     const struct digest *key, int fd, uint64_t *count);

struct archive_counts {
	uint64_t imported;
	uint64_t known; /* the store had them, and has kept its own */
};

/*
 * Take an archive over. -EBADMSG: it is none, or cut short; -EKEYREJECTED:
 * changed, or signed with another key; -ESTALE: of another version; another
 * negative errno. What is wrong in any way is found before anything is written.
 */
must_check int archive_read(struct store *store, struct span bytes,
			    const struct digest *key,
			    struct archive_counts *out);

#endif
