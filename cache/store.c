#include "cache/store_parts.h"

#include "cache/image.h"
#include "cache/trial.h"
#include "cache/why.h"

#include <errno.h>
#include <sys/stat.h>

enum {
	MAP_FIRST_BYTES = 16 << 20, /* doubled when full */
	READERS_MAX = 510,
	TRIAL_SECONDS = 5,
	TRIAL_BYTES_PER_SECOND = 100 << 20, /* of a slow disk */
	TRIAL_PATIENCE = 6, /* times as long while the machine is busy */
	OPEN_TRIES = 2,
};

const char *const store_db_names[DB_COUNT] = {"verdicts", "index", "order",
					      "state"};

int store_translate(int code)
{
	if (code == MDB_NOTFOUND)
		return -ENOENT;
	if (code == MDB_MAP_FULL)
		return -ENOSPC;
	return code >= 0 ? -code : -EIO;
}

static bool is_damage(int code)
{
	return code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND ||
	       code == MDB_PANIC || code == MDB_INVALID ||
	       code == MDB_VERSION_MISMATCH || code == MDB_CURSOR_FULL ||
	       code == MDB_INCOMPATIBLE || code == MDB_BAD_TXN;
}

void store_note(struct store *store, int code)
{
	if (is_damage(code))
		store_switch_off(store);
}

void store_switch_off(struct store *store)
{
	atomic_store(&store->is_off, true);
}

/*
 * To read behind the end of a file that was cut short is SIGBUS, so its length
 * is looked at first. The largest size is read before: it only ever grows.
 */
bool store_is_on(struct store *store)
{
	const uint64_t largest = atomic_load(&store->largest_size);
	struct stat status;

	if (atomic_load(&store->is_off))
		return false;
	if (fstat(store->fd, &status) || (uint64_t)status.st_size < largest) {
		store_switch_off(store);
		return false;
	}
	if ((uint64_t)status.st_size > largest)
		atomic_store(&store->largest_size, (uint64_t)status.st_size);
	return true;
}

bool store_is_switched_off(const struct store *store)
{
	return atomic_load(&store->is_off);
}

bool store_is_writable(const struct store *store)
{
	return store->folder.is_writable;
}

int store_begin(struct store *store, unsigned flags, MDB_txn **txn)
{
	return mdb_txn_begin(store->env, NULL, flags, txn);
}

MDB_val store_key(const struct item_key *key)
{
	union {
		const void *from;
		void *to;
	} bytes = {.from = key->bytes}; /* the library does not write there */

	return (MDB_val){ITEM_KEY_SIZE, bytes.to};
}

/*
 * Another process has made the map larger, or we need it to be (`bytes` 0: as
 * the other one has it). No transaction of ours may be running.
 */
static int resize_locked(struct store *store, size_t bytes)
{
	const int r = mdb_env_set_mapsize(store->env, bytes);

	if (r)
		store_switch_off(store); /* there may be no map at all now */
	return r;
}

int store_grow(struct store *store, bool is_full)
{
	MDB_envinfo info;
	int r;

	pthread_rwlock_wrlock(&store->lock);
	r = mdb_env_info(store->env, &info);
	if (!r && is_full && info.me_mapsize > IMAGE_MAP_MAX_BYTES / 2)
		r = MDB_MAP_FULL;
	if (!r)
		r = resize_locked(store, is_full ? info.me_mapsize * 2 : 0);
	pthread_rwlock_unlock(&store->lock);
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
	memcpy(blob->bytes, (const char *)value->mv_data + SEQUENCE_SIZE, size);
	*out = blob;
	return 0;
}

static int read_one(struct store *store, const struct item_key *key,
		    struct blob **out)
{
	MDB_val name = store_key(key);
	MDB_val value;
	MDB_txn *txn;
	int r = store_begin(store, MDB_RDONLY, &txn);

	if (r)
		return r;
	r = mdb_get(txn, store->dbs[DB_VERDICTS], &name, &value);
	if (!r)
		r = copy_record(&value, out);
	mdb_txn_abort(txn);
	return r;
}

static int read_one_shared(struct store *store, const struct item_key *key,
			   struct blob **out)
{
	pthread_rwlock_rdlock(&store->lock);

	const int r =
		store_is_on(store) ? read_one(store, key, out) : MDB_NOTFOUND;

	pthread_rwlock_unlock(&store->lock);
	return r;
}

/* A reader does not wait for one who writes: then it is a miss. */
static int adopt_size(struct store *store)
{
	int r;

	if (pthread_rwlock_trywrlock(&store->lock))
		return MDB_NOTFOUND;
	r = resize_locked(store, 0);
	pthread_rwlock_unlock(&store->lock);
	return r;
}

