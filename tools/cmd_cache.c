/* cfgfs cache: look at the store of verdicts, and tend it. */
#include "fs/service.h"
#include "fs/units.h"
#include "tools/cache/request.h"
#include "tools/command.h"

#include <errno.h>
#include <stdio.h>

static const char usage[] =
	"Usage: cfgfs cache [--cache DIR] ACTION [OPTION]... [ARGUMENT]...\n"
	"\n"
	"  stats [-f text|json]   entries, bytes, hits and misses of all runs "
	"(of one\n"
	"                         mount: its .status); of the hits, hits.index "
	"were\n"
	"                         of files that were not even read\n"
	"  verify [--repair]      look at every record; drop what is bad\n"
	"  gc [OPTION]...         make it smaller:\n"
	"      --max-size SIZE       drop what is used least, down to SIZE "
	"(512M, 2G)\n"
	"      --max-age AGE         drop what is older than AGE (12h, 30d)\n"
	"      --unreferenced DIR... drop verdicts on contents that no file "
	"below has\n"
	"  clear                  forget every verdict; costs time later, "
	"never an answer\n"
	"  invalidate WHAT...     forget some; running mounts forget them "
	"too:\n"
	"      PATH... | 'GLOB'...   on the contents of these files\n"
	"      --hash HEX            on the content with that hash (its first "
	"digits)\n"
	"      --schema PATH         that rest on this schema\n"
	"      --rule RULE           with a finding of this rule (schema/*)\n"
	"  warm [OPTION]... PATH... | 'GLOB'...\n"
	"                         judge now what is not known; options as for "
	"check\n"
	"  export --key-file KEY FILE [PATH...]\n"
	"                         write verdicts (on these files) to an "
	"archive\n"
	"  import --key-file KEY FILE\n"
	"                         take them over; KEY is the same file of 32 "
	"bytes or more\n"
	"\n"
	"Machines share verdicts through a Redis or Valkey server. In the "
	"environment,\n"
	"or below 'cache: {remote: ...}' in a configuration that is trusted:\n"
	"  CFGFS_REMOTE           url: redis://HOST[:PORT][/DB], rediss://..., "
	"unix:///PATH\n"
	"  CFGFS_REMOTE_KEY_FILE  key_file: signs entries, 32 bytes or more, "
	"private;\n"
	"                         the same on all machines; without it nothing "
	"is shared\n"
	"  CFGFS_REMOTE_AUTH_FILE auth_file: the password, or user and "
	"password "
	"in two lines\n"
	"  CFGFS_REMOTE_CA_FILE   ca_file: certificates for rediss:// beside "
	"the system's\n"
	"  CFGFS_REMOTE_NAMESPACE namespace (cfgfs), CFGFS_REMOTE_TTL ttl "
	"(30d),\n"
	"  CFGFS_REMOTE_READ_ONLY read_only, CFGFS_REMOTE_CONNECT connect "
	"(50ms),\n"
	"  CFGFS_REMOTE_ANSWER    answer (50ms)\n"
	"CFGFS_REMOTE=off switches it off.\n"
	"\n"
	"Exit status: 0 done, 1 verify found something bad, 2 trouble.\n";

struct action {
	const char *name;
	int (*run)(struct request *request);
	unsigned takes;
};

static const struct action actions[] = {
	{"stats", cache_stats_action, TAKES_FORMAT | RUNS_WITHOUT},
	{"verify", cache_verify_action, TAKES_REPAIR},
	{"gc", cache_gc_action, TAKES_LIMITS | TAKES_OPERANDS},
	{"clear", cache_clear_action, 0},
	{"invalidate", cache_invalidate_action, TAKES_CHOICE | TAKES_OPERANDS},
	{"export", cache_export_action, TAKES_KEY_FILE | TAKES_OPERANDS},
	{"import", cache_import_action,
	 TAKES_KEY_FILE | TAKES_OPERANDS | MAKES_STORE},
};

enum cache_option {
	CACHE_DIRECTORY = 256,
	CACHE_REPAIR,
	CACHE_MAX_SIZE,
	CACHE_MAX_AGE,
	CACHE_UNREFERENCED,
	CACHE_HASH,
	CACHE_SCHEMA,
	CACHE_RULE,
	CACHE_KEY_FILE,
};

