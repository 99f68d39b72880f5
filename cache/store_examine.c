#include "cache/store_parts.h"

#include "cache/image.h"

#include <errno.h>

/* Every row of a database: keys ascend, and every byte can be read. */
static int walk_rows(MDB_txn *txn, MDB_dbi db)
{
	MDB_cursor *cursor;
	MDB_val key;
	MDB_val value;
	MDB_val previous = {0};
	volatile uint64_t sum = 0;
	int r = mdb_cursor_open(txn, db, &cursor);

	while (!r) {
		r = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
		if (r)
			break;
		if (previous.mv_data && mdb_cmp(txn, db, &previous, &key) >= 0)
			return MDB_CORRUPTED;
		previous = key;
		sum += digest_checksum(
			(struct span){value.mv_data, value.mv_size});
	}
	return r == MDB_NOTFOUND ? 0 : r;
}

static int walk_database(MDB_txn *txn, const char *name)
{
	MDB_dbi db;
	const int r = mdb_dbi_open(txn, name, 0, &db);

	if (r)
		return r == MDB_NOTFOUND ? 0 : r;
	return walk_rows(txn, db);
}

static int walk_databases(MDB_env *env)
{
	enum { FREE_LIST = 0 }; /* a handle that is always there */
	MDB_txn *txn;
	int r = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);

	if (!r)
		r = walk_rows(txn, FREE_LIST);
	if (!r)
		r = walk_database(txn,
				  NULL); /* the one that names the others */
	for (size_t i = 0; !r && i < DB_COUNT; i++)
		r = walk_database(txn, store_db_names[i]);
	return r;
}

int store_examine(const char *path)
{
	struct span image;
	MDB_env *env;
	int r = folder_map_store(path, &image);

	if (!r)
		r = image_check(image);
	if (r && r != -ENOTSUP)
		return r;
	r = mdb_env_create(&env);
	if (!r)
		r = mdb_env_set_maxdbs(env, DB_COUNT);
	if (!r)
		r = mdb_env_set_mapsize(env, image.size); /* not as it says */
	if (!r)
		r = mdb_env_open(env, path, MDB_RDONLY | MDB_NOLOCK, 0600);
	if (!r)
		r = walk_databases(env);
	return r < 0 ? -EBADMSG : -r;
}
