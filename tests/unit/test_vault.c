#include "tests/unit/kept.h"

/* What a version takes of the budget. */
enum { WEIGHT = KEPT_SIZE + 4096, TWO = 2 * WEIGHT, THREE = 3 * WEIGHT };

static void a_version_survives_restarts(void **state)
{
	struct keeping keeping;

	(void)state;
	keeping_make(&keeping, KEPT_PLENTY);
	assert_int_equal(kept_get(keeping.vault, "a.yaml"), -ENOENT);
	assert_int_equal(kept_put(keeping.vault, "a.yaml", 1), 0);
	assert_int_equal(kept_get(keeping.vault, "a.yaml"), 1);
	keeping_reopen(&keeping, KEPT_PLENTY);
	assert_int_equal(kept_get(keeping.vault, "a.yaml"), 1);
	assert_int_equal(kept_get(keeping.vault, "b.yaml"), -ENOENT);
	keeping_remove(&keeping);
}

static void the_newest_version_counts(void **state)
{
	struct keeping keeping;

	(void)state;
	keeping_make(&keeping, KEPT_PLENTY);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(kept_put(keeping.vault, "d/a.yaml", i), 0);
		assert_int_equal(kept_get(keeping.vault, "d/a.yaml"), (int)i);
	}
	assert_int_equal(kept_put(keeping.vault, "d/a.yaml", 2), 0);
	keeping_reopen(&keeping, KEPT_PLENTY);
	assert_int_equal(kept_get(keeping.vault, "d/a.yaml"), 2);
	keeping_remove(&keeping);
}

static void other_times_and_rights_are_noted(void **state)
{
	char bytes[KEPT_SIZE];
	struct kept kept = kept_version(1, bytes);
	struct kept found;
	struct keeping keeping;

	(void)state;
	keeping_make(&keeping, KEPT_PLENTY);
	assert_int_equal(vault_put(keeping.vault, "a", &kept, bytes), 0);
	kept.mode = 0100600;
	kept.uid = 12;
	kept.gid = 34;
	kept.mtime_ns = -5;
	assert_int_equal(vault_put(keeping.vault, "a", &kept, bytes), 0);
	assert_int_equal(vault_find(keeping.vault, "a", &found), 0);
	assert_true(kept_equal(&kept, &found));
	assert_int_equal(found.uid, 12);
	assert_int_equal(found.mtime_ns, -5);
	keeping_remove(&keeping);
}

static void equal_contents_are_stored_once(void **state)
{
	struct keeping keeping;

	(void)state;
	keeping_make(&keeping, KEPT_PLENTY);
	assert_int_equal(kept_put(keeping.vault, "a", 1), 0);
	assert_int_equal(kept_put(keeping.vault, "b", 1), 0);
	assert_int_equal(vault_bytes(keeping.vault), WEIGHT);
	assert_int_equal(kept_count(&keeping, "objects"), 1);
	assert_int_equal(kept_put(keeping.vault, "b", 2), 0);
	assert_int_equal(kept_get(keeping.vault, "a"), 1);
	assert_int_equal(kept_get(keeping.vault, "b"), 2);
	keeping_remove(&keeping);
}

/* Other trees share the contents, not the paths. */
static void trees_are_apart(void **state)
{
	struct keeping one;
	struct keeping other;

	(void)state;
	keeping_make(&one, KEPT_PLENTY);
	tree_make(&other.tree);
	other.state = one.state;
	assert_int_equal(source_open(other.tree.path, &other.source), 0);
	keeping_open(&other, KEPT_PLENTY);
	assert_int_equal(kept_put(one.vault, "a", 1), 0);
	assert_int_equal(kept_get(other.vault, "a"), -ENOENT);
	assert_int_equal(kept_put(other.vault, "a", 1), 0);
	assert_int_equal(kept_count(&one, "objects"), 1);
	assert_int_equal(kept_put(other.vault, "a", 2), 0);
	assert_int_equal(kept_get(one.vault, "a"), 1);
	vault_close(other.vault);
	source_close(other.source);
	tree_remove(&other.tree);
	keeping_remove(&one);
}

static void replaced_versions_make_room(void **state)
{
	struct keeping keeping;

	(void)state;
	keeping_make(&keeping, THREE);
	tree_write(&keeping.tree, "a", "");
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(kept_put(keeping.vault, "a", i), 0);
		assert_true(vault_bytes(keeping.vault) <= THREE);
	}
	assert_int_equal(kept_get(keeping.vault, "a"), 9);
	keeping_remove(&keeping);
}

static void what_the_tree_has_is_never_dropped(void **state)
{
	struct keeping keeping;

	(void)state;
	keeping_make(&keeping, TWO);
	tree_write(&keeping.tree, "a", "");
	tree_write(&keeping.tree, "b", "");
	tree_write(&keeping.tree, "c", "");
	assert_int_equal(kept_put(keeping.vault, "a", 1), 0);
	assert_int_equal(kept_put(keeping.vault, "b", 2), 0);
	assert_int_equal(kept_put(keeping.vault, "c", 3), -ENOSPC);
	assert_int_equal(kept_put(keeping.vault, "a", 4), -ENOSPC);
	assert_int_equal(kept_get(keeping.vault, "a"), 1);
	assert_int_equal(kept_get(keeping.vault, "b"), 2);
	assert_int_equal(kept_get(keeping.vault, "c"), -ENOENT);
	/* A content that is there needs no room. */
	assert_int_equal(kept_put(keeping.vault, "c", 2), 0);
	keeping_remove(&keeping);
}

