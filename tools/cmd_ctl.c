/* cfgfs ctl: change a running mount. */
#include "fs/mount/session/order.h"
#include "tools/command.h"
#include "validate/plan.h"

#include <stdio.h>

static const char usage[] =
	"Usage: cfgfs ctl MOUNTPOINT level=LEVEL\n"
	"\n"
	"Change how a mount validates, until it is unmounted: level=fast "
	"(syntax) or\n"
	"level=standard (+ schema). What was judged at another level is "
	"unchecked from\n"
	"then on, and judged when it is read.\n";

/* The level that an operand names. */
static bool read_level(const char *operand, enum level *out)
{
	static const char name[] = "level=";

	if (strncmp(operand, name, sizeof(name) - 1) != 0) {
		fprintf(stderr,
			"cfgfs: '%s' cannot be changed while mounted; what can "
			"is level=\n",
			operand);
		return false;
	}

	const char *value = operand + sizeof(name) - 1;

	if (!level_parse(value, out)) {
		fprintf(stderr,
			"cfgfs: level '%s' is not one of: fast, standard\n",
			value);
		return false;
	}
	if (*out <= LEVEL_STANDARD)
		return true;
	fprintf(stderr,
		"cfgfs: level %s is not available yet; use fast or standard\n",
		value);
	return false;
}

int cmd_ctl(int argc, char **argv)
{
	struct control_request request = {.order = CONTROL_LEVEL};
	auto_free char *why = NULL;
	enum level level;
	int status;

	if (!command_takes(argc, argv, usage, 2, &status))
		return status;
	if (!read_level(argv[optind + 1], &level))
		return 2;
	snprintf(request.text, sizeof(request.text), "%s", level_name(level));

	const bool is_done = order_give(argv[optind], &request, &why);

	return command_end(is_done, why);
}
