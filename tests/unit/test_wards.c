#include "tests/unit/unit.h"

#include "fs/mount/takeover/deaths.h"
#include "fs/mount/takeover/wards.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* A supervisor and its present worker, in one process. */
struct pair {
	int table;
	int ends[2];
	struct wards_keeper *keeper;
	struct wards *wards;
};

static void begin(struct pair *pair)
{
	pair->table = wards_new();
	assert_true(pair->table >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
				    pair->ends),
			 0);
	assert_int_equal(wards_keeper_new(pair->table, &pair->keeper), 0);
	assert_int_equal(
		wards_attach(pair->keeper, pair->ends[1], &pair->wards), 0);
}

static void end(struct pair *pair)
{
	wards_free(pair->wards);
	wards_keeper_free(pair->keeper);
	close(pair->ends[0]);
	close(pair->ends[1]);
	close(pair->table);
}

/* What the supervisor does with what has come; returns how many messages. */
static unsigned collect(struct pair *pair)
{
	struct wards_message message;
	unsigned count = 0;
	int fd;

	while (wards_receive(pair->ends[0], &message, &fd) == 0) {
		if (message.ward != WARDS_NONE)
			wards_keep(pair->keeper, &message, fd);
		count++;
	}
	wards_tidy(pair->keeper);
	return count;
}

static void next_worker(struct pair *pair)
{
	collect(pair);
	wards_free(pair->wards);
	assert_int_equal(
		wards_attach(pair->keeper, pair->ends[1], &pair->wards), 0);
}

