#include "tools/command.h"

#include <stdio.h>

int command_option(int argc, char **argv, const char *letters,
		   const struct option *options)
{
	static char program[] = "cfgfs";
	char *const name = argv[0];

	argv[0] = program;

	const int option = getopt_long(argc, argv, letters, options, NULL);

	argv[0] = name;
	return option;
}

bool command_takes(int argc, char **argv, const char *usage, int count,
		   int *status)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};

	optind = 0;

	const int option = command_option(argc, argv, "h", options);

	if (option == -1 && argc - optind == count)
		return true;
	*status = option == 'h' ? 0 : 2;
	fputs(usage, option == 'h' ? stdout : stderr);
	return false;
}

int command_end(bool has_succeeded, const char *why)
{
	if (has_succeeded)
		return 0;
	fprintf(stderr, "cfgfs: %s\n", why ? why : "no memory");
	return 2;
}
