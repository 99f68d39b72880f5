/*
 * cfgfs under the name mount.fuse.cfgfs: what mount(8) calls for a line of
 * fstab and for `mount -t fuse.cfgfs`.
 */
#include "tools/command.h"

#include <fcntl.h>
#include <stdio.h>

/* What mount(8) understands by an exit status. */
enum { MOUNT_USAGE = 1, MOUNT_FAILED = 32 };

enum { ARGUMENTS = 6 };

static bool is_for_mount_alone(const char *option, size_t size)
{
	static const char *const names[] = {"rw", "user", "owner", "group",
					    "_netdev"};
	const size_t name_size = strcspn(option, ",=");

	/* mount(8) writes "rw" wherever nobody wrote "ro". */
	for (size_t i = 0; name_size <= size && i < array_size(names); i++)
		if (strlen(names[i]) == name_size &&
		    strncmp(option, names[i], name_size) == 0)
			return true;
	return false;
}

/* Where an option ends: at a comma that no backslash stands before. */
static size_t option_size(const char *text)
{
	size_t size = 0;

	while (text[size] && text[size] != ',')
		size += text[size] == '\\' && text[size + 1] ? 2 : 1;
	return size;
}

/* The options that are ours, owned. NULL: no memory. */
static char *filter(const char *list)
{
	char *kept = calloc(1, strlen(list) + 1);
	size_t used = 0;

	for (const char *at = list; kept && *at;) {
		const size_t size = option_size(at);

		if (size && !is_for_mount_alone(at, size)) {
			if (used)
				kept[used++] = ',';
			memcpy(kept + used, at, size);
			used += size;
		}
		at += size;
		at += *at == ',';
	}
	return kept;
}

struct request {
	const char *list;
	bool is_fake;
	bool is_verbose;
};

static bool parse(int argc, char **argv, struct request *out)
{
	static const struct option none[] = {{NULL, 0, NULL, 0}};
	int option;

	optind = 0;
	/* -n, -s and -N concern mount(8) or cannot be meant here. */
	while ((option = command_option(argc, argv, "+fnsvN:o:t:", none)) !=
	       -1) {
		if (option == '?')
			return false;
		if (option == 'o')
			out->list = optarg;
		out->is_fake |= option == 'f';
		out->is_verbose |= option == 'v';
	}
	return true;
}

static void silence(void)
{
	auto_close int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null >= 0)
		dup2(null, STDOUT_FILENO);
}

/* Source and mountpoint come first, the options behind them. */
int cmd_fstab(int argc, char **argv)
{
	struct request request = {.list = ""};

	if (argc < 3 || *argv[1] == '-' || *argv[2] == '-' ||
	    !parse(argc - 2, argv + 2, &request)) {
		fputs("Usage: mount.fuse.cfgfs SOURCE MOUNTPOINT [-fnsv] "
		      "[-o OPTIONS]\n",
		      stderr);
		return MOUNT_USAGE;
	}

	auto_free char *list = filter(request.list);

	if (!list)
		return MOUNT_FAILED;
	if (request.is_verbose)
		fprintf(stderr, "cfgfs mount -o %s %s %s\n", list, argv[1],
			argv[2]);
	if (request.is_fake)
		return 0;

	/* Nobody expects mount(8) to say more than what went wrong. */
	if (!request.is_verbose)
		silence();

	char command[] = "mount";
	char dash_o[] = "-o";
	char *arguments[ARGUMENTS] = {command, dash_o, list, argv[1], argv[2]};
	char *plain[ARGUMENTS] = {command, argv[1], argv[2]};
	const int status =
		*list ? cmd_mount(5, arguments) : cmd_mount(3, plain);

	return status ? MOUNT_FAILED : 0;
}