/* A file of that size, entered for a node and sent. */
static int open_file(struct pair *pair, uint64_t node, off_t size)
{
	const int fd = memfd_create("file", MFD_CLOEXEC);
	const int ward = wards_enter(pair->wards, node);

	assert_true(fd >= 0 && ward >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	wards_send(pair->wards, ward, fd);
	close(fd);
	return ward;
}

static off_t size_of(int fd)
{
	struct stat stat;

	assert_int_equal(fstat(fd, &stat), 0);
	return stat.st_size;
}

static void what_is_open_is_inherited(void **state)
{
	struct wards_heir heir;
	struct pair pair;
	int ward;

	(void)state;
	begin(&pair);
	wards_tell_ready(pair.wards);
	ward = open_file(&pair, 7, 1007);
	wards_count(pair.wards, ward, 3);
	wards_leave(pair.wards, open_file(&pair, 8, 1008)); /* closed again */
	next_worker(&pair);
	assert_true(wards_next_heir(pair.keeper, &heir));
	assert_int_equal(heir.ward, ward);
	assert_int_equal(heir.node, 7);
	assert_int_equal(heir.opens, 3);
	assert_int_equal(size_of(heir.fd), 1007);
	close(heir.fd);
	assert_false(wards_next_heir(pair.keeper, &heir));
	end(&pair);
}

static void a_ward_that_is_used_anew_has_the_new_file(void **state)
{
	struct wards_heir heir;
	struct pair pair;
	int ward;

	(void)state;
	begin(&pair);
	ward = open_file(&pair, 1, 1001);
	assert_int_equal(collect(&pair), 1);
	wards_leave(pair.wards, ward);
	assert_int_equal(open_file(&pair, 2, 1002), ward);
	wards_leave(pair.wards, ward);
	assert_int_equal(open_file(&pair, 3, 1003), ward);
	next_worker(&pair);
	assert_true(wards_next_heir(pair.keeper, &heir));
	assert_int_equal(heir.node, 3);
	assert_int_equal(size_of(heir.fd), 1003);
	close(heir.fd);
	end(&pair);
}

static void what_never_reached_the_supervisor_is_given_up(void **state)
{
	struct wards_heir heir;
	struct pair pair;
	int ward;

	(void)state;
	begin(&pair);
	ward = wards_enter(pair.wards, 5); /* its worker dies here */
	next_worker(&pair);
	assert_false(wards_next_heir(pair.keeper, &heir));
	assert_int_equal(wards_enter(pair.wards, 6), ward);
	end(&pair);
}

static void a_file_may_be_sent_twice(void **state)
{
	struct wards_heir heir;
	struct pair pair;
	int ward;
	int fd;

	(void)state;
	begin(&pair);
	ward = open_file(&pair, 1, 1001);
	fd = memfd_create("again", MFD_CLOEXEC);
	wards_send(pair.wards, ward, fd);
	close(fd);
	next_worker(&pair);
	assert_true(wards_next_heir(pair.keeper, &heir));
	assert_int_equal(size_of(heir.fd), 1001);
	close(heir.fd);
	assert_false(wards_next_heir(pair.keeper, &heir));
	end(&pair);
}

static void whoever_leaves_changes_nothing_more(void **state)
{
	struct wards_heir heir;
	struct pair pair;
	int ward;

	(void)state;
	begin(&pair);
	ward = open_file(&pair, 1, 1001);
	wards_freeze(pair.wards);
	wards_count(pair.wards, ward, 0);
	wards_leave(pair.wards, ward);
	next_worker(&pair);
	assert_true(wards_next_heir(pair.keeper, &heir));
	assert_int_equal(heir.opens, 1);
	close(heir.fd);
	end(&pair);
}

static void what_is_kept_can_be_written_and_read(void **state)
{
	const int file = memfd_create("letter", MFD_CLOEXEC);
	struct wards_keeper *reader;
	struct wards_heir heir;
	struct pair pair;
	char bytes[256];
	struct span rest = {bytes, 0};

	(void)state;
	begin(&pair);
	open_file(&pair, 1, 1001);
	wards_leave(pair.wards, open_file(&pair, 2, 1002));
	open_file(&pair, 3, 1003);
	collect(&pair);
	assert_int_equal(wards_kept_count(pair.keeper), 2);
	assert_true(wards_write_kept(pair.keeper, file));
	rest.size = (size_t)pread(file, bytes, sizeof(bytes), 0);
	assert_int_equal(wards_keeper_new(pair.table, &reader), 0);
	assert_int_equal(wards_read_kept(reader, 3, &rest), -EBADMSG);
	assert_int_equal(wards_read_kept(reader, 2, &rest), 0);
	assert_int_equal(rest.size, 0);
	assert_true(wards_next_heir(reader, &heir));
	assert_int_equal(heir.node, 3);
	assert_true(wards_next_heir(reader, &heir));
	assert_int_equal(heir.node, 1);
	assert_int_equal(size_of(heir.fd), 1001);
	wards_keeper_free(reader); /* the descriptors are those of the pair */
	close(file);
	end(&pair);
}

static void crashes_count_by_time(void **state)
{
	struct deaths deaths = {0};
	int64_t now = 1000000;

	(void)state;
	for (int i = 0; i < 100; i++) {
		now += DEATHS_WINDOW_MS / (DEATHS_CRASHES - 1) + 1;
		assert_false(deaths_note(&deaths, false, now));
	}
	deaths = (struct deaths){0};
	for (int i = 1; i < DEATHS_CRASHES; i++) {
		assert_false(deaths_note(&deaths, false, now++));
		deaths_note_ready(&deaths); /* does not help */
	}
	assert_true(deaths_note(&deaths, false, now));
}

static void kills_count_while_nobody_is_ready(void **state)
{
	struct deaths deaths = {0};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_false(deaths_note(&deaths, true, 0));
		deaths_note_ready(&deaths);
	}
	for (int i = 1; i < DEATHS_FRUITLESS; i++)
		assert_false(deaths_note(&deaths, true, 0));
	assert_true(deaths_note(&deaths, true, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_open_is_inherited),
		cmocka_unit_test(a_ward_that_is_used_anew_has_the_new_file),
		cmocka_unit_test(what_never_reached_the_supervisor_is_given_up),
		cmocka_unit_test(a_file_may_be_sent_twice),
		cmocka_unit_test(whoever_leaves_changes_nothing_more),
		cmocka_unit_test(what_is_kept_can_be_written_and_read),
		cmocka_unit_test(crashes_count_by_time),
		cmocka_unit_test(kills_count_while_nobody_is_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
