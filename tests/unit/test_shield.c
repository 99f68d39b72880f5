/* Pages that are gone, steps that cannot go on, and faults of others. */
#include "tests/unit/cached.h"

#include "tests/unit/shielded.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { PAGES = 8, PAGE = 4096, KEPT = 3 * PAGE };

/* A file of sevens and ways to touch its map. */
struct map {
	char *folder;
	int fd;
	char *bytes;
	bool fills;
};

static void map_make(struct map *map)
{
	char text[PAGES * PAGE];

	map->fills = true;

	memset(text, 7, sizeof(text));
	map->folder = scratch_make();
	map->fd = open(scratch_path(map->folder, "file"),
		       O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(map->fd >= 0);
	assert_int_equal(write(map->fd, text, sizeof(text)), sizeof(text));
	map->bytes =
		mmap(NULL, sizeof(text), PROT_READ, MAP_SHARED, map->fd, 0);
	assert_ptr_not_equal(map->bytes, MAP_FAILED);
}

static void map_release(struct map *map)
{
	munmap(map->bytes, (size_t)PAGES * PAGE);
	close(map->fd);
	scratch_remove(map->folder);
}

/* The sum of all, with the file cut to three pages in the middle of it. */
static int sum_of_a_cut_file(void *ctx)
{
	const struct map *map = ctx;
	volatile char *bytes = map->bytes;
	int sum = 0;

	if (map->fills)
		shield_fill(true);
	for (int i = 0; i < PAGES * PAGE; i++) {
		sum += bytes[i];
		if (i == 2 * PAGE + 5)
			assert_int_equal(ftruncate(map->fd, (off_t)KEPT), 0);
	}
	return sum;
}

static int sum_without_filling(void *ctx)
{
	shield_fill(true);
	shield_fill(false);
	((struct map *)ctx)->fills = false;
	return sum_of_a_cut_file(ctx);
}

static void a_page_that_is_gone_reads_as_zeros(void **state)
{
	atomic_bool is_hurt = false;
	struct map map;

	(void)state;
	shielded_begin();
	map_make(&map);
	assert_int_equal(shield_run(sum_of_a_cut_file, &map, &is_hurt),
			 7 * KEPT);
	assert_true(is_hurt);
	map_release(&map);
	is_hurt = false;
	map_make(&map);
	assert_int_equal(shield_run_apart(sum_of_a_cut_file, &map, &is_hurt),
			 7 * KEPT);
	assert_true(is_hurt);
	map_release(&map);
}

static int nothing(void *ctx)
{
	(void)ctx;
	return 11;
}

static void a_step_that_does_not_fill_is_left_there(void **state)
{
	atomic_bool is_hurt = false;
	struct map map;

	(void)state;
	shielded_begin();
	map_make(&map);
	assert_int_equal(shield_run(sum_without_filling, &map, &is_hurt),
			 SHIELD_LEFT);
	assert_true(is_hurt);
	map_release(&map);
}

static void a_step_without_faults_is_as_without_shield(void **state)
{
	atomic_bool is_hurt = false;

	(void)state;
	assert_int_equal(shield_run(nothing, NULL, &is_hurt), 11);
	assert_int_equal(shield_run_apart(nothing, NULL, &is_hurt), 11);
	shield_leave(); /* none is under way */
	assert_false(is_hurt);
}

static int give_up(void *ctx)
{
	(void)ctx;
	shield_leave();
	abort();
}

/* Within the address space, but in no map. */
static int go_astray(void *ctx)
{
	const struct map *map = ctx;
	char *gone =
		mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)map;
	return *(volatile char *)gone;
}

static int nested(void *ctx)
{
	atomic_bool *inner = ctx;

	return shield_run(give_up, NULL, inner) == SHIELD_LEFT ? 12 : 13;
}

