/*
 * What the files of the store share; nobody else includes it. Results named
 * `code` are the library's own; store_translate() ends their way.
 */
#ifndef CACHE_STORE_PARTS_H
#define CACHE_STORE_PARTS_H

#include "cache/folder.h"
#include "cache/store.h"

#include <lmdb.h>
#include <pthread.h>

enum { DB_COUNT = DB_STATE + 1 };
extern const char *const store_db_names[DB_COUNT];

/* Before each record: the number under which it is in "order". */
enum { SEQUENCE_SIZE = 8 };

struct store {
	struct folder folder;
	uint64_t max_bytes;
	MDB_env *env;
	MDB_dbi dbs[DB_COUNT];
	int fd;		       /* of the data file, LMDB's */
	pthread_rwlock_t lock; /* shared by transactions, alone to remap */
	atomic_bool is_off;
	atomic_bool is_hurt; /* a page of its files was gone, see shield.h */
	bool is_sound;	     /* need not be examined, while it is opened */
	_Atomic uint64_t largest_size; /* that the file was seen to have */
};

/*
 * The rows of "state". "totals": version, 8; four words; a checksum of all
 * that, 8. "more": the other words; their checksum, 8; it may be missing.
 * `sequence` numbers entries in the order in which they came.
 */
struct row {
	uint64_t sequence;
	uint64_t bytes;
	uint64_t hits;
	uint64_t misses;
	uint64_t generation; /* the first of "more" */
	uint64_t evictions;
	uint64_t tier_hits[STORE_TIERS];
};

/* The library's code of a result -> negative errno. */
int store_translate(int code);

/* Switch the store off if `code` tells of damage. */
void store_note(struct store *store, int code);

/* Begin a transaction (MDB_RDONLY or 0) inside a step of a shield, and end one
 * without effect. The library's code. */
must_check int store_begin(struct store *store, unsigned flags, MDB_txn **txn);
void store_abort(MDB_txn *txn);

/* A step of a transaction that reads: the library's code. */
typedef int store_step(struct store *store, MDB_txn *txn, void *ctx);

/* When another process has made the map larger and this one is in use. */
enum store_patience { STORE_HURRIES, STORE_WAITS };

/*
 * Do `step` in a transaction that reads. It may be left in the middle, and be
 * done again. The library's code, or EIO: the store is off, and what was read
 * until then counts only if it proves itself.
 */
must_check int store_read(struct store *store, store_step *step, void *ctx,
			  enum store_patience patience);

/* What the library knows without a transaction. The library's code. */
must_check int store_info(struct store *store, MDB_envinfo *info);

/* Read the row; MDB_NOTFOUND: none; ESTALE: of another version or damaged. */
must_check int store_read_row(const struct store *store, MDB_txn *txn,
			      struct row *row);

/* Write the row. The library's code. */
must_check int store_write_row(const struct store *store, MDB_txn *txn,
			       const struct row *row);

/* A key as the library wants it. */
MDB_val store_key(const struct item_key *key);

/*
 * Make the map larger because it is full, or (not `is_full`) as large as
 * another process has made it. No transaction of this thread may be running.
 */
must_check int store_grow(struct store *store, bool is_full);

/* As large as another process has made it, or MDB_NOTFOUND if the map is in
 * use right now. */
must_check int store_adopt_size(struct store *store);

/* A write transaction under way. */
struct write {
	struct store *store;
	MDB_txn *txn;
	struct row row; /* written back at the end */
	bool has_row;	/* else the store is new, or of another version */
	uint64_t evicted;
	struct uses *uses; /* what was hit stays; NULL: nothing was */
};

/* The library's code; what is not 0 undoes all. May run more than once. */
typedef int write_step(struct write *write, const void *ctx);

/*
 * Do `step` in a transaction, again with a larger map when it is full. Only
 * `store` and `uses` of *write are to be set. 0 or a negative errno.
 */
must_check int store_run_write(struct write *write, write_step *step,
			       const void *ctx);

/* Keep plans in words; when there are too many, all others are dropped. */
must_check int store_put_plans(struct write *write,
			       const struct plan_note *plans, size_t count);
must_check int store_drop_plans(struct write *write);

/* The entry of a key is about to go: it leaves the order and the bytes. */
must_check int store_forget_old(struct write *write, MDB_val *key);

/* Drop the oldest that were not hit until entries need at most `max_bytes`; 0:
 * no limit. */
must_check int store_keep_limit(struct write *write, uint64_t max_bytes);

/* What an entry takes on disk: two nodes, and whole pages if it is large. */
uint64_t store_cost(size_t key_size, size_t value_size);

/* Big-endian, so that the order of the bytes is that of the numbers. */
void store_put_sequence(uint8_t bytes[SEQUENCE_SIZE], uint64_t sequence);

/*
 * Drop what is there and write a row, unless there is one that can be used. 0
 * or a negative errno.
 */
must_check int store_begin_anew(struct store *store);

/*
 * In a child (see trial.h): is the store in the folder `path` sound? Every
 * page is looked at, then every row is read as a reader would.
 */
int store_examine(const char *path);

#endif
