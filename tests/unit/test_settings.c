/* Settings that name folders: --map and --catalog. */
#include "tests/unit/tree.h"

#include "fs/settings.h"

static struct tree tree;

static int set_up(void **state)
{
	(void)state;
	tree_make(&tree);
	tree_write(&tree, "with/catalog.json", "{}");
	tree_write(&tree, "without/x", "");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

static void maps_are_kept_in_order_by_their_full_path(void **state)
{
	struct settings settings = SETTINGS_DEFAULT;
	char value[PATH_MAX];
	char *why;

	(void)state;
	snprintf(value, sizeof(value), "https://x/=%s/with/../without",
		 tree.path);
	assert_true(settings_add_map(&settings, value, &why));
	snprintf(value, sizeof(value), "https://y/=%s/with", tree.path);
	assert_true(settings_add_map(&settings, value, &why));
	assert_int_equal(settings.map_count, 2);
	assert_string_equal(settings.maps[0].prefix, "https://x/");
	snprintf(value, sizeof(value), "%s/without", tree.path);
	assert_string_equal(settings.maps[0].folder, value);
	assert_string_equal(settings.maps[1].prefix, "https://y/");
	settings_release(&settings);
	assert_int_equal(settings.map_count, 0);
}

static void what_cannot_be_a_map_is_refused(void **state)
{
	static const struct {
		const char *what;
		const char *value;
		const char *why;
	} cases[] = {
		{"no folder", "https://x/", "not URLPREFIX=DIR"},
		{"an empty folder", "https://x/=", "not URLPREFIX=DIR"},
		{"no URL", "x=.", "not URLPREFIX=DIR"},
		{"nothing", "", "not URLPREFIX=DIR"},
		{"a folder that is not there", "https://x/=/no/such",
		 "No such file"},
		{"a file", "https://x/=/dev/null", "Not a directory"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct settings settings = SETTINGS_DEFAULT;
		auto_free char *why = NULL;

		if (settings_add_map(&settings, cases[i].value, &why) ||
		    !strstr(why, cases[i].why))
			fail_msg("%s: %s", cases[i].what, why);
		assert_int_equal(settings.map_count, 0);
		settings_release(&settings);
	}
}

static void a_catalog_is_a_folder_with_a_catalog_file(void **state)
{
	struct settings settings = SETTINGS_DEFAULT;
	char path[PATH_MAX];
	char *why = NULL;

	(void)state;
	tree_path(&tree, "with", path);
	assert_true(settings_set_catalog(&settings, path, &why));
	assert_string_equal(settings.catalog, path);
	tree_path(&tree, "without", path);
	assert_false(settings_set_catalog(&settings, path, &why));
	assert_non_null(strstr(why, "without/catalog.json'"));
	free(why);
	assert_false(settings_set_catalog(&settings, "/no/such", &why));
	assert_non_null(strstr(why, "No such file"));
	free(why);
	/* What was right before stays. */
	tree_path(&tree, "with", path);
	assert_string_equal(settings.catalog, path);
	settings_release(&settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_are_kept_in_order_by_their_full_path),
		cmocka_unit_test(what_cannot_be_a_map_is_refused),
		cmocka_unit_test(a_catalog_is_a_folder_with_a_catalog_file),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