static void a_step_that_cannot_go_on_is_left(void **state)
{
	atomic_bool is_hurt = false;
	atomic_bool inner = false;

	(void)state;
	shielded_begin();
	assert_int_equal(shield_run(give_up, NULL, &is_hurt), SHIELD_LEFT);
	assert_true(is_hurt);
	is_hurt = false;
	assert_int_equal(shield_run(go_astray, NULL, &is_hurt), SHIELD_LEFT);
	assert_true(is_hurt);
	is_hurt = false;
	assert_int_equal(shield_run_apart(go_astray, NULL, &is_hurt),
			 SHIELD_LEFT);
	assert_true(is_hurt);
	is_hurt = false;
	assert_int_equal(shield_run(nested, &inner, &is_hurt), 12);
	assert_true(inner);
	assert_false(is_hurt);
	/* Again and again: no signal stays blocked. */
	for (int i = 0; i < 100; i++)
		assert_int_equal(shield_run(go_astray, NULL, &is_hurt),
				 SHIELD_LEFT);
}

static int lock_and_give_up(void *ctx)
{
	assert_int_equal(pthread_mutex_lock(ctx), 0);
	return give_up(NULL);
}

static void a_robust_lock_goes_to_the_next(void **state)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t mutex;
	atomic_bool is_hurt = false;

	(void)state;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&mutex, &attributes);
	assert_int_equal(shield_run_apart(lock_and_give_up, &mutex, &is_hurt),
			 SHIELD_LEFT);
	assert_int_equal(pthread_mutex_lock(&mutex), EOWNERDEAD);
	pthread_mutex_consistent(&mutex);
	pthread_mutex_unlock(&mutex);
	pthread_mutex_destroy(&mutex);
	pthread_mutexattr_destroy(&attributes);
}

/* Signals that are arranged before the first shield: in a program of its own,
 * see main(). What it ends with, 1000 + the signal if it is one. */
static int end_of(const char *name)
{
	const pid_t child = fork();
	int status;

	if (child == 0) {
		close(STDERR_FILENO);
		execl("/proc/self/exe", "test_shield", name, NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static void on_signal(int signal)
{
	_exit(signal);
}

static void on_told(int signal, siginfo_t *info, void *context)
{
	(void)context;
	_exit(info->si_signo == signal ? 100 + signal : 1);
}

static int fault_outside(void)
{
	struct map map;

	map_make(&map);
	if (ftruncate(map.fd, 0))
		return 1;
	scratch_remove(map.folder);
	return *(volatile char *)map.bytes;
}

static int act(const char *name)
{
	const struct rlimit no_core = {0, 0};
	const struct sigaction told = {.sa_sigaction = on_told,
				       .sa_flags = SA_SIGINFO};
	atomic_bool is_hurt = false;

	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGBUS,
	       strcmp(name, "simple handler") == 0 ? on_signal : SIG_DFL);
	signal(SIGSEGV, SIG_DFL);
	if (strcmp(name, "handler that is told") == 0)
		sigaction(SIGBUS, &told, NULL);
	if (shield_run(nothing, NULL, &is_hurt) != 11)
		return 1;
	return strcmp(name, "sent") == 0 ? raise(SIGSEGV) : fault_outside();
}

static void faults_of_others_are_as_they_were(void **state)
{
	(void)state;
	assert_int_equal(end_of("no handler"), 1000 + SIGBUS);
	assert_int_equal(end_of("sent"), 1000 + SIGSEGV);
	assert_int_equal(end_of("simple handler"), SIGBUS);
	assert_int_equal(end_of("handler that is told"), 100 + SIGBUS);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_of_others_are_as_they_were),
		cmocka_unit_test(a_step_without_faults_is_as_without_shield),
		cmocka_unit_test(a_page_that_is_gone_reads_as_zeros),
		cmocka_unit_test(a_step_that_does_not_fill_is_left_there),
		cmocka_unit_test(a_step_that_cannot_go_on_is_left),
		cmocka_unit_test(a_robust_lock_goes_to_the_next),
	};

	if (argc > 1)
		return act(argv[1]);
	if (!SHIELDED_IS_POSSIBLE)
		return 77;
	shielded_learn();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