/* The one that was kept longest ago goes first, and no more than needed. */
static void what_has_gone_makes_room(void **state)
{
	struct keeping keeping;

	(void)state;
	keeping_make(&keeping, THREE);
	tree_write(&keeping.tree, "here", "");
	assert_int_equal(kept_put(keeping.vault, "gone/2", 2), 0);
	assert_int_equal(kept_put(keeping.vault, "gone/1", 1), 0);
	assert_int_equal(kept_put(keeping.vault, "gone/too", 2), 0);
	assert_int_equal(kept_put(keeping.vault, "here", 5), 0);
	assert_int_equal(kept_put(keeping.vault, "new", 6), 0);
	assert_int_equal(kept_get(keeping.vault, "gone/1"), -ENOENT);
	assert_int_equal(kept_get(keeping.vault, "gone/2"), 2);
	assert_int_equal(kept_get(keeping.vault, "gone/too"), 2);
	assert_int_equal(kept_get(keeping.vault, "here"), 5);
	assert_int_equal(kept_get(keeping.vault, "new"), 6);
	keeping_remove(&keeping);
}

/* A mount cannot know whether another tree has gone or is not there now. */
static void other_trees_are_left_alone(void **state)
{
	struct keeping one;
	struct keeping other;

	(void)state;
	keeping_make(&one, TWO);
	tree_make(&other.tree);
	other.state = one.state;
	assert_int_equal(source_open(other.tree.path, &other.source), 0);
	keeping_open(&other, TWO);
	assert_int_equal(kept_put(one.vault, "gone", 1), 0);
	assert_int_equal(kept_put(other.vault, "a", 2), 0);
	keeping_reopen(&other, TWO);
	assert_int_equal(kept_put(other.vault, "b", 3), 0); /* "a" goes */
	assert_int_equal(kept_get(one.vault, "gone"), 1);
	assert_int_equal(kept_get(other.vault, "a"), -ENOENT);
	vault_close(other.vault);
	source_close(other.source);
	tree_remove(&other.tree);
	keeping_remove(&one);
}

static mode_t mode_of(const char *path)
{
	struct stat facts;

	assert_int_equal(lstat(path, &facts), 0);
	return facts.st_mode & 07777;
}

static int check_mode(const char *path, const struct stat *facts, int kind,
		      struct FTW *walk)
{
	const mode_t wanted = S_ISDIR(facts->st_mode) ? 0700 : 0600;

	(void)kind, (void)walk;
	return (facts->st_mode & 07777) == wanted ? 0 : (puts(path), 1);
}

static void only_the_owner_may_read_it(void **state)
{
	const mode_t before = umask(0);
	struct keeping keeping;

	(void)state;
	keeping_make(&keeping, KEPT_PLENTY);
	assert_int_equal(kept_put(keeping.vault, "a", 1), 0);
	umask(before);
	assert_int_equal(mode_of(keeping.state), 0700);
	assert_int_equal(nftw(keeping.state, check_mode, 8, FTW_PHYS), 0);
	keeping_remove(&keeping);
}

static void refuses(const struct keeping *keeping, const char *folder,
		    const char *reason)
{
	const struct vault_options options = {.directory = folder,
					      .source = keeping->source,
					      .max_bytes = KEPT_PLENTY};
	struct vault *vault = NULL;
	char *why = NULL;

	assert_true(vault_open(&options, &vault, &why) < 0);
	assert_null(vault);
	assert_non_null(why);
	if (!strstr(why, reason))
		fail_msg("%s: %s", folder, why);
	free(why);
}

static void folders_of_others_are_refused(void **state)
{
	struct keeping keeping;

	(void)state;
	keeping_make(&keeping, KEPT_PLENTY);
	assert_int_equal(chmod(keeping.state, 0777), 0);
	refuses(&keeping, keeping.state, "others can write to the state");
	assert_int_equal(chmod(keeping.state, 0700), 0);
	assert_int_equal(chmod(scratch_path(keeping.state, "objects"), 0770),
			 0);
	refuses(&keeping, keeping.state, "cannot be used");
	assert_int_equal(chmod(scratch_path(keeping.state, "objects"), 0700),
			 0);
	assert_int_equal(
		symlink(keeping.state, scratch_path(keeping.state, "link")), 0);
	refuses(&keeping, scratch_path(keeping.state, "link"), "opened");
	keeping_remove(&keeping);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_version_survives_restarts),
		cmocka_unit_test(the_newest_version_counts),
		cmocka_unit_test(other_times_and_rights_are_noted),
		cmocka_unit_test(equal_contents_are_stored_once),
		cmocka_unit_test(trees_are_apart),
		cmocka_unit_test(replaced_versions_make_room),
		cmocka_unit_test(what_the_tree_has_is_never_dropped),
		cmocka_unit_test(what_has_gone_makes_room),
		cmocka_unit_test(other_trees_are_left_alone),
		cmocka_unit_test(only_the_owner_may_read_it),
		cmocka_unit_test(folders_of_others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
