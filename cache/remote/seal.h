/*
 * What the shared tier sees of an entry. Whoever controls the server can lose
 * entries, but never forge, swap or cut one, nor tell what a name stands for:
 * both the name and the value carry a MAC with a key of its own, and both keys
 * come from a file that the machines share.
 *
 * A name is NAMESPACE, ":" and 64 hex digits of keyed BLAKE2b over the full
 * key. A value is
 *   0  "cfgfs 1\n"        8  seconds since 1970 when it expires, 8; 0: never
 *  16  MAC, 32           48  the record as it is stored (see record.h)
 * with keyed BLAKE2b over the first 16 bytes, the namespace, the full key and
 * the record, each preceded by its size. Numbers are little-endian. Versions
 * of the record and machines of another byte order have names of their own.
 */
#ifndef CACHE_REMOTE_SEAL_H
#define CACHE_REMOTE_SEAL_H

#include "cache/item.h"
#include "cache/key_file.h"

enum {
	SEAL_NAMESPACE_MAX = 64,
	SEAL_NAME_SIZE = SEAL_NAMESPACE_MAX + 1 + 2 * DIGEST_SIZE + 1,
	SEAL_OVERHEAD = 48,
};

struct seal {
	struct digest name_key;
	struct digest value_key;
	char namespace[SEAL_NAMESPACE_MAX + 1];
};

/* Letters, digits and any of "._:-", one at least. */
bool seal_namespace_is_good(const char *namespace);

/* The keys of a key file for a namespace that is good. */
void seal_init(struct seal *seal, const struct key_file *key_file,
	       const char *namespace);

/* The name of a key, with its NUL. */
void seal_name(const struct seal *seal, const struct item_key *key,
	       char name[static SEAL_NAME_SIZE]);

/* Write the value of a record: SEAL_OVERHEAD and record.size bytes. */
void seal_close(const struct seal *seal, const struct item_key *key,
		int64_t expires_at, struct span record, char *to);

/*
 * Take the record out of a value. 0 and *out (blob_release()); -EBADMSG: not
 * sealed with this key for this entry; -ETIME: expired; -ENOMEM.
 */
must_check int seal_open(const struct seal *seal, const struct item_key *key,
			 struct span value, int64_t now, struct blob **out);

#endif
