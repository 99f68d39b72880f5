/* cfgfs umount: end a mount and wait until its daemon has ended. */
#include "fs/mount/session/unmount.h"
#include "tools/command.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
	"Usage: cfgfs umount MOUNTPOINT\n"
	"\n"
	"Unmount, and return when the daemon has ended and its cache is "
	"written.\n";

int cmd_umount(int argc, char **argv)
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
	if (unmount_run(argv[optind], &why))
		return 0;
	fprintf(stderr, "cfgfs: %s\n", why ? why : "no memory");
	return 2;
}
