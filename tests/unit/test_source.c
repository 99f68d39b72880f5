/* The tree on disk: what may be reached, and what a stamp can tell. */
#include "tests/unit/tree.h"

#include "fs/source.h"
#include "fs/walk.h"

#include <dirent.h>
#include <errno.h>

struct fixture {
	struct tree tree;
	struct source *source;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char path[PATH_MAX];

	if (!fixture)
		return -1;
	tree_make(&fixture->tree);
	tree_write(&fixture->tree, "a/b/c.yaml", "x: 1\n");
	tree_write(&fixture->tree, "top.yaml", "");
	assert_int_equal(
		symlink("/etc", tree_path(&fixture->tree, "out", path)), 0);
	assert_int_equal(symlink("a", tree_path(&fixture->tree, "in", path)),
			 0);
	assert_int_equal(mkfifo(tree_path(&fixture->tree, "fifo", path), 0600),
			 0);
	assert_int_equal(source_open(fixture->tree.path, &fixture->source), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	source_close(fixture->source);
	tree_remove(&fixture->tree);
	free(fixture);
	return 0;
}

static void only_files_of_the_tree_are_opened(void **state)
{
	static const struct {
		const char *what;
		const char *path;
		int error; /* 0: opens */
	} cases[] = {
		{"a file", "a/b/c.yaml", 0},
		{"at the root", "top.yaml", 0},
		{"absent", "a/none", -ENOENT},
		{"through a link that leaves", "out/passwd", -ELOOP},
		{"through a link that stays", "in/b/c.yaml", -ELOOP},
		{"a link itself", "in", -ELOOP},
		{"upwards", "../etc/passwd", -EXDEV},
		{"up and down", "a/../../etc/passwd", -EXDEV},
		{"absolute", "/etc/passwd", -EXDEV},
		{"a folder", "a", -EINVAL},
		{"a FIFO, without blocking", "fifo", -EINVAL},
		{"below a file", "top.yaml/x", -ENOTDIR},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < array_size(cases); i++) {
		const int fd = source_open_file(fixture->source, cases[i].path);

		if (fd >= 0)
			close(fd);
		if ((fd < 0 ? fd : 0) != cases[i].error)
			fail_msg("%s: %d", cases[i].what, fd);
	}
}

static void stat_sees_links_and_never_leaves(void **state)
{
	struct fixture *fixture = *state;
	struct stat stat;
	struct stamp stamp;

	assert_int_equal(source_stat(fixture->source, "out", &stamp, &stat), 0);
	assert_true(S_ISLNK(stat.st_mode));
	assert_int_equal(source_stat(fixture->source, "", &stamp, &stat), 0);
	assert_true(S_ISDIR(stat.st_mode));
	assert_int_equal(
		source_stat(fixture->source, "a/b/c.yaml", &stamp, &stat), 0);
	assert_int_equal(stat.st_size, 5);
	assert_int_equal(stamp.size, 5);
	assert_int_equal(
		source_stat(fixture->source, "out/passwd", NULL, &stat),
		-ENOTDIR);
	assert_int_equal(source_stat(fixture->source, "..", NULL, &stat),
			 -EXDEV);
	assert_int_equal(source_stat(fixture->source, "a/../..", NULL, &stat),
			 -EXDEV);
}

static void a_link_is_read_but_not_followed(void **state)
{
	struct fixture *fixture = *state;
	auto_free char *target = NULL;

	assert_int_equal(source_read_link(fixture->source, "out", &target), 0);
	assert_string_equal(target, "/etc");
}

static void a_stamp_changes_with_the_file(void **state)
{
	struct fixture *fixture = *state;
	struct stamp before;
	struct stamp after;
	char path[PATH_MAX];

	assert_int_equal(
		source_stat(fixture->source, "top.yaml", &before, NULL), 0);
	assert_true(stamp_is_racy(&before));
	after = before;
	after.taken_ns += 1000000000;
	assert_false(stamp_is_racy(&after));
	tree_write(&fixture->tree, "top.yaml", "y: 2\n");
	assert_int_equal(source_stat(fixture->source, "top.yaml", &after, NULL),
			 0);
	assert_false(stamp_equal(&before, &after));

	/* Another file of the same size and times under the name. */
	char other[PATH_MAX];

	tree_write(&fixture->tree, "other", "y: 2\n");
	assert_int_equal(rename(tree_path(&fixture->tree, "other", other),
				tree_path(&fixture->tree, "top.yaml", path)),
			 0);
	before = after;
	assert_int_equal(source_stat(fixture->source, "top.yaml", &after, NULL),
			 0);
	assert_false(stamp_equal(&before, &after));
}

static void a_snapshot_has_all_bytes_or_none(void **state)
{
	struct fixture *fixture = *state;
	struct snapshot snapshot;
	auto_free char *large = malloc(300001);
	auto_close int fd = -1;

	memset(large, 'x', 300000);
	large[300000] = '\0';
	tree_write(&fixture->tree, "large", large);
	fd = source_open_file(fixture->source, "large");
	assert_int_equal(snapshot_read(fd, 299999, &snapshot), -EFBIG);
	assert_int_equal(snapshot_read(fd, 300000, &snapshot), 0);
	assert_int_equal(snapshot.size, 300000);
	assert_string_equal(snapshot.bytes, large);
	assert_true(snapshot.is_settled);
	snapshot_release(&snapshot);
}

static void files_that_lie_about_their_size_are_read_whole(void **state)
{
	struct snapshot snapshot;
	auto_close int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(snapshot_read(fd, 1 << 20, &snapshot), 0);
	assert_true(snapshot.size > 100);
	assert_false(snapshot.is_settled);
	snapshot_release(&snapshot);
}

static int count_names(void *ctx, const char *path, unsigned char type,
		       int error)
{
	int *count = ctx;

	assert_int_equal(error, 0);
	++*count;
	return type == DT_DIR && strcmp(path, "a/b") == 0 ? WALK_SKIP : 0;
}

static void a_walk_sees_every_name_once_and_follows_nothing(void **state)
{
	struct fixture *fixture = *state;
	int count = 0;

	assert_int_equal(walk_tree(fixture->source, "", count_names, &count),
			 0);
	/* a, a/b (skipped), top.yaml, out, in, fifo */
	assert_int_equal(count, 6);
	count = 0;
	assert_int_equal(walk_tree(fixture->source, "a/b", count_names, &count),
			 0);
	assert_int_equal(count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			only_files_of_the_tree_are_opened, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			stat_sees_links_and_never_leaves, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_link_is_read_but_not_followed,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_stamp_changes_with_the_file,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_snapshot_has_all_bytes_or_none, set_up, tear_down),
		cmocka_unit_test(
			files_that_lie_about_their_size_are_read_whole),
		cmocka_unit_test_setup_teardown(
			a_walk_sees_every_name_once_and_follows_nothing, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
