#include "tests/unit/unit.h"

#include "fs/mount/nodes/idmap.h"
#include "fs/mount/nodes/inode.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>

static const struct inode_identity root_identity = {1, 2, 3, 0};

static struct inodes *make(uint32_t capacity)
{
	struct inodes *inodes;

	assert_int_equal(inodes_new(capacity, &root_identity, &inodes), 0);
	return inodes;
}

static struct inode look_up(struct inodes *inodes, uint64_t parent,
			    const char *name, uint64_t ino)
{
	const struct inode wanted = {.parent = parent,
				     .kind = INODE_REAL,
				     .identity = {.dev = 1, .ino = ino}};
	struct inode found;

	assert_int_equal(inodes_look_up(inodes, &wanted, span_of(name), &found),
			 0);
	return found;
}

static void assert_path(struct inodes *inodes, uint64_t id, const char *wanted)
{
	char path[PATH_MAX];

	assert_int_equal(inodes_path(inodes, id, path), 0);
	assert_string_equal(path, wanted);
}

/* Forget as the mount does. Returns how many nodes have gone. */
static int forget(struct inodes *inodes, uint64_t id, uint64_t count)
{
	int gone = 0;

	if (!inodes_forget(inodes, id, count))
		return 0;
	while (id) {
		gone++;
		id = inodes_recycle(inodes, id);
	}
	return gone;
}

static void the_root_is_number_one_and_stays(void **state)
{
	struct inodes *inodes = make(16);
	struct inode root;

	(void)state;
	assert_int_equal(inodes_get(inodes, INODE_ROOT, &root), 0);
	assert_int_equal(root.identity.ino, 2);
	assert_path(inodes, INODE_ROOT, "");
	assert_int_equal(forget(inodes, INODE_ROOT, 100), 0);
	assert_int_equal(inodes_get(inodes, INODE_ROOT, &root), 0);
	inodes_free(inodes);
}

static void
a_file_keeps_its_node_and_another_under_its_name_gets_one(void **state)
{
	struct inodes *inodes = make(16);
	const struct inode first = look_up(inodes, INODE_ROOT, "a", 10);
	const struct inode again = look_up(inodes, INODE_ROOT, "a", 10);
	const struct inode other = look_up(inodes, INODE_ROOT, "a", 11);
	const struct inode named = look_up(inodes, INODE_ROOT, "b", 10);
	struct inode born = {.parent = INODE_ROOT,
			     .kind = INODE_REAL,
			     .identity = {1, 10, 77}};

	(void)state;
	assert_int_equal(first.id, again.id);
	assert_int_not_equal(first.id, other.id);
	assert_int_not_equal(first.id, named.id);
	assert_int_equal(inodes_look_up(inodes, &born, span_of("a"), &born), 0);
	assert_int_not_equal(first.id, born.id);
	assert_path(inodes, other.id, "a");
	inodes_free(inodes);
}

static void a_virtual_file_gets_a_new_node_each_time(void **state)
{
	struct inodes *inodes = make(16);
	const struct inode folder = look_up(inodes, INODE_ROOT, "d", 10);
	const struct inode wanted = {.parent = folder.id,
				     .kind = INODE_STATUS,
				     .identity = {.ino = 5}};
	struct inode companion = {.parent = folder.id,
				  .kind = INODE_FILE_REPORT};
	struct inode one;
	struct inode two;

	(void)state;
	assert_int_equal(
		inodes_look_up(inodes, &wanted, span_of(".status"), &one), 0);
	assert_int_equal(
		inodes_look_up(inodes, &wanted, span_of(".status"), &two), 0);
	assert_int_not_equal(one.id, two.id);
	assert_path(inodes, one.id, "d");
	assert_int_equal(inodes_look_up(inodes, &companion, span_of("x.json"),
					&companion),
			 0);
	assert_path(inodes, companion.id, "d/x.json");
	inodes_free(inodes);
}

static void a_forgotten_number_comes_back_with_another_generation(void **state)
{
	struct inodes *inodes = make(16);
	const struct inode first = look_up(inodes, INODE_ROOT, "a", 10);
	struct inode gone;

	(void)state;
	assert_int_equal(forget(inodes, first.id, 1), 1);
	assert_int_equal(inodes_get(inodes, first.id, &gone), -ESTALE);

	const struct inode second = look_up(inodes, INODE_ROOT, "b", 11);

	assert_int_equal(second.id, first.id);
	assert_int_not_equal(second.generation, first.generation);
	assert_path(inodes, second.id, "b");
	assert_int_equal(inodes_count(inodes), 2);
	inodes_free(inodes);
}

