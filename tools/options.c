#include "tools/options.h"

#include "fs/units.h"
#include "tools/command.h"

#include <errno.h>
#include <stdio.h>

enum long_option {
	LONG_ROOT = OPTION_OTHERS,
	LONG_CACHE,
	LONG_NO_CACHE,
	LONG_CACHE_SIZE,
	LONG_GITIGNORE,
	LONG_NO_IGNORE,
	LONG_AS,
	LONG_FAIL_ON,
	LONG_MAX_SIZE,
	LONG_NO_PROFILE,
	LONG_PROFILE,
	LONG_NO_SUPPRESSIONS,
	LONG_WRITE_BASELINE,
	LONG_PRUNE_BASELINE,
	LONG_REHASH,
};

static const struct option long_options[] = {
	{"schema", required_argument, NULL, 's'},
	{"level", required_argument, NULL, 'l'},
	{"format", required_argument, NULL, 'f'},
	{"jobs", required_argument, NULL, 'j'},
	OPTIONS_ABOUT_SCHEMAS,
	{"root", required_argument, NULL, LONG_ROOT},
	{"cache", required_argument, NULL, LONG_CACHE},
	{"cache-size", required_argument, NULL, LONG_CACHE_SIZE},
	{"no-cache", no_argument, NULL, LONG_NO_CACHE},
	{"gitignore", no_argument, NULL, LONG_GITIGNORE},
	{"no-ignore", no_argument, NULL, LONG_NO_IGNORE},
	{"as", required_argument, NULL, LONG_AS},
	{"fail-on", required_argument, NULL, LONG_FAIL_ON},
	{"max-size", required_argument, NULL, LONG_MAX_SIZE},
	{"no-profile", no_argument, NULL, LONG_NO_PROFILE},
	{"profile", no_argument, NULL, LONG_PROFILE},
	{"no-suppressions", no_argument, NULL, LONG_NO_SUPPRESSIONS},
	{"write-baseline", optional_argument, NULL, LONG_WRITE_BASELINE},
	{"prune-baseline", optional_argument, NULL, LONG_PRUNE_BASELINE},
	{"rehash", no_argument, NULL, LONG_REHASH},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static bool wrong(const char *what, const char *value, const char *choices)
{
	fprintf(stderr, "cfgfs: %s '%s' is not one of: %s\n", what, value,
		choices);
	return false;
}

static bool parse_level(const char *value, struct settings *settings)
{
	if (!level_parse(value, &settings->level))
		return wrong("level", value, "fast, standard");
	if (settings->level > LEVEL_STANDARD) {
		fprintf(stderr,
			"cfgfs: level %s is not available yet; use fast or "
			"standard\n",
			value);
		return false;
	}
	return true;
}

static bool parse_mode(const char *value, struct settings *settings)
{
	if (strcmp(value, "compat") == 0)
		settings->schema_options.mode = SCHEMA_COMPAT;
	else if (strcmp(value, "strict") == 0)
		settings->schema_options.mode = SCHEMA_STRICT;
	else
		return wrong("schema mode", value, "compat, strict");
	return true;
}

static bool parse_dialect(const char *value, struct settings *settings)
{
	static const struct {
		const char *name;
		enum schema_dialect dialect;
	} dialects[] = {
		{"4", SCHEMA_DRAFT4},	     {"6", SCHEMA_DRAFT6},
		{"7", SCHEMA_DRAFT7},	     {"2019-09", SCHEMA_2019_09},
		{"2020-12", SCHEMA_2020_12},
	};

	for (size_t i = 0; i < array_size(dialects); i++) {
		if (strcmp(value, dialects[i].name) == 0) {
			settings->schema_options.dialect = dialects[i].dialect;
			return true;
		}
	}
	return wrong("dialect", value, "4, 6, 7, 2019-09, 2020-12");
}

static bool parse_number(const char *what, const char *value, uint64_t maximum,
			 uint64_t *out)
{
	char *end;

	errno = 0;

	const unsigned long long number = strtoull(value, &end, 10);

	if (errno || *end || end == value || *value == '-' || number < 1 ||
	    number > maximum) {
		fprintf(stderr,
			"cfgfs: %s '%s' is not a number from 1 to %llu\n", what,
			value, (unsigned long long)maximum);
		return false;
	}
	*out = number;
	return true;
}

static bool parse_cache_size(const char *value, struct tool_options *options)
{
	if (units_parse_size(value, &options->service.cache_bytes))
		return true;
	fprintf(stderr,
		"cfgfs: --cache-size '%s' is not a size such as 512M or 2G\n",
		value);
	return false;
}

static bool parse_jobs(const char *value, struct settings *settings)
{
	uint64_t jobs;

	if (!parse_number("number of jobs", value, 256, &jobs))
		return false;
	settings->workers = (unsigned)jobs;
	return true;
}

static bool add_output(const char *value, struct tool_options *options)
{
	if (options->output_count == OPTIONS_MAX_OUTPUTS) {
		fputs("cfgfs: too many output formats\n", stderr);
		return false;
	}
	options->outputs[options->output_count++] = value;
	return true;
}

static bool parse_fail_on(const char *value, struct tool_options *options)
{
	options->warnings_fail = strcmp(value, "warning") == 0;
	if (!options->warnings_fail && strcmp(value, "error") != 0)
		return wrong("--fail-on", value, "error, warning");
	return true;
}

typedef bool path_setter(struct settings *settings, const char *value,
			 char **why);

static bool set_path(path_setter *set, const char *value,
		     struct settings *settings)
{
	auto_free char *why = NULL;

	if (set(settings, value, &why))
		return true;
	fprintf(stderr, "cfgfs: --%s\n", why ? why : "map: no memory");
	return false;
}

bool options_apply_schema(int option, const char *value,
			  struct settings *settings, bool *is_one)
{
	*is_one = true;
	switch (option) {
	case OPTION_SCHEMA_MODE:
		return parse_mode(value, settings);
	case OPTION_DIALECT:
		return parse_dialect(value, settings);
	case OPTION_MAP:
		return set_path(settings_add_map, value, settings);
	case OPTION_CATALOG:
		return set_path(settings_set_catalog, value, settings);
	case OPTION_REQUIRE_SCHEMA:
		settings->require_schema = true;
		return true;
	case OPTION_SHOW_VALUES:
		settings->show_values = true;
		return true;
	case OPTION_BASELINE:
		settings->baseline_file = value;
		return true;
	case OPTION_CONFIG:
		settings->config_file = value;
		return true;
	case OPTION_TRUST_CONFIG:
		settings->trust_config = true;
		return true;
	default:
		*is_one = false;
		return true;
	}
}

static bool apply_switch(int option, struct tool_options *options)
{
	struct settings *settings = &options->service.settings;

	switch (option) {
	case LONG_NO_CACHE:
		options->service.use_cache = false;
		return true;
	case LONG_GITIGNORE:
		settings->use_gitignore = true;
		return true;
	case LONG_NO_IGNORE:
		settings->use_ignore_files = false;
		return true;
	case LONG_PROFILE:
		options->wants_profile = true;
		return true;
	case LONG_NO_PROFILE:
		settings->use_profile = false;
		return true;
	case LONG_NO_SUPPRESSIONS:
		settings->ignore_suppressions = true;
		return true;
	case LONG_REHASH:
		settings->use_index = false;
		return true;
	default: /* getopt has told what is wrong */
		return false;
	}
}

static bool apply(int option, const char *value, struct tool_options *options)
{
	struct settings *settings = &options->service.settings;
	bool is_one;
	const bool is_right =
		options_apply_schema(option, value, settings, &is_one);

	if (is_one)
		return is_right;
	switch (option) {
	case 's':
		settings->forced_schema = value;
		return true;
	case 'l':
		return parse_level(value, settings);
	case 'f':
		return add_output(value, options);
	case 'j':
		return parse_jobs(value, settings);
	case LONG_ROOT:
		options->root = value;
		return true;
	case LONG_CACHE:
		options->service.cache_directory = value;
		return true;
	case LONG_CACHE_SIZE:
		return parse_cache_size(value, options);
	case LONG_AS:
		options->as = value;
		return true;
	case LONG_FAIL_ON:
		return parse_fail_on(value, options);
	case LONG_WRITE_BASELINE:
		options->writes_baseline = true;
		options->baseline_to = value;
		return true;
	case LONG_PRUNE_BASELINE:
		options->prunes_baseline = true;
		options->baseline_to = value;
		return true;
	case LONG_MAX_SIZE:
		return parse_number("size in bytes", value, 1u << 30,
				    &settings->max_size);
	default:
		return apply_switch(option, options);
	}
}

/* A file that does not exist yet is below a folder that does. */
static char *real_path(const char *path)
{
	char *real = realpath(path, NULL);
	const char *slash = strrchr(path, '/');
	char *full = NULL;

	if (real)
		return real;

	auto_free char *folder =
		slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");

	real = folder ? realpath(folder, NULL) : NULL;
	if (!real)
		return strdup(path);
	if (asprintf(&full, "%s/%s", strcmp(real, "/") ? real : "",
		     slash ? slash + 1 : path) < 0)
		full = NULL;
	free(real);
	return full;
}

char *options_name_in_tree(const char *path, const char *root)
{
	const size_t size = strlen(root);
	char *real = real_path(path);

	if (real && strncmp(real, root, size) == 0 && real[size] == '/')
		memmove(real, real + size + 1, strlen(real + size));
	return real;
}

static int name_file(const char **file, const char *root, char **name)
{
	if (!*file)
		return 0;
	*name = options_name_in_tree(*file, root);
	*file = *name;
	return *name ? 0 : -ENOMEM;
}

int options_name_files(struct settings *settings, const char *root,
		       struct options_names *names)
{
	int r = name_file(&settings->forced_schema, root, &names->schema);

	if (r == 0)
		r = name_file(&settings->baseline_file, root, &names->baseline);
	if (r == 0)
		r = name_file(&settings->config_file, root, &names->config);
	return r;
}

void options_names_release(struct options_names *names)
{
	free(names->schema);
	free(names->baseline);
	free(names->config);
	*names = (struct options_names){0};
}

static unsigned processors(void)
{
	const long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count > 0 && count <= 256 ? (unsigned)count : 1;
}

enum options_result options_parse(int argc, char **argv, const char *usage,
				  struct tool_options *out)
{
	struct tool_options options = {
		.service = {.use_cache = true, .settings = SETTINGS_DEFAULT},
	};
	int option;

	options.service.settings.workers = processors();
	options.service.settings.watch_dependencies = false;
	optind = 0;
	while ((option = command_option(argc, argv, "s:l:f:j:h",
					long_options)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			options_release(&options);
			return OPTIONS_HELP;
		}
		if (!apply(option, optarg, &options)) {
			fprintf(stderr, "Try 'cfgfs %s --help'.\n", argv[0]);
			options_release(&options);
			return OPTIONS_WRONG;
		}
	}
	options.first_path = optind;
	*out = options;
	return OPTIONS_GO;
}

void options_release(struct tool_options *options)
{
	settings_release(&options->service.settings);
}
