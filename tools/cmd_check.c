/* cfgfs check: judge files without a mount. */
#include "cache/remote/remote.h"
#include "fs/report/output.h"
#include "fs/report/profile_text.h"
#include "fs/report/report.h"
#include "tools/baseline.h"
#include "tools/command.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/place.h"
#include "tools/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

static const char usage[] =
	"Usage: cfgfs check [OPTION]... [PATH... | -]\n"
	"Judge files and the files below directories (default: .), or standard "
	"input.\n"
	"\n"
	"  -s, --schema FILE      hold every file against this JSON Schema\n"
	"  -l, --level LEVEL      fast (syntax) or standard (+ schema; "
	"default)\n"
	"  -f, --format FMT[=FILE] how to print, or write to FILE; may be "
	"repeated\n"
	"  -j, --jobs N           files judged at a time (default: "
	"processors)\n"
	"      --as NAME          the name that standard input goes by\n"
	"      --root DIR         the tree's root (default: the directory "
	"given, or\n"
	"                         for a file the nearest folder with "
	".cfgfs.yaml)\n"
	"      --schema-mode M    compat (default) or strict\n"
	"      --dialect D        of schemas without $schema: 4, 6, 7, "
	"2019-09, "
	"2020-12\n"
	"      --map URL=DIR      schemas whose URL begins so are read from "
	"DIR\n"
	"      --catalog DIR      schemas by file name, from a copy of "
	"SchemaStore\n"
	"      --config FILE      in place of .cfgfs.yaml; outside of the tree "
	"it is trusted\n"
	"      --trust-config     let .cfgfs.yaml name a server to share the "
	"cache with\n"
	"      --require-schema   a file without a schema is invalid\n"
	"      --show-values      messages and excerpts may show values from "
	"the files\n"
	"      --fail-on SEVERITY error (default) or warning\n"
	"      --baseline FILE    known findings, which are not shown\n"
	"      --write-baseline[=FILE]  write all present findings to the "
	"baseline\n"
	"      --prune-baseline[=FILE]  take out of it what is mended\n"
	"      --no-suppressions  show what comments, .cfgfs.yaml and baseline "
	"suppress\n"
	"      --gitignore        leave out what .gitignore names\n"
	"      --no-ignore        leave out nothing\n"
	"      --max-size BYTES   skip larger files (default 64 MiB)\n"
	"      --profile          say on standard error where the time went\n"
	"      --rehash           read every file, also those that look "
	"unchanged\n"
	"      --cache DIR, --no-cache\n"
	"      --cache-size SIZE  of verdicts on disk (default "
	"$CFGFS_CACHE_SIZE or 1G)\n"
	"\n"
	"Exit status: 0 clean, 1 an invalid file, 2 could not run or could not "
	"decide.\n";

enum { EXIT_CLEAN = 0, EXIT_INVALID = 1, EXIT_TROUBLE = 2 };

/* One tree and one path in it. */
struct part {
	struct place_of_path place;
	struct service service;
	struct survey survey;
	struct options_names names; /* the settings refer to them */
	char *baseline;		    /* owned; written by this run, likewise */
	char *input;		    /* owned; the bytes of standard input */
	size_t input_size;
	bool is_surveyed;    /* all of the path was looked at */
	bool has_service;    /* false: shares that of an earlier part */
	struct judge *judge; /* NULL: the path could not be checked */
};

struct check {
	struct tool_options options;
	struct part *parts;
	size_t part_count;
	struct cache *cache; /* of the first service, lent to the others */
	bool had_trouble;
};

static void trouble(struct check *check, const char *path, int error)
{
	const char *why = error == -EXDEV    ? "not below the root"
			  : error == -EINVAL ? "not a regular file"
					     : strerrordesc_np(-error);

	fprintf(stderr, "cfgfs: cannot check '%s': %s\n", path, why);
	check->had_trouble = true;
}

/* Somebody else may have put it there. */
static bool is_link_out(const char *given, const char *name)
{
	struct stat status;

	return *name == '/' && lstat(given, &status) == 0 &&
	       S_ISLNK(status.st_mode);
}

/*
 * The baseline that --write-baseline and --prune-baseline name is the one in
 * use; what is to be written is written first, so that the check is under it.
 */
static bool prepare_baseline(const struct check *check, struct part *part,
			     struct service_options *options)
{
	const char *given = check->options.baseline_to;
	auto_free char *to =
		given ? options_name_in_tree(given, part->place.root) : NULL;

