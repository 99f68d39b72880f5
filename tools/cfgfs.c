/* cfgfs: one program with subcommands. */
#include "tools/command.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static const struct command commands[] = {
	{"mount", "mount a configuration tree", true, cmd_mount},
	{"umount", "unmount it", true, cmd_umount},
	{"check", "judge files without a mount", true, cmd_check},
	{"status", "how a tree or file stands", true, cmd_status},
	{"explain", "how a file is judged, and why", true, cmd_explain},
	{"ctl", "change the level of a running mount", false, cmd_ctl},
	{"sync", "wait until a mount shows all edits", false, cmd_sync},
	{"upgrade", "replace the program of a mount, which stays mounted",
	 false, cmd_upgrade},
	{"resume", NULL, false, cmd_resume},
	{"cache", "look at the store of verdicts, or empty it", false,
	 cmd_cache},
};

bool command_use_colour(int fd)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	return isatty(fd) && !(no_colour && *no_colour) && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

static void print_help(FILE *out, bool is_full)
{
	fputs("Usage: cfgfs COMMAND [OPTION]... [ARGUMENT]...\n"
	      "Serve a configuration tree, and say what is wrong with its "
	      "files.\n\n",
	      out);
	for (size_t i = 0; i < array_size(commands); i++)
		if (commands[i].summary && (is_full || commands[i].is_common))
			fprintf(out, "  %-9s %s\n", commands[i].name,
				commands[i].summary);
	fputs(is_full ? "\nCFGFS_CACHE_SIZE limits the cache, CFGFS_REMOTE "
			"names a server to share it with\n"
			"(see 'cfgfs cache --help').\n"
			"\n'cfgfs COMMAND --help' says more.\n"
		      : "\n'cfgfs COMMAND --help' says more; 'cfgfs help "
			"--all' lists every command.\n",
	      out);
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < array_size(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* A link of that name is what mount(8) calls. */
static bool is_mount_helper(const char *name)
{
	const char *slash = name ? strrchr(name, '/') : NULL;

	return name &&
	       strcmp(slash ? slash + 1 : name, "mount.fuse.cfgfs") == 0;
}

/* "help", "help --all", "help COMMAND". */
static int help(int argc, char **argv)
{
	char option[] = "--help";
	char *asked[] = {argc > 2 ? argv[2] : NULL, option, NULL};
	const struct command *command = argc > 2 ? find(argv[2]) : NULL;

	if (command)
		return command->run(2, asked);
	print_help(stdout, argc > 2 && (strcmp(argv[2], "--all") == 0 ||
					strcmp(argv[2], "all") == 0));
	return 0;
}

/* Did the other end of a pipe close it (`| head`)? It has seen enough. */
static bool has_reader_left(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

	return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}

int main(int argc, char **argv)
{
	if (is_mount_helper(argv[0]))
		return cmd_fstab(argc, argv);
	if (argc < 2) {
		print_help(stderr, false);
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return help(argc, argv);
	if (strcmp(argv[1], "--version") == 0) {
		puts("cfgfs " CFGFS_VERSION);
		return 0;
	}

	const struct command *command = find(argv[1]);

	if (!command) {
		fprintf(stderr,
			"cfgfs: there is no command '%s'\n"
			"Try 'cfgfs --help'.\n",
			argv[1]);
		return 2;
	}
	/* A full disk or a closed pipe must not kill what is being written to
	 * the cache. */
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);

	const int status = command->run(argc - 1, argv + 1);

	/* An answer that got lost must not look like a good one. */
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (!has_reader_left())
		fputs("cfgfs: cannot write the results\n", stderr);
	return 2;
}