int store_get(struct store *store, const struct item_key *key,
	      struct blob **out)
{
	int r = read_one_shared(store, key, out);

	if (r == MDB_MAP_RESIZED) {
		r = adopt_size(store);
		if (!r)
			r = read_one_shared(store, key, out);
	}
	store_note(store, r);
	if (r == ENOMEM)
		return -ENOMEM;
	return r ? -ENOENT : 0;
}

/* A run of look-ups while it goes on. */
struct tour {
	const struct store_look *looks;
	size_t count;
	store_found *found;
	void *ctx;
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
	const int r = mdb_get(txn, store->dbs[look->db], &key, &value);

	if (!r && value.mv_size >= SEQUENCE_SIZE)
		tour->found(tour->ctx, index,
			    (struct span){(const char *)value.mv_data +
						  SEQUENCE_SIZE,
					  value.mv_size - SEQUENCE_SIZE});
	return r == MDB_NOTFOUND ? 0 : r;
}

static int look_at_all(struct store *store, const struct tour *tour)
{
	MDB_txn *txn;
	int r = store_begin(store, MDB_RDONLY, &txn);

	if (r)
		return r;
	for (size_t i = 0; !r && i < tour->count; i++)
		r = look_one(store, txn, tour, i);
	mdb_txn_abort(txn);
	return r;
}

