/* cfgfs upgrade: replace the program of a mount while it stays mounted. */
#include "fs/mount/session/upgrade.h"
#include "tools/command.h"

static const char usage[] =
	"Usage: cfgfs upgrade MOUNTPOINT\n"
	"\n"
	"Have the mount served by the program that now lies where its own\n"
	"came from. It stays mounted, and open files stay open: readers see\n"
	"nothing but a delay. Returns when the new program serves; if it\n"
	"cannot take over, the old one goes on.\n";

int cmd_upgrade(int argc, char **argv)
{
	auto_free char *why = NULL;
	int status;

	if (!command_takes(argc, argv, usage, 1, &status))
		return status;

	const bool is_done = upgrade_ask(argv[optind], &why);

	return command_end(is_done, why);
}
