/*
 * What a configuration consists of; for the config*.c files alone. Everything
 * lives in the configuration's own arena and does not change once loaded.
 */
#ifndef FS_CONFIG_CONFIG_PARTS_H
#define FS_CONFIG_CONFIG_PARTS_H

#include "fs/config/catalog/catalog.h"
#include "fs/config/config.h"
#include "fs/config/glob.h"

/* An entry of `schemas:`. The first that fits a file or document wins. */
struct config_schema {
	struct glob_list files;
	bool has_files;	    /* false: for every file */
	bool is_when;	    /* its rule is config->when[when_before] */
	const char *schema; /* path from the root, NULL: none */
	size_t when_before; /* `when` entries that stand before this one */
};

/* An entry of `formats:`. */
struct config_format {
	struct glob_list files;
	struct format_choice choice;
};

/* An entry of `map:`. */
struct config_map {
	const char *prefix;
	const char *folder; /* from the root */
};

/* An entry of `suppress:`. */
struct config_suppress {
	struct glob_list files;
	struct rule_set rules;
	const char *reason;
};

/* An entry of `policy:`. The first that fits a file wins. */
struct config_policy {
	struct glob_list files;
	enum policy on_invalid;
	enum policy on_error;
};

struct config {
	const struct settings *settings;
	/* Readers are protected: what the tree says must not make a check
	 * weaker. */
	bool is_guarded;
	bool is_trusted; /* this configuration is not the tree's to change */
	struct arena arena;
	struct verdict *problems; /* owned; NULL: there is nothing to say */
	struct glob_list ignore;
	struct config_schema *schemas;
	size_t schema_count;
	struct when_rule *when; /* of the entries that have one, in order */
	size_t when_count;
	struct config_format *formats;
	size_t format_count;
	size_t check_count; /* all of them untrusted */
	struct config_map *maps;
	size_t map_count;
	const char *catalog_folder; /* from the root, a full path, or NULL */
	struct catalog *catalog;    /* owned; NULL: none */
	struct config_suppress *suppress;
	size_t suppress_count;
	struct config_policy *policies;
	size_t policy_count;
	bool has_no_baseline;	   /* the one that is named does not count */
	const char *baseline_path; /* as the file names it, or NULL */
	struct baseline *baseline; /* shared; NULL: none */
	struct sharing sharing;	   /* `cache.remote` */
};

/*
 * What patterns begin with, as people read it. Behind the first part of the
 * one for ignoring stands the same as in the other.
 */
#define CONFIG_IGNORED_BY "ignored by "

/* The plan that CONFIG_FILE itself is judged under. */
struct plan config_own_plan(const struct settings *settings);

/*
 * Judge the bytes of CONFIG_FILE and fill `config` from them, or leave it as
 * it was when they are broken. The caller owns *out. 0, -ENOMEM, -ECANCELED.
 */
must_check int config_judge(struct config *config, struct span content,
			    const struct host *host, struct verdict **out);

/*
 * Fill `config` from a document that the schema allows. What the schema cannot
 * say becomes findings. 0, -ENOMEM or -E2BIG (an arena).
 */
must_check int config_read(struct config *config, const struct doc *doc,
			   struct findings *findings);

/* Does an entry of `policy:` that counts keep files from their readers? */
bool config_has_protection(const struct config *config);

/*
 * Take away what only the tree says and would make checks weaker, where
 * readers are protected.
 */
void config_distrust(struct config *config);

/*
 * Read the catalog that the settings name, else that of the file. What is
 * wrong with it goes to `why` (CATALOG_WHY_SIZE), else "". 0, -ENOMEM or
 * -ECANCELED.
 */
must_check int config_read_catalog(struct config *config,
				   const struct host *host, char *why);

/*
 * The ids of the array `checks` and what they need: all known, each once, no
 * circle. 0, -ENOMEM or -E2BIG (the findings' arena).
 */
must_check int config_check_needs(const struct doc *doc, uint32_t checks,
				  struct findings *findings);

#endif
