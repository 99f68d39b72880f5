/*
 * What the command line and the environment decided; read-only afterwards.
 */
#ifndef FS_SETTINGS_H
#define FS_SETTINGS_H

#include "validate/plan.h"

/* The file of a catalog, in its folder. */
#define CATALOG_FILE "catalog.json"

/* Where schemas lie whose URL begins with `prefix`; both owned. */
struct url_map {
	char *prefix;
	char *folder; /* full path without symbolic links */
};

/* What a reader of the mount gets of a file that is not valid. */
enum policy {
	POLICY_SERVE,	  /* the file as it is */
	POLICY_DENY,	  /* an error when it is opened */
	POLICY_LAST_GOOD, /* its last valid version */
};

struct policy_rules {
	enum policy on_invalid;
	enum policy on_error;	 /* of what could not be decided */
	enum policy never_valid; /* without a valid version: serve or deny */
	bool denies_with_eio;	 /* else EACCES */
};

/* "serve", "deny" or "lastgood"; false: none of them. */
bool policy_parse(struct span word, enum policy *out);

/* Does any state keep a file from being served as it is? */
static inline bool policy_protects(const struct policy_rules *rules)
{
	return rules->on_invalid != POLICY_SERVE ||
	       rules->on_error != POLICY_SERVE;
}

struct settings {
	enum level level;
	struct schema_options schema_options;
	const char *forced_schema; /* --schema: a path from the root, or a
				      full path outside it, or NULL */
	struct url_map *maps;	   /* --map; owned: settings_release() */
	size_t map_count;
	char *catalog; /* --catalog: full path of its folder, owned; or NULL */
	const char *config_file; /* --config: a path from the root, or a full
				    path outside it; NULL: the tree's own */
	bool trust_config;	 /* the tree's own may say everything */
	bool use_ignore_files;	 /* false: --no-ignore */
	bool use_gitignore;
	const char *baseline_file; /* --baseline: a path from the root, or a
				      full path outside it; NULL: configured */
	bool records_baseline;	   /* suppress all that a baseline can */
	bool ignore_suppressions;  /* --no-suppressions */
	bool require_schema;
	bool show_values;
	bool use_profile;
	bool use_index;		 /* false: files are read however they look */
	bool watch_dependencies; /* false: a run that looks at each one once */
	uint64_t max_size;	 /* bytes; larger files are skipped */
	unsigned workers;
	unsigned wait_ms; /* how long a read waits for a verdict */
	struct limits limits;
	struct policy_rules policy;
};

#define SETTINGS_DEFAULT                                                       \
	((struct settings){.level = LEVEL_STANDARD,                            \
			   .use_ignore_files = true,                           \
			   .use_profile = true,                                \
			   .use_index = true,                                  \
			   .watch_dependencies = true,                         \
			   .max_size = (uint64_t)64 << 20,                     \
			   .wait_ms = 50,                                      \
			   .limits = LIMITS_DEFAULT,                           \
			   .policy = {.never_valid = POLICY_DENY}})

/*
 * Take "URLPREFIX=DIR" (--map) or a folder with a catalog.json (--catalog),
 * seen from the working directory. True, or false with *why (owned; may be
 * NULL without memory) telling what is wrong. A second catalog replaces the
 * first.
 */
must_check bool settings_add_map(struct settings *settings, const char *value,
				 char **why);
must_check bool settings_set_catalog(struct settings *settings,
				     const char *value, char **why);

/* Free what these two took; copies of the settings borrow it. */
void settings_release(struct settings *settings);

#endif
