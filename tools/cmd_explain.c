/* cfgfs explain: how one file is judged, and what is stored about it. */
#include "fs/report/explain.h"
#include "fs/service.h"
#include "tools/command.h"
#include "tools/options.h"
#include "tools/place.h"

#include <errno.h>
#include <stdio.h>

static const char usage[] =
	"Usage: cfgfs explain [OPTION]... FILE...\n"
	"Say how a file is judged: format, schema and where it came from, what "
	"the\n"
	"verdict rests on, its key, and whether it is in the cache.\n"
	"\n"
	"  -s, --schema FILE, -l, --level LEVEL, --schema-mode M, --dialect "
	"D,\n"
	"      --map URL=DIR, --catalog DIR, --config FILE, --trust-config,\n"
	"      --root DIR, --cache DIR, --gitignore, --no-ignore as for "
	"check\n";

static int explain(const struct tool_options *options, const char *path)
{
	struct service_options service_options = options->service;
	struct place_of_path place;
	struct service service;
	struct options_names names = {0};
	int r = place_find(path, options->root, &place);

	if (r)
		return r;
	if (place.is_directory) {
		place_release(&place);
		return -EISDIR;
	}
	service_options.root = place.root;
	r = options_name_files(&service_options.settings, place.root, &names);
	if (r == 0)
		r = service_open(&service_options, &service);
	if (r == 0) {
		r = explain_write(stdout, service.judge, place.path, path);
		service_close(&service);
	}
	options_names_release(&names);
	place_release(&place);
	return r;
}

int cmd_explain(int argc, char **argv)
{
	struct tool_options options;
	const enum options_result parsed =
		options_parse(argc, argv, usage, &options);
	int status = 0;

	if (parsed != OPTIONS_GO)
		return parsed == OPTIONS_HELP ? 0 : 2;
	if (options.first_path == argc) {
		fputs("cfgfs: explain which file?\n", stderr);
		status = 2;
	}
	for (int i = options.first_path; i < argc; i++) {
		const int r = explain(&options, argv[i]);

		if (r == 0)
			continue;
		fprintf(stderr, "cfgfs: cannot explain '%s': %s\n", argv[i],
			strerrordesc_np(-r));
		status = 2;
	}
	options_release(&options);
	return status;
}