static void a_node_stays_while_it_is_counted_or_has_children(void **state)
{
	struct inodes *inodes = make(16);
	const struct inode folder = look_up(inodes, INODE_ROOT, "d", 10);
	const struct inode child = look_up(inodes, folder.id, "x", 11);

	(void)state;
	look_up(inodes, folder.id, "x", 11);
	assert_int_equal(forget(inodes, folder.id, 1), 0);
	assert_path(inodes, child.id, "d/x");
	assert_int_equal(forget(inodes, child.id, 1), 0);
	assert_int_equal(forget(inodes, child.id, 1), 2);
	assert_int_equal(inodes_count(inodes), 1);
	/* Forgetting what is not there, or more than there is, does no harm. */
	assert_int_equal(forget(inodes, child.id, 1), 0);
	assert_int_equal(forget(inodes, 12345, 1), 0);
	assert_int_equal(forget(inodes, 0, 1), 0);
	assert_int_equal(
		forget(inodes, look_up(inodes, INODE_ROOT, "y", 1).id, 99), 1);
	inodes_free(inodes);
}

static void a_full_table_says_so_and_works_again_after_a_forget(void **state)
{
	struct inodes *inodes = make(4);
	const struct inode a = look_up(inodes, INODE_ROOT, "a", 1);
	struct inode wanted = {.parent = INODE_ROOT, .kind = INODE_REAL};
	struct inode out = {.id = 99};

	(void)state;
	look_up(inodes, INODE_ROOT, "b", 2);
	assert_int_equal(inodes_look_up(inodes, &wanted, span_of("c"), &out),
			 -ENFILE);
	assert_int_equal(out.id, 99);
	assert_int_equal(forget(inodes, a.id, 1), 1);
	assert_int_equal(inodes_look_up(inodes, &wanted, span_of("c"), &out),
			 0);
	wanted.parent = 77;
	assert_int_equal(inodes_look_up(inodes, &wanted, span_of("c"), &out),
			 -ESTALE);
	inodes_free(inodes);
}

static void names_and_paths_of_any_length_are_kept_or_refused(void **state)
{
	struct inodes *inodes = make(256);
	char name[INODE_NAME_MAX + 2];
	char path[PATH_MAX];
	uint64_t parent = INODE_ROOT;
	struct inode wanted = {.parent = INODE_ROOT, .kind = INODE_REAL};
	struct inode out;
	int depth = 0;

	(void)state;
	memset(name, 'x', sizeof(name));
	name[INODE_NAME_MAX + 1] = '\0';
	assert_int_equal(inodes_look_up(inodes, &wanted, span_of(name), &out),
			 -ENAMETOOLONG);
	assert_int_equal(inodes_look_up(inodes, &wanted, span_of(""), &out),
			 -ENAMETOOLONG);
	name[INODE_NAME_MAX] = '\0';
	do {
		parent = look_up(inodes, parent, name, 5).id;
		depth++;
	} while (inodes_path(inodes, parent, path) == 0);
	assert_int_equal(depth, PATH_MAX / (INODE_NAME_MAX + 1) + 1);
	assert_int_equal(inodes_path(inodes, parent, path), -ENAMETOOLONG);
	inodes_free(inodes);
}

static void another_process_finds_all_nodes_in_the_table(void **state)
{
	struct inodes *old = make(40000);
	struct inodes *new;
	char name[32];

	(void)state;
	/* More than the index begins with, so that it grows in both. */
	for (uint64_t i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "name-%d", (int)i);
		look_up(old, INODE_ROOT, name, i);
	}

	const struct inode folder = look_up(old, INODE_ROOT, "d", 9000);
	const struct inode child = look_up(old, folder.id, "x", 9001);
	const struct inode gone = look_up(old, INODE_ROOT, "gone", 9002);

	assert_int_equal(forget(old, gone.id, 1), 1);
	assert_int_equal(forget(old, folder.id, 1), 0);
	assert_int_equal(inodes_attach(inodes_fd(old), &new), 0);
	assert_int_equal(inodes_count(new), inodes_count(old));
	inodes_free(old);

	for (uint64_t i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "name-%d", (int)i);
		assert_int_equal(look_up(new, INODE_ROOT, name, i).id, i + 2);
	}
	assert_path(new, child.id, "d/x");
	assert_int_equal(look_up(new, folder.id, "x", 9001).id, child.id);
	/* Counts and children were carried over. */
	assert_int_equal(forget(new, child.id, 1), 0);
	assert_int_equal(forget(new, child.id, 1), 2);
	assert_int_equal(look_up(new, INODE_ROOT, "new", 1).id, folder.id);
	inodes_free(new);
}

static struct inode enter(struct inodes *inodes, uint64_t parent,
			  enum inode_kind kind, const char *name)
{
	const struct inode wanted = {
		.parent = parent, .kind = kind, .identity = {.ino = kind}};
	struct inode found;

	assert_int_equal(inodes_look_up(inodes, &wanted, span_of(name), &found),
			 0);
	return found;
}

