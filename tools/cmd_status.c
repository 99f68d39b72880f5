/* cfgfs status: the facts of .status, for people. */
#include "fs/report/profile_text.h"
#include "fs/report/report.h"
#include "fs/report/status.h"
#include "tools/command.h"
#include "tools/options.h"
#include "tools/place.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

static const char usage[] =
	"Usage: cfgfs status [OPTION]... [PATH]\n"
	"Say how the files below a directory (default: .) or one file stand.\n"
	"On a mount these are the facts of its .status; elsewhere, what the "
	"cache knows.\n"
	"Nothing is validated. Exit status: 1 if a file is known to be "
	"invalid,\n"
	"2 if one could not be decided, else 0.\n"
	"\n"
	"      --profile          say where the time went: of a mount, or of "
	"this look\n"
	"      --root DIR         the tree's root\n"
	"      --cache DIR        where the cache is\n";

enum { LINE_MAX_BYTES = 4096 };

/* The text of a .status file, as keys and values. */
struct facts {
	char *text; /* owned */
	size_t size;
};

/* The value of a key, "" if it is not there; valid until the next call. */
static const char *value_of(const struct facts *facts, const char *key)
{
	static char value[LINE_MAX_BYTES];
	const size_t key_size = strlen(key);
	const char *line = facts->text;

	while (line && *line) {
		const char *end = strchrnul(line, '\n');

		if (strncmp(line, key, key_size) == 0 &&
		    line[key_size] == ' ') {
			const char *from = line + key_size + 1;

			snprintf(value, sizeof(value), "%.*s",
				 (int)(end - from), from);
			return value;
		}
		line = *end ? end + 1 : NULL;
	}
	return "";
}

static unsigned long long number_of(const struct facts *facts, const char *key)
{
	return strtoull(value_of(facts, key), NULL, 10);
}

/* "3 valid, 1 invalid" of those that are not zero. */
static void print_counts(const struct facts *facts, const char *const *keys,
			 size_t count)
{
	const char *separator = "";

	for (size_t i = 0; i < count; i++) {
		const unsigned long long number = number_of(facts, keys[i]);
		const char *dot = strchr(keys[i], '.');

		if (number == 0)
			continue;
		printf("%s%llu %s", separator, number, dot ? dot + 1 : keys[i]);
		separator = ", ";
	}
	puts(*separator ? "" : "none");
}

/* Nothing, if the cache is not shared and nobody wanted that. */
static void print_sharing(const struct facts *facts)
{
	const bool has_reason =
		strcmp(value_of(facts, "cache.remote_reason"), "-") != 0;

	if (strcmp(value_of(facts, "cache.remote"), "off") == 0 && !has_reason)
		return;
	printf("  shared     %s,", value_of(facts, "cache.remote"));
	printf(" %llu hits", number_of(facts, "cache.hits.remote"));
	if (has_reason)
		printf("; %s", value_of(facts, "cache.remote_reason"));
	putchar('\n');
}

static void print_tree(const struct facts *facts, const char *path)
{
	static const char *const states[] = {"valid",  "warning", "invalid",
					     "error",  "skipped", "unchecked",
					     "pending"};
	static const char *const findings[] = {
		"findings.error", "findings.warning", "findings.info"};

	report_write_line(stdout, path);
	printf(": %s\n", value_of(facts, "state"));
	printf("  files      %llu: ", number_of(facts, "files"));
	print_counts(facts, states, array_size(states));
	printf("  findings   ");
	print_counts(facts, findings, array_size(findings));
	printf("  score      %s\n", value_of(facts, "score"));
	printf("  config     %s\n", value_of(facts, "config"));
	printf("  level      %s\n", value_of(facts, "level"));
	printf("  coherence  %s\n", value_of(facts, "coherence"));
	printf("  cache      %llu hits", number_of(facts, "cache.hits"));
	printf(" (%llu in memory,", number_of(facts, "cache.hits.memory"));
	printf(" %llu on disk),", number_of(facts, "cache.hits.disk"));
	printf(" %llu misses;", number_of(facts, "cache.misses"));
	printf(" %llu entries,", number_of(facts, "cache.entries"));
	printf(" %llu bytes, disk", number_of(facts, "cache.bytes"));
	printf(" %s\n", value_of(facts, "cache.disk"));
	print_sharing(facts);
	printf("  checking   %s s\n", value_of(facts, "check.seconds_total"));
}

static void print_file(const struct facts *facts, const char *path)
{
	static const char *const keys[] = {"reason",	     "format",
					   "schema",	     "level",
					   "findings.error", "findings.warning",
					   "findings.info",  "score",
					   "cached",	     "usec"};

	report_write_line(stdout, path);
	printf(": %s\n", value_of(facts, "state"));
	for (size_t i = 0; i < array_size(keys); i++) {
		const char *value = value_of(facts, keys[i]);

		if (strcmp(value, "-") != 0)
			printf("  %-17s %s\n", keys[i], value);
	}
}