	if (given && !to)
		return false;
	if (given && is_link_out(given, to)) {
		fprintf(stderr,
			"cfgfs: '%s' is a link that leads out of the tree: "
			"name the file itself\n",
			given);
		return false;
	}
	if (check->options.writes_baseline) {
		if (!tool_baseline_write(options, part->place.path, to,
					 &part->baseline))
			return false;
	} else {
		part->baseline = steal(&to);
	}
	if (part->baseline)
		options->settings.baseline_file = part->baseline;
	return true;
}

static int open_service(struct check *check, struct part *part)
{
	struct service_options options = check->options.service;

	for (struct part *old = check->parts; old < part; old++) {
		if (old->judge &&
		    strcmp(old->place.root, part->place.root) == 0) {
			part->judge = old->judge;
			return 0;
		}
	}
	if (options_name_files(&options.settings, part->place.root,
			       &part->names))
		return -ENOMEM;
	options.root = part->place.root;
	options.lent_cache = check->cache;
	if (!prepare_baseline(check, part, &options))
		return -ECANCELED;

	const int r = service_open(&options, &part->service);

	if (r)
		return r;
	part->has_service = true;
	part->judge = part->service.judge;
	check->cache = part->service.cache;
	if (part->service.cache_trouble)
		fprintf(stderr, "cfgfs: %s\n", part->service.cache_trouble);
	if (part->service.share_trouble)
		fprintf(stderr, "cfgfs: %s\n", part->service.share_trouble);
	return 0;
}

static void flush(const struct check *check)
{
	const int r = check->cache ? cache_flush(check->cache) : 0;
	const char *trouble = check->cache ? cache_trouble(check->cache) : NULL;

	if (trouble)
		fprintf(stderr, "cfgfs: %s\n", trouble);
	else if (r)
		fprintf(stderr, "cfgfs: the cache could not be written: %s\n",
			strerrordesc_np(-r));
}

/* Why other machines could not help, or be helped, if that was wanted. The
 * answer is the same. */
static void tell_sharing(const struct check *check)
{
	struct remote_stats stats = {.state = REMOTE_OFF};

	if (check->cache)
		cache_remote_stats(check->cache, &stats);
	if (stats.state == REMOTE_OPEN && stats.unserved)
		fprintf(stderr, "cfgfs: the shared cache is not used: %s\n",
			stats.reason);
	else if (stats.state == REMOTE_ON && *stats.reason)
		fprintf(stderr, "cfgfs: the shared cache: %s\n", stats.reason);
}

static void check_path(struct check *check, struct part *part, const char *path)
{
	struct survey_progress progress = {0};
	const struct survey_options options = {.depth = SURVEY_JUDGED,
					       .cancel = interrupt_flag(),
					       .progress = &progress};
	int r = place_find(path, check->options.root, &part->place);

	if (r == 0)
		r = open_service(check, part);
	if (r == 0) {
		struct progress *shown = progress_start(&progress);

		interrupt_stops(part->judge);
		r = survey_run(part->judge, part->place.path, &options,
			       &part->survey);
		interrupt_stops(NULL);
		progress_stop(shown);
	}
	/* What is named must be checked, or it is said why it was not. */
	if (r == 0 && !part->place.is_directory && part->survey.count == 0)
		r = -EINVAL;
	part->is_surveyed = r == 0;
	if (r == -ECANCELED)
		check->had_trouble = true; /* and it was told */
	else if (r)
		trouble(check, path, r);
}

static int add_input_entry(struct part *part, struct judgement *judgement)
{
	struct survey *survey = &part->survey;

	survey->entries = calloc(1, sizeof(*survey->entries));
	if (!survey->entries)
		return -ENOMEM;
	survey->entries[0] = (struct survey_entry){
		.path = strdup("-"),
		.tier = judgement->tier,
		.judgement = judgement,
	};
	if (!survey->entries[0].path)
		return -ENOMEM;
	survey->count = 1;
	survey_count(survey);
	return 0;
}

/* Standard input is judged as a file of the root named by --as. */
static int check_input(struct check *check, struct part *part)
{
	const char *root = check->options.root ? check->options.root : ".";
	auto_free char *bytes = NULL;
	struct judgement *judgement;
	size_t size = 0;
	int r = input_read(check->options.service.settings.max_size, &bytes,
			   &size);

	if (r == 0)
		r = place_find(root, NULL, &part->place);
	if (r == 0)
		r = open_service(check, part);
	if (r)
		return r;
	part->input = steal(&bytes);
	part->input_size = size;
	part->place.prefix[0] = part->place.inside[0] = '\0';

	const char *name = check->options.as
				   ? check->options.as
				   : input_guess_name(part->input, size);

	r = judge_content(part->judge, name, (struct span){part->input, size},
			  NULL, &judgement);
	return r ? r : add_input_entry(part, judgement);
}

