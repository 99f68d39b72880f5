#include "cache/maintain/maintain.h"

#include "cache/store_parts.h"

#include <errno.h>

/* Records of one transaction: a reader keeps old pages from being used. */
enum { SLICE = 256 };

int keys_add(struct keys *keys, const struct item_key *key)
{
	if (keys->count == keys->capacity) {
		const size_t capacity =
			keys->capacity ? 2 * keys->capacity : 64;
		struct item_key *more =
			reallocarray(keys->keys, capacity, sizeof(*more));

		if (!more)
			return -ENOMEM;
		keys->keys = more;
		keys->capacity = capacity;
	}
	keys->keys[keys->count++] = *key;
	return 0;
}

void keys_release(struct keys *keys)
{
	free(keys->keys);
	*keys = (struct keys){0};
}

struct visit {
	maintain_visit *visit;
	void *ctx;
	struct item_key last; /* that was visited */
	bool has_last;
	int result; /* of the visitor */
};

static int visit_row(struct visit *visit, const MDB_val *key,
		     const MDB_val *value)
{
	struct item_key name = {0};

	/* Foreign rows are the audit's business. */
	if (key->mv_size != ITEM_KEY_SIZE || value->mv_size < SEQUENCE_SIZE)
		return 0;
	memcpy(name.bytes, key->mv_data, ITEM_KEY_SIZE);
	visit->last = name;
	visit->has_last = true;
	return visit->visit(
		visit->ctx, &name,
		(struct span){(const char *)value->mv_data + SEQUENCE_SIZE,
			      value->mv_size - SEQUENCE_SIZE});
}

/* To the first that was not visited. */
static int go_on(MDB_cursor *cursor, struct visit *visit, MDB_val *key,
		 MDB_val *value)
{
	if (!visit->has_last)
		return mdb_cursor_get(cursor, key, value, MDB_FIRST);
	*key = store_key(&visit->last);

	const int r = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);

	if (r || key->mv_size != ITEM_KEY_SIZE ||
	    memcmp(key->mv_data, visit->last.bytes, ITEM_KEY_SIZE) != 0)
		return r;
	return mdb_cursor_get(cursor, key, value, MDB_NEXT);
}

static int visit_slice(struct store *store, MDB_txn *txn, void *ctx)
{
	struct visit *visit = ctx;
	MDB_cursor *cursor;
	MDB_val key;
	MDB_val value;
	int r = mdb_cursor_open(txn, store->dbs[DB_VERDICTS], &cursor);

	if (r)
		return r;
	r = go_on(cursor, visit, &key, &value);
	for (int i = 0; !r && i < SLICE; i++) {
		visit->result = visit_row(visit, &key, &value);
		if (visit->result)
			break;
		r = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	return r;
}

int maintain_each(struct store *store, maintain_visit *visit, void *ctx)
{
	struct visit state = {.visit = visit, .ctx = ctx};
	int r = 0;

	while (!r && !state.result)
		r = store_read(store, visit_slice, &state, STORE_WAITS);
	if (state.result)
		return state.result;
	return r == MDB_NOTFOUND ? 0 : store_translate(r);
}