static int read_virtual(const char *path, bool is_directory,
			struct facts *facts)
{
	char name[PATH_MAX];
	FILE *file;

	if (snprintf(name, sizeof(name),
		     is_directory ? "%s/.status" : "%s.status",
		     path) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	file = fopen(name, "re");
	if (!file)
		return -errno;

	size_t capacity = 0;
	const ssize_t size = getdelim(&facts->text, &capacity, '\0', file);

	facts->size = size > 0 ? (size_t)size : 0;
	fclose(file);
	return size > 0 ? 0 : -EIO;
}

static int write_facts(struct service *service,
		       const struct place_of_path *place, struct facts *facts)
{
	const struct survey_options options = {.depth = SURVEY_STORED};
	const struct status_facts mount = {.scan = "complete",
					   .coherence = "none"};
	struct survey survey;
	const int r =
		survey_run(service->judge, place->path, &options, &survey);

	if (r)
		return r;

	FILE *file = open_memstream(&facts->text, &facts->size);
	const struct survey_counts counts = survey_counts(&survey);

	if (file && place->is_directory)
		status_write(file, service->judge, &counts, &mount);
	else if (file && survey.count)
		status_write_file(file, service->judge, &survey.entries[0]);
	survey_release(&survey);
	if (!file || fclose(file))
		return -ENOMEM;
	return facts->size ? 0 : -EINVAL;
}

static int read_cache(const struct tool_options *options,
		      const struct place_of_path *place, struct facts *facts)
{
	struct service_options service_options = options->service;
	struct service service;

	service_options.root = place->root;

	int r = service_open(&service_options, &service);

	if (r)
		return r;
	r = write_facts(&service, place, facts);
	if (r == 0 && options->wants_profile)
		r = profile_write(stdout, service.profile);
	service_close(&service);
	return r;
}

/* All of a mount's profile, as its daemon has it. */
static int copy_profile(const char *mountpoint)
{
	auto_free char *name = NULL;
	auto_free char *text = NULL;
	size_t capacity = 0;

	if (asprintf(&name, "%s/.cfgfs/profile", mountpoint) < 0)
		return -ENOMEM;

	FILE *file = fopen(name, "re");

	if (!file)
		return -errno;

	const ssize_t size = getdelim(&text, &capacity, '\0', file);

	fclose(file);
	return size > 0 && fwrite(text, 1, (size_t)size, stdout) == (size_t)size
		       ? 0
		       : -EIO;
}

/* As everywhere: 0 clean, 1 an invalid file, 2 something undecided. */
static int exit_status(const struct facts *facts, bool is_directory)
{
	const char *state = value_of(facts, "state");

	if (!is_directory)
		return strcmp(state, "invalid") == 0 ? 1
		       : strcmp(state, "error") == 0 ? 2
						     : 0;
	if (number_of(facts, "error") ||
	    strcmp(value_of(facts, "config"), "invalid") == 0)
		return 2;
	return number_of(facts, "invalid") ? 1 : 0;
}

/* The exit status, or a negative errno. */
static int show(const struct tool_options *options, const char *path)
{
	struct place_of_path place;
	auto_free char *mount = place_mount_of(path);
	struct facts facts = {0};
	int r = place_find(path, options->root, &place);

	if (r)
		return r;
	r = mount ? read_virtual(path, place.is_directory, &facts)
		  : read_cache(options, &place, &facts);
	if (r == 0 && options->wants_profile)
		r = mount ? copy_profile(mount) : 0;
	else if (r == 0 && place.is_directory)
		print_tree(&facts, path);
	else if (r == 0)
		print_file(&facts, path);
	if (r == 0)
		r = exit_status(&facts, place.is_directory);
	free(facts.text);
	place_release(&place);
	return r;
}

static int show_or_say(const struct tool_options *options, const char *path)
{
	const int r = show(options, path);

	if (r < 0)
		fprintf(stderr, "cfgfs: no status of '%s': %s\n", path,
			r == -EINVAL ? "not a file that can be judged"
				     : strerrordesc_np(-r));
	return r;
}

int cmd_status(int argc, char **argv)
{
	struct tool_options options;
	const enum options_result parsed =
		options_parse(argc, argv, usage, &options);

	if (parsed != OPTIONS_GO)
		return parsed == OPTIONS_HELP ? 0 : 2;
	const char *path =
		options.first_path < argc ? argv[options.first_path] : ".";
	int r = -E2BIG;

	if (argc - options.first_path > 1)
		fputs("cfgfs: status takes one path\n", stderr);
	else
		r = show_or_say(&options, path);
	options_release(&options);
	return r < 0 ? 2 : r;
}
