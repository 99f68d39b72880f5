/*
 * The disk tier: an LMDB environment. Sole user of lmdb.h.
 *
 * Four databases: "verdicts" (key -> 8 bytes of sequence, little-endian, and
 * the record), "index" (see index.h; sequence and row), "order" (sequence,
 * big-endian -> key of either: the oldest first) and "state" (rows of
 * totals, see store_parts.h; and "plan" and a digest -> checksum, 8, and that
 * plan in words). A change of layout bumps STORE_VERSION, and a
 * store of another version is begun anew.
 */
#ifndef CACHE_STORE_H
#define CACHE_STORE_H

#include "cache/index.h"
#include "cache/item.h"
#include "cache/plan_notes.h"
#include "cache/uses.h"

enum { STORE_VERSION = 2 };

enum store_db { DB_VERDICTS, DB_INDEX, DB_ORDER, DB_STATE };

/* Tiers whose hits are counted apart: memory, disk, remote, index. */
enum { STORE_TIERS = 4 };

struct store; /* safe from any thread; one per process and folder */

struct store_options {
	const char *folder;
	uint64_t max_bytes; /* of entries; 0: no limit */
	bool read_only;
	bool is_sound; /* however it was left, it need not be examined */
};

/*
 * Open the store. 0 and *out; *why may then say that it was begun anew. A
 * negative errno: it cannot be used and *why says why. Not after fork(), and
 * before threads start, as it may examine the store in a child.
 */
must_check int store_open(const struct store_options *options,
			  struct store **out, char **why);

/* Close it; NULL is allowed. */
void store_close(struct store *store);

/* Is it in use: not switched off, not cut short by somebody? */
bool store_is_on(struct store *store);

/* Is it known to be out of use? Costs no look at the file. */
bool store_is_switched_off(const struct store *store);

/* Was it switched off because its files were cut short, or worse, while it was
 * in use? */
bool store_is_hurt(const struct store *store);

bool store_is_writable(const struct store *store);

/* Never touch the disk again: all is a miss from now on. */
void store_switch_off(struct store *store);

/* A copy of the record of `key` (blob_release()). 0, -ENOENT or -ENOMEM. */
must_check int store_get(struct store *store, const struct item_key *key,
			 struct blob **out);

/* One of several look-ups; `bytes` is the key as its database has it. */
struct store_look {
	enum store_db db; /* DB_VERDICTS or DB_INDEX */
	const uint8_t *bytes;
};

/* Called inside the transaction: `value` is gone afterwards, and no other call
 * of the store may be made. */
typedef void store_found(void *ctx, size_t look, struct span value);

/* Look several keys up in one transaction; what is not there is left out. */
void store_get_many(struct store *store, const struct store_look *looks,
		    size_t count, store_found *found, void *ctx);

/* Which plans have a verdict on this content, by its tag and digest. */
void store_find_plans(struct store *store, const struct digest_tag *tag,
		      const struct digest *content, struct store_plans *out);

/* What one transaction writes. */
struct store_batch {
	const struct item *items;
	size_t count;
	const struct index_row *rows;
	size_t row_count;
	const struct plan_note *plans;
	size_t plan_count;
	uint64_t hits; /* added to the totals of all runs */
	uint64_t misses;
	uint64_t tier_hits[STORE_TIERS];
	struct uses *uses; /* what was hit is not evicted; may be NULL */
	const uint64_t *generation; /* of the store when the batch was begun;
				       NULL: whatever it is */
};

/*
 * Write a batch durably, then drop the oldest that were not hit beyond
 * the limit (*evicted).
 * 0 or a negative errno: then nothing of it is written. -ECANCELED: verdicts
 * were forgotten on purpose meanwhile, maybe these among them.
 */
must_check int store_put(struct store *store, const struct store_batch *batch,
			 uint64_t *evicted);

/* Drop all entries. 0 or a negative errno. */
must_check int store_clear(struct store *store);

struct store_totals {
	uint64_t entries;
	uint64_t bytes;	 /* what they need, pages of large ones included */
	uint64_t hits;	 /* of all runs */
	uint64_t misses; /* of all runs */
	uint64_t evictions;
	uint64_t tier_hits[STORE_TIERS];
	uint64_t generation; /* grows when verdicts are forgotten on purpose */
};

/*
 * A number that changes with every transaction of any process; 0 if it is off.
 * Cheap: no transaction is begun.
 */
uint64_t store_last_transaction(struct store *store);

/* Zeros if it is off. */
struct store_totals store_totals(struct store *store);

#endif
