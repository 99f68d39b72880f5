/*
 * Files of a store that are cut short, emptied or overwritten while it is in
 * use: the process lives, no answer is wrong, and what comes after works.
 * CFGFS_CUT_ROUNDS sets how often threads are surprised by it.
 */
#include "tests/unit/shielded.h"
#include "tests/unit/stored.h"

#include "cache/maintain/maintain.h"
#include "cache/store_parts.h" /* a step of ours inside a transaction */

#include <pthread.h>

/* What the library was doing when it was left is lost. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:mdb_\n";
}

enum { ENTRIES = 3000, READERS = 3, ROUNDS = 40 };

static struct span image; /* of a store with ENTRIES */

static int make_image(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open(folder);

	(void)state;
	for (unsigned i = 0; i < ENTRIES; i += 100)
		assert_int_equal(stored_put(store, i, 100), 0);
	store_close(store);
	image = scratch_read(scratch_path(folder, "data.mdb"));
	scratch_remove(folder);
	return 0;
}

static int free_image(void **state)
{
	(void)state;
	free((void *)(uintptr_t)image.data);
	return 0;
}

static char *plant(void)
{
	char *folder = scratch_make();

	scratch_write(scratch_path(folder, "data.mdb"), image);
	return folder;
}

/* After the damage: nothing more is asked, and the next one goes on. */
static void use_again(char *folder, struct store *store)
{
	char *why;

	assert_int_equal(stored_look(store, 1), 0);
	assert_true(stored_put(store, 1, 1) < 0);
	assert_false(store_is_on(store));
	store_close(store);
	store = stored_open_limited(folder, 0, &why);
	free(why);
	assert_true(stored_count(store, 0, ENTRIES) <= ENTRIES);
	assert_int_equal(stored_put(store, 100000, 20), 0);
	assert_int_equal(stored_count(store, 100000, 20), 20);
	store_close(store);
	scratch_remove(folder);
}

/* Ways to spoil a file that is open. */
struct spoil {
	const char *what;
	const char *file;
	off_t size; /* to cut to; -1: overwrite with noise instead */
};

static const struct spoil spoils[] = {
	{"emptied", "data.mdb", 0},
	{"cut to a page", "data.mdb", 4096},
	{"cut to the first pages", "data.mdb", 12288},
	{"cut inside a page", "data.mdb", 204900},
	{"no lock file", "lock.mdb", 0},
	{"a short lock file", "lock.mdb", 4096},
	{"overwritten", "data.mdb", -1},
};

/* The library writes by what it reads: noise under a writer is not for it. */
enum { CUTS = 4, SPOILS_OF_WRITERS = 6 };

static void overwrite(const char *path)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	char *noise = malloc(image.size);
	uint64_t seed = 88172645463325252u;

	for (size_t i = 0; i < image.size; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		noise[i] = (char)seed;
	}
	assert_int_equal(pwrite(fd, noise, image.size, 0), (ssize_t)image.size);
	free(noise);
	close(fd);
}

static void spoil_file(const char *folder, const struct spoil *spoil)
{
	auto_free char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", folder, spoil->file) > 0);
	if (spoil->size < 0)
		overwrite(path);
	else
		assert_int_equal(truncate(path, spoil->size), 0);
}

/* Look-ups of one transaction, with the damage between the first and the
 * second. */
struct look_around {
	const char *folder;
	const struct spoil *spoil;
	unsigned seen;
	unsigned wrong;
};

static void see(void *ctx, size_t look, struct span value)
{
	struct look_around *around = ctx;
	const struct item item = item_of_number((unsigned)look);
	struct cache_entry entry;
	void *block = NULL;

	if (record_decode(value, &entry, &block) == 0)
		around->wrong += !span_equal(value, blob_span(item.blob));
	free(block);
	blob_release(item.blob);
	if (around->seen++ == 0)
		spoil_file(around->folder, around->spoil);
}

static void look_around(struct store *store, struct look_around *around)
{
	struct item *items = calloc(ENTRIES, sizeof(*items));
	struct store_look *looks = calloc(ENTRIES, sizeof(*looks));

	for (unsigned i = 0; i < ENTRIES; i++) {
		items[i] = item_of_number(i);
		looks[i] = (struct store_look){DB_VERDICTS, items[i].key.bytes};
	}
	store_get_many(store, looks, ENTRIES, see, around);
	items_free(items, ENTRIES);
	free(looks);
}

static void it_may_happen_between_two_look_ups(void **state)
{
	(void)state;
	shielded_begin();
	for (size_t i = 0; i < array_size(spoils); i++) {
		char *folder = plant();
		struct store *store = stored_open(folder);
		struct look_around around = {.folder = folder,
					     .spoil = &spoils[i]};

		look_around(store, &around);
		assert_int_equal(around.wrong, 0);
		/* Which of the entries are read is up to the damage. */
		assert_true(around.seen > 0 && around.seen <= ENTRIES);
		if (spoils[i].size == 0 && i == 0)
			assert_true(store_is_hurt(store) && around.seen < 200);
		store_switch_off(store);
		use_again(folder, store);
	}
}

static int spoil_in_visit(void *ctx, const struct item_key *key,
			  struct span record)
{
	(void)key;
	see(ctx, ENTRIES, record); /* which it is does not matter here */
	((struct look_around *)ctx)->wrong = 0;
	return 0;
}

