/* cfgfs cache warm: judge now what is not known yet. */
#include "tools/cache/request.h"

#include "fs/survey.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/place.h"
#include "tools/progress.h"

#include <errno.h>
#include <stdio.h>

static const char usage[] =
	"Usage: cfgfs cache warm [OPTION]... PATH... | 'GLOB'...\n"
	"Judge files and the files below directories, so that mounts and "
	"checks find\n"
	"their verdicts. What files are like is not told: 'cfgfs check' does "
	"that, with\n"
	"the same options.\n"
	"\n"
	"  -j, --jobs N      files judged at a time (default: processors)\n"
	"      --root DIR    the tree's root\n"
	"      --cache DIR   where verdicts are kept\n";

struct warming {
	const struct tool_options *options;
	struct service service; /* of the root in use */
	char *root;		/* owned; NULL: none is open */
	struct options_names names;
	size_t made;
	size_t known;
	size_t others; /* skipped, or not to be kept */
};

static void close_root(struct warming *warming)
{
	if (!warming->root)
		return;
	service_close(&warming->service);
	options_names_release(&warming->names);
	free(warming->root);
	warming->root = NULL;
}

/* Files of one tree come one after the other: one service for all of them. */
static int open_root(struct warming *warming, const char *root)
{
	struct service_options options = warming->options->service;

	if (warming->root && strcmp(warming->root, root) == 0)
		return 0;
	close_root(warming);
	options.root = root;

	int r = options_name_files(&options.settings, root, &warming->names);

	if (!r)
		r = service_open(&options, &warming->service);
	if (r) {
		options_names_release(&warming->names);
		return r;
	}
	warming->root = strdup(root);
	if (!warming->root) {
		service_close(&warming->service);
		return -ENOMEM;
	}
	if (warming->service.share_trouble)
		fprintf(stderr, "cfgfs: %s\n", warming->service.share_trouble);
	if (!warming->service.cache_trouble)
		return 0;
	fprintf(stderr, "cfgfs: %s\n", warming->service.cache_trouble);
	return -ECANCELED;
}

/* The configuration is judged by who loads it, each time. */
static bool is_kept(const struct survey_entry *entry)
{
	return entry->judgement && entry->judgement->has_digest &&
	       strcmp(entry->path, CONFIG_FILE) != 0;
}

static void count(struct warming *warming, const struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_entry *entry = &survey->entries[i];

		if (!is_kept(entry))
			warming->others++;
		else if (entry->tier == TIER_MISS)
			warming->made++;
		else
			warming->known++;
	}
}

static int warm_place(struct warming *warming,
		      const struct place_of_path *place)
{
	struct survey_progress progress = {0};
	const struct survey_options options = {.depth = SURVEY_JUDGED,
					       .cancel = interrupt_flag(),
					       .progress = &progress};
	struct survey survey = {0};
	int r = open_root(warming, place->root);

	if (r)
		return r;

	struct progress *shown = progress_start(&progress);

	interrupt_stops(warming->service.judge);
	r = survey_run(warming->service.judge, place->path, &options, &survey);
	interrupt_stops(NULL);
	progress_stop(shown);
	if (!r)
		count(warming, &survey);
	survey_release(&survey);
	return r;
}

static int warm_path(void *ctx, const char *path)
{
	struct warming *warming = ctx;
	struct place_of_path place;
	int r = place_find(path, warming->options->root, &place);

	if (r)
		return r;
	r = warm_place(warming, &place);
	place_release(&place);
	return r;
}

/* A directory is one survey with all workers, a pattern one a file. */
static int warm_operand(struct warming *warming, const char *operand)
{
	const int r = warm_path(warming, operand);

	return r == -ENOENT ? request_each_file(operand, warm_path, warming)
			    : r;
}

static int finish(struct warming *warming, int status)
{
	const int r = warming->root && warming->service.cache
			      ? cache_flush(warming->service.cache)
			      : 0;

	close_root(warming);
	if (r)
		return request_trouble("the cache could not be written", r);
	interrupt_end();
	printf("%zu made, %zu known, %zu that are not kept\n", warming->made,
	       warming->known, warming->others);
	return status;
}

static int warm_all(struct warming *warming, char **operands, size_t count)
{
	int status = 0;

	interrupt_catch();
	for (size_t i = 0; i < count && !atomic_load(interrupt_flag()); i++) {
		const int r = warm_operand(warming, operands[i]);

		if (r && r != -ECANCELED)
			fprintf(stderr, "cfgfs: cannot warm '%s': %s\n",
				operands[i], strerrordesc_np(-r));
		if (r)
			status = 2;
	}
	return finish(warming, status);
}

int cache_warm(int argc, char **argv)
{
	struct tool_options options;
	struct warming warming = {.options = &options};
	const enum options_result parsed =
		options_parse(argc, argv, usage, &options);
	int status = 2;

	if (parsed != OPTIONS_GO)
		return parsed == OPTIONS_HELP ? 0 : 2;
	if (options.first_path == argc)
		fputs("cfgfs: say what to warm: files, directories or "
		      "patterns\n",
		      stderr);
	else if (!options.service.use_cache)
		fputs("cfgfs: without a cache there is nothing to warm\n",
		      stderr);
	else
		status = warm_all(&warming, argv + options.first_path,
				  (size_t)(argc - options.first_path));
	options_release(&options);
	return status;
}
