#include "cache/shield.h"
#include "cache/store_parts.h"

#include <errno.h>

/* A read transaction under way. */
struct reading {
	struct store *store;
	store_step *step;
	void *ctx;
	MDB_txn *txn; /* NULL: none */
};

static int read_once(void *ctx)
{
	struct reading *reading = ctx;
	struct store *store = reading->store;
	int r = store_begin(store, MDB_RDONLY, &reading->txn);

	if (r) {
		reading->txn = NULL;
		return r;
	}
	r = reading->step(store, reading->txn, reading->ctx);
	store_abort(reading->txn);
	reading->txn = NULL;
	return r;
}

/* What was left in the middle must not keep old pages from being used. */
static int end_reading(void *ctx)
{
	struct reading *reading = ctx;

	store_abort(reading->txn);
	return 0;
}

static int read_shielded(struct reading *reading)
{
	struct store *store = reading->store;
	int r = shield_run(read_once, reading, &store->is_hurt);

	if (r == SHIELD_LEFT && reading->txn)
		r = shield_run(end_reading, reading, &store->is_hurt);
	/* Some of what was read may have been zeros in the place of pages. */
	return store_is_switched_off(store) ? EIO : r;
}

static int read_shared(struct store *store, store_step *step, void *ctx)
{
	struct reading reading = {.store = store, .step = step, .ctx = ctx};
	int r = EIO;

	pthread_rwlock_rdlock(&store->lock);
	if (store_is_on(store))
		r = read_shielded(&reading);
	pthread_rwlock_unlock(&store->lock);
	return r;
}

int store_read(struct store *store, store_step *step, void *ctx,
	       enum store_patience patience)
{
	int r = read_shared(store, step, ctx);

	if (r == MDB_MAP_RESIZED) {
		r = patience == STORE_WAITS ? store_grow(store, false)
					    : store_adopt_size(store);
		if (!r)
			r = read_shared(store, step, ctx);
	}
	store_note(store, r);
	return r;
}

static int copy_record(const MDB_val *value, struct blob **out)
{
	if (value->mv_size < SEQUENCE_SIZE)
		return MDB_NOTFOUND;

	const size_t size = value->mv_size - SEQUENCE_SIZE;
	struct blob *blob = blob_new(size);

	if (!blob)
		return ENOMEM;
	/* Known before the copy, which may be left in the middle. */
	*out = blob;
	atomic_signal_fence(memory_order_seq_cst);
	memcpy(blob->bytes, (const char *)value->mv_data + SEQUENCE_SIZE, size);
	return 0;
}

/* One look-up. */
struct question {
	const struct item_key *key;
	struct blob *blob; /* what was found */
};

static int read_one(struct store *store, MDB_txn *txn, void *ctx)
{
	struct question *question = ctx;
	MDB_val name = store_key(question->key);
	MDB_val value;
	const int r = mdb_get(txn, store->dbs[DB_VERDICTS], &name, &value);

	return r ? r : copy_record(&value, &question->blob);
}

int store_get(struct store *store, const struct item_key *key,
	      struct blob **out)
{
	struct question question = {.key = key};
	const int r = store_read(store, read_one, &question, STORE_HURRIES);

	if (r) {
		blob_release(question.blob);
		return r == ENOMEM ? -ENOMEM : -ENOENT;
	}
	*out = question.blob;
	return 0;
}

/* A run of look-ups while it goes on. */
struct tour {
	const struct store_look *looks;
	size_t count;
	store_found *found;
	void *ctx;
	MDB_cursor *neighbours; /* in the index: the page of the last row is
				   the first to be looked at */
};

static int look_one(struct store *store, MDB_txn *txn, const struct tour *tour,
		    size_t index)
{
	const struct store_look *look = &tour->looks[index];
	union {
		const void *from;
		void *to;
	} bytes = {.from = look->bytes}; /* the library does not write there */
	MDB_val key = {look->db == DB_INDEX ? INDEX_KEY_SIZE : ITEM_KEY_SIZE,
		       bytes.to};
	MDB_val value;
	const int r =
		look->db == DB_INDEX
			? mdb_cursor_get(tour->neighbours, &key, &value,
					 MDB_SET)
			: mdb_get(txn, store->dbs[look->db], &key, &value);

	if (!r && value.mv_size >= SEQUENCE_SIZE)
		tour->found(tour->ctx, index,
			    (struct span){(const char *)value.mv_data +
						  SEQUENCE_SIZE,
					  value.mv_size - SEQUENCE_SIZE});
	return r == MDB_NOTFOUND ? 0 : r;
}

static int look_at_all(struct store *store, MDB_txn *txn, void *ctx)
{
	struct tour *tour = ctx;
	int r = mdb_cursor_open(txn, store->dbs[DB_INDEX], &tour->neighbours);

	if (r)
		return r;
	for (size_t i = 0; !r && i < tour->count; i++)
		r = look_one(store, txn, tour, i);
	mdb_cursor_close(tour->neighbours);
	tour->neighbours = NULL;
	return r;
}

void store_get_many(struct store *store, const struct store_look *looks,
		    size_t count, store_found *found, void *ctx)
{
	struct tour tour = {looks, count, found, ctx, NULL};
	const int r = store_read(store, look_at_all, &tour, STORE_HURRIES);

	(void)r; /* what was found until then proves itself */
	if (tour.neighbours)
		mdb_cursor_close(tour.neighbours); /* it was left halfway */
}

static void fill_totals(const struct row *row, uint64_t entries,
			struct store_totals *out)
{
	*out = (struct store_totals){
		.entries = entries,
		.bytes = row->bytes,
		.hits = row->hits,
		.misses = row->misses,
		.evictions = row->evictions,
		.generation = row->generation,
	};
	memcpy(out->tier_hits, row->tier_hits, sizeof(out->tier_hits));
}

static int read_totals(struct store *store, MDB_txn *txn, void *ctx)
{
	struct row row;
	MDB_stat stat;
	int r = store_read_row(store, txn, &row);

	if (!r)
		r = mdb_stat(txn, store->dbs[DB_VERDICTS], &stat);
	if (!r)
		fill_totals(&row, stat.ms_entries, ctx);
	return r;
}

struct store_totals store_totals(struct store *store)
{
	struct store_totals totals = {0};
	const int r = store_read(store, read_totals, &totals, STORE_HURRIES);

	return r ? (struct store_totals){0} : totals;
}

/* The library looks at its newest page of all for this. */
struct glance {
	MDB_env *env;
	MDB_envinfo info;
};

static int glance_at(void *ctx)
{
	struct glance *glance = ctx;

	shield_fill(true);
	return mdb_env_info(glance->env, &glance->info);
}

int store_info(struct store *store, MDB_envinfo *info)
{
	struct glance glance = {.env = store->env};
	const int r = shield_run(glance_at, &glance, &store->is_hurt);

	if (r || store_is_switched_off(store))
		return r && r != SHIELD_LEFT ? r : EIO;
	*info = glance.info;
	return 0;
}

uint64_t store_last_transaction(struct store *store)
{
	MDB_envinfo info;
	uint64_t last = 0;

	pthread_rwlock_rdlock(&store->lock);
	if (store_is_on(store) && store_info(store, &info) == 0)
		last = info.me_last_txnid;
	pthread_rwlock_unlock(&store->lock);
	return last;
}