void store_get_many(struct store *store, const struct store_look *looks,
		    size_t count, store_found *found, void *ctx)
{
	const struct tour tour = {looks, count, found, ctx};
	int r = 0;

	for (int i = 0; i < 2; i++) {
		pthread_rwlock_rdlock(&store->lock);
		if (store_is_on(store))
			r = look_at_all(store, &tour);
		pthread_rwlock_unlock(&store->lock);
		if (r != MDB_MAP_RESIZED || adopt_size(store))
			break;
	}
	store_note(store, r);
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

static int read_totals(struct store *store, struct store_totals *out)
{
	struct row row;
	MDB_stat stat;
	MDB_txn *txn;
	int r = store_begin(store, MDB_RDONLY, &txn);

	if (r)
		return r;
	r = store_read_row(store, txn, &row);
	if (!r)
		r = mdb_stat(txn, store->dbs[DB_VERDICTS], &stat);
	if (!r)
		fill_totals(&row, stat.ms_entries, out);
	mdb_txn_abort(txn);
	return r;
}

struct store_totals store_totals(struct store *store)
{
	struct store_totals totals = {0};
	int r = 0;

	for (int i = 0; i < 2; i++) {
		pthread_rwlock_rdlock(&store->lock);
		if (store_is_on(store))
			r = read_totals(store, &totals);
		pthread_rwlock_unlock(&store->lock);
		if (r != MDB_MAP_RESIZED || adopt_size(store))
			break;
	}
	return totals;
}

uint64_t store_last_transaction(struct store *store)
{
	MDB_envinfo info = {0};

	pthread_rwlock_rdlock(&store->lock);
	if (store_is_on(store) && mdb_env_info(store->env, &info))
		info.me_last_txnid = 0;
	pthread_rwlock_unlock(&store->lock);
	return info.me_last_txnid;
}

/* A store that was not left in order is examined, and put aside if
 * damaged. */
static int ensure_sound(const struct store *store, off_t size, char **why)
{
	const struct folder *folder = &store->folder;
	const unsigned seconds =
		TRIAL_SECONDS + (unsigned)(size / TRIAL_BYTES_PER_SECOND);
	const struct trial_limits limits = {seconds, seconds * TRIAL_PATIENCE};
	int r;

	if (size == 0 || folder_is_clean(folder))
		return 0;
	r = trial_run(store_examine, folder->path, &limits);
	if (r && r != -EBADMSG)
		return why_say(why, r, "the store in %s cannot be checked: %s",
			       folder->path, strerror(-r));
	if (r && !folder->is_writable)
		return why_say(why, r, "the store in %s is damaged",
			       folder->path);
	if (r)
		r = folder_put_aside(folder);
	else
		return 0;
	if (r)
		return why_say(why, r,
			       "the store in %s is damaged and cannot be put "
			       "aside: %s",
			       folder->path, strerror(-r));
	why_say(why, 0,
		"the store in %s was damaged; it was put aside as "
		"damaged-data.mdb and begun anew",
		folder->path);
	return 0;
}

/* Get hold of the folder and leave it in a state that can be opened. */
static int prepare_folder(struct store *store, off_t *size, char **why)
{
	struct folder *folder = &store->folder;
	int r = folder_enter(folder, why);

	*size = 0;
	if (!r)
		r = folder_has_store(folder, size, why);
	if (r < 0)
		return r;
	if (r == 0 && !folder->is_writable)
		return why_say(why, -ENOENT, "there is no store in %s",
			       folder->path);
	if (folder->is_alone || folder->users_fd < 0)
		r = ensure_sound(store, *size, why);
	if (r < 0)
		return r;
	if (folder->is_writable)
		folder_begin_use(folder);
	return folder_share(folder);
}

static int open_databases(struct store *store, unsigned flags)
{
	const unsigned create = flags & MDB_RDONLY ? 0 : MDB_CREATE;
	struct row row;
	MDB_txn *txn;
	int r = store_begin(store, flags, &txn);

	for (size_t i = 0; !r && i < DB_COUNT; i++)
		r = mdb_dbi_open(txn, store_db_names[i], create,
				 &store->dbs[i]);
	if (!r && !create)
		r = store_read_row(store, txn, &row);
	if (!r)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return r;
}

/* Open what is there; what is not, or is of another version, is made.
 */
static int open_or_make(struct store *store, char **why)
{
	const int there = store_translate(open_databases(store, MDB_RDONLY));
	int r;

	if ((there != -ENOENT && there != -ESTALE) ||
	    !store->folder.is_writable)
		return there;
	r = store_translate(open_databases(store, 0));
	if (!r)
		r = store_begin_anew(store);
	if (!r && there == -ESTALE)
		why_say(why, 0,
			"the store in %s is of another version; it was "
			"begun "
			"anew",
			store->folder.path);
	return r;
}

static int open_env(struct store *store, off_t size)
{
	const unsigned mode = store->folder.is_writable ? 0 : MDB_RDONLY;
	size_t map = MAP_FIRST_BYTES;
	int dead;
	int r = mdb_env_create(&store->env);

	while (map < (size_t)size)
		map *= 2;
	if (!r)
		r = mdb_env_set_maxdbs(store->env, DB_COUNT);
	if (!r)
		r = mdb_env_set_maxreaders(store->env, READERS_MAX);
	if (!r)
		r = mdb_env_set_mapsize(store->env, map);
	if (!r)
		r = mdb_env_open(store->env, store->folder.path,
				 MDB_NOTLS | mode, 0600);
	if (!r)
		r = mdb_env_get_fd(store->env, &store->fd);
	if (r)
		return store_translate(r);
	folder_fix_modes(&store->folder);
	mdb_reader_check(store->env, &dead);
	return 0;
}

static int open_once(struct store *store, char **why)
{
	off_t size;
	int r = prepare_folder(store, &size, why);

	if (r)
		return r;
	r = open_env(store, size);
	if (!r)
		r = open_or_make(store, why);
	if (!r)
		return store_is_on(store) ? 0 : -EIO;
	mdb_env_close(store->env);
	store->env = NULL;
	return r;
}

/* The second time its mark is gone, and the store is examined. */
static int open_inside(struct store *store, char **why)
{
	int r = -EIO;

	for (int i = 0; i < OPEN_TRIES && r == -EIO; i++)
		r = open_once(store, why);
	return r ? why_say(why, r, "the store in %s cannot be opened: %s",
			   store->folder.path, strerror(-r))
		 : 0;
}

static int init_lock(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attributes;

	pthread_rwlockattr_init(&attributes);
	/* Else a stream of readers would keep the map from growing. */
	pthread_rwlockattr_setkind_np(
		&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);

	const int r = pthread_rwlock_init(lock, &attributes);

	pthread_rwlockattr_destroy(&attributes);
	return -r;
}

void store_close(struct store *store)
{
	if (!store)
		return;

	const bool is_in_order = store->env && store_is_on(store);

	if (store->env)
		mdb_env_close(store->env);
	if (is_in_order)
		folder_end_use(&store->folder);
	folder_close(&store->folder);
	pthread_rwlock_destroy(&store->lock);
	free(store);
}

int store_open(const struct store_options *options, struct store **out,
	       char **why)
{
	struct store *store = calloc(1, sizeof(*store));
	int r = store ? init_lock(&store->lock) : -ENOMEM;

	if (r) {
		free(store);
		return r;
	}
	store->max_bytes = options->max_bytes;
	r = folder_open(&store->folder, options->folder, options->read_only,
			why);
	if (!r)
		r = open_inside(store, why);
	if (r) {
		store_close(store);
		return r;
	}
	*out = store;
	return 0;
}
