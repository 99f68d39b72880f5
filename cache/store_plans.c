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

static size_t count_plans(const struct store *store, MDB_txn *txn,
			  const struct item_key *first)
{
	MDB_val key = store_key(first);
	MDB_cursor *cursor;
	MDB_val value;
	size_t count = 0;

	if (mdb_cursor_open(txn, store->dbs[DB_VERDICTS], &cursor))
		return 0;

	int r = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);

	while (!r && is_of_tag(&key, first)) {
		count += has_proof(&key, first);
		r = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	return count;
}

size_t store_count_plans(struct store *store, const struct digest_tag *tag,
			 const struct digest *content)
{
	const struct cache_key smallest = {.content = *tag};
	const struct item_key first = item_key_of(&smallest, content);
	MDB_txn *txn;
	size_t count = 0;

	pthread_rwlock_rdlock(&store->lock);
	if (store_is_on(store) && store_begin(store, MDB_RDONLY, &txn) == 0) {
		count = count_plans(store, txn, &first);
		mdb_txn_abort(txn);
	}
	pthread_rwlock_unlock(&store->lock);
	return count;
}