/*
 * A link may have been planted in a tree, to have its reader write elsewhere.
 * Those of /dev are everybody's: /dev/stdout.
 */
static FILE *create_output(const char *path)
{
	const int follow = strncmp(path, "/dev/", 5) == 0 ? 0 : O_NOFOLLOW;
	auto_close int fd = open(
		path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | follow, 0666);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (file)
		steal_fd(&fd);
	return file;
}

static int write_output(const char *format, const struct output *common)
{
	const char *equals = strchr(format, '=');
	auto_free char *name =
		equals ? strndup(format, (size_t)(equals - format))
		       : strdup(format);
	struct output output = *common;

	if (!name)
		return -ENOMEM;
	output.file = equals ? create_output(equals + 1) : stdout;
	if (!output.file) {
		const int error = errno;

		fprintf(stderr, "cfgfs: cannot write '%s': %s\n", equals + 1,
			error == ELOOP ? "it is a symbolic link"
				       : strerrordesc_np(error));
		return -error;
	}
	output.use_colour = !equals && common->use_colour;
	output_find(name)->write(&output);

	/* A report that is cut short must not look like a good one. */
	const bool is_whole = fflush(output.file) == 0 && !ferror(output.file);

	if (equals && fclose(output.file))
		return -EIO;
	/* About standard output main() complains. */
	if (!is_whole && equals)
		fprintf(stderr, "cfgfs: cannot write '%s'\n", equals + 1);
	return is_whole ? 0 : -EIO;
}

static void tell_formats(FILE *out, const char *name)
{
	const struct output_format *format;

	fprintf(out, "cfgfs: format '%s' is not one of:", name);
	for (size_t i = 0; (format = output_format_at(i)); i++)
		fprintf(out, "%s %s", i ? "," : "", format->name);
	fputc('\n', out);
}

static void describe_formats(FILE *out)
{
	const struct output_format *format;

	fputs("\nFormats:\n", out);
	for (size_t i = 0; (format = output_format_at(i)); i++)
		fprintf(out, "  %-9s %s\n", format->name, format->summary);
}

static bool outputs_are_known(const struct tool_options *options)
{
	for (size_t i = 0; i < options->output_count; i++) {
		auto_free char *name = strdup(options->outputs[i]);

		if (!name)
			return false;
		name[strcspn(name, "=")] = '\0';
		if (!output_find(name)) {
			tell_formats(stderr, name);
			return false;
		}
	}
	return true;
}

static struct output_part output_part_of(const struct part *part)
{
	return (struct output_part){
		.judge = part->judge,
		.survey = &part->survey,
		.prefix = part->place.prefix,
		.inside = part->place.inside,
		.input = {part->input, part->input_size},
	};
}

static void write_outputs(struct check *check, double seconds)
{
	struct output_part *parts =
		calloc(check->part_count + 1, sizeof(*parts));
	struct output output = {
		.parts = parts,
		.part_count = check->part_count,
		.version = CFGFS_VERSION,
		.had_trouble = check->had_trouble,
		.use_colour = command_use_colour(STDOUT_FILENO),
		.seconds = seconds,
	};

	if (!parts) {
		check->had_trouble = true;
		return;
	}
	for (size_t i = 0; i < check->part_count; i++)
		parts[i] = output_part_of(&check->parts[i]);
	if (check->options.output_count == 0 && write_output("text", &output))
		check->had_trouble = true;
	for (size_t i = 0; i < check->options.output_count; i++)
		if (write_output(check->options.outputs[i], &output))
			check->had_trouble = true;
	free(parts);
}

static int exit_status(const struct check *check)
{
	size_t by_state[STATE_COUNT] = {0};

	for (size_t i = 0; i < check->part_count; i++) {
		const struct part *part = &check->parts[i];

		for (int j = 0; j < STATE_COUNT; j++)
			by_state[j] += part->survey.by_state[j];
		if (part->judge &&
		    strcmp(judge_config_state(part->judge), "invalid") == 0)
			return EXIT_TROUBLE;
	}
	if (check->had_trouble || by_state[STATE_ERROR])
		return EXIT_TROUBLE;
	if (by_state[STATE_INVALID] ||
	    (check->options.warnings_fail && by_state[STATE_WARNING]))
		return EXIT_INVALID;
	return EXIT_CLEAN;
}

static void release(struct check *check)
{
	for (size_t i = 0; i < check->part_count; i++)
		survey_release(&check->parts[i].survey);
	/* The first one owns the cache: it goes last. */
	for (size_t i = check->part_count; i-- > 0;) {
		struct part *part = &check->parts[i];

		if (part->has_service)
			service_close(&part->service);
		options_names_release(&part->names);
		free(part->baseline);
		free(part->input);
		place_release(&part->place);
	}
	free(check->parts);
}

