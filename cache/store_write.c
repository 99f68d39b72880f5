#include "cache/shield.h"
#include "cache/store_parts.h"

#include <errno.h>

enum {
	RESIZE_TRIES = 64,
	SWEEP_ROWS = 1024, /* at the old end, a transaction */
};

/* Of the row of "state". */
enum { ROW_CHECKED = 40, ROW_SIZE = 48 };

/* Of the row "more": words and their checksum. */
enum { MORE_WORDS = 2 + STORE_TIERS, MORE_CHECKED = 8 * MORE_WORDS };

static MDB_val row_key(void)
{
	static char name[] = "totals";

	return (MDB_val){sizeof(name) - 1, name};
}

static MDB_val more_key(void)
{
	static char name[] = "more";

	return (MDB_val){sizeof(name) - 1, name};
}

/* It came later: without one, or with a damaged one, its words are zero. */
static void read_more(const struct store *store, MDB_txn *txn, struct row *row)
{
	MDB_val key = more_key();
	MDB_val value;

	if (mdb_get(txn, store->dbs[DB_STATE], &key, &value) ||
	    value.mv_size != MORE_CHECKED + 8)
		return;

	const uint8_t *from = value.mv_data;

	if (get_le64(from + MORE_CHECKED) !=
	    digest_checksum((struct span){value.mv_data, MORE_CHECKED}))
		return;
	row->generation = get_le64(from);
	row->evictions = get_le64(from + 8);
	for (size_t i = 0; i < STORE_TIERS; i++)
		row->tier_hits[i] = get_le64(from + 16 + 8 * i);
}

static int write_more(const struct store *store, MDB_txn *txn,
		      const struct row *row)
{
	uint8_t bytes[MORE_CHECKED + 8];
	MDB_val key = more_key();
	MDB_val value = {sizeof(bytes), bytes};

	put_le64(bytes, row->generation);
	put_le64(bytes + 8, row->evictions);
	for (size_t i = 0; i < STORE_TIERS; i++)
		put_le64(bytes + 16 + 8 * i, row->tier_hits[i]);
	put_le64(bytes + MORE_CHECKED,
		 digest_checksum(
			 (struct span){(const char *)bytes, MORE_CHECKED}));
	return mdb_put(txn, store->dbs[DB_STATE], &key, &value, 0);
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
	*row = (struct row){
		.sequence = get_le64(from + 8),
		.bytes = get_le64(from + 16),
		.hits = get_le64(from + 24),
		.misses = get_le64(from + 32),
	};
	read_more(store, txn, row);
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

	const int r = mdb_put(txn, store->dbs[DB_STATE], &key, &value, 0);

	return r ? r : write_more(store, txn, row);
}

/* One transaction, and what is done in it. */
struct writing {
	struct write *write;
	write_step *step;
	const void *ctx;
};

static int do_step(const struct writing *writing)
{
	struct write *write = writing->write;
	struct store *store = write->store;
	int r;

	write->evicted = 0;
	write->row = (struct row){0};
	r = store_read_row(store, write->txn, &write->row);
	write->has_row = !r;
	if (!r || r == MDB_NOTFOUND || r == ESTALE)
		r = writing->step(write, writing->ctx);
	if (!r)
		r = store_write_row(store, write->txn, &write->row);
	/* What was made of pages that are gone must not be written. */
	return !r && store_is_switched_off(store) ? EIO : r;
}

static int write_once(void *ctx)
{
	const struct writing *writing = ctx;
	struct write *write = writing->write;
	int r = store_begin(write->store, 0, &write->txn);

	if (r)
		return r;
	r = do_step(writing);
	if (!r)
		return mdb_txn_commit(write->txn);
	store_abort(write->txn);
	return r;
}

/* Left in the middle, the transaction keeps the writers' lock of all processes
 * until its thread ends. */
static int write_shielded(struct writing *writing)
{
	struct store *store = writing->write->store;
	const int r = shield_run_apart(write_once, writing, &store->is_hurt);

	if (r == -EAGAIN)
		return EAGAIN;
	return r == SHIELD_LEFT || store_is_hurt(store) ? EIO : r;
}

