#include "cache/maintain/maintain.h"

#include "cache/store_parts.h"

static int drop_key(struct write *write, const struct item_key *name)
{
	const MDB_dbi *dbs = write->store->dbs;
	MDB_val key = store_key(name);
	int r = store_forget_old(write, &key);

	if (!r)
		r = mdb_del(write->txn, dbs[DB_VERDICTS], &key, NULL);
	if (r == MDB_NOTFOUND)
		return 0; /* evicted meanwhile */
	write->evicted += !r;
	return r;
}

static int drop_keys(struct write *write, const void *ctx)
{
	const struct keys *keys = ctx;

	for (size_t i = 0; i < keys->count; i++) {
		const int r = drop_key(write, &keys->keys[i]);

		if (r)
			return r;
	}
	write->row.generation++;
	return 0;
}

int maintain_drop(struct store *store, const struct keys *keys,
		  uint64_t *dropped)
{
	struct write write = {.store = store};
	const int r = store_run_write(&write, drop_keys, keys);

	if (!r)
		*dropped = write.evicted;
	return r;
}

static int shrink(struct write *write, const void *ctx)
{
	const uint64_t *max_bytes = ctx;

	return store_keep_limit(write, *max_bytes);
}

int maintain_shrink(struct store *store, uint64_t max_bytes, uint64_t *dropped)
{
	struct write write = {.store = store};
	const int r = store_run_write(&write, shrink, &max_bytes);

	if (!r)
		*dropped = write.evicted;
	return r;
}
