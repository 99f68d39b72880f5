/*
 * Upkeep of the disk tier: look at every record, drop some, check all, make
 * the file smaller. Everything here may run beside processes that use the
 * store, but for maintain_compact().
 */
#ifndef CACHE_MAINTAIN_MAINTAIN_H
#define CACHE_MAINTAIN_MAINTAIN_H

#include "cache/store.h"

/* A growing list of keys; keys_release() it. */
struct keys {
	struct item_key *keys;
	size_t count;
	size_t capacity;
};
/* 0 or -ENOMEM. */
must_check int keys_add(struct keys *keys, const struct item_key *key);
void keys_release(struct keys *keys);

/*
 * Called for each record, which is foreign bytes and lasts until it returns.
 * It may not use the store. What is not 0 ends the visit.
 */
typedef int maintain_visit(void *ctx, const struct item_key *key,
			   struct span record);

/*
 * Visit every record in the order of the keys, a few hundred a transaction:
 * those written meanwhile may be visited or not. 0, what `visit` ended with, or
 * a negative errno.
 */
must_check int maintain_each(struct store *store, maintain_visit *visit,
			     void *ctx);

/*
 * Drop the entries of some keys in one transaction; *dropped counts those that
 * were there. Running mounts notice. 0 or a negative errno: nothing is dropped.
 */
must_check int maintain_drop(struct store *store, const struct keys *keys,
			     uint64_t *dropped);

/* Drop those that come up for eviction until entries need at most `max_bytes`
 * (not 0). 0 or a negative errno. */
must_check int maintain_shrink(struct store *store, uint64_t max_bytes,
			       uint64_t *dropped);

/* What an audit found. */
struct audit_result {
	uint64_t records;
	uint64_t good;
	uint64_t damaged;	   /* checksum, layout or verdict is wrong */
	uint64_t of_other_version; /* or of another kind of machine */
	uint64_t misplaced;	   /* found by a key that is not theirs */
	uint64_t not_in_order;	   /* would never be evicted */
	uint64_t stray;		   /* rows of the order without a record */
	uint64_t files;		   /* rows of the stat index */
	uint64_t bad_files;	   /* among them: damaged, of another version,
				      or would never be evicted */
	uint64_t bytes;		   /* that the good ones need */
	uint64_t bytes_recorded;   /* what the store believes */
};

/* Is there anything to repair? */
bool audit_is_clean(const struct audit_result *result);

/*
 * Look at every record and every row of the order, in one transaction; with
 * `is_repair` what is bad is dropped and the count of bytes is put right. 0 or
 * a negative errno.
 */
must_check int maintain_audit(struct store *store, bool is_repair,
			      struct audit_result *out);

struct compaction {
	uint64_t bytes_before; /* of the file */
	uint64_t bytes_after;
};

/*
 * Write the store of a folder anew without its free pages. It must not be open
 * in this process. 0; -EBUSY: another process uses it; another negative errno;
 * then nothing has changed and *why says why.
 */
must_check int maintain_compact(const char *folder, struct compaction *out,
				char **why);

#endif
