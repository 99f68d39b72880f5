/*
 * The configuration of a tree: `.cfgfs.yaml` and `.cfgfsignore` at its root.
 * Turns a file's path and content into the plan that it is judged under.
 */
#ifndef FS_CONFIG_CONFIG_H
#define FS_CONFIG_CONFIG_H

#include "fs/baseline/baseline.h"
#include "fs/config/glob.h"
#include "fs/folders.h"
#include "fs/settings.h"
#include "fs/sharing.h"
#include "validate/host.h"
#include "validate/plan.h"
#include "validate/verdict.h"

struct config; /* immutable: any thread may share it */

#define CONFIG_FILE ".cfgfs.yaml"
#define CONFIG_IGNORE_FILE ".cfgfsignore"

/* The schema of .cfgfs.yaml: its text, and the path it goes by. */
#define CONFIG_SCHEMA_PATH "cfgfs:config"
extern const char config_schema_text[];

/* The path that patterns see; `buf` is used if it is not the path itself. */
const char *config_pattern_path(const char *path, char buf[GLOB_PATH_SIZE]);

/*
 * Load the configuration, reading files by host->read (which notes them as
 * dependencies). A tree without any has an empty one. When CONFIG_FILE is
 * broken or cannot be read *out is what the ignore files say and the built-in
 * checks alone, and config_problems() has the findings. So it has when the
 * baseline is broken; then there is none.
 * `settings` must outlive it. 0, -ENOMEM or -ECANCELED.
 */
must_check int config_load(const struct settings *settings,
			   const struct host *host, struct config **out);
void config_free(struct config *config);

/*
 * The verdict on CONFIG_FILE, also a valid one; NULL when there is none. When
 * an ignore file cannot be used it is of state `error` and says so. It stands
 * for the file: a plan cannot find all that this one does.
 */
const struct verdict *config_problems(const struct config *config);
bool config_is_valid(const struct config *config);

/*
 * The plan for a file. Pointers in it live as long as `config` and `path`.
 * The facts may be those of the content's ends, or zero (by name alone).
 * plan->directory is written to `directory` (PATH_MAX bytes).
 */
void config_plan(const struct config *config, const char *path,
		 const struct content_facts *facts, char *directory,
		 struct plan *out);

/*
 * Where the plan's schema came from, for people: "command line", "built in",
 * ".cfgfs.yaml:4 (ingest/)", "catalog: NAME"; "" if there is none, or if the
 * content decides (`when`). Valid as long as config.
 */
const char *config_schema_origin(const struct config *config, const char *path);

/*
 * The place of a further entry of `schemas:` that is for this file too, but
 * does not count because another stands before it; NULL: there is none.
 */
const char *config_schema_shadowed(const struct config *config,
				   const char *path);

/*
 * Where the file of a URL lies: a path from the root or a full one, to `path`
 * (PATH_MAX bytes). The longest prefix of --map counts, then the longest of
 * `map:`, then the catalog. 0; -EREMOTE: none of them knows it; -EXDEV: it
 * leads out of the folder; -ENOENT; -ENOMEM, or errno of reading the catalog's
 * folder.
 */
must_check int config_locate(const struct config *config,
			     const struct folders *folders, const char *url,
			     char *path);

/* Have files of the catalog come or gone? Looks at its folders. */
void config_refresh(const struct config *config, const struct folders *folders);

/* The baseline's path from the root (or outside it), NULL: none is named. */
const char *config_baseline_path(const struct config *config);

/* What is in it; NULL: there is none, or it is not used. Not owned. */
struct baseline *config_baseline(const struct config *config);

/* An entry of `suppress:` that is for a file, for people. */
struct config_suppression {
	const char *origin; /* ".cfgfs.yaml:4 (legacy/)" */
	const char *reason; /* what its author says, "" for nothing */
};

/*
 * The entry of that number, from 0, among those that are for a file. False:
 * there are no more. Valid as long as config.
 */
must_check bool config_suppression(const struct config *config,
				   const char *path, size_t index,
				   struct config_suppression *out);

/*
 * What readers of a mount get of a file that is not valid: by `policy:`, where
 * the configuration is trusted, else by the settings.
 */
struct policy_rules config_policy(const struct config *config,
				  const char *path);

/*
 * May readers follow a link to `target` where they are protected? Only if what
 * they find by it is judged as a file in the link's place would be.
 */
must_check bool config_lets_link(const struct config *config, const char *path,
				 const char *target);

/* Entries of `policy:` that do not count, since the tree may not say that. */
size_t config_untrusted_policies(const struct config *config);

/* Can any file be denied or shown in another version? */
bool config_protects(const struct config *config);
bool config_may_show_another(const struct config *config);

/* Is everything below this directory excluded? The reason or NULL. */
const char *config_excluded_directory(const struct config *config,
				      const char *path);

/* What it asks for under `cache.remote`, NULL: nothing. Not owned. */
const struct sharing *config_sharing(const struct config *config);

/* Was it named from outside the tree, or is the tree trusted? Only then it may
 * say what a hostile author of the tree must not. */
bool config_is_trusted(const struct config *config);

/* External checks of the tree's own configuration: they are never run. */
size_t config_untrusted_checks(const struct config *config);

#endif
