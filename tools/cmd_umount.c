/* cfgfs umount: end a mount and wait until its daemon has ended. */
#include "fs/mount/session/unmount.h"
#include "tools/command.h"

static const char usage[] =
	"Usage: cfgfs umount MOUNTPOINT\n"
	"\n"
	"Unmount, and return when the daemon has ended and its cache is "
	"written.\n";

int cmd_umount(int argc, char **argv)
{
	auto_free char *why = NULL;
	int status;

	if (!command_takes(argc, argv, usage, 1, &status))
		return status;

	const bool is_done = unmount_run(argv[optind], &why);

	return command_end(is_done, why);
}