int store_run_write(struct write *write, write_step *step, const void *ctx)
{
	struct store *store = write->store;
	struct writing writing = {write, step, ctx};
	int r = MDB_MAP_RESIZED;

	for (int i = 0; i < RESIZE_TRIES; i++) {
		pthread_rwlock_rdlock(&store->lock);
		r = store_is_on(store) ? write_shielded(&writing) : EIO;
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

uint64_t store_cost(size_t key_size, size_t value_size)
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

void store_put_sequence(uint8_t bytes[SEQUENCE_SIZE], uint64_t sequence)
{
	put_le64(bytes, __builtin_bswap64(sequence));
}

/* Both kinds of entries stand in one order; their keys differ in size. */
static enum store_db db_of(const MDB_val *key)
{
	return key->mv_size == INDEX_KEY_SIZE ? DB_INDEX : DB_VERDICTS;
}

int store_forget_old(struct write *write, MDB_val *key)
{
	uint8_t bytes[SEQUENCE_SIZE];
	MDB_val order = {SEQUENCE_SIZE, bytes};
	MDB_val value;
	int r = mdb_get(write->txn, write->store->dbs[db_of(key)], key, &value);

	if (r)
		return r == MDB_NOTFOUND ? 0 : r;
	lessen(&write->row, store_cost(key->mv_size, value.mv_size));
	if (value.mv_size < SEQUENCE_SIZE)
		return 0;
	store_put_sequence(bytes, get_le64(value.mv_data));
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
	int r = store_forget_old(write, &key);

	if (r)
		return r;
	write->row.sequence++;
	store_put_sequence(bytes, write->row.sequence);
	r = mdb_put(write->txn, dbs[DB_ORDER], &order, &key, 0);
	if (!r)
		r = mdb_put(write->txn, dbs[db_of(&key)], &key, &value,
			    MDB_RESERVE);
	if (r)
		return r;
	put_le64(value.mv_data, write->row.sequence);
	memcpy((char *)value.mv_data + SEQUENCE_SIZE, from, size);
	write->row.bytes += store_cost(key.mv_size, value.mv_size);
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

/* Is it the entry that a row of the order named? */
static bool is_of_row(const MDB_val *value, const uint8_t *order)
{
	uint8_t bytes[SEQUENCE_SIZE];

	if (value->mv_size < SEQUENCE_SIZE)
		return false;
	store_put_sequence(bytes, get_le64(value->mv_data));
	return memcmp(order, bytes, SEQUENCE_SIZE) == 0;
}

/* Rows of the index are small and made anew by a look: hits do not save them.
 */
static bool was_hit(const struct write *write, const MDB_val *key)
{
	struct item_key name;

	if (key->mv_size != ITEM_KEY_SIZE)
		return false;
	memcpy(name.bytes, key->mv_data, ITEM_KEY_SIZE);
	return uses_take(write->uses, &name);
}

/* An entry that was hit goes to the young end. */
static int make_young(struct write *write, MDB_val *key, const MDB_val *old)
{
	const MDB_dbi *dbs = write->store->dbs;
	uint8_t bytes[SEQUENCE_SIZE];
	MDB_val order = {SEQUENCE_SIZE, bytes};
	auto_free uint8_t *copy = malloc(old->mv_size);
	MDB_val value = {old->mv_size, copy};
	int r;

	if (!copy)
		return ENOMEM;
	write->row.sequence++;
	memcpy(copy, old->mv_data, old->mv_size);
	put_le64(copy, write->row.sequence);
	store_put_sequence(bytes, write->row.sequence);
	r = mdb_put(write->txn, dbs[DB_ORDER], &order, key, 0);
	return r ? r : mdb_put(write->txn, dbs[db_of(key)], key, &value, 0);
}

/* Its row is gone: drop an entry, or make it young if it was hit. */
static int pass_over(struct write *write, const uint8_t *order, MDB_val *key,
		     bool is_eviction)
{
	const MDB_dbi db = write->store->dbs[db_of(key)];
	MDB_val value;
	int r = mdb_get(write->txn, db, key, &value);

	if (r)
		return r == MDB_NOTFOUND ? 0 : r;
	if (!is_of_row(&value, order))
		return 0;
	if (!is_eviction || was_hit(write, key))
		return make_young(write, key, &value);
	lessen(&write->row, store_cost(key->mv_size, value.mv_size));
	r = mdb_del(write->txn, db, key, NULL);
	write->evicted += !r;
	write->row.evictions += !r && key->mv_size == ITEM_KEY_SIZE;
	return r;
}

/* Take the row under the cursor out of the order and see to its entry. */
static int take_row(struct write *write, MDB_cursor *cursor,
		    const MDB_val *order, const MDB_val *key, bool is_eviction)
{
	uint8_t bytes[SEQUENCE_SIZE];
	uint8_t name[ITEM_KEY_SIZE];
	MDB_val copy = {key->mv_size, name};
	const bool is_sound = order->mv_size == SEQUENCE_SIZE &&
			      (key->mv_size == ITEM_KEY_SIZE ||
			       key->mv_size == INDEX_KEY_SIZE);

	/* What is deleted may move what the cursor points to. */
	if (is_sound) {
		memcpy(bytes, order->mv_data, SEQUENCE_SIZE);
		memcpy(name, key->mv_data, key->mv_size);
	}

	const int r = mdb_cursor_del(cursor, 0);

	return r || !is_sound ? r : pass_over(write, bytes, &copy, is_eviction);
}

static int evict_oldest(struct write *write, MDB_cursor *cursor)
{
	MDB_val order;
	MDB_val key;
	const int r = mdb_cursor_get(cursor, &order, &key, MDB_FIRST);

	if (r == MDB_NOTFOUND)
		write->row.bytes = 0;
	if (r)
		return r == MDB_NOTFOUND ? 0 : r;
	return take_row(write, cursor, &order, &key, true);
}

int store_keep_limit(struct write *write, uint64_t max_bytes)
{
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

/* Keys of rows at the old end whose entries were hit. */
static int find_used(struct write *write, MDB_cursor *cursor,
		     uint8_t (*rows)[SEQUENCE_SIZE], size_t *count)
{
	MDB_val order;
	MDB_val key;
	int r = mdb_cursor_get(cursor, &order, &key, MDB_FIRST);

	for (int i = 0; !r && i < SWEEP_ROWS; i++) {
		if (order.mv_size == SEQUENCE_SIZE && was_hit(write, &key))
			memcpy(rows[(*count)++], order.mv_data, SEQUENCE_SIZE);
		r = mdb_cursor_get(cursor, &order, &key, MDB_NEXT);
	}
	return r == MDB_NOTFOUND ? 0 : r;
}

/*
 * What this process knows of hits is lost when it ends. So when the store is
 * nearly full, entries at the old end that were hit become young before others
 * evict. Only a few are looked at: the cost is the same for any store.
 */
static int save_used(struct write *write)
{
	const uint64_t max_bytes = write->store->max_bytes;
	uint8_t rows[SWEEP_ROWS][SEQUENCE_SIZE];
	MDB_cursor *cursor;
	size_t count = 0;
	int r;

	if (!write->uses || max_bytes == 0 ||
	    write->row.bytes < max_bytes / 8 * 7)
		return 0;
	r = mdb_cursor_open(write->txn, write->store->dbs[DB_ORDER], &cursor);
	if (!r)
		r = find_used(write, cursor, rows, &count);
	for (size_t i = 0; !r && i < count; i++) {
		MDB_val order = {SEQUENCE_SIZE, rows[i]};
		MDB_val key;

		r = mdb_cursor_get(cursor, &order, &key, MDB_SET_KEY);
		if (!r)
			r = take_row(write, cursor, &order, &key, false);
	}
	return r;
}

static int put_batch(struct write *write, const void *ctx)
{
	const struct store_batch *batch = ctx;

	if (batch->generation && write->row.generation != *batch->generation)
		return ECANCELED;
	write->row.hits += batch->hits;
	write->row.misses += batch->misses;
	for (size_t i = 0; i < STORE_TIERS; i++)
		write->row.tier_hits[i] += batch->tier_hits[i];
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

	int r = store_put_plans(write, batch->plans, batch->plan_count);

	if (!r)
		r = store_keep_limit(write, write->store->max_bytes);
	return r ? r : save_used(write);
}

int store_put(struct store *store, const struct store_batch *batch,
	      uint64_t *evicted)
{
	struct write write = {.store = store, .uses = batch->uses};
	const int r = store_run_write(&write, put_batch, batch);

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
	if (!r)
		r = store_drop_plans(write);
	write->row.bytes = 0;
	write->row.generation++;
	return r;
}

int store_clear(struct store *store)
{
	struct write write = {.store = store};

	return store_run_write(&write, drop_all, NULL);
}

/* Another process may have been faster, and have written since. */
static int begin_anew(struct write *write, const void *ctx)
{
	return write->has_row ? 0 : drop_all(write, ctx);
}

int store_begin_anew(struct store *store)
{
	struct write write = {.store = store};

	return store_run_write(&write, begin_anew, NULL);
}
