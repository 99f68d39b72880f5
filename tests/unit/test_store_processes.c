/* Several processes on one store, and some that die of it. */
#include "tests/unit/stored.h"

#include <signal.h>
#include <time.h>

static void work_beside_another(const char *folder, unsigned first)
{
	struct store *store = stored_open(folder);
	unsigned wrong = 0;

	for (unsigned i = 0; i < 20; i++) {
		wrong += stored_put(store, first + i * 5, 5) != 0;
		for (unsigned j = 0; j < 5; j++)
			wrong += stored_look(store, first + i * 5 + j) != 1;
	}
	store_close(store);
	_exit(wrong != 0);
}

/* The folder is new, so they also make the store at once. */
static void work_side_by_side(unsigned processes)
{
	char *folder = scratch_make();
	pid_t children[3];

	for (unsigned i = 0; i < processes; i++) {
		children[i] = fork();
		if (children[i] == 0)
			work_beside_another(folder, i * 10000);
	}
	for (unsigned i = 0; i < processes; i++)
		assert_int_equal(stored_wait(children[i]), 0);
	assert_int_equal(access(scratch_path(folder, "clean"), F_OK), 0);

	struct store *store = stored_open(folder);

	for (unsigned i = 0; i < processes; i++)
		assert_int_equal(stored_count(store, i * 10000, 100), 100);
	store_close(store);
	scratch_remove(folder);
}

static void processes_write_at_once(void **state)
{
	(void)state;
	for (int round = 0; round < 6; round++)
		work_side_by_side(round % 2 ? 3 : 2);
}

static void say(int fd)
{
	assert_int_equal(write(fd, "x", 1), 1);
}

static void hear(int fd)
{
	char c;

	assert_int_equal(read(fd, &c, 1), 1);
}

/* A child that has the store open until told; then its answer is `look`. */
struct companion {
	pid_t child;
	int to;
	int from;
};

static struct companion companion_start(const char *folder, unsigned look)
{
	int to[2];
	int from[2];

	assert_int_equal(pipe2(to, O_CLOEXEC), 0);
	assert_int_equal(pipe2(from, O_CLOEXEC), 0);

	const pid_t child = fork();

	if (child == 0) {
		struct store *store = stored_open(folder);

		say(from[1]);
		hear(to[0]);

		const int seen = stored_look(store, look);

		store_close(store);
		_exit(seen);
	}
	close(to[0]);
	close(from[1]);
	hear(from[0]);
	return (struct companion){child, to[1], from[0]};
}

static int companion_end(struct companion *companion)
{
	say(companion->to);
	close(companion->to);
	close(companion->from);
	return stored_wait(companion->child);
}

static void growth_by_another_process_is_followed(void **state)
{
	char *folder = scratch_make();
	struct companion reader = companion_start(folder, 39999);
	struct store *store = stored_open(folder);

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(stored_put(store, i * 10000, 10000), 0);
	assert_int_equal(companion_end(&reader), 1);
	store_close(store);
	scratch_remove(folder);
}

static void only_the_last_user_promises_a_clean_store(void **state)
{
	char *folder = scratch_make();
	struct companion other = companion_start(folder, 1);
	struct store *store = stored_open(folder);
	const char *mark = scratch_path(folder, "clean");

	(void)state;
	assert_int_equal(stored_put(store, 1, 1), 0);
	store_close(store);
	assert_int_not_equal(access(mark, F_OK), 0);
	assert_int_equal(companion_end(&other), 1);
	assert_int_equal(access(mark, F_OK), 0);
	store = stored_open(folder);
	assert_int_not_equal(access(scratch_path(folder, "clean"), F_OK), 0);
	store_close(store);
	scratch_remove(folder);
}

static void a_store_in_use_is_not_put_aside(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open(folder);

	(void)state;
	assert_int_equal(stored_put(store, 0, 10), 0);
	store_close(store);

	struct companion other = companion_start(folder, 1);

	/* A page that the companion has no need of is damaged. */
	struct span image = scratch_read(scratch_path(folder, "data.mdb"));
	const int fd = open(scratch_path(folder, "data.mdb"),
			    O_WRONLY | O_CLOEXEC | O_APPEND);

	assert_int_equal(write(fd, image.data, 100), 100);
	close(fd);
	store = stored_open(folder);
	assert_int_equal(stored_look(store, 3), 1);
	assert_int_not_equal(
		access(scratch_path(folder, "damaged-data.mdb"), F_OK), 0);
	store_close(store);
	assert_int_equal(companion_end(&other), 1);
	free((void *)(uintptr_t)image.data);
	scratch_remove(folder);
}

static void write_until_killed(const char *folder, unsigned first, int fd)
{
	struct store *store = stored_open(folder);

	for (unsigned i = 0;; i++) {
		if (stored_put(store, first + i * 3, 3))
			_exit(1);
		say(fd);
	}
}

/* Hear of some batches, however long that takes: a busy machine may let the
 * writer do none in any time. What is said meanwhile counts too. */
static unsigned hear_of(int fd, unsigned wanted)
{
	unsigned count = 0;
	char done[4096];

	while (count < wanted) {
		const ssize_t more = read(fd, done, sizeof(done));

		assert_true(more > 0);
		count += (unsigned)more;
	}
	return count;
}

/* Kill a writer some time after some batches; how many were done? */
static unsigned kill_a_writer(const char *folder, unsigned first,
			      unsigned wanted, long usec)
{
	const struct timespec duration = {.tv_nsec = usec * 1000};
	char done[4096];
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);

	const pid_t child = fork();

	if (child == 0)
		write_until_killed(folder, first, fds[1]);
	close(fds[1]);

	unsigned count = hear_of(fds[0], wanted);

	nanosleep(&duration, NULL);
	kill(child, SIGKILL);
	assert_int_equal(stored_wait(child), 1000 + SIGKILL);
	for (ssize_t more; (more = read(fds[0], done, sizeof(done))) > 0;)
		count += (unsigned)more;
	close(fds[0]);
	return count;
}

static void killing_a_writer_loses_nothing_that_was_done(void **state)
{
	char *folder = scratch_make();
	unsigned total = 0;

	(void)state;
	for (unsigned round = 0; round < 30; round++) {
		const unsigned first = round * 100000;
		const unsigned done = kill_a_writer(folder, first, round % 4,
						    round * 613 % 5000);
		char *why;
		struct store *store = stored_open_limited(folder, 0, &why);

		if (why)
			fail_msg("%s", why);
		assert_int_equal(stored_count(store, first, done * 3),
				 done * 3);
		total += done;
		store_close(store);
	}
	assert_true(total > 0);
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_write_at_once),
		cmocka_unit_test(growth_by_another_process_is_followed),
		cmocka_unit_test(only_the_last_user_promises_a_clean_store),
		cmocka_unit_test(a_store_in_use_is_not_put_aside),
		cmocka_unit_test(killing_a_writer_loses_nothing_that_was_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
