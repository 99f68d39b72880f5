/* Failures of the moment: tried again, three times at most. Linked so that
 * reading fails when it is told to. */
#include "tests/unit/unit.h"

#include "fs/judge/retry.h"
#include "fs/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

static atomic_int failures; /* that are to come */
static atomic_int failure;  /* their errno */
static atomic_int reads;    /* that were tried */

static bool must_fail(void)
{
	atomic_fetch_add(&reads, 1);
	if (atomic_load(&failures) == 0)
		return false;
	atomic_fetch_sub(&failures, 1);
	errno = atomic_load(&failure);
	return true;
}

ssize_t __real_pread(int fd, void *buf, size_t size, off_t offset);
ssize_t __real_pread64(int fd, void *buf, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *buf, size_t size, off_t offset);
ssize_t __wrap_pread64(int fd, void *buf, size_t size, off_t offset);

ssize_t __wrap_pread(int fd, void *buf, size_t size, off_t offset)
{
	return must_fail() ? -1 : __real_pread(fd, buf, size, offset);
}

ssize_t __wrap_pread64(int fd, void *buf, size_t size, off_t offset)
{
	return must_fail() ? -1 : __real_pread64(fd, buf, size, offset);
}

struct fixture {
	char folder[32];
	int folder_fd;
	struct service service;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->folder, "/tmp/cfgfs-retry-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	fixture->folder_fd =
		open(fixture->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	auto_close int fd = openat(fixture->folder_fd, "a.json",
				   O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_int_equal(write(fd, "[1,]", 4), 4);

	const struct service_options options = {.root = fixture->folder,
						.settings = SETTINGS_DEFAULT};

	assert_int_equal(service_open(&options, &fixture->service), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	atomic_store(&failures, 0);
	service_close(&fixture->service);
	unlinkat(fixture->folder_fd, "a.json", 0);
	close(fixture->folder_fd);
	assert_int_equal(rmdir(fixture->folder), 0);
	free(fixture);
	return 0;
}

/* Judge with so many failures first; the state, and how many were tried. */
static enum state judge_with(struct fixture *fixture, int count, int error,
			     int *tried)
{
	struct judgement *judgement;

	atomic_store(&failures, count);
	atomic_store(&failure, error);
	atomic_store(&reads, 0);
	assert_int_equal(
		judge_file(fixture->service.judge, "a.json", &judgement), 0);
	*tried = count - atomic_load(&failures);
	atomic_store(&failures, 0);

	const enum state state = (enum state)judgement->verdict->state;

	judgement_release(judgement);
	return state;
}

static void a_failure_of_the_moment_is_tried_again(void **state)
{
	struct fixture *fixture = *state;
	int tried;

	assert_int_equal(judge_with(fixture, 2, EIO, &tried), STATE_INVALID);
	assert_int_equal(tried, 2);
	assert_int_equal(judge_retries(fixture->service.judge), 2);
}

static void but_three_times_at_most(void **state)
{
	struct fixture *fixture = *state;
	int tried;

	assert_int_equal(judge_with(fixture, 100, EIO, &tried), STATE_ERROR);
	assert_int_equal(tried, 1 + RETRY_MOST);
	assert_int_equal(judge_retries(fixture->service.judge), RETRY_MOST);
	/* It is not remembered: the next look finds what is there. */
	assert_int_equal(judge_with(fixture, 0, 0, &tried), STATE_INVALID);
}

static void what_will_stay_so_is_not_tried_again(void **state)
{
	struct fixture *fixture = *state;
	int tried;

	assert_int_equal(judge_with(fixture, 100, EACCES, &tried), STATE_ERROR);
	assert_int_equal(tried, 1);
	assert_int_equal(judge_retries(fixture->service.judge), 0);
}

static void findings_are_not_tried_again(void **state)
{
	struct fixture *fixture = *state;
	int tried;

	assert_int_equal(judge_with(fixture, 0, 0, &tried), STATE_INVALID);
	assert_int_equal(atomic_load(&reads), 1);
	assert_int_equal(judge_retries(fixture->service.judge), 0);
}

static void a_cancelled_attempt_is_not_repeated(void **state)
{
	const atomic_bool cancel = true;
	atomic_uint_fast64_t count = 0;
	struct retry retry = {.cancel = &cancel, .count = &count};

	(void)state;
	assert_false(retry_again(&retry, -EIO));
	assert_int_equal(atomic_load(&count), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_failure_of_the_moment_is_tried_again, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(but_three_times_at_most, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			what_will_stay_so_is_not_tried_again, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(findings_are_not_tried_again,
						set_up, tear_down),
		cmocka_unit_test(a_cancelled_attempt_is_not_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
