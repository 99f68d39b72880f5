/* Changes of a real tree, told by both means of the kernel. */
#include "tests/unit/unit.h"

#include "fs/watch/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

enum { MAX_TOLD = 512, MAX_TEXT = 64 };

struct fixture {
	char folder[32];
	int fd;
	struct source *source;
	struct watch *watch;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char told[MAX_TOLD][MAX_TEXT]; /* by lock, as all below */
	size_t told_count;
	unsigned passed;
};

static const char *const kinds[] = {"content",	 "entry", "directory",
				    "unwatched", "lost",  "pause"};

static void note(void *ctx, const struct change *change)
{
	struct fixture *fixture = ctx;

	if (change->kind == CHANGE_PAUSE)
		return;
	pthread_mutex_lock(&fixture->lock);
	if (fixture->told_count < MAX_TOLD)
		snprintf(fixture->told[fixture->told_count++], MAX_TEXT,
			 "%s %s:%s%s", kinds[change->kind],
			 change->directory ? change->directory : "",
			 change->name ? change->name : "",
			 change->is_directory ? "/" : "");
	pthread_mutex_unlock(&fixture->lock);
}

struct wait {
	struct watch_waiter waiter;
	struct fixture *fixture;
	int result;
	bool is_done;
};

static void passed(struct watch_waiter *waiter, int result)
{
	struct wait *wait = (struct wait *)waiter;

	pthread_mutex_lock(&wait->fixture->lock);
	wait->result = result;
	wait->is_done = true;
	wait->fixture->passed++;
	pthread_cond_broadcast(&wait->fixture->changed);
	pthread_mutex_unlock(&wait->fixture->lock);
}

/* All that was done before has been told when it returns. */
static int pass_barrier(struct fixture *fixture)
{
	struct wait wait = {.waiter = {.done = passed}, .fixture = fixture};

	assert_int_equal(watch_barrier(fixture->watch, &wait.waiter), 0);
	pthread_mutex_lock(&fixture->lock);
	while (!wait.is_done)
		pthread_cond_wait(&fixture->changed, &fixture->lock);
	pthread_mutex_unlock(&fixture->lock);
	return wait.result;
}

static bool is_told(struct fixture *fixture, const char *text)
{
	bool is_found = false;

	assert_int_equal(pass_barrier(fixture), 0);
	pthread_mutex_lock(&fixture->lock);
	for (size_t i = 0; i < fixture->told_count; i++)
		is_found |= strcmp(fixture->told[i], text) == 0;
	pthread_mutex_unlock(&fixture->lock);
	return is_found;
}

static void forget_told(struct fixture *fixture)
{
	assert_int_equal(pass_barrier(fixture), 0);
	pthread_mutex_lock(&fixture->lock);
	fixture->told_count = 0;
	pthread_mutex_unlock(&fixture->lock);
}

