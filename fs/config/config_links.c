/*
 * Links where readers are protected: what is read through one is judged under
 * the name that the link leads to, so a link could take a file out of every
 * rule. Only names are compared: what they are now may be swapped at once.
 */
#include "fs/config/config_parts.h"
#include "validate/path.h"

#include <limits.h>
#include <stdio.h>

/* What a folder's name may change of the files in it without configuration. */
static const char *const samples[] = {"",	 "/a.conf", "/a.ini",
				      "/a.json", "/config", "/credentials"};

/* All that a content can say about the format where names come first. */
static const struct content_facts contents[] = {
	{.has_bytes = false},
	{.has_bytes = true},
	{.has_bytes = true, .has_header = true},
	{.has_bytes = true, .has_tag = true},
	{.has_bytes = true, .has_tag = true, .has_declaration = true},
};

/* A step back behind a name goes where the name leads, which no text tells. */
static bool has_late_step_back(const char *target)
{
	bool has_name = false;

	while (*target) {
		const char *end = strchrnul(target, '/');
		const struct span step = {target, (size_t)(end - target)};
		const bool is_back = span_is(step, "..");

		if (is_back && has_name)
			return true;
		has_name = has_name ||
			   (!is_back && step.size && !span_is(step, "."));
		target = *end ? end + 1 : end;
	}
	return false;
}

/* Where a link leads, from the root. False: out of the tree, or unknown. */
static bool resolve(const char *path, const char *target, char out[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	const int size = slash ? (int)(slash - path) : 0;

	if (*target == '/' || has_late_step_back(target))
		return false;
	if (snprintf(out, PATH_MAX, "%.*s/%s", size, path, target) >= PATH_MAX)
		return false;
	return path_tidy(out);
}

static struct digest plan_key_of(const struct config *config, const char *path,
				 const struct content_facts *facts)
{
	char directory[PATH_MAX];
	struct plan plan;

	config_plan(config, path, facts, directory, &plan);
	return plan_digest(&plan, facts);
}

static bool is_same_policy(const struct config *config, const char *path,
			   const char *other)
{
	const struct policy_rules a = config_policy(config, path);
	const struct policy_rules b = config_policy(config, other);

	return a.on_invalid == b.on_invalid && a.on_error == b.on_error;
}

static bool is_judged_as(const struct config *config, const char *path,
			 const char *other)
{
	for (size_t i = 0; i < array_size(contents); i++) {
		const struct digest a = plan_key_of(config, path, &contents[i]);
		const struct digest b =
			plan_key_of(config, other, &contents[i]);

		if (!digest_equal(&a, &b))
			return false;
	}
	return is_same_policy(config, path, other);
}

/* The same for what lies below, should they be folders. */
static bool are_judged_alike(const struct config *config, const char *path,
			     const char *other)
{
	char a[PATH_MAX];
	char b[PATH_MAX];

	for (size_t i = 0; i < array_size(samples); i++) {
		if (snprintf(a, sizeof(a), "%s%s", path, samples[i]) >=
			    PATH_MAX ||
		    snprintf(b, sizeof(b), "%s%s", other, samples[i]) >=
			    PATH_MAX ||
		    !is_judged_as(config, a, b))
			return false;
	}
	return true;
}

/* Can files that patterns tell apart lie below two folders? */
static bool has_patterns(const struct config *config)
{
	if (config->settings->catalog || config->baseline)
		return true;
	return config->is_trusted &&
	       (config->schema_count || config->format_count ||
		config->suppress_count || config->policy_count ||
		config->ignore.count || config->catalog);
}

static bool is_same_pattern(const char *path, const char *other)
{
	char a[GLOB_PATH_SIZE];
	char b[GLOB_PATH_SIZE];

	return strcmp(config_pattern_path(path, a),
		      config_pattern_path(other, b)) == 0;
}

/* A file by its name, not a folder with anything below it. */
static bool has_format(const struct config *config, const char *path)
{
	static const struct content_facts nothing;
	char directory[PATH_MAX];
	struct plan plan;

	config_plan(config, path, &nothing, directory, &plan);
	return plan.choice.format != NULL;
}

bool config_lets_link(const struct config *config, const char *path,
		      const char *target)
{
	char other[PATH_MAX];

	if (!resolve(path, target, other) ||
	    !are_judged_alike(config, path, other))
		return false;
	return is_same_pattern(path, other) || !has_patterns(config) ||
	       has_format(config, path);
}
