/*
 * Options that check, status and explain share.
 */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include "fs/service.h"

#include <getopt.h>

enum { OPTIONS_MAX_OUTPUTS = 16 };

struct tool_options {
	struct service_options service; /* root is set for each tree */
	const char *root;		/* --root, or NULL */
	const char *outputs[OPTIONS_MAX_OUTPUTS]; /* -f, in order */
	size_t output_count;
	const char *as;	      /* --as: the name that standard input goes by */
	bool warnings_fail;   /* --fail-on warning */
	bool wants_profile;   /* --profile */
	bool writes_baseline; /* --write-baseline[=FILE] */
	bool prunes_baseline; /* --prune-baseline[=FILE] */
	const char *baseline_to; /* their FILE, or NULL */
	int first_path;		 /* index in argv of the first operand */
};

/*
 * The options about schemas and the baseline, which mount has too: their places
 * in a table for getopt_long(), and what to do with one of them. `is_one` tells
 * whether it was one of these; false: told what is wrong with its value.
 */
#define OPTIONS_ABOUT_SCHEMAS                                                  \
	{"schema-mode", required_argument, NULL, OPTION_SCHEMA_MODE},          \
		{"dialect", required_argument, NULL, OPTION_DIALECT},          \
		{"map", required_argument, NULL, OPTION_MAP},                  \
		{"catalog", required_argument, NULL, OPTION_CATALOG},          \
		{"require-schema", no_argument, NULL, OPTION_REQUIRE_SCHEMA},  \
		{"baseline", required_argument, NULL, OPTION_BASELINE},        \
		{"config", required_argument, NULL, OPTION_CONFIG},            \
		{"trust-config", no_argument, NULL, OPTION_TRUST_CONFIG},      \
	{                                                                      \
		"show-values", no_argument, NULL, OPTION_SHOW_VALUES           \
	}
enum {
	OPTION_SCHEMA_MODE = 256,
	OPTION_DIALECT,
	OPTION_MAP,
	OPTION_CATALOG,
	OPTION_REQUIRE_SCHEMA,
	OPTION_SHOW_VALUES,
	OPTION_BASELINE,
	OPTION_CONFIG,
	OPTION_TRUST_CONFIG,
	OPTION_OTHERS, /* the first number that is free */
};
must_check bool options_apply_schema(int option, const char *value,
				     struct settings *settings, bool *is_one);

/*
 * A file that is named from the working directory, as the tree with that root
 * calls it: from the root, or by its full path. Owned; NULL: no memory.
 */
must_check char *options_name_in_tree(const char *path, const char *root);

/*
 * Make the settings name schema, baseline and configuration as that tree does.
 * The names are kept in *names, to be released when the settings are no longer
 * used. 0 or -ENOMEM.
 */
struct options_names {
	char *schema; /* owned, like the others */
	char *baseline;
	char *config;
};
must_check int options_name_files(struct settings *settings, const char *root,
				  struct options_names *names);
void options_names_release(struct options_names *names);

/* How parsing ended: go on, help was printed (exit 0), or an error was told
 * (exit 2). */
enum options_result { OPTIONS_GO, OPTIONS_HELP, OPTIONS_WRONG };

/*
 * Parse, with argv[0] the name of the command. The result borrows from argv;
 * after OPTIONS_GO release it with options_release().
 */
enum options_result options_parse(int argc, char **argv, const char *usage,
				  struct tool_options *out);
void options_release(struct tool_options *options);

#endif
