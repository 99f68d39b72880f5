#include "cache/store_parts.h"

#include <errno.h>

enum { RESIZE_TRIES = 64 };

/* Of the row of "state". */
enum { ROW_CHECKED = 40, ROW_SIZE = 48 };

static MDB_val row_key(void)
{
	static char name[] = "totals";

	return (MDB_val){sizeof(name) - 1, name};
}

int store_read_row(const struct store *store, MDB_txn *txn, struct row *row)
{
	MDB_val key = row_key();
	MDB_val value;
	const int r = mdb_get(txn, store->dbs[DB_STATE], &key, &value);

	if (r)
		return r;

	const uint8_t *from = value.mv_data;

	if (value.mv_size != ROW_SIZE || get_le64(from) != STORE_VERSION ||
	    get_le64(from + ROW_CHECKED) !=
		    digest_checksum((struct span){value.mv_data, ROW_CHECKED}))
		return ESTALE;
	*row = (struct row){get_le64(from + 8), get_le64(from + 16),
			    get_le64(from + 24), get_le64(from + 32)};
	return 0;
}

int store_write_row(const struct store *store, MDB_txn *txn,
		    const struct row *row)
{
	uint8_t bytes[ROW_SIZE];
	MDB_val key = row_key();
	MDB_val value = {ROW_SIZE, bytes};

	put_le64(bytes, STORE_VERSION);
	put_le64(bytes + 8, row->sequence);
	put_le64(bytes + 16, row->bytes);
	put_le64(bytes + 24, row->hits);
	put_le64(bytes + 32, row->misses);
	put_le64(bytes + ROW_CHECKED,
		 digest_checksum(
			 (struct span){(const char *)bytes, ROW_CHECKED}));
	return mdb_put(txn, store->dbs[DB_STATE], &key, &value, 0);
}

/* A write transaction under way. */
struct write {
	struct store *store;
	MDB_txn *txn;
	struct row row;
	bool has_row; /* else the store is new, or of another version */
	uint64_t evicted;
};

typedef int write_step(struct write *write, const void *ctx);

static int write_once(struct write *write, write_step *step, const void *ctx)
{
	struct store *store = write->store;
	int r = store_begin(store, 0, &write->txn);

	if (r)
		return r;
	write->evicted = 0;
	write->row = (struct row){0};
	r = store_read_row(store, write->txn, &write->row);
	write->has_row = !r;
	if (!r || r == MDB_NOTFOUND || r == ESTALE)
		r = step(write, ctx);
	if (!r)
		r = store_write_row(store, write->txn, &write->row);
	if (!r)
		return mdb_txn_commit(write->txn);
	mdb_txn_abort(write->txn);
	return r;
}

/* Do `step` in a transaction, again with a larger map when it is full. */
static int run_write(struct write *write, write_step *step, const void *ctx)
{
	struct store *store = write->store;
	int r = MDB_MAP_RESIZED;

	for (int i = 0; i < RESIZE_TRIES; i++) {
		pthread_rwlock_rdlock(&store->lock);
		r = store_is_on(store) ? write_once(write, step, ctx) : EIO;
		pthread_rwlock_unlock(&store->lock);
		if (r != MDB_MAP_FULL && r != MDB_MAP_RESIZED)
			break;
		r = store_grow(store, r == MDB_MAP_FULL);
		if (r)
			break;
	}
	store_note(store, r);
	if (!r && !store_is_on(store))
		r = EIO; /* asked so that the new length is known */
	return store_translate(r);
}

/* What an entry takes on disk: two nodes, and whole pages if it is large. */
static uint64_t cost_of(size_t key_size, size_t value_size)
{
	enum { PAGE = 4096, NODE = 10, LARGEST_NODE = 2038 };
	const uint64_t keys = 2 * (NODE + key_size) + SEQUENCE_SIZE;

	if (NODE + key_size + value_size <= LARGEST_NODE)
		return keys + value_size;
	return keys + (value_size + 16 + PAGE - 1) / PAGE * PAGE;
}

static void lessen(struct row *row, uint64_t bytes)
{
	row->bytes -= bytes < row->bytes ? bytes : row->bytes;
}

/* Big-endian, so that the order of the bytes is that of the numbers. */
static void put_sequence(uint8_t bytes[SEQUENCE_SIZE], uint64_t sequence)
{
	put_le64(bytes, __builtin_bswap64(sequence));
}

/* Both kinds of entries stand in one order; their keys differ in size. */
static enum store_db db_of(const MDB_val *key)
{
	return key->mv_size == INDEX_KEY_SIZE ? DB_INDEX : DB_VERDICTS;
}

/* An entry about to be replaced leaves the order. */
static int forget_old(struct write *write, MDB_val *key)
{
	uint8_t bytes[SEQUENCE_SIZE];
	MDB_val order = {SEQUENCE_SIZE, bytes};
	MDB_val value;
	int r = mdb_get(write->txn, write->store->dbs[db_of(key)], key, &value);

	if (r)
		return r == MDB_NOTFOUND ? 0 : r;
	lessen(&write->row, cost_of(key->mv_size, value.mv_size));
	if (value.mv_size < SEQUENCE_SIZE)
		return 0;
	put_sequence(bytes, get_le64(value.mv_data));
	r = mdb_del(write->txn, write->store->dbs[DB_ORDER], &order, NULL);
	return r == MDB_NOTFOUND ? 0 : r;
}

