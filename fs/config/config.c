#include "fs/config/config.h"

#include "fs/config/config_parts.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

/* The reason that stands for the whole configuration from now on. */
static int set_problem(struct config *config, const char *name,
		       const char *what)
{
	struct verdict *verdict;
	char reason[NAME_MAX + 32 + CATALOG_WHY_SIZE];

	snprintf(reason, sizeof(reason), "cannot read '%s': %s", name, what);

	const int r = verdict_plain(STATE_ERROR, reason, &verdict);

	if (r)
		return r;
	free(config->problems);
	config->problems = verdict;
	return 0;
}

/* Not what the file is but that we stop: there is no configuration at all. */
static bool is_fatal(int r)
{
	return r == -ENOMEM || r == -ECANCELED;
}

static bool is_absent(int r)
{
	return r == -ENOENT || r == -ENOTDIR;
}

static const char *describe(int r)
{
	if (r == -ELOOP)
		return "it is a symbolic link";
	if (r == -EINVAL || r == -EISDIR)
		return "it is not a regular file";
	if (r == -EFBIG)
		return "it is too large";
	if (r == -EXDEV)
		return "it leads out of the tree";

	const char *text = strerrordesc_np(-r);

	return text ? text : "unknown error";
}

static int load_ignore_file(struct config *config, const struct host *host,
			    const char *name, const char *label)
{
	struct span text;
	int r = host->read(host->ctx, name, &text);

	if (r == 0)
		r = glob_list_add_lines(&config->ignore, text, label);
	if (r == 0 || is_absent(r))
		return 0;
	if (is_fatal(r))
		return r;
	return set_problem(config, name,
			   r == -E2BIG ? "it needs more memory than the limit"
				       : describe(r));
}

/* A broken baseline is a broken configuration: else all of a tree's findings
 * would come up at once without a word why. */
static int set_baseline_problem(struct config *config, const char *path,
				const char *separator, const char *what)
{
	struct verdict *verdict;
	char reason[PATH_MAX + 512];

	snprintf(reason, sizeof(reason), "the baseline cannot be used: %s%s%s",
		 path, separator, what);

	const int r = verdict_plain(STATE_ERROR, reason, &verdict);

	if (r)
		return r;
	free(config->problems);
	config->problems = verdict;
	return 0;
}

static int load_baseline(struct config *config, const struct host *host)
{
	const struct settings *settings = config->settings;
	const char *path = config_baseline_path(config);
	auto_free char *why = NULL;
	struct span text;

	if (!path || config->has_no_baseline || settings->records_baseline ||
	    settings->ignore_suppressions)
		return 0;

	int r = host->read(host->ctx, path, &text);

	if (is_absent(r))
		return set_baseline_problem(
			config, path, " ",
			"does not exist; write it with 'cfgfs check "
			"--write-baseline'");
	if (is_fatal(r))
		return r;
	if (r)
		return set_baseline_problem(config, path, ": ", describe(r));
	r = baseline_read(text, &settings->limits, &config->baseline, &why);
	return r == -EBADMSG ? set_baseline_problem(config, path, ":", why) : r;
}

/* The later a file stands, the more it counts; CONFIG_FILE comes behind. */
static int load_ignore_files(struct config *config, const struct host *host)
{
	int r = 0;

	if (!config->settings->use_ignore_files)
		return 0;
	if (config->settings->use_gitignore)
		r = load_ignore_file(config, host, ".gitignore",
				     CONFIG_IGNORED_BY ".gitignore");
	if (r)
		return r;
	return load_ignore_file(config, host, CONFIG_IGNORE_FILE,
				CONFIG_IGNORED_BY CONFIG_IGNORE_FILE);
}

static int load_file(struct config *config, const struct host *host)
{
	const char *name = config->settings->config_file
				   ? config->settings->config_file
				   : CONFIG_FILE;
	struct verdict *verdict;
	struct span content;
	int r = host->read(host->ctx, name, &content);

	if (is_absent(r) && !config->settings->config_file)
		return 0;
	if (is_fatal(r))
		return r;
	if (r)
		return set_problem(config, name, describe(r));
	r = config_judge(config, content, host, &verdict);
	if (r)
		return r;
	/* That an ignore file cannot be used makes a good one no better. */
	if (config->problems && (verdict->state == STATE_VALID ||
				 verdict->state == STATE_WARNING)) {
		free(verdict);
		return 0;
	}
	free(config->problems);
	config->problems = verdict;
	return 0;
}

/* Without a catalog that was asked for much would go unchecked unsaid. */
static int load_catalog(struct config *config, const struct host *host)
{
	char why[CATALOG_WHY_SIZE];
	const int r = config_read_catalog(config, host, why);

	if (r || !*why || !config_is_valid(config))
		return r;
	return set_problem(config, CATALOG_FILE, why);
}

static void drop(struct config **config)
{
	config_free(*config);
}

/* All of it but what is read by what it says. */
static int load_patterns(const struct settings *settings,
			 const struct host *host, bool is_guarded,
			 struct config **out)
{
	release_by(drop) struct config *config = calloc(1, sizeof(*config));
	int r = 0;

