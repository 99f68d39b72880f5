#include "cache/store_parts.h"

#include "cache/image.h"
#include "cache/shield.h"
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
 * A file that was cut short is told by its length; what is cut between this
 * and the look is the shield's. The largest size is read before: it only ever
 * grows.
 */
bool store_is_on(struct store *store)
{
	const uint64_t largest = atomic_load(&store->largest_size);
	struct stat status;

	if (store_is_switched_off(store))
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
	return atomic_load(&store->is_off) || atomic_load(&store->is_hurt);
}

bool store_is_hurt(const struct store *store)
{
	return atomic_load(&store->is_hurt);
}

bool store_is_writable(const struct store *store)
{
	return store->folder.is_writable;
}

/* The library has its locks while it begins and ends a transaction. */
int store_begin(struct store *store, unsigned flags, MDB_txn **txn)
{
	int r;

	shield_fill(true);
	r = mdb_txn_begin(store->env, NULL, flags, txn);
	if (!r && store_is_hurt(store)) {
		mdb_txn_abort(*txn);
		r = EIO;
	}
	shield_fill(false);
	return r;
}

void store_abort(MDB_txn *txn)
{
	shield_fill(true);
	mdb_txn_abort(txn);
	shield_fill(false);
}

MDB_val store_key(const struct item_key *key)
{
	union {
		const void *from;
		void *to;
	} bytes = {.from = key->bytes}; /* the library does not write there */

	return (MDB_val){ITEM_KEY_SIZE, bytes.to};
}

/* A map of another size. */
struct resizing {
	MDB_env *env;
	size_t bytes;
};

static int set_size(void *ctx)
{
	const struct resizing *resizing = ctx;

	shield_fill(true);
	return mdb_env_set_mapsize(resizing->env, resizing->bytes);
}

/*
 * Another process has made the map larger, or we need it to be (`bytes` 0: as
 * the other one has it). No transaction of ours may be running.
 */
static int resize_locked(struct store *store, size_t bytes)
{
	struct resizing resizing = {store->env, bytes};
	const int r = shield_run(set_size, &resizing, &store->is_hurt);

	if (r)
		store_switch_off(store); /* there may be no map at all now */
	return r == SHIELD_LEFT ? EIO : r;
}

/* A reader does not wait for one who writes: then it is a miss. */
int store_adopt_size(struct store *store)
{
	int r;

	if (pthread_rwlock_trywrlock(&store->lock))
		return MDB_NOTFOUND;
	r = resize_locked(store, 0);
	pthread_rwlock_unlock(&store->lock);
	return r;
}