/* A configuration that is broken is told even if it is not among the files. */
static void tell_configuration(const struct part *part)
{
	if (!part->judge ||
	    strcmp(judge_config_state(part->judge), "invalid") != 0)
		return;

	auto_free struct verdict *problems = judge_config_problems(part->judge);

	/* Another file than the configuration itself, which is no finding. */
	if (problems && problems->finding_count == 0) {
		fprintf(stderr, "cfgfs: %s: ", part->place.root);
		report_write_line(stderr,
				  verdict_text(problems, problems->reason));
		fputc('\n', stderr);
		return;
	}
	fprintf(stderr,
		"cfgfs: %s/" CONFIG_FILE " is invalid: only the built-in "
		"checks were made\n",
		part->place.root);
}

/* Parts of one tree share what they measure. */
static void tell_profile(struct check *check)
{
	for (size_t i = 0; i < check->part_count; i++) {
		const struct part *part = &check->parts[i];

		if (part->has_service &&
		    profile_write(stderr, part->service.profile))
			check->had_trouble = true;
	}
}

/* Known findings that are gone are good news, and no longer to be allowed. */
static void tend_baselines(struct check *check)
{
	size_t stale = 0;

	for (size_t i = 0; i < check->part_count; i++) {
		const struct part *part = &check->parts[i];
		const struct audit audit = {&part->survey, part->place.path};

		if (!part->is_surveyed)
			continue;
		if (!check->options.prunes_baseline)
			stale += tool_baseline_stale(part->judge, &audit);
		else if (!tool_baseline_prune(part->judge, &audit))
			check->had_trouble = true;
	}
	if (stale)
		fprintf(stderr,
			"cfgfs: %zu entr%s of the baseline %s out of date; run "
			"'cfgfs check --prune-baseline'\n",
			stale, stale == 1 ? "y" : "ies",
			stale == 1 ? "is" : "are");
}

/* One baseline is of one tree. */
static bool baseline_options_fit(const struct tool_options *options,
				 char **paths, size_t count)
{
	const char *why = NULL;

	if (!options->writes_baseline && !options->prunes_baseline)
		return true;
	if (options->writes_baseline && options->prunes_baseline)
		why = "write a baseline or prune it, not both";
	else if (options->service.settings.ignore_suppressions)
		why = "a baseline cannot be made with --no-suppressions";
	else if (count != 1 || strcmp(paths[0], "-") == 0)
		why = "a baseline is made of one path";
	if (why)
		fprintf(stderr, "cfgfs: %s\nTry 'cfgfs check --help'.\n", why);
	return !why;
}

static void check_all(struct check *check, char **paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct part *part = &check->parts[i];

		if (strcmp(paths[i], "-") != 0) {
			check_path(check, part, paths[i]);
		} else {
			const int r = check_input(check, part);

			if (r)
				trouble(check, "-", r);
		}
	}
}

static double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What the options ask for, once they are known to be right. */
static int run_check(struct check *check, int argc, char **argv)
{
	static char here[] = ".";
	char *default_paths[] = {here, NULL};
	const double start = now_seconds();
	const int given = argc - check->options.first_path;
	const size_t count = given ? (size_t)given : 1;
	char **paths = given ? argv + check->options.first_path : default_paths;

	check->part_count = count;
	if (!baseline_options_fit(&check->options, paths, count))
		return EXIT_TROUBLE;
	check->parts = calloc(count, sizeof(*check->parts));
	if (!check->parts) {
		fputs("cfgfs: out of memory\n", stderr);
		return EXIT_TROUBLE;
	}
	check_all(check, paths, count);
	/* What was found out is kept also if nobody reads it to the end. */
	flush(check);
	interrupt_end();
	tell_sharing(check);
	write_outputs(check, now_seconds() - start);
	for (size_t i = 0; i < check->part_count; i++)
		tell_configuration(&check->parts[i]);
	tend_baselines(check);
	if (check->options.wants_profile)
		tell_profile(check);

	const int status = exit_status(check);

	release(check);
	return status;
}

int cmd_check(int argc, char **argv)
{
	struct check check = {0};
	const enum options_result parsed =
		options_parse(argc, argv, usage, &check.options);

	if (parsed == OPTIONS_HELP)
		describe_formats(stdout);
	if (parsed != OPTIONS_GO)
		return parsed == OPTIONS_HELP ? EXIT_CLEAN : EXIT_TROUBLE;

	interrupt_catch();

	const int status = outputs_are_known(&check.options)
				   ? run_check(&check, argc, argv)
				   : EXIT_TROUBLE;

	options_release(&check.options);
	return status;
}
