/* The folder of a store: ours alone, or not used. */
#include "tests/unit/stored.h"

static void the_folder_and_its_files_are_ours_alone(void **state)
{
	static const mode_t masks[] = {0, 022, 0777};

	(void)state;
	for (size_t i = 0; i < array_size(masks); i++) {
		char *folder = scratch_make();
		char *inner;
		struct stat status;
		const mode_t before = umask(masks[i]);

		assert_true(asprintf(&inner, "%s/a/b", folder) > 0);
		store_close(stored_open(inner));
		umask(before);
		assert_int_equal(stat(inner, &status), 0);
		assert_int_equal(status.st_mode & 07777, 0700);
		for (size_t j = 0; j < 4; j++) {
			static const char *const names[] = {
				"data.mdb", "lock.mdb", "users", "clean"};

			assert_int_equal(
				stat(scratch_path(inner, names[j]), &status),
				0);
			assert_int_equal(status.st_mode & 07777, 0600);
		}
		free(inner);
		scratch_remove(folder);
	}
}

static void make_link(const char *folder)
{
	assert_int_equal(symlink(".", scratch_path(folder, "s")), 0);
}

static void make_open_to_group(const char *folder)
{
	assert_int_equal(mkdir(scratch_path(folder, "s"), 0700), 0);
	assert_int_equal(chmod(scratch_path(folder, "s"), 0770), 0);
}

static void make_file(const char *folder)
{
	scratch_write(scratch_path(folder, "s"), span_of("a file"));
}

static void make_data_link(const char *folder)
{
	assert_int_equal(mkdir(scratch_path(folder, "s"), 0700), 0);
	scratch_write(scratch_path(folder, "victim"), span_of("precious"));
	assert_int_equal(
		symlink("../victim", scratch_path(folder, "s/data.mdb")), 0);
}

static void make_data_folder(const char *folder)
{
	assert_int_equal(mkdir(scratch_path(folder, "s"), 0700), 0);
	assert_int_equal(mkdir(scratch_path(folder, "s/data.mdb"), 0700), 0);
}

static void make_users_link(const char *folder)
{
	assert_int_equal(mkdir(scratch_path(folder, "s"), 0700), 0);
	scratch_write(scratch_path(folder, "victim"), span_of("precious"));
	assert_int_equal(symlink("../victim", scratch_path(folder, "s/users")),
			 0);
}

static void make_foreign(const char *folder)
{
	assert_int_equal(mkdir(scratch_path(folder, "s"), 0700), 0);
	/* Without the right to do so it is made bad in another way. */
	if (chown(scratch_path(folder, "s"), 12345, 12345))
		assert_int_equal(chmod(scratch_path(folder, "s"), 0777), 0);
}

static void a_folder_that_is_not_safe_is_refused(void **state)
{
	static const struct {
		const char *what;
		void (*make)(const char *folder);
	} cases[] = {
		{"a symbolic link", make_link},
		{"writable by the group", make_open_to_group},
		{"a file", make_file},
		{"its store is a symbolic link", make_data_link},
		{"its store is a folder", make_data_folder},
		{"its lock is a symbolic link", make_users_link},
		{"of another user", make_foreign},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		char *folder = scratch_make();
		char *inner;
		struct store *store = NULL;
		char *why = NULL;

		cases[i].make(folder);
		assert_true(asprintf(&inner, "%s/s", folder) > 0);

		const struct store_options options = {.folder = inner};

		if (store_open(&options, &store, &why) >= 0 || !why || store)
			fail_msg("%s", cases[i].what);
		free(why);
		free(inner);
		scratch_remove(folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_folder_and_its_files_are_ours_alone),
		cmocka_unit_test(a_folder_that_is_not_safe_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