/* From leaf to leaf the library asserts that what follows is one. */
static void it_may_happen_while_all_are_visited(void **state)
{
	(void)state;
	shielded_begin();
	for (size_t i = 0; i < array_size(spoils); i++) {
		char *folder = plant();
		struct store *store = stored_open(folder);
		struct look_around around = {.folder = folder,
					     .spoil = &spoils[i]};
		const int r = maintain_each(store, spoil_in_visit, &around);

		if (strcmp(spoils[i].file, "data.mdb") == 0)
			assert_true(r < 0);
		store_switch_off(store);
		use_again(folder, store);
	}
}

/* A step that writes, spoils the files, and writes on. */
static int spoil_in_write(struct write *write, const void *ctx)
{
	const struct look_around *around = ctx;
	uint64_t value[64] = {0};
	struct item_key name = {{0}};
	int r = 0;

	for (unsigned i = 0; !r && i < 3000; i++) {
		/* Anywhere in the tree. */
		put_le64(name.bytes, i * 0x9e3779b97f4a7c15U);

		MDB_val key = store_key(&name);
		MDB_val data = {sizeof(value), value};

		r = mdb_put(write->txn, write->store->dbs[DB_VERDICTS], &key,
			    &data, 0);
		if (i == 3)
			spoil_file(around->folder, around->spoil);
	}
	return r;
}

/* Another process: whether it can use what is left there or not, it ends. */
static void write_or_not(const char *folder)
{
	const struct store_options options = {.folder = folder};
	struct store *store = NULL;
	char *why = NULL;
	const int r = store_open(&options, &store, &why);

	if (r == 0 && stored_put(store, 1, 1) == 0 && stored_look(store, 1) < 0)
		_exit(1);
	store_close(store);
	free(why);
}

static void it_may_happen_while_one_writes(void **state)
{
	(void)state;
	shielded_begin();
	for (size_t i = 0; i < SPOILS_OF_WRITERS; i++) {
		char *folder = plant();
		struct store *store = stored_open(folder);
		const struct look_around around = {.folder = folder,
						   .spoil = &spoils[i]};
		struct write write = {.store = store};
		const int r = store_run_write(&write, spoil_in_write, &around);

		if (strcmp(spoils[i].file, "data.mdb") == 0)
			assert_true(r < 0);

		/* Nobody waits for a lock that is kept. */
		const pid_t child = fork();

		if (child == 0) {
			write_or_not(folder);
			_exit(0);
		}
		assert_int_equal(stored_wait(child), 0);
		store_switch_off(store);
		use_again(folder, store);
	}
}

/* Threads that look and one that writes, until the store is off. */
struct thread {
	struct store *store;
	atomic_uint *looks;
	unsigned number;
	unsigned wrong;
};

static void *read_on(void *ctx)
{
	struct thread *thread = ctx;
	unsigned n = thread->number * 977;

	while (store_is_on(thread->store)) {
		n = (n * 1103515245 + 12345) & 0x7fffffff;
		thread->wrong += stored_look(thread->store, n % ENTRIES) < 0;
		atomic_fetch_add(thread->looks, 1);
	}
	return NULL;
}

static void *write_on(void *ctx)
{
	struct thread *thread = ctx;

	for (unsigned i = 0; store_is_on(thread->store); i++)
		thread->wrong += stored_put(thread->store, 200000 + i, 1) < 0 &&
				 store_is_on(thread->store);
	return NULL;
}

/* Was a page found gone, or was it seen by the length of the file? */
static bool surprise(const struct spoil *spoil, unsigned round)
{
	char *folder = plant();
	struct store *store = stored_open(folder);
	struct thread threads[READERS + 1];
	pthread_t ids[READERS + 1];
	atomic_uint looks = 0;
	bool was_hurt;

	for (unsigned i = 0; i <= READERS; i++) {
		threads[i] = (struct thread){store, &looks, i + round, 0};
		assert_int_equal(pthread_create(&ids[i], NULL,
						i ? read_on : write_on,
						&threads[i]),
				 0);
	}
	while (atomic_load(&looks) < 100 + round * 7)
		sched_yield();
	spoil_file(folder, spoil);
	for (unsigned i = 0; i <= READERS; i++) {
		pthread_join(ids[i], NULL);
		assert_int_equal(threads[i].wrong, 0);
	}
	was_hurt = store_is_hurt(store);
	use_again(folder, store);
	return was_hurt;
}

static void it_may_happen_at_any_time(void **state)
{
	const char *wanted = getenv("CFGFS_CUT_ROUNDS");
	const unsigned rounds =
		wanted ? (unsigned)strtoul(wanted, NULL, 10) : ROUNDS;
	unsigned hurt = 0;

	(void)state;
	shielded_begin();
	for (unsigned i = 0; i < rounds; i++)
		hurt += surprise(&spoils[i % CUTS], i);
	print_message("%u of %u in the middle of a look\n", hurt, rounds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_may_happen_between_two_look_ups),
		cmocka_unit_test(it_may_happen_while_all_are_visited),
		cmocka_unit_test(it_may_happen_while_one_writes),
		cmocka_unit_test(it_may_happen_at_any_time),
	};

	if (!SHIELDED_IS_POSSIBLE)
		return 77;
	shielded_learn();
	return cmocka_run_group_tests(tests, make_image, free_image);
}