static int put_entry(struct write *write, MDB_val key, const void *from,
		     size_t size)
{
	const MDB_dbi *dbs = write->store->dbs;
	uint8_t bytes[SEQUENCE_SIZE];
	MDB_val order = {SEQUENCE_SIZE, bytes};
	MDB_val value = {SEQUENCE_SIZE + size, NULL};
	int r = forget_old(write, &key);

	if (r)
		return r;
	write->row.sequence++;
	put_sequence(bytes, write->row.sequence);
	r = mdb_put(write->txn, dbs[DB_ORDER], &order, &key, 0);
	if (!r)
		r = mdb_put(write->txn, dbs[db_of(&key)], &key, &value,
			    MDB_RESERVE);
	if (r)
		return r;
	put_le64(value.mv_data, write->row.sequence);
	memcpy((char *)value.mv_data + SEQUENCE_SIZE, from, size);
	write->row.bytes += cost_of(key.mv_size, value.mv_size);
	return 0;
}

static int put_item(struct write *write, const struct item *item)
{
	return put_entry(write, store_key(&item->key), item->blob->bytes,
			 item->blob->size);
}

static int put_row(struct write *write, const struct index_row *row)
{
	struct index_key key = index_key_of(&row->stamp);
	uint8_t bytes[INDEX_ROW_SIZE];

	index_encode(row, bytes);
	return put_entry(write, (MDB_val){sizeof(key.bytes), key.bytes}, bytes,
			 sizeof(bytes));
}

/* Drop the entry that a row of "order" names, if it is still the same. */
static int evict_entry(struct write *write, const MDB_val *order, MDB_val *key)
{
	const MDB_dbi db = write->store->dbs[db_of(key)];
	uint8_t bytes[SEQUENCE_SIZE];
	MDB_val value;
	int r = mdb_get(write->txn, db, key, &value);

	if (r || value.mv_size < SEQUENCE_SIZE)
		return r == MDB_NOTFOUND ? 0 : r;
	put_sequence(bytes, get_le64(value.mv_data));
	if (order->mv_size != SEQUENCE_SIZE ||
	    memcmp(order->mv_data, bytes, SEQUENCE_SIZE) != 0)
		return 0;
	lessen(&write->row, cost_of(key->mv_size, value.mv_size));
	r = mdb_del(write->txn, db, key, NULL);
	write->evicted += !r;
	return r;
}

static int evict_oldest(struct write *write, MDB_cursor *cursor)
{
	uint8_t name[ITEM_KEY_SIZE];
	MDB_val order;
	MDB_val key;
	int r = mdb_cursor_get(cursor, &order, &key, MDB_FIRST);

	if (r == MDB_NOTFOUND)
		write->row.bytes = 0;
	if (r)
		return r == MDB_NOTFOUND ? 0 : r;
	if (key.mv_size == ITEM_KEY_SIZE || key.mv_size == INDEX_KEY_SIZE) {
		/* What is deleted may move what the cursor points to. */
		memcpy(name, key.mv_data, key.mv_size);
		key.mv_data = name;
		r = evict_entry(write, &order, &key);
	}
	return r ? r : mdb_cursor_del(cursor, 0);
}

static int keep_limit(struct write *write)
{
	const uint64_t max_bytes = write->store->max_bytes;
	MDB_cursor *cursor;
	int r;

	if (max_bytes == 0 || write->row.bytes <= max_bytes)
		return 0;
	r = mdb_cursor_open(write->txn, write->store->dbs[DB_ORDER], &cursor);
	while (!r && write->row.bytes > max_bytes)
		r = evict_oldest(write, cursor);
	/* Not closed: in a write transaction that is the library's part. */
	return r;
}

static int put_batch(struct write *write, const void *ctx)
{
	const struct store_batch *batch = ctx;

	write->row.hits += batch->hits;
	write->row.misses += batch->misses;
	for (size_t i = 0; i < batch->count; i++) {
		const int r = put_item(write, &batch->items[i]);

		if (r)
			return r;
	}
	for (size_t i = 0; i < batch->row_count; i++) {
		const int r = put_row(write, &batch->rows[i]);

		if (r)
			return r;
	}
	return keep_limit(write);
}

int store_put(struct store *store, const struct store_batch *batch,
	      uint64_t *evicted)
{
	struct write write = {.store = store};
	const int r = run_write(&write, put_batch, batch);

	if (!r)
		*evicted = write.evicted;
	return r;
}

static int drop_all(struct write *write, const void *ctx)
{
	const MDB_dbi *dbs = write->store->dbs;
	int r = mdb_drop(write->txn, dbs[DB_VERDICTS], 0);

	(void)ctx;
	if (!r)
		r = mdb_drop(write->txn, dbs[DB_INDEX], 0);
	if (!r)
		r = mdb_drop(write->txn, dbs[DB_ORDER], 0);
	write->row.bytes = 0;
	return r;
}

int store_clear(struct store *store)
{
	struct write write = {.store = store};

	return run_write(&write, drop_all, NULL);
}

/* Another process may have been faster, and have written since. */
static int begin_anew(struct write *write, const void *ctx)
{
	return write->has_row ? 0 : drop_all(write, ctx);
}

int store_begin_anew(struct store *store)
{
	struct write write = {.store = store};

	return run_write(&write, begin_anew, NULL);
}