static const struct option options[] = {
	{"cache", required_argument, NULL, CACHE_DIRECTORY},
	{"format", required_argument, NULL, 'f'},
	{"repair", no_argument, NULL, CACHE_REPAIR},
	{"max-size", required_argument, NULL, CACHE_MAX_SIZE},
	{"max-age", required_argument, NULL, CACHE_MAX_AGE},
	{"unreferenced", no_argument, NULL, CACHE_UNREFERENCED},
	{"hash", required_argument, NULL, CACHE_HASH},
	{"schema", required_argument, NULL, CACHE_SCHEMA},
	{"rule", required_argument, NULL, CACHE_RULE},
	{"key-file", required_argument, NULL, CACHE_KEY_FILE},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

int request_trouble(const char *what, int r)
{
	fprintf(stderr, "cfgfs: %s: %s\n", what, strerrordesc_np(-r));
	return 2;
}

static const struct action *find(const char *name)
{
	for (size_t i = 0; i < array_size(actions); i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

static bool wrong(const char *option, const char *value, const char *wanted)
{
	fprintf(stderr, "cfgfs: %s '%s' is not %s\n", option, value, wanted);
	return false;
}

/* What getopt_long() returned, as it is typed. */
static const char *name_of(int option)
{
	for (size_t i = 0; options[i].name; i++)
		if (options[i].val == option)
			return options[i].name;
	return "";
}

static bool set_directory(struct request *request, const char *value)
{
	free(request->place);
	request->place = strdup(value);
	return request->place;
}

static bool set_format(struct request *request, const char *value)
{
	request->as_json = strcmp(value, "json") == 0;
	return request->as_json || strcmp(value, "text") == 0 ||
	       wrong("--format", value, "one of: text, json");
}

/* Which of the actions' kinds of options this one is. */
static unsigned kind_of(int option)
{
	switch (option) {
	case 'f':
		return TAKES_FORMAT;
	case CACHE_REPAIR:
		return TAKES_REPAIR;
	case CACHE_MAX_SIZE:
	case CACHE_MAX_AGE:
	case CACHE_UNREFERENCED:
		return TAKES_LIMITS;
	case CACHE_KEY_FILE:
		return TAKES_KEY_FILE;
	default:
		return TAKES_CHOICE;
	}
}

static bool apply(int option, const char *value, struct request *request)
{
	switch (option) {
	case 'f':
		return set_format(request, value);
	case CACHE_REPAIR:
		return request->is_repair = true;
	case CACHE_MAX_SIZE:
		return units_parse_size(value, &request->max_size) ||
		       wrong("--max-size", value,
			     "a size: digits with K, M, G or T");
	case CACHE_MAX_AGE:
		return units_parse_age(value, &request->max_age) ||
		       wrong("--max-age", value,
			     "an age: digits with s, m, h, d or w");
	case CACHE_UNREFERENCED:
		return request->is_unreferenced = true;
	case CACHE_HASH:
		request->hash = value;
		return true;
	case CACHE_SCHEMA:
		request->schema = value;
		return true;
	case CACHE_RULE:
		request->rule = value;
		return true;
	default:
		request->key_file = value;
		return true;
	}
}

/* True: go on; false: *status is how it ends. */
static bool parse(int argc, char **argv, const struct action *action,
		  struct request *request, int *status)
{
	int option;

	*status = 2;
	optind = 0;
	while ((option = command_option(argc, argv, action ? "f:h" : "+h",
					options)) != -1) {
		bool is_right = option != '?';

		if (option == 'h') {
			fputs(usage, stdout);
			*status = 0;
			return false;
		}
		if (is_right && option == CACHE_DIRECTORY) {
			is_right = set_directory(request, optarg);
		} else if (is_right) {
			is_right = action && action->takes & kind_of(option);
			if (!is_right)
				fprintf(stderr,
					"cfgfs: --%s does not belong to "
					"'cache %s'\n",
					name_of(option),
					action ? action->name : "");
			is_right = is_right && apply(option, optarg, request);
		}
		if (!is_right) {
			fputs("Try 'cfgfs cache --help'.\n", stderr);
			return false;
		}
	}
	return true;
}

/* A look at what is not there does not make it. */
static bool is_absent(const char *place)
{
	return access(place, F_OK) && errno == ENOENT;
}

static int run_without_store(const struct action *action,
			     struct request *request)
{
	fprintf(stderr, "cfgfs: there is no cache in %s yet\n", request->place);
	if (action->takes & RUNS_WITHOUT)
		return action->run(request);
	/* Who asks for an archive gets none. */
	return action->takes & TAKES_KEY_FILE ? 2 : 0;
}

static int open_and_run(const struct action *action, struct request *request)
{
	const struct store_options store_options = {.folder = request->place};
	auto_free char *why = NULL;

	if (!(action->takes & MAKES_STORE) && is_absent(request->place))
		return run_without_store(action, request);

	const int r = store_open(&store_options, &request->store, &why);

	if (r) {
		fprintf(stderr, "cfgfs: %s\n", why ? why : strerrordesc_np(-r));
		return 2;
	}
	if (why)
		fprintf(stderr, "cfgfs: %s\n", why);

	const int status = action->run(request);

	store_close(request->store);
	return status;
}

static int run(const struct action *action, struct request *request)
{
	if (request->operand_count && !(action->takes & TAKES_OPERANDS)) {
		fprintf(stderr,
			"cfgfs: 'cache %s' takes no arguments\n"
			"Try 'cfgfs cache --help'.\n",
			action->name);
		return 2;
	}
	if (!request->place)
		request->place = service_cache_directory();
	if (!request->place) {
		fputs("cfgfs: no place for a cache: set HOME or "
		      "XDG_CACHE_HOME\n",
		      stderr);
		return 2;
	}
	return open_and_run(action, request);
}

static int run_action(int argc, char **argv, struct request *request)
{
	const struct action *action = argc ? find(argv[0]) : NULL;
	int status;

	if (!action) {
		if (argc)
			fprintf(stderr, "cfgfs: there is no 'cache %s'\n",
				argv[0]);
		fputs(usage, stderr);
		return 2;
	}
	if (!parse(argc, argv, action, request, &status))
		return status;
	request->operands = argv + optind;
	request->operand_count = (size_t)(argc - optind);
	return run(action, request);
}

int cmd_cache(int argc, char **argv)
{
	struct request request = {.max_age = -1};
	int status;

	if (argc > 1 && strcmp(argv[1], "warm") == 0)
		return cache_warm(argc - 1, argv + 1);
	if (parse(argc, argv, NULL, &request, &status)) {
		const int first = optind;

		status = run_action(argc - first, argv + first, &request);
	}
	free(request.place);
	return status;
}
