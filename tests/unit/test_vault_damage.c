/* Writers that are killed, files that are torn, disks that are full. */
#include "tests/unit/kept.h"

#include <sched.h>
#include <sys/mount.h>

enum { SKIPPED = 77, TWENTY = 20 * (KEPT_SIZE + 4096) };

/* Child: put versions without end, say each one that is kept. */
static void write_for_ever(struct keeping *keeping, int out, unsigned first)
{
	for (unsigned i = first;; i++)
		if (kept_put(keeping->vault, "a", i) ||
		    write(out, &i, sizeof(i)) != sizeof(i))
			_exit(1);
}

/* Let a writer go on until it has said `count` versions, and some more work;
 * kill it. Returns the last version that it said. */
static unsigned kill_a_writer(struct keeping *keeping, unsigned first,
			      unsigned count)
{
	unsigned last = 0;
	int ends[2];

	assert_int_equal(pipe(ends), 0);

	const pid_t child = fork();

	if (child == 0)
		write_for_ever(keeping, ends[1], first);
	close(ends[1]);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(read(ends[0], &last, sizeof(last)),
				 sizeof(last));
	usleep(first * 7919 % 3000); /* anywhere in what comes next */
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	while (read(ends[0], &last, sizeof(last)) == sizeof(last))
		;
	close(ends[0]);
	return last;
}

static void a_killed_writer_leaves_a_whole_version(void **state)
{
	unsigned next = 1;
	struct keeping keeping;

	(void)state;
	keeping_make(&keeping, TWENTY);
	tree_write(&keeping.tree, "a", "");
	for (int round = 0; round < 12; round++) {
		const unsigned last = kill_a_writer(&keeping, next, 2);
		const int now = kept_get(keeping.vault, "a");

		/* It may have died between keeping one and saying so. */
		assert_in_range(now, last, last + 1);
		next = (unsigned)now + 1;
	}
	/* What they left unfinished is in nobody's way. */
	for (unsigned i = 0; i < 25; i++)
		assert_int_equal(kept_put(keeping.vault, "a", next + i), 0);
	assert_true(kept_count(&keeping, "objects") <= 20);
	keeping_remove(&keeping);
}

static void a_torn_content_is_not_kept(void **state)
{
	static const off_t sizes[] = {0, 1, 4096, KEPT_SIZE - 1, KEPT_SIZE + 1};
	struct keeping keeping;

	(void)state;
	keeping_make(&keeping, KEPT_PLENTY);
	for (size_t i = 0; i < array_size(sizes); i++) {
		assert_int_equal(kept_put(keeping.vault, "a", 1), 0);
		auto_free char *path = kept_find_one(&keeping, "objects");

		assert_int_equal(truncate(path, sizes[i]), 0);
		assert_int_equal(kept_get(keeping.vault, "a"), -EBADMSG);
	}
	/* The same content again makes good what was damaged. */
	assert_int_equal(kept_put(keeping.vault, "a", 1), 0);
	assert_int_equal(kept_get(keeping.vault, "a"), 1);
	keeping_remove(&keeping);
}