int store_grow(struct store *store, bool is_full)
{
	MDB_envinfo info;
	int r;

	pthread_rwlock_wrlock(&store->lock);
	r = store_info(store, &info);
	if (!r && is_full && info.me_mapsize > IMAGE_MAP_MAX_BYTES / 2)
		r = MDB_MAP_FULL;
	if (!r)
		r = resize_locked(store, is_full ? info.me_mapsize * 2 : 0);
	pthread_rwlock_unlock(&store->lock);
	return r;
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

	if (size == 0 || store->is_sound || folder_is_clean(folder))
		return 0;
	r = trial_run(store_examine, folder->path, &limits);
	if (r == -ENOMEM)
		r = -EAGAIN; /* the child's, not ours */
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

/* Databases being opened, with MDB_RDONLY or made if need be. */
struct opening {
	struct store *store;
	unsigned flags;
};

static int open_each(void *ctx)
{
	const struct opening *opening = ctx;
	struct store *store = opening->store;
	const unsigned create = opening->flags & MDB_RDONLY ? 0 : MDB_CREATE;
	struct row row;
	MDB_txn *txn;
	int r = store_begin(store, opening->flags, &txn);

	for (size_t i = 0; !r && i < DB_COUNT; i++)
		r = mdb_dbi_open(txn, store_db_names[i], create,
				 &store->dbs[i]);
	if (!r && !create)
		r = store_read_row(store, txn, &row);
	if (!r && !store_is_hurt(store))
		return mdb_txn_commit(txn);
	store_abort(txn);
	return r ? r : EIO;
}

static int open_databases(struct store *store, unsigned flags)
{
	struct opening opening = {store, flags};
	const int r = flags & MDB_RDONLY
			      ? shield_run(open_each, &opening, &store->is_hurt)
			      : shield_run_apart(open_each, &opening,
						 &store->is_hurt);

	return r == SHIELD_LEFT || store_is_hurt(store) ? EIO : r;
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

static void on_assertion(MDB_env *env, const char *message)
{
	(void)env;
	(void)message;
	shield_leave(); /* it must not return: then the library aborts */
}

static int make_env(struct store *store, off_t size)
{
	size_t map = MAP_FIRST_BYTES;
	int r = mdb_env_create(&store->env);

	while (map < (size_t)size)
		map *= 2;
	if (!r)
		r = mdb_env_set_assert(store->env, on_assertion);
	if (!r)
		r = mdb_env_set_maxdbs(store->env, DB_COUNT);
	if (!r)
		r = mdb_env_set_maxreaders(store->env, READERS_MAX);
	if (!r)
		r = mdb_env_set_mapsize(store->env, map);
	return r;
}

static int open_files(void *ctx)
{
	struct store *store = ctx;
	const unsigned mode = store->folder.is_writable ? 0 : MDB_RDONLY;
	int dead;
	int r;

	shield_fill(true);
	r = mdb_env_open(store->env, store->folder.path, MDB_NOTLS | mode,
			 0600);

	if (!r)
		r = mdb_env_get_fd(store->env, &store->fd);
	if (!r)
		mdb_reader_check(store->env, &dead);
	return r;
}

static int open_env(struct store *store, off_t size)
{
	int r = make_env(store, size);

	if (!r)
		r = shield_run(open_files, store, &store->is_hurt);
	if (r == SHIELD_LEFT || store_is_hurt(store))
		r = EIO; /* also a disk too full for the library's lock */
	if (r)
		return store_translate(r);
	folder_fix_modes(&store->folder);
	return 0;
}

/* Environments of stores that were hurt: the library's locks may lie in pages
 * that are gone, and threads may still have them in their lists. */
static struct {
	pthread_mutex_t lock;
	MDB_env **list; /* by lock */
	size_t count;
} left_open = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void leave_open(MDB_env *env)
{
	pthread_mutex_lock(&left_open.lock);

	MDB_env **list = reallocarray(left_open.list, left_open.count + 1,
				      sizeof(MDB_env *));

	if (list) {
		list[left_open.count++] = env;
		left_open.list = list;
	}
	pthread_mutex_unlock(&left_open.lock);
}

static int close_files(void *ctx)
{
	shield_fill(true);
	mdb_env_close(((struct store *)ctx)->env);
	return 0;
}

/* Closing may find a page gone as well. */
static void close_env(struct store *store)
{
	const bool was_hurt = store_is_hurt(store);

	if (!store->env)
		return;
	if (was_hurt || shield_run(close_files, store, &store->is_hurt))
		leave_open(store->env);
	store->env = NULL;
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
	close_env(store);
	return r;
}

/* The second time its mark is gone, and the store is examined. */
static int open_inside(struct store *store, char **why)
{
	int r = -EIO;

	for (int i = 0; i < OPEN_TRIES && r == -EIO; i++) {
		r = open_once(store, why);
		store->is_sound = false;
	}
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

	close_env(store);
	if (is_in_order && !store_is_hurt(store))
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
	store->is_sound = options->is_sound;
	r = folder_open(&store->folder, "cache", options->folder,
			options->read_only, why);
	if (!r)
		r = open_inside(store, why);
	if (r) {
		store_close(store);
		return r;
	}
	*out = store;
	return 0;
}
