/*
 * Every N-th failure of memory, reading, writing, syncing, opening, mapping and
 * truncating, alone and with all that follow, over check and `cfgfs cache`.
 * None may crash or hang, and no file that is invalid may pass; whatever is
 * left behind, the next run gives the right answer.
 *
 *   every FAULTS_LIBRARY CFGFS [MOST]
 *
 * At most MOST values of N for each kind and command are tried, spread over
 * all; 0: every one.
 */
#include "validate/base.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum {
	MOST = 3,
	RUN_SECONDS = 60,
	ARGUMENTS_MAX = 12,
	HUNG = 2000, /* an end that is no exit status */
	KILLED = 1000,
};

static char work[] = "/tmp/cfgfs-fault-XXXXXX";
static const char *library;
static const char *program;
static unsigned long most = MOST;
static unsigned long runs;
static unsigned long fired;
static unsigned long bad;

static const char *const kinds[] = {"alloc", "read", "write",	"sync",
				    "open",  "mmap", "truncate"};

static char *path_of(const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", work, name) < 0)
		abort();
	return path;
}

static void write_text(const char *name, const char *text)
{
	auto_free char *path = path_of(name);
	FILE *file = fopen(path, "we");

	if (!file || fputs(text, file) < 0 || fclose(file))
		abort();
}

static int remove_one(const char *path, const struct stat *facts, int type,
		      struct FTW *where)
{
	(void)facts, (void)type, (void)where;
	return remove(path);
}

