#include "cache/maintain/maintain.h"

#include "cache/record.h"
#include "cache/store_parts.h"

#include <errno.h>

/* One audit, in a transaction that reads, or writes when there is `write`. */
struct audit_run {
	const struct store *store;
	MDB_txn *txn;
	bool is_repair;
	struct audit_result result;
};

/* Is there a row of the order for this sequence, with this key? */
static bool is_in_order(const struct audit_run *run, const MDB_val *key,
			const MDB_val *value)
{
	uint8_t bytes[SEQUENCE_SIZE];
	MDB_val order = {SEQUENCE_SIZE, bytes};
	MDB_val name;

	store_put_sequence(bytes, get_le64(value->mv_data));
	return !mdb_get(run->txn, run->store->dbs[DB_ORDER], &order, &name) &&
	       name.mv_size == key->mv_size &&
	       memcmp(name.mv_data, key->mv_data, key->mv_size) == 0;
}

/* The first bytes of the content's digest stand at the end of the key. */
static bool is_at_its_place(const MDB_val *key, const struct digest *content)
{
	return memcmp((const char *)key->mv_data + ITEM_KEY_SIZE -
			      ITEM_PROOF_SIZE,
		      content->bytes, ITEM_PROOF_SIZE) == 0;
}

/* Where a record is counted. NULL: there is no memory to look at it. */
static uint64_t *judge_record(struct audit_run *run, const MDB_val *key,
			      const MDB_val *value)
{
	struct audit_result *result = &run->result;
	struct cache_entry entry;
	auto_free void *block = NULL;
	int r = -EBADMSG;

	if (key->mv_size == ITEM_KEY_SIZE && value->mv_size >= SEQUENCE_SIZE)
		r = record_decode((struct span){(const char *)value->mv_data +
							SEQUENCE_SIZE,
						value->mv_size - SEQUENCE_SIZE},
				  &entry, &block);
	if (r == -ENOMEM)
		return NULL;
	if (r)
		return r == -ESTALE ? &result->of_other_version
				    : &result->damaged;
	if (!is_at_its_place(key, &entry.content))
		return &result->misplaced;
	return is_in_order(run, key, value) ? &result->good
					    : &result->not_in_order;
}

/* Drop the record under the cursor, and its row of the order if that is its
 * own. */
static int drop_record(struct audit_run *run, MDB_cursor *cursor,
		       const MDB_val *key, const MDB_val *value)
{
	uint8_t bytes[SEQUENCE_SIZE];
	MDB_val order = {SEQUENCE_SIZE, bytes};

	if (value->mv_size >= SEQUENCE_SIZE && is_in_order(run, key, value)) {
		store_put_sequence(bytes, get_le64(value->mv_data));

		const int r = mdb_del(run->txn, run->store->dbs[DB_ORDER],
				      &order, NULL);

		if (r)
			return r;
	}
	return mdb_cursor_del(cursor, 0);
}

static int check_record(struct audit_run *run, MDB_cursor *cursor,
			const MDB_val *key, const MDB_val *value)
{
	uint64_t *counter = judge_record(run, key, value);

	if (!counter)
		return ENOMEM;
	run->result.records++;
	++*counter;
	if (counter == &run->result.good) {
		run->result.bytes += store_cost(key->mv_size, value->mv_size);
		return 0;
	}
	return run->is_repair ? drop_record(run, cursor, key, value) : 0;
}

static enum store_db db_of(const MDB_val *key)
{
	return key->mv_size == INDEX_KEY_SIZE ? DB_INDEX : DB_VERDICTS;
}

/* The device and inode that a row is kept under. */
static struct index_row row_of_key(const MDB_val *key)
{
	const uint8_t *bytes = key->mv_data;

	return (struct index_row){
		.stamp = {.dev = __builtin_bswap64(get_le64(bytes)),
			  .ino = __builtin_bswap64(get_le64(bytes + 8))}};
}