	if (!config)
		return -ENOMEM;
	config->settings = settings;
	config->is_trusted = config_is_trusted(config);
	arena_init(&config->arena, settings->limits.arena_bytes);
	glob_list_init(&config->ignore, &config->arena);
	if (!is_guarded)
		r = load_ignore_files(config, host);
	if (r == 0)
		r = load_file(config, host);
	if (r)
		return r;
	config->is_guarded = config_protects(config);
	*out = steal(&config);
	return 0;
}

int config_load(const struct settings *settings, const struct host *host,
		struct config **out)
{
	const bool is_guarded = policy_protects(&settings->policy);
	release_by(drop) struct config *config = NULL;
	int r = load_patterns(settings, host, is_guarded, &config);

	/* It was the configuration that asked for it: without what the tree
	 * wants to be ignored, then. */
	if (r == 0 && config->is_guarded && !is_guarded) {
		config_free(config);
		config = NULL;
		r = load_patterns(settings, host, true, &config);
	}
	if (r)
		return r;
	config_distrust(config);
	r = load_catalog(config, host);
	if (r == 0)
		r = load_baseline(config, host);
	if (r)
		return r;
	*out = steal(&config);
	return 0;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	free(config->problems);
	catalog_free(config->catalog);
	baseline_release(config->baseline);
	arena_release(&config->arena);
	free(config);
}

const struct verdict *config_problems(const struct config *config)
{
	return config->problems;
}

bool config_is_valid(const struct config *config)
{
	return !config->problems || config->problems->state == STATE_VALID ||
	       config->problems->state == STATE_WARNING;
}

size_t config_untrusted_checks(const struct config *config)
{
	return config->check_count;
}

const char *config_baseline_path(const struct config *config)
{
	return config->settings->baseline_file ? config->settings->baseline_file
					       : config->baseline_path;
}

struct baseline *config_baseline(const struct config *config)
{
	return config->baseline;
}

static const char *exclusion(const struct config *config, const char *path,
			     bool is_directory)
{
	const struct glob *glob =
		config->settings->use_ignore_files
			? glob_list_exclude(&config->ignore, path, is_directory)
			: NULL;

	return glob ? glob->origin : NULL;
}

const char *config_excluded_directory(const struct config *config,
				      const char *path)
{
	char buf[GLOB_PATH_SIZE];

	return exclusion(config, config_pattern_path(path, buf), true);
}

static bool is_for(const struct config_schema *entry, const char *path)
{
	return !entry->has_files || glob_list_select(&entry->files, path);
}

/* The first entry that is for this file whatever is in it, or NULL. */
static const struct config_schema *find_entry(const struct config *config,
					      const char *path)
{
	for (size_t i = 0; i < config->schema_count; i++)
		if (!config->schemas[i].is_when &&
		    is_for(&config->schemas[i], path))
			return &config->schemas[i];
	return NULL;
}

/* The last source: what is published for files of that name. */
static void plan_by_catalog(const struct config *config, const char *path,
			    struct plan *plan)
{
	struct catalog_match match;

	if (!config->catalog || plan->skip || !plan->choice.format)
		return;
	catalog_match(config->catalog, path, &match);
	plan->schema = match.url;
	plan->is_by_catalog = match.url != NULL;
	plan->candidate_count = match.candidate_count;
	memcpy(plan->candidates, match.candidates, sizeof(plan->candidates));
}

/* The schema of a trusted source, which the tree must not replace. */
static bool plan_trusted_catalog(const struct config *config, const char *path,
				 struct plan *plan)
{
	if (!config->is_guarded || config->is_trusted ||
	    !config->settings->catalog)
		return false;
	plan_by_catalog(config, path, plan);
	return plan->schema != NULL;
}

/* Entries that look at the content count if they stand before it. */
static void plan_schema(const struct config *config, const char *path,
			struct plan *plan)
{
	const struct config_schema *plain = find_entry(config, path);

	plan->configured_first = config->is_guarded && config->is_trusted;
	if (plan_trusted_catalog(config, path, plan)) {
		plan->configured_first = true;
		return;
	}
	plan->distrusts_configured = config->is_guarded && !config->is_trusted;
	plan->schema = plain ? plain->schema : NULL;
	if (!plain)
		plan_by_catalog(config, path, plan);
	plan->when = config->when;
	plan->when_count = plain ? plain->when_before : config->when_count;
	for (size_t i = 0; i < config->schema_count; i++) {
		const struct config_schema *entry = &config->schemas[i];
		const size_t rule = entry->when_before;

		if (entry == plain)
			break;
		if (entry->is_when && !is_for(entry, path))
			plan->when_left_out[rule / 64] |= UINT64_C(1)
							  << (rule % 64);
	}
}

/* The pattern that makes an entry of `suppress:` be for a file, or NULL. */
static const struct glob *suppresses(const struct config_suppress *entry,
				     const char *path)
{
	return glob_list_select(&entry->files, path);
}

