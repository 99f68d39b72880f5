/* cfgfs mount: serve a configuration tree through FUSE. */
#include "fs/mount/session/options.h"
#include "fs/mount/session/options_policy.h"
#include "tools/command.h"
#include "tools/options.h"

#include <stdio.h>

static const char usage[] =
	"Usage: cfgfs mount [-f] [-o OPTION[,OPTION]...] SOURCE MOUNTPOINT\n"
	"\n"
	"Serve the tree SOURCE at MOUNTPOINT, read-only. A file is validated\n"
	"when it is first read; results are files:\n"
	"  cat MOUNTPOINT/.status    counts; validates nothing\n"
	"  cat MOUNTPOINT/.report    one record a file and finding; validates\n"
	"                            what was not read yet\n"
	"  FILE.status, FILE.report  the same for one file\n"
	"\n"
	"  -f           stay in the foreground\n"
	"  -o OPTION    on_invalid=serve|deny|lastgood  what readers get of "
	"an\n"
	"               invalid file: it, an error, or its last valid version\n"
	"               on_error=...        the same of what cannot be "
	"decided\n"
	"               never_valid=deny|serve  without a valid version\n"
	"               errno=EACCES|EIO    the error of denied files\n"
	"               state=DIR, state_size=1G  where versions are kept\n"
	"               config=FILE         a configuration outside the tree\n"
	"               trust-config        the tree's own counts as one "
	"(policy,\n"
	"                                   server of the shared cache)\n"
	"               level=fast|standard (default standard)\n"
	"               coherence=auto|fast|strict|rehash  may the kernel keep "
	"what\n"
	"                                   it is told (fast), or ask at each "
	"open\n"
	"               virtual=hidden|visible  are .status and .report "
	"listed\n"
	"               map=URL=DIR, catalog=DIR  as --map and --catalog\n"
	"               cache=DIR           where verdicts are kept\n"
	"               cache_size=1G       how much of them, on disk\n"
	"               max_size=64M        larger files are not validated\n"
	"               wait=50ms           how long a read waits for a "
	"verdict\n"
	"               workers=N           files judged at a time in the "
	"background\n"
	"               warm                judge all of it in the background\n"
	"               xattr               show what is known of a file as\n"
	"                                   extended attributes, user.cfgfs.*\n"
	"               allow_other         let other users in\n"
	"               or an option of libfuse: auto_unmount, noexec, ...\n"
	"\n"
	"  --schema-mode MODE, --dialect DRAFT, --map URL=DIR, --catalog DIR,\n"
	"  --require-schema, --show-values, --baseline FILE, --config FILE,\n"
	"  --trust-config\n"
	"               as for 'cfgfs check'\n";

static int wrong(const char *why)
{
	fprintf(stderr, "cfgfs: %s\nTry 'cfgfs mount --help'.\n", why);
	return 2;
}

static int parse_list(const char *list, struct session_options *options)
{
	auto_free char *why = NULL;

	if (mount_options_parse(list, options, &why))
		return 0;
	return wrong(why ? why : "no memory");
}

static int apply_other(int option, struct session_options *options)
{
	bool is_one;

	if (options_apply_schema(option, optarg, &options->service.settings,
				 &is_one) &&
	    is_one)
		return 0;
	fputs("Try 'cfgfs mount --help'.\n", stderr);
	return 2;
}

/* 0: go on; 1: help was printed; 2: an error was told. */
static int parse(int argc, char **argv, struct session_options *options)
{
	static const struct option long_options[] = {
		{"foreground", no_argument, NULL, 'f'},
		{"options", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'h'},
		OPTIONS_ABOUT_SCHEMAS,
		{NULL, 0, NULL, 0},
	};
	int option;
	int r = 0;

	optind = 0;
	while (r == 0 && (option = command_option(argc, argv, "fo:h",
						  long_options)) != -1) {
		switch (option) {
		case 'f':
			options->is_foreground = true;
			break;
		case 'o':
			r = parse_list(optarg, options);
			break;
		case 'h':
			fputs(usage, stdout);
			return 1;
		default:
			r = apply_other(option, options);
		}
	}
	return r;
}

/* Files are named from the working directory, which a daemon leaves. `how`: see
 * session_resume(); NULL: mount. */
static int mount_source(struct session_options *options, const char *how)
{
	auto_free char *root = realpath(options->service.root, NULL);
	struct options_names names = {0};
	int status = 2;

	if (options_name_files(&options->service.settings,
			       root ? root : options->service.root, &names))
		fputs("cfgfs: out of memory\n", stderr);
	else
		status = how ? session_resume(options, how)
			     : session_run(options);
	options_names_release(&names);
	return status;
}

static int run(int argc, char **argv, struct session_options *options,
	       const char *how)
{
	const int r = parse(argc, argv, options);
	auto_free char *why = NULL;

	if (r)
		return r == 1 ? 0 : r;
	if (!options_check_policy(options, &why))
		return wrong(why ? why : "no memory");
	if (argc - optind != 2)
		return wrong(argc - optind < 2
				     ? "mount needs a source and a mountpoint"
				     : "mount takes one source and one "
				       "mountpoint");
	options->service.root = argv[optind];
	options->mountpoint = argv[optind + 1];
	return mount_source(options, how);
}

static int mount_or_resume(int argc, char **argv, const char *how)
{
	struct session_options options = SESSION_DEFAULT;
	int status;

	options.arguments = argv;
	status = run(argc, argv, &options, how);
	session_options_release(&options);
	return status;
}

int cmd_mount(int argc, char **argv)
{
	return mount_or_resume(argc, argv, NULL);
}

/* resume HOW mount ...: run by a supervisor, not by people. */
int cmd_resume(int argc, char **argv)
{
	enum { FIRST = 2 };

	if (argc <= FIRST || strcmp(argv[FIRST], "mount") != 0)
		return wrong("'resume' is for the daemon of a mount: see "
			     "'cfgfs upgrade'");
	return mount_or_resume(argc - FIRST, argv + FIRST, argv[1]);
}
