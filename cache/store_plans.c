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

/* Of the rows of plans in "state". */
enum {
	PLAN_PREFIX = 4,
	PLAN_KEY_SIZE = PLAN_PREFIX + DIGEST_SIZE,
	PLAN_CHECKSUM = 8,
	PLANS_MAX = 1024,
};
static const char prefix[] = "plan";

struct plan_key {
	uint8_t bytes[PLAN_KEY_SIZE];
};

static struct plan_key plan_key_of(const void *digest)
{
	struct plan_key key;

	memcpy(key.bytes, prefix, PLAN_PREFIX);
	memcpy(key.bytes + PLAN_PREFIX, digest, DIGEST_SIZE);
	return key;
}

static bool is_plan_key(const MDB_val *key)
{
	return key->mv_size == PLAN_KEY_SIZE &&
	       memcmp(key->mv_data, prefix, PLAN_PREFIX) == 0;
}

struct search {
	struct item_key first; /* the smallest of the content */
	struct store_plans *out;
};

/* With its digest in front, so that no text is taken for another's. */
static uint64_t checksum_of(const void *digest, struct span text)
{
	char both[DIGEST_SIZE + PLAN_TEXT_MAX];

	memcpy(both, digest, DIGEST_SIZE);
	memcpy(both + DIGEST_SIZE, text.data, text.size);
	return digest_checksum((struct span){both, DIGEST_SIZE + text.size});
}

/* What is not there, or damaged, is left out. */
static void add_text(const struct store *store, MDB_txn *txn,
		     const MDB_val *verdict, struct store_plans *out)
{
	const void *digest = (const char *)verdict->mv_data + DIGEST_TAG_SIZE;
	struct plan_key name = plan_key_of(digest);
	MDB_val key = {PLAN_KEY_SIZE, name.bytes};
	MDB_val value;

	if (out->text_count == STORE_PLANS_MAX ||
	    mdb_get(txn, store->dbs[DB_STATE], &key, &value) ||
	    value.mv_size < PLAN_CHECKSUM ||
	    value.mv_size > PLAN_CHECKSUM + PLAN_TEXT_MAX)
		return;

	const struct span text = {(const char *)value.mv_data + PLAN_CHECKSUM,
				  value.mv_size - PLAN_CHECKSUM};

	if (get_le64(value.mv_data) != checksum_of(digest, text))
		return;
	out->texts[out->text_count] = strndup(text.data, text.size);
	out->text_count += out->texts[out->text_count] != NULL;
}

static int find_plans(struct store *store, MDB_txn *txn, void *ctx)
{
	struct search *search = ctx;
	MDB_val key = store_key(&search->first);
	MDB_cursor *cursor;
	MDB_val value;
	int r = mdb_cursor_open(txn, store->dbs[DB_VERDICTS], &cursor);

	if (r)
		return r;
	store_plans_release(search->out); /* of a first try */
	r = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
	while (!r && is_of_tag(&key, &search->first)) {
		if (has_proof(&key, &search->first)) {
			search->out->count++;
			add_text(store, txn, &key, search->out);
		}
		r = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	return r == MDB_NOTFOUND ? 0 : r;
}

void store_find_plans(struct store *store, const struct digest_tag *tag,
		      const struct digest *content, struct store_plans *out)
{
	const struct cache_key smallest = {.content = *tag};
	struct search search = {item_key_of(&smallest, content), out};

	if (store_read(store, find_plans, &search, STORE_HURRIES))
		store_plans_release(out);
}

void store_plans_release(struct store_plans *plans)
{
	for (size_t i = 0; i < plans->text_count; i++)
		free(plans->texts[i]);
	*plans = (struct store_plans){0};
}

/* Sought anew each time: a deletion moves the cursor. */
int store_drop_plans(struct write *write)
{
	uint8_t start[PLAN_PREFIX];
	MDB_cursor *cursor;
	int r = mdb_cursor_open(write->txn, write->store->dbs[DB_STATE],
				&cursor);

	memcpy(start, prefix, PLAN_PREFIX);
	while (!r) {
		MDB_val key = {PLAN_PREFIX, start};
		MDB_val value;

		r = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
		if (!r && !is_plan_key(&key))
			break;
		if (!r)
			r = mdb_cursor_del(cursor, 0);
	}
	return r == MDB_NOTFOUND ? 0 : r;
}

/* Most plans are there already, since the run before. */
static int put_plan(struct write *write, const struct plan_note *note)
{
	const MDB_dbi db = write->store->dbs[DB_STATE];
	const struct span text = span_of(note->text);
	struct plan_key name = plan_key_of(note->plan.bytes);
	uint8_t bytes[PLAN_CHECKSUM + PLAN_TEXT_MAX];
	MDB_val key = {PLAN_KEY_SIZE, name.bytes};
	MDB_val value = {PLAN_CHECKSUM + text.size, bytes};
	MDB_val there;

	put_le64(bytes, checksum_of(note->plan.bytes, text));
	memcpy(bytes + PLAN_CHECKSUM, text.data, text.size);
	if (mdb_get(write->txn, db, &key, &there) == 0 &&
	    there.mv_size == value.mv_size &&
	    memcmp(there.mv_data, bytes, value.mv_size) == 0)
		return 0;
	return mdb_put(write->txn, db, &key, &value, 0);
}

int store_put_plans(struct write *write, const struct plan_note *plans,
		    size_t count)
{
	MDB_stat stat;
	int r = 0;

	if (count == 0)
		return 0;
	r = mdb_stat(write->txn, write->store->dbs[DB_STATE], &stat);
	if (!r && stat.ms_entries > PLANS_MAX)
		r = store_drop_plans(write);
	for (size_t i = 0; !r && i < count; i++)
		r = put_plan(write, &plans[i]);
	return r;
}
