/* Files that readers have open, on a real tree in a private folder. */
#include "tests/unit/unit.h"

#include "fs/mount/nodes/files.h"
#include "fs/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

struct fixture {
	char folder[32];
	int folder_fd;
	struct service service;
	struct work *work;
	struct files *files;
};

static void write_file(const struct fixture *fixture, const char *name,
		       const char *text)
{
	auto_close int fd =
		openat(fixture->folder_fd, name,
		       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* Wait until the stamp of a file that was just written proves that it has not
 * changed since: the time of its last change cannot be set. */
static void grow_old(void)
{
	const struct timespec pause = {.tv_nsec = 40 * 1000 * 1000};

	nanosleep(&pause, NULL);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->folder, "/tmp/cfgfs-files-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	fixture->folder_fd =
		open(fixture->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	write_file(fixture, "a.json", "{\"a\": 1}");
	write_file(fixture, "b.txt", "no format");

	const struct service_options options = {.root = fixture->folder,
						.settings = SETTINGS_DEFAULT};

	assert_int_equal(service_open(&options, &fixture->service), 0);
	fixture->service.settings.wait_ms = 10000;

	const struct work_options work = work_options_for(2, judge_thread_ends);

	assert_int_equal(work_new(&work, &fixture->work), 0);

	const struct files_tools tools = {.judge = fixture->service.judge,
					  .work = fixture->work};

	assert_int_equal(files_new(&tools, &fixture->files), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	static const char *const names[] = {"a.json", "b.txt", "c.json"};

	work_free(fixture->work);
	files_free(fixture->files);
	service_close(&fixture->service);
	for (size_t i = 0; i < array_size(names); i++)
		unlinkat(fixture->folder_fd, names[i], 0);
	close(fixture->folder_fd);
	assert_int_equal(rmdir(fixture->folder), 0);
	free(fixture);
	return 0;
}

static struct file_name name_of(const struct fixture *fixture, uint64_t node,
				const char *path)
{
	struct stamp stamp;

	assert_int_equal(
		source_stat(fixture->service.source, path, &stamp, NULL), 0);
	return (struct file_name){
		.node = node,
		.path = path,
		.identity = {stamp.dev, stamp.ino, stamp.btime_ns}};
}

/* Read as the mount does and compare; NULL: it is served directly. */
static void assert_served(struct fixture *fixture, const struct file_name *name,
			  const char *wanted)
{
	struct served served;

	assert_int_equal(files_serve(fixture->files, name, &served), 0);
	if (wanted) {
		assert_non_null(served.content);
		assert_string_equal(served.content->snapshot.bytes, wanted);
		assert_true(served.content->is_judged);
	} else {
		assert_null(served.content);
	}
	files_served_release(fixture->files, &served);
}

static bool open_file(struct fixture *fixture, const struct file_name *name)
{
	struct opened opened;

	assert_int_equal(files_open(fixture->files, name, &opened), 0);
	return opened.keeps_pages;
}

static void pages_stay_only_if_they_are_of_this_state(void **state)
{
	struct fixture *fixture = *state;
	const struct file_name name = name_of(fixture, 7, "a.json");

	grow_old();
	assert_false(open_file(fixture, &name)); /* there are none yet */
	assert_served(fixture, &name, "{\"a\": 1}");
	assert_true(open_file(fixture, &name));
	files_close(fixture->files, 7);
	files_close(fixture->files, 7);
	assert_true(open_file(fixture, &name)); /* also after the last close */
	write_file(fixture, "a.json", "{\"a\": 2}");
	assert_false(open_file(fixture, &name));
	/* Filled while the file was just changed: its stamp proves nothing. */
	assert_served(fixture, &name, "{\"a\": 2}");
	assert_false(open_file(fixture, &name));
	grow_old();
	assert_served(fixture, &name, "{\"a\": 2}");
	assert_true(open_file(fixture, &name));
	/* Two states in one go: the pages are mixed. */
	write_file(fixture, "a.json", "{\"a\": 3}");
	grow_old();
	assert_served(fixture, &name, "{\"a\": 3}");
	assert_false(open_file(fixture, &name));
}

static void pages_do_not_stay_when_the_verdict_does_not(void **state)
{
	struct fixture *fixture = *state;
	const struct file_name name = name_of(fixture, 7, "a.json");

	grow_old();
	open_file(fixture, &name);
	assert_served(fixture, &name, "{\"a\": 1}");
	assert_true(open_file(fixture, &name));
	write_file(fixture, ".cfgfs.yaml", "ignore: [\"*.txt\"]\n");
	assert_false(open_file(fixture, &name));
	unlinkat(fixture->folder_fd, ".cfgfs.yaml", 0);
}

static void another_file_of_that_name_is_stale(void **state)
{
	struct fixture *fixture = *state;
	struct file_name name = name_of(fixture, 7, "a.json");
	struct served served;
	struct opened opened;

	name.identity.ino++;
	assert_int_equal(files_open(fixture->files, &name, &opened), -ESTALE);
	assert_int_equal(files_serve(fixture->files, &name, &served), -ESTALE);
	name = name_of(fixture, 7, "a.json");
	name.identity.btime_ns++;
	assert_int_equal(files_open(fixture->files, &name, &opened), -ESTALE);
	name = name_of(fixture, 7, "a.json");
	name.is_directory = true;
	assert_int_equal(files_open(fixture->files, &name, &opened), -ESTALE);
	unlinkat(fixture->folder_fd, "a.json", 0);
	name.is_directory = false;
	assert_int_equal(files_open(fixture->files, &name, &opened), -ESTALE);
}

static void an_open_file_is_read_without_its_name(void **state)
{
	struct fixture *fixture = *state;
	const struct file_name name = name_of(fixture, 7, "a.json");
	struct stat facts;

	assert_int_equal(files_stat(fixture->files, 7, &facts), -ENOENT);
	open_file(fixture, &name);
	unlinkat(fixture->folder_fd, "a.json", 0);
	assert_served(fixture, &name, "{\"a\": 1}");
	assert_int_equal(files_stat(fixture->files, 7, &facts), 0);
	assert_int_equal(facts.st_nlink, 0);
	/* Its verdict is not that of the next file of that name. */
	write_file(fixture, "a.json", "[");

	struct stamp stamp;

	assert_int_equal(
		source_stat(fixture->service.source, "a.json", &stamp, NULL),
		0);
	assert_null(judge_known(fixture->service.judge, "a.json", &stamp));
	files_close(fixture->files, 7);
	assert_int_equal(files_stat(fixture->files, 7, &facts), -ENOENT);
	files_close(fixture->files, 7); /* one too many does no harm */
	files_forget(fixture->files, 7);
	files_forget(fixture->files, 7);
}

static void a_file_that_nobody_opened_is_read_by_its_name(void **state)
{
	struct fixture *fixture = *state;
	const struct file_name name = name_of(fixture, 9, "a.json");

	assert_served(fixture, &name, "{\"a\": 1}");
	assert_served(fixture, &name, "{\"a\": 1}");
	files_forget(fixture->files, 9);
}

static void what_is_not_judged_is_served_directly(void **state)
{
	struct fixture *fixture = *state;
	const struct file_name text = name_of(fixture, 8, "b.txt");
	const struct file_name large = name_of(fixture, 7, "a.json");

	grow_old();
	open_file(fixture, &text);
	assert_served(fixture, &text, NULL);
	files_wait_for_verdict(fixture->files, "b.txt", NULL);
	assert_int_equal(files_pending(fixture->files), 0);
	assert_true(open_file(fixture, &text));
	fixture->service.settings.max_size = 3;
	open_file(fixture, &large);
	assert_served(fixture, &large, NULL);
	files_wait_for_verdict(fixture->files, "a.json", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			pages_stay_only_if_they_are_of_this_state, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			pages_do_not_stay_when_the_verdict_does_not, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			another_file_of_that_name_is_stale, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_open_file_is_read_without_its_name, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_that_nobody_opened_is_read_by_its_name, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_not_judged_is_served_directly, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
