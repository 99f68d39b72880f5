#include "cache/store_parts.h"

/* With the key that a cursor stands on: is it of this content? */
static bool is_of_tag(const MDB_val *key, const struct item_key *wanted)
{
	return key->mv_size == ITEM_KEY_SIZE &&
	       memcmp(key->mv_data, wanted->bytes, DIGEST_TAG_SIZE) == 0;
}

static bool has_proof(const MDB_val *key, const struct item_key *wanted)
{
	const size_t at = ITEM_KEY_SIZE - ITEM_PROOF_SIZE;

	return memcmp((const char *)key->mv_data + at, wanted->bytes + at,
		      ITEM_PROOF_SIZE) == 0;
}

struct counting {
	struct item_key first; /* the smallest of the content */
	size_t count;
};

static int count_plans(struct store *store, MDB_txn *txn, void *ctx)
{
	struct counting *counting = ctx;
	MDB_val key = store_key(&counting->first);
	MDB_cursor *cursor;
	MDB_val value;
	int r = mdb_cursor_open(txn, store->dbs[DB_VERDICTS], &cursor);

	if (r)
		return r;
	counting->count = 0;
	r = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
	while (!r && is_of_tag(&key, &counting->first)) {
		counting->count += has_proof(&key, &counting->first);
		r = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	return r == MDB_NOTFOUND ? 0 : r;
}

size_t store_count_plans(struct store *store, const struct digest_tag *tag,
			 const struct digest *content)
{
	const struct cache_key smallest = {.content = *tag};
	struct counting counting = {.first = item_key_of(&smallest, content)};
	const int r = store_read(store, count_plans, &counting, STORE_HURRIES);

	return r ? 0 : counting.count;
}