static void remove_tree(const char *name)
{
	auto_free char *path = path_of(name);

	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Files that are valid, and ones that are invalid in several ways. */
static void make_tree(void)
{
	static const char *const folders[] = {"src", "src/app", "src/schemas"};

	for (size_t i = 0; i < array_size(folders); i++) {
		auto_free char *path = path_of(folders[i]);

		if (mkdir(path, 0700))
			abort();
	}
	write_text("src/.cfgfs.yaml",
		   "schemas:\n  - {files: ['app/*.yaml'], schema: "
		   "schemas/app.json}\n");
	write_text("src/schemas/app.json",
		   "{\"type\": \"object\", \"properties\": {\"port\": "
		   "{\"$ref\": \"port.json\"}}, \"required\": [\"port\"]}");
	write_text("src/schemas/port.json", "{\"type\": \"integer\"}");
	write_text("src/app/bad.yaml", "port: eighty\n");
	write_text("src/app/good.yaml", "port: 80\n");
	write_text("src/bad.json", "{\"a\": 1, \"a\": 2,}");
	write_text("src/bad.toml", "a = 1\na = 2\n");
	write_text("src/bad-by-itself.yaml",
		   "# yaml-language-server: $schema=schemas/app.json\nx: 1\n");
	write_text("src/good.ini", "[a]\nb = c\n");
	write_text("src/good.toml", "a = 1\n");
}

/* A file that must get a state, if it gets any but "error". */
struct expected {
	const char *path;
	const char *state;
};

static const struct expected expectations[] = {
	{"app/bad.yaml", "invalid"},
	{"app/good.yaml", "valid"},
	{"bad.json", "invalid"},
	{"bad.toml", "invalid"},
	{"bad-by-itself.yaml", "invalid"},
	{"good.ini", "valid"},
	{"good.toml", "valid"},
};

/* What is run, and on what. */
struct command {
	const char *name;
	const char *arguments[ARGUMENTS_MAX];
	bool is_check;
	bool begins_cold;    /* without a cache */
	bool begins_unclean; /* as if a writer had been killed */
};

static const struct command commands[] = {
	{"check, cold", {"check", "-f", "jsonl", "src"}, true, true, false},
	{"check, warm", {"check", "-f", "jsonl", "src"}, true, false, false},
	{"check, rehash",
	 {"check", "--rehash", "-f", "jsonl", "src"},
	 true,
	 false,
	 false},
	{"check, unclean", {"check", "-f", "jsonl", "src"}, true, false, true},
	{"stats", {"cache", "stats"}, false, false, false},
	{"verify", {"cache", "verify"}, false, false, false},
	{"repair", {"cache", "verify", "--repair"}, false, false, true},
	{"gc", {"cache", "gc", "--max-size", "4K"}, false, false, false},
	{"clear", {"cache", "clear"}, false, false, false},
	{"explain", {"explain", "src/app/bad.yaml"}, false, false, false},
};

static void run_child(const struct command *command, const char *fault)
{
	const char *arguments[ARGUMENTS_MAX + 1] = {program};
	auto_free char *cache = path_of("cache");
	auto_free char *note = path_of("note");
	const int out = open("out", O_CREAT | O_WRONLY | O_TRUNC, 0600);
	const int err = open("err", O_CREAT | O_WRONLY | O_TRUNC, 0600);

	memcpy(arguments + 1, command->arguments,
	       sizeof(command->arguments) - sizeof(char *));
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	setenv("XDG_CACHE_HOME", cache, 1);
	if (fault) {
		setenv("LD_PRELOAD", library, 1);
		setenv("CFGFS_FAULT", fault, 1);
		setenv("CFGFS_FAULT_NOTE", note, 1);
	}
	execv(program, (char *const *)(uintptr_t)arguments);
	_exit(127);
}

/* Its exit status; KILLED + the signal; HUNG. */
static int wait_for(pid_t child)
{
	const struct timespec patience = {.tv_sec = RUN_SECONDS};
	sigset_t child_ended;
	int status;

	sigemptyset(&child_ended);
	sigaddset(&child_ended, SIGCHLD);
	while (waitpid(child, &status, WNOHANG) == 0) {
		if (sigtimedwait(&child_ended, NULL, &patience) == SIGCHLD)
			continue;
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		return HUNG;
	}
	return WIFSIGNALED(status) ? KILLED + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static int run(const struct command *command, const char *fault)
{
	const pid_t child = fork();

	if (child == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		run_child(command, fault);
	}
	runs++;
	return wait_for(child);
}

static char *read_text(const char *name)
{
	auto_free char *path = path_of(name);
	char *text = NULL;
	size_t size = 0;
	FILE *file = fopen(path, "re");

	if (!file || getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = strdup("");
	}
	if (file)
		fclose(file);
	return text;
}

static void complain(const struct command *command, const char *fault,
		     const char *what, int end)
{
	auto_free char *err = read_text("err");

	printf("%s, %s: %s (%d)\n%s", command->name, fault, what, end, err);
	bad++;
}

/* Without its configuration a tree is held against less: that is told, and the
 * exit status says that it could not be decided. */
static bool is_without_configuration(int end)
{
	auto_free char *err = read_text("err");

	return end == 2 && strstr(err, "cannot read '.cfgfs.yaml'");
}

/* No file has a state that it must not have. */
static bool states_are_right(const char *output)
{
	for (size_t i = 0; i < array_size(expectations); i++) {
		const struct expected *file = &expectations[i];
		auto_free char *head = NULL;

		if (asprintf(&head, "\"path\": \"%s\", \"state\": \"",
			     file->path) < 0)
			abort();

		const char *found = strstr(output, head);
		const char *state = found ? found + strlen(head) : "error\"";
		const size_t size = strcspn(state, "\"");

		if (strncmp(state, "error", size) != 0 &&
		    strncmp(state, file->state, size) != 0)
			return false;
	}
	return true;
}

/* The findings, without what tells how they were come by. */
static void strip(char *text)
{
	for (char *at = text; (at = strstr(at, "\"cached\": "));) {
		char *end = strstr(at, "\"suppressed\"");

		if (!end)
			return;
		memmove(at, end, strlen(end) + 1);
	}
}

static char *wanted; /* the output of a check */

static void prepare(const struct command *command)
{
	static const struct command check = {
		.name = "a check",
		.arguments = {"check", "-f", "jsonl", "src"},
	};
	auto_free char *mark = path_of("cache/cfgfs/clean");

	if (command->begins_cold) {
		remove_tree("cache");
		return;
	}

	const int end = run(&check, NULL);
	auto_free char *output = read_text("out");

	strip(output);
	if (end != 1 || (wanted && strcmp(output, wanted) != 0))
		complain(command, "afterwards", "another answer", end);
	if (!wanted)
		wanted = steal(&output);
	if (command->begins_unclean)
		unlink(mark);
}

static void judge(const struct command *command, const char *fault, int end)
{
	auto_free char *output = read_text("out");

	if (end == HUNG)
		complain(command, fault, "hangs", end);
	else if (end >= KILLED)
		complain(command, fault, "died", end - KILLED);
	else if (end > 2)
		complain(command, fault, "no exit status of ours", end);
	else if (command->is_check && end == 0)
		complain(command, fault, "passes what is invalid", end);
	else if (command->is_check && !is_without_configuration(end) &&
		 !states_are_right(output))
		complain(command, fault, "a wrong state", end);
}

/* One failure; false: there is no call of that number any more. */
static bool try_one(const struct command *command, const char *kind,
		    unsigned long number, bool goes_on)
{
	auto_free char *note = path_of("note");
	char fault[64];

	snprintf(fault, sizeof(fault), "%s:%lu%s", kind, number,
		 goes_on ? "+" : "");
	unlink(note);
	prepare(command);

	const int end = run(command, fault);

	if (access(note, F_OK) != 0)
		return false;
	fired++;
	judge(command, fault, end);
	return true;
}

static unsigned long count_calls(const struct command *command,
				 const char *kind)
{
	auto_free char *note = path_of("note");
	auto_free char *said = NULL;
	char fault[64];

	snprintf(fault, sizeof(fault), "%s:0", kind);
	unlink(note);
	prepare(command);
	if (run(command, fault) > 2)
		return 0;
	said = read_text("note");
	return strtoul(said, NULL, 10);
}

static void try_kind(const struct command *command, const char *kind)
{
	const unsigned long calls = count_calls(command, kind);
	const unsigned long tries = most && most < calls ? most : calls;

	for (unsigned long i = 0; i < tries; i++) {
		const unsigned long number = 1 + i * calls / tries;

		/* Threads may make it a few calls fewer. */
		(void)try_one(command, kind, number, false);
		(void)try_one(command, kind, number, true);
	}
}

int main(int argc, char **argv)
{
	sigset_t child_ended;

	if (argc < 3)
		return 2;
	library = realpath(argv[1], NULL);
	program = realpath(argv[2], NULL);
	if (!library || !program)
		return 2;
	if (argc > 3)
		most = strtoul(argv[3], NULL, 10);
	sigemptyset(&child_ended);
	sigaddset(&child_ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child_ended, NULL);
	if (!mkdtemp(work) || chdir(work))
		return 2;
	make_tree();
	prepare(&commands[1]);
	for (size_t i = 0; i < array_size(commands); i++)
		for (size_t j = 0; j < array_size(kinds); j++)
			try_kind(&commands[i], kinds[j]);
	printf("%lu failures in %lu runs, %lu bad\n", fired, runs, bad);
	free(wanted);
	nftw(work, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return bad || fired < array_size(commands) * array_size(kinds);
}