static void plan_suppressions(const struct config *config, const char *path,
			      const char *seen, struct plan *plan)
{
	const struct settings *settings = config->settings;
	const struct baseline_file *file =
		config->baseline ? baseline_find(config->baseline, path) : NULL;

	plan->ignore_suppressions = settings->ignore_suppressions;
	plan->record_baseline = settings->records_baseline;
	plan->distrusts_content = config->is_guarded;
	for (size_t i = 0; i < config->suppress_count; i++)
		if (suppresses(&config->suppress[i], seen))
			rule_set_join(&plan->allowed,
				      &config->suppress[i].rules);
	if (file) {
		plan->baseline = file->list;
		plan->baseline_count = file->count;
	}
}

bool config_suppression(const struct config *config, const char *path,
			size_t index, struct config_suppression *out)
{
	char buf[GLOB_PATH_SIZE];
	const char *seen = config_pattern_path(path, buf);

	for (size_t i = 0; i < config->suppress_count; i++) {
		const struct config_suppress *entry = &config->suppress[i];
		const struct glob *glob = suppresses(entry, seen);

		if (!glob || index-- > 0)
			continue;
		*out = (struct config_suppression){glob->origin, entry->reason};
		return true;
	}
	return false;
}

/* Where readers are protected it is a file as any other. */
static bool is_baseline(const struct config *config, const char *path)
{
	const char *named = config_baseline_path(config);

	if (config->is_guarded)
		return false;
	return strcmp(path, BASELINE_FILE) == 0 ||
	       (named && strcmp(path, named) == 0);
}

static void configured_format(const struct config *config, const char *seen,
			      struct format_choice *out)
{
	for (size_t i = 0; i < config->format_count; i++) {
		if (glob_list_select(&config->formats[i].files, seen)) {
			*out = config->formats[i].choice;
			return;
		}
	}
}

/* The format that nothing in the file can talk it out of. */
static struct format_choice
choose_format_by_name(const struct config *config, const char *path,
		      const char *seen, const struct content_facts *facts)
{
	struct content_facts others = *facts;
	struct format_choice choice = {NULL, ""};

	if (config->is_trusted)
		configured_format(config, seen, &choice);
	others.modeline = 0;
	return choice.format ? choice : format_choose(path, &others);
}

static struct format_choice choose_format(const struct config *config,
					  const char *path, const char *seen,
					  const struct content_facts *facts)
{
	struct format_choice choice = {NULL, ""};

	if (config->is_guarded)
		choice = choose_format_by_name(config, path, seen, facts);
	if (!choice.format)
		choice = format_choose(path, facts);
	if (!choice.format)
		configured_format(config, seen, &choice);
	return choice;
}

static void plan_directory(const char *path, char *directory)
{
	const char *slash = strrchr(path, '/');
	size_t size = slash ? (size_t)(slash - path) : 0;

	if (size >= PATH_MAX)
		size = 0;
	memcpy(directory, path, size);
	directory[size] = '\0';
}

void config_plan(const struct config *config, const char *path,
		 const struct content_facts *facts, char *directory,
		 struct plan *out)
{
	const struct settings *settings = config->settings;
	char buf[GLOB_PATH_SIZE];
	const char *seen = config_pattern_path(path, buf);

	*out = config_own_plan(settings);
	*directory = '\0';
	if (strcmp(seen, CONFIG_FILE) == 0)
		return;
	plan_directory(path, directory);
	out->directory = directory;
	out->level = settings->level;
	out->forced_schema = settings->forced_schema;
	out->require_schema = settings->require_schema;
	out->choice = choose_format(config, path, seen, facts);
	out->skip = exclusion(config, seen, false);
	if (!out->skip && is_baseline(config, path))
		out->skip = "a baseline of findings";
	if (!out->skip && !out->choice.format)
		out->skip = facts->is_binary ? "binary" : "no known format";
	else if (!out->skip)
		out->skip = out->choice.format->unavailable;
	plan_schema(config, seen, out);
	plan_suppressions(config, path, seen, out);
}

static const char *catalog_origin(const struct config *config, const char *path)
{
	struct catalog_match match = {0};

	if (config->catalog)
		catalog_match(config->catalog, path, &match);
	return match.url ? match.origin : "";
}

const char *config_schema_origin(const struct config *config, const char *path)
{
	char buf[GLOB_PATH_SIZE];
	const char *seen = config_pattern_path(path, buf);

	if (strcmp(seen, CONFIG_FILE) == 0)
		return "built in";
	if (config->settings->forced_schema)
		return "command line";

	const struct config_schema *entry = find_entry(config, seen);

	if (!entry)
		return catalog_origin(config, seen);
	return entry->schema ? glob_list_select(&entry->files, seen)->origin
			     : "";
}

const char *config_schema_shadowed(const struct config *config,
				   const char *path)
{
	char buf[GLOB_PATH_SIZE];
	const char *seen = config_pattern_path(path, buf);
	const struct config_schema *entry = find_entry(config, seen);
	const struct config_schema *end =
		config->schemas + config->schema_count;

	if (!entry)
		return NULL;
	while (++entry < end)
		if (!entry->is_when && is_for(entry, seen))
			return glob_list_select(&entry->files, seen)->origin;
	return NULL;
}
