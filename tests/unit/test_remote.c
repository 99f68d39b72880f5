/* The shared tier beside a server of the test, also from many threads. */
#include "tests/unit/redis_server.h"

#include "cache/remote/connection.h"
#include "cache/remote/remote.h"

enum { LONG_MS = 30000, SHORT_MS = 20 };

static struct remote *open_remote(const struct server *server, unsigned ms,
				  bool read_only)
{
	struct remote_options options = REMOTE_OPTIONS_DEFAULT;
	struct remote *remote = NULL;
	auto_free char *why = NULL;
	auto_free char *url = NULL;

	assert_true(asprintf(&url, "unix://%s", server->path) > 0);
	options.url = url;
	options.key_file = server->key;
	options.connect_ms = options.answer_ms = ms;
	options.read_only = read_only;
	if (remote_open(&options, &remote, &why))
		fail_msg("%s", why);
	return remote;
}

static void await_state(struct remote *remote, enum remote_state wanted)
{
	struct remote_stats stats;

	do {
		usleep(1000);
		remote_stats(remote, &stats);
	} while (stats.state != wanted);
}

static void put(struct remote *remote, unsigned n)
{
	const struct item item = item_of_number(n);

	remote_put(remote, &item.key, item.blob);
	blob_release(item.blob);
}

/* Is number `n` there? If it is, it must be right. */
static bool has(struct remote *remote, unsigned n)
{
	const struct item item = item_of_number(n);
	struct blob *blob;

	remote_get(remote, &item.key, 1, &blob);
	blob_release(item.blob);
	if (!blob)
		return false;
	assert_true(blob_is_number(blob, n));
	blob_release(blob);
	return true;
}

static void what_one_gives_another_gets(void **state)
{
	struct server *server = server_start();
	struct remote *one = open_remote(server, LONG_MS, false);
	struct remote *two = open_remote(server, LONG_MS, false);
	(void)state;

	put(one, 1);
	put(one, 2);
	assert_false(has(two, 1));
	remote_flush(one);
	assert_int_equal(remote_pending(one), 0);
	assert_true(has(two, 2));
	assert_false(has(two, 3));
	remote_close(two);
	two = open_remote(server, LONG_MS, false);
	assert_true(has(two, 1));
	remote_close(two);
	remote_close(one);
	server_stop(server);
}

static void a_batch_is_one_exchange(void **state)
{
	struct server *server = server_start();
	struct remote *remote = open_remote(server, LONG_MS, false);
	struct item_key keys[REMOTE_BATCH];
	struct blob *blobs[REMOTE_BATCH];
	struct remote_stats stats;
	(void)state;

	for (unsigned i = 0; i < REMOTE_BATCH; i++) {
		const struct item item = item_of_number(i);

		keys[i] = item.key;
		if (i % 3)
			remote_put(remote, &item.key, item.blob);
		blob_release(item.blob);
	}
	remote_flush(remote);
	remote_get(remote, keys, REMOTE_BATCH, blobs);
	for (unsigned i = 0; i < REMOTE_BATCH; i++) {
		assert_int_equal(blobs[i] != NULL, i % 3 != 0);
		assert_true(!blobs[i] || blob_is_number(blobs[i], i));
		blob_release(blobs[i]);
	}
	remote_stats(remote, &stats);
	assert_int_equal(stats.asked, REMOTE_BATCH);
	assert_int_equal(stats.connections, 1);
	remote_close(remote);
	server_stop(server);
}

static void what_is_absent_is_not_asked_for_again(void **state)
{
	struct server *server = server_start();
	struct remote *remote = open_remote(server, LONG_MS, false);
	struct remote_stats stats;
	(void)state;

	assert_false(has(remote, 1));
	assert_false(has(remote, 1));
	assert_false(has(remote, 1));
	remote_stats(remote, &stats);
	/* On a machine that stops for long in between once more. */
	assert_in_range(stats.asked, 1, 2);
	remote_close(remote);
	server_stop(server);
}

static void who_only_reads_gives_nothing(void **state)
{
	struct server *server = server_start();
	struct remote *remote = open_remote(server, LONG_MS, true);
	(void)state;

	put(remote, 1);
	assert_int_equal(remote_pending(remote), 0);
	remote_flush(remote);
	assert_int_equal(server->entry_count, 0);
	remote_close(remote);
	server_stop(server);
}

