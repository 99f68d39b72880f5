/*
 * What was found out about paths: the last judgement, and the stamp of the file
 * that it was made of. Of large trees only those are kept that were asked for
 * last; the others are in the cache.
 */
#ifndef FS_JUDGE_RESULTS_H
#define FS_JUDGE_RESULTS_H

#include "fs/judge/judge.h"

struct results; /* safe from any thread */

enum { RESULTS_MAX = 1 << 16 };

/* A memory of `max` paths. 0 or -ENOMEM. */
must_check int results_new(size_t max, struct results **out);
void results_free(struct results *results);

struct result {
	struct stamp stamp;
	struct judgement *judgement; /* shared */
	uint32_t generation;	     /* of the configuration */
	bool is_racy; /* the stamp alone does not prove that nothing changed */
};

/* Remember; replaces what was known of the path. Takes a share of its own. */
void results_store(struct results *results, const char *path,
		   const struct result *result);

/* What is known, with a share for the caller; false: nothing. */
must_check bool results_find(struct results *results, const char *path,
			     struct result *out);

/* Forget every path. */
void results_clear(struct results *results);

/* Forget a path. */
void results_forget(struct results *results, const char *path);

#endif
