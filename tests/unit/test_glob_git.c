/*
 * Patterns against git itself: random lists, each an ignore file in a
 * directory of its own, and random paths below, all in one question.
 */
#include "tests/unit/unit.h"

#include "fs/config/glob.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Lists are read once for each question, from the text that git reads. */
struct fixture {
	struct arena arena;
	struct glob_list list;
};

static void set_up(struct fixture *fixture, const char *lines)
{
	arena_init(&fixture->arena, (size_t)64 << 20);
	glob_list_init(&fixture->list, &fixture->arena);
	assert_int_equal(
		glob_list_add_lines(&fixture->list, span_of(lines), "L"), 0);
}

static void tear_down(struct fixture *fixture)
{
	arena_release(&fixture->arena);
}

enum { LISTS = 400, PATHS = 40, TEXT_MAX = 4096 };

static uint32_t next_random(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 16) % below;
}

static void append(char *text, const char *more)
{
	strncat(text, more, TEXT_MAX - strlen(text) - 1);
}

/* `**` stands alone: beside other characters git does not do as it says. */
static void append_segment(char *text, uint32_t *seed)
{
	static const char *const atoms[] = {
		"a",	"b",	 "c",	"ab",	  "?",	  "[ab]",
		"[!a]", "[a-b]", "\\a", "[^b-c]", "[]a]", "[[:alpha:]]",
		"\\[",	".",	 "-",	"[a-]",	  "\\*",  "[\\a-c]",
	};
	const uint32_t count = 1 + next_random(seed, 3);

	if (next_random(seed, 4) == 0) {
		append(text, "**");
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (next_random(seed, 3) == 0)
			append(text, "*");
		append(text, atoms[next_random(seed, array_size(atoms))]);
	}
	if (next_random(seed, 3) == 0)
		append(text, "*");
}

static void append_pattern(char *text, uint32_t *seed)
{
	const uint32_t count = 1 + next_random(seed, 3);

	append(text, next_random(seed, 4) == 0 ? "!" : "");
	append(text, next_random(seed, 4) == 0 ? "/" : "");
	for (uint32_t i = 0; i < count; i++) {
		append(text, i ? "/" : "");
		append_segment(text, seed);
	}
	append(text, next_random(seed, 4) == 0 ? "/" : "");
	append(text, next_random(seed, 6) == 0 ? "  " : "");
	append(text, next_random(seed, 6) == 0 ? "\r\n" : "\n");
}

static void make_path(char *path, uint32_t *seed)
{
	static const char *const names[] = {
		"a", "b",  "c",	  "ab", "ba", "abc", "aa", "[a",
		"*", "a.", "bab", "-",	"b*", "A",   "]a", "cab"};
	const uint32_t count = 1 + next_random(seed, 4);

	path[0] = '\0';
	for (uint32_t i = 0; i < count; i++) {
		append(path, i ? "/" : "");
		append(path, names[next_random(seed, array_size(names))]);
	}
}

static int remove_one(const char *path, const struct stat *stat, int type,
		      struct FTW *walk)
{
	(void)stat;
	(void)type;
	(void)walk;
	return remove(path);
}