static bool is_good_file(const struct audit_run *run, const MDB_val *key,
			 const MDB_val *value)
{
	if (key->mv_size != INDEX_KEY_SIZE || value->mv_size < SEQUENCE_SIZE)
		return false;

	const struct span bytes = {(const char *)value->mv_data + SEQUENCE_SIZE,
				   value->mv_size - SEQUENCE_SIZE};
	struct index_row row = row_of_key(key);

	return index_decode(bytes, &row) == 0 && is_in_order(run, key, value);
}

static int check_file(struct audit_run *run, MDB_cursor *cursor,
		      const MDB_val *key, const MDB_val *value)
{
	run->result.files++;
	if (is_good_file(run, key, value)) {
		run->result.bytes += store_cost(key->mv_size, value->mv_size);
		return 0;
	}
	run->result.bad_files++;
	return run->is_repair ? drop_record(run, cursor, key, value) : 0;
}

/* A row of the order is good if a record of that sequence is under its key. */
static int check_order(struct audit_run *run, MDB_cursor *cursor,
		       const MDB_val *order, const MDB_val *name)
{
	uint8_t bytes[SEQUENCE_SIZE];
	MDB_val key = *name;
	MDB_val value;

	if (order->mv_size == SEQUENCE_SIZE &&
	    (key.mv_size == ITEM_KEY_SIZE || key.mv_size == INDEX_KEY_SIZE) &&
	    !mdb_get(run->txn, run->store->dbs[db_of(&key)], &key, &value) &&
	    value.mv_size >= SEQUENCE_SIZE) {
		store_put_sequence(bytes, get_le64(value.mv_data));
		if (memcmp(bytes, order->mv_data, SEQUENCE_SIZE) == 0)
			return 0;
	}
	run->result.stray++;
	return run->is_repair ? mdb_cursor_del(cursor, 0) : 0;
}

typedef int check_row(struct audit_run *run, MDB_cursor *cursor,
		      const MDB_val *key, const MDB_val *value);

static int check_rows(struct audit_run *run, int db, check_row *check)
{
	MDB_cursor *cursor;
	MDB_val key;
	MDB_val value;
	int r = mdb_cursor_open(run->txn, run->store->dbs[db], &cursor);

	if (r)
		return r;
	while (!r) {
		r = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
		if (!r)
			r = check(run, cursor, &key, &value);
	}
	mdb_cursor_close(cursor);
	return r == MDB_NOTFOUND ? 0 : r;
}

/* The order first: repairing records takes rows out of it. */
static int audit_rows(struct audit_run *run)
{
	int r = check_rows(run, DB_ORDER, check_order);

	if (!r)
		r = check_rows(run, DB_INDEX, check_file);
	return r ? r : check_rows(run, DB_VERDICTS, check_record);
}

static int look(struct store *store, MDB_txn *txn, void *ctx)
{
	struct audit_run *run = ctx;
	struct row row;
	int r;

	*run = (struct audit_run){.store = store, .txn = txn};
	r = store_read_row(store, txn, &row);
	if (!r)
		r = audit_rows(run);
	if (!r)
		run->result.bytes_recorded = row.bytes;
	return r;
}

/* What is called again begins again: a map that was full undoes all. */
struct repair {
	struct audit_run *run;
};

static int repair(struct write *write, const void *ctx)
{
	struct audit_run *run = ((const struct repair *)ctx)->run;

	*run = (struct audit_run){
		.store = write->store,
		.txn = write->txn,
		.is_repair = true,
		.result = {.bytes_recorded = write->row.bytes},
	};

	const int r = audit_rows(run);

	if (!r && !audit_is_clean(&run->result))
		write->row.generation++;
	write->row.bytes = run->result.bytes;
	return r;
}

bool audit_is_clean(const struct audit_result *result)
{
	return result->good == result->records && !result->stray &&
	       !result->bad_files && result->bytes == result->bytes_recorded;
}

int maintain_audit(struct store *store, bool is_repair,
		   struct audit_result *out)
{
	struct audit_run run;
	struct write write = {.store = store};
	const struct repair ctx = {&run};
	const int r = is_repair ? store_run_write(&write, repair, &ctx)
				: store_translate(store_read(store, look, &run,
							     STORE_WAITS));

	if (!r)
		*out = run.result;
	return r;
}
