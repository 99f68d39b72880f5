/* Files that hold keys and passwords: who may have them, and what they give. */
#include "tests/unit/cached.h"

#include "cache/key_file.h"

#include <errno.h>

static const char secret[] = "0123456789abcdef0123456789abcdef";

static char *write_secret(const char *folder, size_t size, mode_t mode)
{
	char *path = strdup(scratch_path(folder, "key"));

	unlink(path);
	scratch_write(path, (struct span){secret, size});
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static void refused(const char *path, bool must_be_private, const char *wanted)
{
	struct key_file file = {0};
	auto_free char *why = NULL;

	assert_true(key_file_read(path, must_be_private, &file, &why) < 0);
	assert_null(file.bytes);
	assert_non_null(why);
	if (!strstr(why, wanted))
		fail_msg("no '%s' in: %s", wanted, why);
}

static void a_private_file_is_read(void **state)
{
	char *folder = scratch_make();
	char *path = write_secret(folder, 32, 0600);
	struct key_file file;
	auto_free char *why = NULL;
	(void)state;

	assert_int_equal(key_file_read(path, true, &file, &why), 0);
	assert_int_equal(file.size, 32);
	assert_memory_equal(file.bytes, secret, 32);
	key_file_release(&file);
	free(path);
	scratch_remove(folder);
}

static void what_others_could_read_is_refused(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0620, 0602, 0601, 0610};
	char *folder = scratch_make();
	struct key_file file;
	auto_free char *why = NULL;
	(void)state;

	for (size_t i = 0; i < array_size(modes); i++) {
		char *path = write_secret(folder, 32, modes[i]);

		refused(path, true, "open to others");
		free(path);
	}

	char *path = write_secret(folder, 32, 0644);

	assert_int_equal(key_file_read(path, false, &file, &why), 0);
	key_file_release(&file);
	free(path);
	scratch_remove(folder);
}

static void what_is_no_key_is_refused(void **state)
{
	char *folder = scratch_make();
	char *path = write_secret(folder, 31, 0600);
	(void)state;

	refused(path, true, "shorter than 32");
	refused(folder, true, "not a regular file");
	refused(scratch_path(folder, "none"), true, "cannot read the key");
	free(path);
	scratch_remove(folder);
}

static void labels_give_keys_of_their_own(void **state)
{
	char copy[] = "0123456789abcdef0123456789abcdeX";
	const struct key_file files[] = {
		{(char *)(uintptr_t)secret, 32},
		{copy, 32},
		{(char *)(uintptr_t)secret, 31},
	};
	const struct digest first = key_file_derive(&files[0], "names");
	const struct digest again = key_file_derive(&files[0], "names");
	const struct digest others[] = {key_file_derive(&files[0], "values"),
					key_file_derive(&files[1], "names"),
					key_file_derive(&files[2], "names")};
	(void)state;

	assert_true(digest_equal(&first, &again));
	for (size_t i = 0; i < array_size(others); i++)
		assert_false(digest_equal(&first, &others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_private_file_is_read),
		cmocka_unit_test(what_others_could_read_is_refused),
		cmocka_unit_test(what_is_no_key_is_refused),
		cmocka_unit_test(labels_give_keys_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
