/* Work in a child: whatever becomes of it, there is an answer. */
#include "tests/unit/unit.h"

#include "cache/trial.h"

#include <errno.h>
#include <signal.h>

static int is_sound(const char *path)
{
	return strcmp(path, "path") == 0 ? 0 : -EINVAL;
}

static int is_damaged(const char *path)
{
	(void)path;
	return -EBADMSG;
}

static int is_unknown(const char *path)
{
	(void)path;
	return -ENOMEM;
}

static int crash(const char *path)
{
	(void)path;
	raise(SIGSEGV);
	return 0;
}

static int give_up(const char *path)
{
	(void)path;
	abort();
}

static int hang(const char *path)
{
	while (path)
		pause();
	return 0;
}

static int spin(const char *path)
{
	volatile unsigned long count = 0;

	while (path)
		count++;
	return 0;
}

/* As an administrator or the kernel would, for want of memory. */
static int is_killed(const char *path)
{
	(void)path;
	raise(SIGKILL);
	return 0;
}

static void every_end_of_a_child_is_an_answer(void **state)
{
	static const struct {
		const char *what;
		trial_step *step;
		struct trial_limits limits;
		int result;
	} cases[] = {
		{"sound", is_sound, {60, 60}, 0},
		{"damaged", is_damaged, {60, 60}, -EBADMSG},
		{"unknown", is_unknown, {60, 60}, -ENOMEM},
		{"crash", crash, {60, 60}, -EBADMSG},
		{"abort", give_up, {60, 60}, -EBADMSG},
		{"killed", is_killed, {60, 60}, -EIO},
		{"hang", hang, {60, 1}, -ETIMEDOUT},
		{"spin", spin, {1, 100}, -EBADMSG},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		if (trial_run(cases[i].step, "path", &cases[i].limits) !=
		    cases[i].result)
			fail_msg("%s", cases[i].what);
}

static void a_signal_that_is_blocked_here_ends_it_all_the_same(void **state)
{
	const struct trial_limits limits = {60, 1};
	sigset_t alarms;

	(void)state;
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarms, NULL);
	assert_int_equal(trial_run(hang, "path", &limits), -ETIMEDOUT);
	sigprocmask(SIG_UNBLOCK, &alarms, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_end_of_a_child_is_an_answer),
		cmocka_unit_test(
			a_signal_that_is_blocked_here_ends_it_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