/* Run git with files as standard input and output; its exit status. */
static int run_git(const char *const *arguments, const char *in,
		   const char *out)
{
	static const char *const environment[] = {
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"PATH=/usr/local/bin:/usr/bin:/bin", NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status = -1;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, in, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, out,
					 O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);

	const int r = posix_spawnp(&pid, "git", &actions, NULL,
				   (char *const *)(uintptr_t)arguments,
				   (char *const *)(uintptr_t)environment);

	posix_spawn_file_actions_destroy(&actions);
	if (r || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

struct question {
	char root[PATH_MAX / 2];
	char in[PATH_MAX];
	char out[PATH_MAX];
	char (*lists)[TEXT_MAX];
	char (*paths)[TEXT_MAX];
};

static void write_lists(struct question *question)
{
	uint32_t seed = 20240117;
	FILE *in = fopen(question->in, "w");

	assert_non_null(in);
	for (uint32_t i = 0; i < LISTS; i++) {
		char name[PATH_MAX];
		const uint32_t count = 1 + next_random(&seed, 5);

		snprintf(name, sizeof(name), "%s/%u", question->root, i);
		assert_int_equal(mkdir(name, 0700), 0);
		for (uint32_t j = 0; j < count; j++)
			append_pattern(question->lists[i], &seed);
		snprintf(name, sizeof(name), "%s/%u/.gitignore", question->root,
			 i);

		FILE *file = fopen(name, "w");

		assert_non_null(file);
		fputs(question->lists[i], file);
		fclose(file);
		for (uint32_t j = 0; j < PATHS; j++) {
			char *path = question->paths[i * PATHS + j];

			make_path(path, &seed);
			fprintf(in, "%u/%s%c", i, path, 0);
		}
	}
	fclose(in);
}

/* One field of git's answer, NUL terminated. */
static void read_field(FILE *out, char field[static TEXT_MAX])
{
	size_t size = 0;
	int c;

	while ((c = getc(out)) > 0 && size < TEXT_MAX - 1)
		field[size++] = (char)c;
	field[size] = '\0';
	assert_int_equal(c, 0);
}

/* The line of the pattern that excludes the path, by git; 0: none does. */
static unsigned long read_line(FILE *out)
{
	char fields[4][TEXT_MAX]; /* file, line, pattern, path */

	for (size_t i = 0; i < array_size(fields); i++)
		read_field(out, fields[i]);
	return fields[2][0] == '!' ? 0 : strtoul(fields[1], NULL, 10);
}

/* Number of paths of one list that it excludes, by both. */
static size_t compare_list(const struct question *question, uint32_t number,
			   FILE *out)
{
	struct fixture fixture;
	size_t excluded = 0;

	set_up(&fixture, question->lists[number]);
	for (uint32_t i = 0; i < PATHS; i++) {
		const char *path = question->paths[number * PATHS + i];
		const struct glob *glob =
			glob_list_exclude(&fixture.list, path, false);
		const unsigned long line = read_line(out);

		if (line != (glob ? glob->line : 0))
			fail_msg("'%s': git %lu, we %u, of:\n%s", path, line,
				 glob ? glob->line : 0,
				 question->lists[number]);
		excluded += glob != NULL;
	}
	tear_down(&fixture);
	return excluded;
}

static size_t compare(const struct question *question, FILE *out)
{
	size_t excluded = 0;

	for (uint32_t i = 0; i < LISTS; i++)
		excluded += compare_list(question, i, out);
	return excluded;
}

static void git_excludes_the_same_paths_for_the_same_reason(void **state)
{
	const char *parent = getenv("TMPDIR");
	struct question question = {
		.lists = calloc(LISTS, sizeof(*question.lists)),
		.paths = calloc((size_t)LISTS * PATHS, sizeof(*question.paths)),
	};
	const char *const init[] = {"git", "init", "-q", question.root, NULL};
	const char *const ask[] = {
		"git", "-C", question.root, "check-ignore", "-v",
		"-n",  "-z", "--no-index",  "--stdin",	    NULL};
	size_t excluded = 0;

	(void)state;
	snprintf(question.root, sizeof(question.root), "%s/glob.XXXXXX",
		 parent ? parent : P_tmpdir);
	assert_non_null(mkdtemp(question.root));
	snprintf(question.in, sizeof(question.in), "%s/in", question.root);
	snprintf(question.out, sizeof(question.out), "%s/out", question.root);

	const bool has_git = run_git(init, "/dev/null", question.out) == 0;

	if (has_git) {
		write_lists(&question);
		assert_int_equal(run_git(ask, question.in, question.out), 0);

		FILE *out = fopen(question.out, "r");

		assert_non_null(out);
		excluded = compare(&question, out);
		fclose(out);
	}
	nftw(question.root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(question.lists);
	free(question.paths);
	if (!has_git) {
		print_message("git cannot be run: not compared\n");
		skip();
	}
	/* The lists must say something about many paths, not about all. */
	assert_in_range(excluded, LISTS * PATHS / 10, LISTS * PATHS * 9 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			git_excludes_the_same_paths_for_the_same_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