static void nobody_is_asked_while_it_is_open(void **state)
{
	struct server *server = server_start();
	struct remote *remote = open_remote(server, LONG_MS, false);
	struct remote_stats stats;
	unsigned gets;
	(void)state;

	put(remote, 1);
	remote_flush(remote);
	assert_true(has(remote, 1));
	atomic_store(&server->mode, SERVER_GARBAGE);
	assert_false(has(remote, 2));
	gets = atomic_load(&server->gets);
	for (unsigned i = 0; i < 1000; i++)
		assert_false(has(remote, 1));
	assert_int_equal(atomic_load(&server->gets), gets);
	remote_stats(remote, &stats);
	assert_int_equal(stats.state, REMOTE_OPEN);
	assert_int_equal(stats.unserved, 1000);
	assert_string_not_equal(stats.reason, "");
	put(remote, 3);
	assert_int_equal(remote_pending(remote), 0);
	remote_flush(remote);

	/* It comes back, and what waited is given. */
	atomic_store(&server->mode, SERVER_GOOD);
	await_state(remote, REMOTE_ON);
	assert_true(has(remote, 1));
	assert_int_equal(remote_pending(remote), 1);
	remote_flush(remote);
	assert_true(has(remote, 3));
	remote_stats(remote, &stats);
	assert_string_equal(stats.reason, "");
	remote_close(remote);
	server_stop(server);
}

static void who_hangs_is_waited_for_once(void **state)
{
	struct server *server = server_start();
	struct remote *remote = open_remote(server, SHORT_MS, false);
	struct remote_stats stats;
	(void)state;

	await_state(remote, REMOTE_ON);
	atomic_store(&server->mode, SERVER_HUNG);
	for (unsigned i = 0; i < 100; i++)
		assert_false(has(remote, i));
	remote_stats(remote, &stats);
	assert_int_equal(stats.state, REMOTE_OPEN);
	assert_in_range(stats.unserved, 98, 99);
	remote_close(remote);
	server_stop(server);
}

static void closing_does_not_wait_for_a_server_that_hangs(void **state)
{
	struct server *server = server_start();
	struct remote *remote;
	(void)state;

	atomic_store(&server->mode, SERVER_HUNG);
	remote = open_remote(server, LONG_MS, false);
	while (!atomic_load(&server->connections))
		usleep(1000);
	remote_close(remote);
	server_stop(server);
}

enum { THREADS = 4, ROUNDS = 300, NUMBERS = 40 };

static void *use_it(void *ctx)
{
	struct remote *remote = ctx;

	for (unsigned i = 0; i < ROUNDS; i++) {
		put(remote, i % NUMBERS);
		has(remote, (i * 7) % NUMBERS);
		if (i % 16 == 0)
			remote_flush(remote);
	}
	return NULL;
}

static void many_threads_get_what_is_right_or_nothing(void **state)
{
	static const enum server_mode modes[] = {
		SERVER_GOOD, SERVER_CLOSING, SERVER_GOOD, SERVER_GARBAGE,
		SERVER_GOOD, SERVER_HUNG,    SERVER_GOOD};
	struct server *server = server_start();
	struct remote *remote = open_remote(server, SHORT_MS, false);
	pthread_t threads[THREADS];
	(void)state;

	for (size_t mode = 0; mode < array_size(modes); mode++) {
		for (unsigned i = 0; i < THREADS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL,
							use_it, remote),
					 0);
		atomic_store(&server->mode, modes[mode]);
		for (unsigned i = 0; i < THREADS; i++)
			pthread_join(threads[i], NULL);
	}
	await_state(remote, REMOTE_ON);
	remote_close(remote);
	server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_gives_another_gets),
		cmocka_unit_test(a_batch_is_one_exchange),
		cmocka_unit_test(what_is_absent_is_not_asked_for_again),
		cmocka_unit_test(who_only_reads_gives_nothing),
		cmocka_unit_test(nobody_is_asked_while_it_is_open),
		cmocka_unit_test(who_hangs_is_waited_for_once),
		cmocka_unit_test(closing_does_not_wait_for_a_server_that_hangs),
		cmocka_unit_test(many_threads_get_what_is_right_or_nothing),
	};

	if (!connection_is_built())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
