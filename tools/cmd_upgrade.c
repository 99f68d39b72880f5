/* cfgfs upgrade: replace the program of a mount while it stays mounted. */
#include "fs/mount/session/upgrade.h"
#include "tools/command.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
	"Usage: cfgfs upgrade MOUNTPOINT\n"
	"\n"
	"Have the mount served by the program that now lies where its own\n"
	"came from. It stays mounted, and open files stay open: readers see\n"
	"nothing but a delay. Returns when the new program serves; if it\n"
	"cannot take over, the old one goes on.\n";

int cmd_upgrade(int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	auto_free char *why = NULL;

	optind = 0;

	const int option = getopt_long(argc, argv, "h", options, NULL);

	if (option == 'h') {
		fputs(usage, stdout);
		return 0;
	}
	if (option != -1 || argc - optind != 1) {
		fputs(usage, stderr);
		return 2;
	}
	if (upgrade_ask(argv[optind], &why))
		return 0;
	fprintf(stderr, "cfgfs: %s\n", why ? why : "no memory");
	return 2;
}
