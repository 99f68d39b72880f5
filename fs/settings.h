/*
 * What the command line and the environment decided; read-only afterwards.
 */
#ifndef FS_SETTINGS_H
#define FS_SETTINGS_H

#include "validate/plan.h"

struct settings {
	enum level level;
	struct schema_options schema_options;
	const char *forced_schema; /* --schema: a path from the root, or a
				      full path outside it, or NULL */
	const char *config_file;   /* config=FILE outside the tree, or NULL */
	bool use_ignore_files;	   /* false: --no-ignore */
	bool use_gitignore;
	bool require_schema;
	bool show_values;
	bool use_profile;
	bool watch_dependencies; /* false: a run that looks at each one once */
	uint64_t max_size;	 /* bytes; larger files are skipped */
	unsigned workers;
	unsigned wait_ms; /* how long a read waits for a verdict */
	struct limits limits;
};

#define SETTINGS_DEFAULT                                                       \
	((struct settings){.level = LEVEL_STANDARD,                            \
			   .use_ignore_files = true,                           \
			   .use_profile = true,                                \
			   .watch_dependencies = true,                         \
			   .max_size = (uint64_t)64 << 20,                     \
			   .wait_ms = 50,                                      \
			   .limits = LIMITS_DEFAULT})

#endif
