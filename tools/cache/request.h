/*
 * What the actions of `cfgfs cache` share: the request, the store it is about,
 * and the files that operands mean.
 */
#ifndef TOOLS_CACHE_REQUEST_H
#define TOOLS_CACHE_REQUEST_H

#include "cache/maintain/select.h"
#include "cache/store.h"

/* What an action knows, beside --cache. */
enum {
	TAKES_FORMAT = 1,
	TAKES_REPAIR = 2,
	TAKES_LIMITS = 4, /* --max-size, --max-age, --unreferenced */
	TAKES_CHOICE = 8, /* --hash, --schema, --rule */
	TAKES_KEY_FILE = 16,
	TAKES_OPERANDS = 32,
	RUNS_WITHOUT = 64, /* also if there is no store: then it is NULL */
	MAKES_STORE = 128, /* if there is none */
};

struct request {
	char *place;	     /* owned; the folder of the store */
	struct store *store; /* open while an action runs, or NULL */
	bool as_json;
	bool is_repair;
	bool is_unreferenced;
	uint64_t max_size; /* 0: not given */
	int64_t max_age;   /* seconds; -1: not given */
	const char *hash;
	const char *schema;
	const char *rule;
	const char *key_file;
	char **operands;
	size_t operand_count;
};

/* The actions; each returns the exit status and has told what went wrong. */
int cache_stats_action(struct request *request);
int cache_verify_action(struct request *request);
int cache_gc_action(struct request *request);
int cache_clear_action(struct request *request);
int cache_invalidate_action(struct request *request);
int cache_export_action(struct request *request);
int cache_import_action(struct request *request);

/* `warm` takes the options of check. */
int cache_warm(int argc, char **argv);

/* Tell that `what` could not be done, for a negative errno. Returns 2. */
int request_trouble(const char *what, int r);

/*
 * Called with the path of each regular file that an operand means. What is not
 * 0 ends it.
 */
typedef int request_file(void *ctx, const char *path);

/*
 * The files that an operand means: itself, all below a directory, or those that
 * a pattern fits ("web/" before its first wildcard is where it begins, then
 * gitignore syntax). No link is followed below a directory. 0; -ENOENT: there
 * is none; what `file` ended with; another negative errno.
 */
must_check int request_each_file(const char *operand, request_file *file,
				 void *ctx);

/* Add the contents of all files of some operands, sorted; false: it was told
 * what is wrong. */
must_check bool request_contents(char *const *operands, size_t count,
				 struct contents *out);

#endif
