/* Surveys with the judges of a pool, on a real tree in a private folder. */
#include "tests/unit/unit.h"

#include "fs/service.h"
#include "fs/survey.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/stat.h>

enum { FILES = 200, NUMBERS = 20000, LONG_MS = 600000 };

struct fixture {
	char folder[32];
	int folder_fd;
	struct service service;
	struct work *work;
};

static void name_file(char name[16], int i)
{
	snprintf(name, 16, "%03d.json", i);
}

/* Long enough for something to come up while they are judged. */
static void write_files(const struct fixture *fixture)
{
	static char numbers[2 * NUMBERS];
	char name[16];

	for (size_t i = 0; i + 1 < sizeof(numbers); i++)
		numbers[i] = i % 2 ? ',' : '1';

	for (int i = 0; i < FILES; i++) {
		name_file(name, i);

		auto_close int fd =
			openat(fixture->folder_fd, name,
			       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		assert_true(dprintf(fd, "[%s, %d]", numbers, i) > 0);
	}
}

/* One place in each class: nothing happens beside anything else. */
static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct work_options options = {.grow_ms = LONG_MS,
				       .idle_ms = LONG_MS,
				       .at_end = judge_thread_ends};

	strcpy(fixture->folder, "/tmp/cfgfs-survey-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	fixture->folder_fd =
		open(fixture->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	write_files(fixture);

	const struct service_options service = {.root = fixture->folder,
						.settings = SETTINGS_DEFAULT};

	assert_int_equal(service_open(&service, &fixture->service), 0);
	for (int i = 0; i < WORK_CLASSES; i++)
		options.limits[i] = (struct work_limits){1, 1, 1};
	assert_int_equal(work_new(&options, &fixture->work), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	char name[16];

	work_free(fixture->work);
	service_close(&fixture->service);
	for (int i = 0; i < FILES; i++) {
		name_file(name, i);
		unlinkat(fixture->folder_fd, name, 0);
	}
	close(fixture->folder_fd);
	assert_int_equal(rmdir(fixture->folder), 0);
	free(fixture);
	return 0;
}

/* A report being made, and a read that comes meanwhile. */
struct meeting {
	struct fixture *fixture;
	struct survey_progress progress;
	struct work_job report;
	struct work_job read;
	sem_t read_is_done;
	size_t done_at_read;
	size_t valid;
};

static void make_report(void *ctx)
{
	struct meeting *meeting = ctx;
	const struct survey_options options = {.depth = SURVEY_JUDGED,
					       .progress = &meeting->progress,
					       .work = meeting->fixture->work,
					       .purpose = WORK_CHECK};
	struct survey survey;

	if (survey_run(meeting->fixture->service.judge, "", &options, &survey))
		return;
	meeting->valid = survey.by_state[STATE_VALID];
	survey_release(&survey);
}

static void note_progress(void *ctx)
{
	struct meeting *meeting = ctx;

	meeting->done_at_read = atomic_load(&meeting->progress.done);
	sem_post(&meeting->read_is_done);
}

static struct work_job job_of(struct meeting *meeting, work_function *run,
			      enum work_class class, enum work_purpose purpose)
{
	return (struct work_job){.run = run,
				 .ctx = meeting,
				 .class = class,
				 .purpose = purpose,
				 .priority = WORK_NORMAL};
}

static void a_report_lets_a_read_go_first(void **state)
{
	struct meeting meeting = {.fixture = *state};
	struct work *work = meeting.fixture->work;
	size_t done_at_submission;

	sem_init(&meeting.read_is_done, 0, 0);
	meeting.report = job_of(&meeting, make_report, WORK_STREAM, WORK_CHECK);
	meeting.read = job_of(&meeting, note_progress, WORK_CPU, WORK_READ);
	work_submit(work, &meeting.report);
	while (atomic_load(&meeting.progress.done) == 0)
		sched_yield();
	work_submit(work, &meeting.read);
	done_at_submission = atomic_load(&meeting.progress.done);
	sem_wait(&meeting.read_is_done);
	work_free(steal(&meeting.fixture->work));
	/* The file under way was judged, and no other. */
	assert_true(meeting.done_at_read <= done_at_submission + 1);
	assert_int_equal(meeting.valid, FILES);
}

static void a_cancelled_report_ends_at_its_next_file(void **state)
{
	struct fixture *fixture = *state;
	const atomic_bool cancel = true;
	const struct survey_options options = {.depth = SURVEY_JUDGED,
					       .cancel = &cancel,
					       .work = fixture->work,
					       .purpose = WORK_CHECK};
	struct survey survey;

	assert_int_equal(
		survey_run(fixture->service.judge, "", &options, &survey),
		-ECANCELED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_report_lets_a_read_go_first,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_cancelled_report_ends_at_its_next_file, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
