/*
 * kill -9 of those who write to a store: two writers at once, beside them
 * check and `cfgfs cache`, which are killed as well. Nobody else crashes, no
 * answer is wrong, and the store is sound at the end.
 *
 *   kills CFGFS TREE [KILLS]
 */
#include "tests/unit/stored.h"

#include "cache/maintain/maintain.h"

#include <signal.h>
#include <sys/prctl.h>
#include <time.h>

enum { KILLS = 60, WRITERS = 2, BATCH = 3, BATCHES_MAX = 200000 };

static const char *program;
static const char *tree;
static unsigned kills = KILLS;
static char *folder;
static uint64_t seed = 88172645463325252u;

static unsigned below(unsigned limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % limit;
}

/* A child, and what it says of each batch that is written. */
struct writer {
	pid_t child;
	int from;
	unsigned first; /* of its numbers */
};

/* Whatever is not as it should be ends it in a way of its own. */
static void write_on(unsigned first, int to)
{
	char *why;
	struct store *store = stored_open_limited(folder, 4 << 20, &why);

	if (why)
		_exit(3);
	for (unsigned i = 0; i < BATCHES_MAX; i++) {
		if (stored_put(store, first + i * BATCH, BATCH))
			_exit(4);
		for (unsigned j = 0; j < 8; j++)
			if (stored_look(store, first + i * j / 8) < 0)
				_exit(5);
		if (write(to, "x", 1) != 1)
			_exit(6);
	}
	_exit(7);
}

static struct writer writer_start(unsigned first)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);

	const pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* not to be left behind */
		write_on(first, fds[1]);
	}
	close(fds[1]);
	return (struct writer){child, fds[0], first};
}

/* Hear of some batches, then wait a moment that is never the same. */
static void let_work(const struct writer *writer, unsigned batches)
{
	const struct timespec moment = {.tv_nsec = below(3000) * 1000L};
	char said[64];

	while (batches > 0) {
		const ssize_t more =
			read(writer->from, said,
			     batches < sizeof(said) ? batches : sizeof(said));

		if (more <= 0)
			return; /* it ended by itself: that is told below */
		batches -= (unsigned)more;
	}
	nanosleep(&moment, NULL);
}

/* Its last batch that it told of must be there, or have been dropped. */
static void writer_kill(struct writer *writer)
{
	kill(writer->child, SIGKILL);

	const int end = stored_wait(writer->child);

	if (end != 1000 + SIGKILL)
		fail_msg("a writer ended by itself: %d", end);
	close(writer->from);
}

/* Start cfgfs with its output in a file of the folder beside the store. */
static pid_t cfgfs_start(const char *const *arguments, const char *output)
{
	const pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		const int out = open(
			output, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);

		dup2(out, STDOUT_FILENO);
		dup2(out, STDERR_FILENO);
		execv(program, (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	return child;
}

static void cfgfs_check(const char **arguments)
{
	const char *const all[] = {program,    "check",	  "-f",
				   "concise",  "--cache", folder,
				   "--rehash", tree,	  NULL};

	memcpy(arguments, all, sizeof(all));
}

static char *output;	   /* file of the last cfgfs */
static struct span wanted; /* what a check says */

static void check_is_right(void)
{
	const char *arguments[9];

	cfgfs_check(arguments);

	const int end = stored_wait(cfgfs_start(arguments, output));
	const struct span said = scratch_read(output);

	if (!wanted.data) {
		wanted = said;
		assert_true(end == 0 || end == 1);
		return;
	}
	if (end > 1 || !span_equal(said, wanted))
		fail_msg("check says otherwise (%d): %.*s", end, (int)said.size,
			 said.data);
	free((void *)(uintptr_t)said.data);
}

static void command_is_right(unsigned which)
{
	static const char *const actions[][2] = {
		{"verify", NULL},	{"gc", "--max-size=1M"},
		{"stats", NULL},	{"verify", "--repair"},
		{"gc", "--max-age=1w"},
	};
	const char *const *action = actions[which % array_size(actions)];
	const char *const arguments[] = {program,   "cache", action[0],
					 "--cache", folder,  action[1],
					 NULL};
	const int end = stored_wait(cfgfs_start(arguments, output));
	const struct span said = scratch_read(output);

	if (end != 0)
		fail_msg("cfgfs cache %s: %d, %.*s", action[0], end,
			 (int)said.size, said.data);
	free((void *)(uintptr_t)said.data);
}

/* A check that is killed at some time, perhaps after its end. */
static void kill_a_check(void)
{
	const struct timespec moment = {.tv_nsec = below(12000) * 1000L};
	const char *arguments[9];

	cfgfs_check(arguments);

	const pid_t child = cfgfs_start(arguments, output);

	nanosleep(&moment, NULL);
	kill(child, SIGKILL);

	const int end = stored_wait(child);

	if (end != 1000 + SIGKILL && end != 0 && end != 1)
		fail_msg("a check ended otherwise: %d", end);
}

static void one_round(struct writer *writers, unsigned round)
{
	struct writer *writer = &writers[round % WRITERS];

	let_work(writer, below(4));
	writer_kill(writer);
	*writer = writer_start((round + WRITERS) * 1000000);
	if (round % 3 == 0)
		kill_a_check();
	if (round % 5 == 1)
		command_is_right(round / 5);
	if (round % 10 == 7)
		check_is_right();
}

static void the_store_is_sound(void)
{
	char *why;
	struct store *store = stored_open_limited(folder, 0, &why);
	struct audit_result audit;

	if (why)
		fail_msg("%s", why);
	assert_int_equal(maintain_audit(store, false, &audit), 0);
	assert_true(audit_is_clean(&audit));
	print_message("%u kills; %llu records, all good\n", kills,
		      (unsigned long long)audit.records);
	assert_true(audit.records > 0);
	store_close(store);
}

static void killing_writers_harms_nobody(void **state)
{
	struct writer writers[WRITERS];

	(void)state;
	folder = scratch_make();
	assert_true(asprintf(&output, "%s-output", folder) > 0);
	check_is_right();
	for (unsigned i = 0; i < WRITERS; i++)
		writers[i] = writer_start(i * 1000000);
	for (unsigned i = 0; i < kills; i++)
		one_round(writers, i);
	for (unsigned i = 0; i < WRITERS; i++) {
		let_work(&writers[i], 1); /* service goes on */
		writer_kill(&writers[i]);
	}
	the_store_is_sound();
	check_is_right();
	unlink(output);
	free(output);
	free((void *)(uintptr_t)wanted.data);
	scratch_remove(folder);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killing_writers_harms_nobody),
	};

	if (argc < 3)
		return 2;
	program = argv[1];
	tree = argv[2];
	if (argc > 3)
		kills = (unsigned)strtoul(argv[3], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