static void flip(const char *path, off_t at, unsigned char bit)
{
	unsigned char byte;
	const int fd = open(path, O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= bit;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void a_changed_content_is_not_kept(void **state)
{
	struct keeping keeping;

	(void)state;
	keeping_make(&keeping, KEPT_PLENTY);
	for (off_t at = 0; at < KEPT_SIZE; at += KEPT_SIZE / 20) {
		assert_int_equal(kept_put(keeping.vault, "a", 1), 0);
		auto_free char *path = kept_find_one(&keeping, "objects");

		flip(path, at, 4);
		/* Whoever puts it again does not rely on what is there. */
		if (at % 2)
			assert_int_equal(kept_put(keeping.vault, "a", 1), 0);
		assert_int_equal(kept_get(keeping.vault, "a"),
				 at % 2 ? 1 : -EBADMSG);
	}
	keeping_remove(&keeping);
}

/* Each bit of the entry, and each length. */
static void a_damaged_entry_names_nothing(void **state)
{
	struct keeping keeping;
	struct stat facts;

	(void)state;
	keeping_make(&keeping, KEPT_PLENTY);
	assert_int_equal(kept_put(keeping.vault, "a.yaml", 1), 0);

	auto_free char *path = kept_find_one(&keeping, "trees");

	assert_int_equal(stat(path, &facts), 0);
	for (off_t i = 0; i < facts.st_size * 8; i++) {
		flip(path, i / 8, (unsigned char)(1 << i % 8));
		assert_int_equal(kept_get(keeping.vault, "a.yaml"), -EBADMSG);
		flip(path, i / 8, (unsigned char)(1 << i % 8));
	}
	assert_int_equal(kept_get(keeping.vault, "a.yaml"), 1);
	for (off_t size = facts.st_size - 1; size >= 0; size--) {
		assert_int_equal(truncate(path, size), 0);
		assert_int_equal(kept_get(keeping.vault, "a.yaml"), -EBADMSG);
	}
	assert_int_equal(kept_put(keeping.vault, "a.yaml", 2), 0);
	assert_int_equal(kept_get(keeping.vault, "a.yaml"), 2);
	keeping_remove(&keeping);
}

static void what_others_put_there_is_not_read(void **state)
{
	struct keeping keeping;
	char copy[PATH_MAX];

	(void)state;
	keeping_make(&keeping, KEPT_PLENTY);
	assert_int_equal(kept_put(keeping.vault, "a", 1), 0);

	auto_free char *path = kept_find_one(&keeping, "objects");

	snprintf(copy, sizeof(copy), "%s.copy", path);

	assert_int_equal(rename(path, copy), 0);
	assert_int_equal(symlink(copy, path), 0);
	assert_int_equal(kept_get(keeping.vault, "a"), -EBADMSG);

	assert_int_equal(unlink(path), 0);
	assert_int_equal(link(copy, path), 0); /* a name elsewhere */
	assert_int_equal(kept_get(keeping.vault, "a"), -EBADMSG);

	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(kept_get(keeping.vault, "a"), -EBADMSG);

	assert_int_equal(rename(copy, path), 0);
	assert_int_equal(kept_get(keeping.vault, "a"), 1);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(kept_get(keeping.vault, "a"), -EBADMSG);
	keeping_remove(&keeping);
}

/* Make the checksum of an entry right again. */
static void write_checksum(const char *path)
{
	struct span bytes = scratch_read(path);
	assert_true(bytes.size > 8);

	const size_t checked = bytes.size - 8;
	const uint64_t sum =
		digest_checksum((struct span){bytes.data, checked});
	char *room = malloc(bytes.size + 1);

	memcpy(room, bytes.data, checked);
	put_le64((uint8_t *)room + checked, sum & ~UINT64_C(0xff));
	scratch_write(path, (struct span){room, bytes.size});
	free(room);
	base_free(&bytes.data);
}

/* One entry that cannot be read: nobody knows what it needs. */
static void nothing_is_removed_in_doubt(void **state)
{
	enum { WEIGHT = KEPT_SIZE + 4096 };
	struct keeping keeping;

	(void)state;
	keeping_make(&keeping, WEIGHT);
	assert_int_equal(kept_put(keeping.vault, "gone", 1), 0);

	auto_free char *path = kept_find_one(&keeping, "trees");

	/* An entry of a version to come. */
	flip(path, 4, 0x40);

	write_checksum(path);
	assert_int_equal(kept_get(keeping.vault, "gone"), -EBADMSG);
	assert_int_equal(kept_put(keeping.vault, "new", 2), -ENOSPC);
	assert_int_equal(kept_count(&keeping, "objects"), 1);
	keeping_remove(&keeping);
}

/* Child, on a disk with room for two versions and a half. */
static int fill_a_disk(const char *folder)
{
	struct keeping keeping;

	if (unshare(getuid() ? CLONE_NEWUSER | CLONE_NEWNS : CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", folder, "tmpfs", 0, "size=160k,mode=700"))
		return SKIPPED;
	tree_make(&keeping.tree);
	tree_write(&keeping.tree, "a", "");
	tree_write(&keeping.tree, "b", "");
	keeping.state = strdup(folder);
	assert_int_equal(source_open(keeping.tree.path, &keeping.source), 0);
	keeping_open(&keeping, KEPT_PLENTY);

	assert_int_equal(kept_put(keeping.vault, "a", 1), 0);
	assert_int_equal(kept_put(keeping.vault, "b", 2), 0);
	assert_int_equal(kept_put(keeping.vault, "c", 3), -ENOSPC);
	assert_int_equal(kept_put(keeping.vault, "a", 4), -ENOSPC);
	assert_int_equal(kept_count(&keeping, "objects"), 2);
	assert_int_equal(kept_get(keeping.vault, "a"), 1);
	assert_int_equal(kept_get(keeping.vault, "b"), 2);
	tree_remove(&keeping.tree); /* now there is room to be made */
	tree_make(&keeping.tree);
	assert_int_equal(kept_put(keeping.vault, "c", 3), 0);
	assert_int_equal(kept_get(keeping.vault, "c"), 3);

	vault_close(keeping.vault);
	source_close(keeping.source);
	tree_remove(&keeping.tree);
	umount2(folder, MNT_DETACH);
	free(keeping.state);
	return 0;
}

static void a_full_disk_loses_nothing(void **state)
{
	char *folder = scratch_make();
	int status;

	(void)state;
	fflush(NULL);

	const pid_t child = fork();

	if (child == 0)
		_exit(fill_a_disk(folder));
	assert_int_equal(waitpid(child, &status, 0), child);
	scratch_remove(folder);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
		skip();
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_killed_writer_leaves_a_whole_version),
		cmocka_unit_test(a_torn_content_is_not_kept),
		cmocka_unit_test(a_changed_content_is_not_kept),
		cmocka_unit_test(a_damaged_entry_names_nothing),
		cmocka_unit_test(what_others_put_there_is_not_read),
		cmocka_unit_test(nothing_is_removed_in_doubt),
		cmocka_unit_test(a_full_disk_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