static void write_file(const struct fixture *fixture, const char *name,
		       const char *text)
{
	auto_close int fd =
		openat(fixture->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static struct watch_place place_of(const struct fixture *fixture,
				   const char *path)
{
	struct stat stat = {0};

	(void)fstatat(fixture->fd, *path ? path : ".", &stat, 0);
	return (struct watch_place){
		.path = path, .dev = stat.st_dev, .ino = stat.st_ino};
}

static bool watch_path(const struct fixture *fixture, const char *path)
{
	const struct watch_place place = place_of(fixture, path);

	return watch_directory(fixture->watch, &place);
}

static int set_up(void **state, const struct watch_options *options)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->folder, "/tmp/cfgfs-watch-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	fixture->fd = open(fixture->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pthread_mutex_init(&fixture->lock, NULL);
	pthread_cond_init(&fixture->changed, NULL);
	assert_int_equal(mkdirat(fixture->fd, "d", 0700), 0);
	write_file(fixture, "a", "1");
	write_file(fixture, "d/x", "1");
	assert_int_equal(source_open(fixture->folder, &fixture->source), 0);
	*state = fixture;
	if (watch_new(fixture->source, options, &fixture->watch))
		return 0; /* not for this user: skipped */
	assert_int_equal(watch_add_listener(fixture->watch, note, fixture), 0);
	assert_int_equal(watch_start(fixture->watch), 0);
	return 0;
}

static int set_up_inotify(void **state)
{
	const struct watch_options options = {.without_fanotify = true};

	return set_up(state, &options);
}

static int set_up_fanotify(void **state)
{
	const struct watch_options options = {.without_inotify = true};

	return set_up(state, &options);
}

static int remove_one(const char *path, const struct stat *stat, int type,
		      struct FTW *where)
{
	(void)stat;
	(void)type;
	(void)where;
	return remove(path);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	watch_free(fixture->watch);
	source_close(fixture->source);
	close(fixture->fd);
	assert_int_equal(
		nftw(fixture->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	pthread_cond_destroy(&fixture->changed);
	pthread_mutex_destroy(&fixture->lock);
	free(fixture);
	return 0;
}

static struct fixture *fixture_of(void **state)
{
	struct fixture *fixture = *state;

	if (!fixture->watch)
		skip();
	return fixture;
}

static void each_kind_of_change_is_told(void **state)
{
	struct fixture *fixture = fixture_of(state);

	assert_true(watch_path(fixture, ""));
	write_file(fixture, "a", "2");
	assert_true(is_told(fixture, "content :a"));
	write_file(fixture, "new", "1");
	assert_true(is_told(fixture, "entry :new"));
	fchmodat(fixture->fd, "new", 0640, 0);
	assert_true(is_told(fixture, "content :new"));
	renameat(fixture->fd, "new", fixture->fd, "a");
	forget_told(fixture);
	renameat(fixture->fd, "a", fixture->fd, "b");
	assert_true(is_told(fixture, "entry :a"));
	assert_true(is_told(fixture, "entry :b"));
	forget_told(fixture);
	unlinkat(fixture->fd, "b", 0);
	assert_true(is_told(fixture, "entry :b"));
	assert_int_equal(mkdirat(fixture->fd, "e", 0700), 0);
	assert_true(is_told(fixture, "entry :e/"));
	/* Of a directory, told as its own or by its name. */
	assert_true(watch_path(fixture, "e"));
	fchmodat(fixture->fd, "e", 0750, 0);
	assert_true(is_told(fixture, "directory e:/"));
	fchmod(fixture->fd, 0755);
	assert_true(is_told(fixture, "directory :/"));
}

static void what_nobody_asked_for_is_not_told(void **state)
{
	struct fixture *fixture = fixture_of(state);

	assert_true(watch_path(fixture, ""));
	write_file(fixture, "d/x", "2");
	assert_false(is_told(fixture, "content d:x"));
	assert_true(watch_path(fixture, "d"));
	write_file(fixture, "d/x", "3");
	assert_true(is_told(fixture, "content d:x"));
}

static void only_below_what_is_watched(void **state)
{
	struct fixture *fixture = fixture_of(state);
	struct watch_place other = place_of(fixture, "");

	assert_false(watch_path(fixture, "d"));
	assert_true(watch_path(fixture, ""));
	other.path = "d";
	assert_false(watch_directory(fixture->watch, &other));
	assert_false(watch_path(fixture, "none"));
	assert_false(watch_path(fixture, "a"));
	assert_int_equal(watch_unwatched(fixture->watch), 0);
	assert_true(watch_path(fixture, "d"));
}

static void a_directory_that_moves_is_not_watched(void **state)
{
	struct fixture *fixture = fixture_of(state);

	assert_true(watch_path(fixture, "") && watch_path(fixture, "d"));
	renameat(fixture->fd, "d", fixture->fd, "e");
	assert_true(is_told(fixture, "entry :d/"));
	assert_true(is_told(fixture, "unwatched d:"));
	write_file(fixture, "e/x", "2");
	assert_false(is_told(fixture, "content d:x"));
	assert_true(watch_path(fixture, "e"));
	write_file(fixture, "e/x", "3");
	assert_true(is_told(fixture, "content e:x"));
	/* Another one in its place. */
	assert_int_equal(mkdirat(fixture->fd, "d", 0700), 0);
	assert_true(watch_path(fixture, "d"));
	write_file(fixture, "d/x", "1");
	assert_true(is_told(fixture, "entry d:x"));
}

static void a_directory_that_is_exchanged_is_another(void **state)
{
	struct fixture *fixture = fixture_of(state);

	assert_true(watch_path(fixture, "") && watch_path(fixture, "d"));
	assert_int_equal(mkdirat(fixture->fd, "e", 0700), 0);
	write_file(fixture, "e/x", "of e");
	forget_told(fixture);
	assert_int_equal(
		renameat2(fixture->fd, "d", fixture->fd, "e", RENAME_EXCHANGE),
		0);
	assert_true(is_told(fixture, "unwatched d:"));
	assert_true(watch_path(fixture, "d"));
	write_file(fixture, "d/x", "2");
	assert_true(is_told(fixture, "content d:x"));
}

static void a_directory_that_is_removed_is_not_watched(void **state)
{
	struct fixture *fixture = fixture_of(state);

	assert_true(watch_path(fixture, "") && watch_path(fixture, "d"));
	unlinkat(fixture->fd, "d/x", 0);
	unlinkat(fixture->fd, "d", AT_REMOVEDIR);
	assert_true(is_told(fixture, "entry d:x"));
	assert_true(is_told(fixture, "entry :d/"));
	assert_true(is_told(fixture, "unwatched d:"));
	assert_false(watch_path(fixture, "d"));
}

static void lost_events_end_all_watching(void **state)
{
	struct fixture *fixture = fixture_of(state);

	assert_true(watch_path(fixture, "") && watch_path(fixture, "d"));
	watch_lose(fixture->watch);
	assert_true(is_told(fixture, "lost :"));
	write_file(fixture, "a", "2");
	assert_false(is_told(fixture, "content :a"));
	assert_true(watch_path(fixture, "") && watch_path(fixture, "d"));
	write_file(fixture, "d/x", "2");
	assert_true(is_told(fixture, "content d:x"));
}

/* One waits for the sentinel, others for the next one. */
static void a_barrier_lets_everybody_through(void **state)
{
	enum { WAITERS = 64 };
	struct fixture *fixture = fixture_of(state);
	struct wait waits[WAITERS];

	for (size_t i = 0; i < WAITERS; i++) {
		waits[i] = (struct wait){.waiter = {.done = passed},
					 .fixture = fixture};
		assert_int_equal(
			watch_barrier(fixture->watch, &waits[i].waiter), 0);
		if (i % 16 == 0)
			watch_lose(fixture->watch);
	}
	pthread_mutex_lock(&fixture->lock);
	while (fixture->passed < WAITERS)
		pthread_cond_wait(&fixture->changed, &fixture->lock);
	pthread_mutex_unlock(&fixture->lock);
	for (size_t i = 0; i < WAITERS; i++)
		assert_int_equal(waits[i].result, 0);
	watch_stop(fixture->watch);
	assert_int_equal(watch_barrier(fixture->watch, &waits[0].waiter),
			 -EOPNOTSUPP);
	assert_false(watch_path(fixture, ""));
}

static void every_edit_before_a_barrier_is_told(void **state)
{
	struct fixture *fixture = fixture_of(state);
	char name[16];
	char text[32];

	assert_true(watch_path(fixture, ""));
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		snprintf(text, sizeof(text), "entry :f%d", i);
		write_file(fixture, name, "x");
		if (i % 100 == 99)
			forget_told(fixture);
		else
			assert_true(is_told(fixture, text));
	}
}

#define BOTH(test)                                                             \
	cmocka_unit_test_setup_teardown(test, set_up_inotify, tear_down),      \
		cmocka_unit_test_setup_teardown(test, set_up_fanotify,         \
						tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(each_kind_of_change_is_told),
		BOTH(what_nobody_asked_for_is_not_told),
		BOTH(only_below_what_is_watched),
		BOTH(a_directory_that_moves_is_not_watched),
		BOTH(a_directory_that_is_exchanged_is_another),
		BOTH(a_directory_that_is_removed_is_not_watched),
		BOTH(lost_events_end_all_watching),
		BOTH(a_barrier_lets_everybody_through),
		BOTH(every_edit_before_a_barrier_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
