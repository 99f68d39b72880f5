/* cfgfs sync: wait until a mount shows all that was edited in its source. */
#include "fs/mount/session/order.h"
#include "tools/command.h"

#include <stdio.h>

static const char usage[] =
	"Usage: cfgfs sync [--all] MOUNTPOINT\n"
	"\n"
	"Return when every edit of the source that was made before can be "
	"seen\n"
	"through the mount. With coherence=strict that is at once.\n"
	"\n"
	"  -a, --all  have the kernel forget all that it keeps, for edits that "
	"no\n"
	"             event tells of: through another hard link, through a\n"
	"             mapping that is still open, below by another "
	"filesystem\n";

int cmd_sync(int argc, char **argv)
{
	static const struct option options[] = {
		{"all", no_argument, NULL, 'a'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct control_request request = {.order = CONTROL_SYNC};
	auto_free char *why = NULL;

	optind = 0;

	int option = command_option(argc, argv, "ah", options);

	if (option == 'a') {
		request.order = CONTROL_SYNC_ALL;
		option = command_option(argc, argv, "ah", options);
	}
	if (option == 'h') {
		fputs(usage, stdout);
		return 0;
	}
	if (option != -1 || argc - optind != 1) {
		fputs(usage, stderr);
		return 2;
	}

	const bool is_done = order_give(argv[optind], &request, &why);

	return command_end(is_done, why);
}