static void virtual_folders_keep_their_nodes_and_mirror_paths(void **state)
{
	struct inodes *inodes = make(16);
	struct inodes *other;
	const struct inode base =
		enter(inodes, INODE_ROOT, INODE_BASE, ".cfgfs");
	const struct inode mirror =
		enter(inodes, base.id, INODE_STATUS_FOLDER, "status");
	const struct inode web =
		enter(inodes, mirror.id, INODE_STATUS_FOLDER, "web");
	const struct inode file =
		enter(inodes, web.id, INODE_FILE_STATUS, "a.yaml");
	const struct inode of_folder =
		enter(inodes, web.id, INODE_STATUS, ".status");
	const struct inode real = look_up(inodes, INODE_ROOT, "web", 77);

	(void)state;
	assert_path(inodes, base.id, "");
	assert_path(inodes, mirror.id, "");
	assert_path(inodes, web.id, "web");
	assert_path(inodes, file.id, "web/a.yaml");
	assert_path(inodes, of_folder.id, "web");
	assert_path(inodes, enter(inodes, base.id, INODE_METRICS, "m").id, "");
	assert_int_equal(
		enter(inodes, base.id, INODE_STATUS_FOLDER, "status").id,
		mirror.id);
	assert_int_not_equal(
		enter(inodes, web.id, INODE_FILE_STATUS, "a.yaml").id, file.id);
	assert_int_not_equal(real.id, web.id);

	/* All of that holds in a process that takes over. */
	assert_int_equal(inodes_attach(inodes_fd(inodes), &other), 0);
	assert_int_equal(enter(other, mirror.id, INODE_STATUS_FOLDER, "web").id,
			 web.id);
	assert_path(other, file.id, "web/a.yaml");
	inodes_free(other);
	inodes_free(inodes);
}

static void what_is_no_table_is_refused(void **state)
{
	struct inodes *inodes = make(16);
	struct inodes *out = NULL;
	FILE *file = tmpfile();
	uint32_t version = 99;

	(void)state;
	assert_int_equal(inodes_attach(fileno(file), &out), -EBADMSG);
	assert_int_equal(ftruncate(fileno(file), 100000), 0);
	assert_int_equal(inodes_attach(fileno(file), &out), -EBADMSG);
	assert_int_equal(
		pwrite(inodes_fd(inodes), &version, sizeof(version), 8),
		sizeof(version));
	assert_int_equal(inodes_attach(inodes_fd(inodes), &out), -EBADMSG);
	assert_null(out);
	fclose(file);
	inodes_free(inodes);
}

enum { THREADS = 4, ROUNDS = 20000, NAMES = 50 };

struct race {
	struct inodes *inodes;
	unsigned seed;
};

static void *look_up_and_forget(void *ctx)
{
	struct race *race = ctx;
	char name[16];

	for (int i = 0; i < ROUNDS; i++) {
		const int which = rand_r(&race->seed) % NAMES;

		snprintf(name, sizeof(name), "n%d", which);

		const struct inode inode = look_up(race->inodes, INODE_ROOT,
						   name, (uint64_t)which);

		assert_path(race->inodes, inode.id, name);
		forget(race->inodes, inode.id, 1);
	}
	return NULL;
}

static void threads_never_see_a_node_of_another_name(void **state)
{
	struct inodes *inodes = make(NAMES + THREADS * 2);
	struct race races[THREADS];
	pthread_t threads[THREADS];

	(void)state;
	for (unsigned i = 0; i < THREADS; i++) {
		races[i] = (struct race){inodes, i};
		pthread_create(&threads[i], NULL, look_up_and_forget,
			       &races[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(inodes_count(inodes), 1);
	inodes_free(inodes);
}

struct item {
	struct idmap_link link;
};

static int dropped;

static void drop_item(struct idmap_link *link)
{
	free(link);
	dropped++;
}

static void an_idmap_finds_what_is_in_it_and_nothing_else(void **state)
{
	struct idmap map;

	(void)state;
	assert_int_equal(idmap_init(&map), 0);
	for (uint64_t id = 0; id < 3000; id++) {
		struct item *item = calloc(1, sizeof(*item));

		item->link.id = id * 3;
		idmap_add(&map, &item->link);
	}
	for (uint64_t id = 0; id < 3000; id += 2) {
		struct idmap_link *link = idmap_find(&map, id * 3);

		assert_non_null(link);
		idmap_remove(&map, link);
		free(link);
	}
	for (uint64_t id = 0; id < 9000; id++) {
		const struct idmap_link *link = idmap_find(&map, id);

		assert_int_equal(link != NULL, id % 3 == 0 && id / 3 % 2 == 1);
		if (link)
			assert_int_equal(link->id, id);
	}
	idmap_release(&map, drop_item);
	assert_int_equal(dropped, 1500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_root_is_number_one_and_stays),
		cmocka_unit_test(
			a_file_keeps_its_node_and_another_under_its_name_gets_one),
		cmocka_unit_test(a_virtual_file_gets_a_new_node_each_time),
		cmocka_unit_test(
			a_forgotten_number_comes_back_with_another_generation),
		cmocka_unit_test(
			a_node_stays_while_it_is_counted_or_has_children),
		cmocka_unit_test(
			a_full_table_says_so_and_works_again_after_a_forget),
		cmocka_unit_test(
			names_and_paths_of_any_length_are_kept_or_refused),
		cmocka_unit_test(another_process_finds_all_nodes_in_the_table),
		cmocka_unit_test(
			virtual_folders_keep_their_nodes_and_mirror_paths),
		cmocka_unit_test(what_is_no_table_is_refused),
		cmocka_unit_test(threads_never_see_a_node_of_another_name),
		cmocka_unit_test(an_idmap_finds_what_is_in_it_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
