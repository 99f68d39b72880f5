/*
 * Compiled schemas by path: compiled when first asked for, once however many
 * ask, and again when a file that they were made of has changed.
 */
#ifndef FS_JUDGE_SCHEMAS_H
#define FS_JUDGE_SCHEMAS_H

#include "fs/judge/dependencies.h"
#include "fs/profile.h"
#include "validate/schema/schema.h"

struct schemas; /* safe from any thread */

/* One compilation, shared; schemas_put_back() it. */
struct compiled {
	struct schema *schema; /* NULL when `error` is not 0 */
	int error;	       /* 0, -EBADMSG, or as host->schema says */
	char *why;	       /* of -EBADMSG: "schemas/app.json:3:7: ..." */
	struct links links;    /* all files that it was made of */
	unsigned references;   /* by the lock of schemas */
};

/* Borrows all; `cache`, which keeps images, may be NULL. 0 or -ENOMEM. */
must_check int schemas_new(struct dependencies *dependencies,
			   struct cache *cache, struct profile *profile,
			   const struct schema_options *options,
			   struct schemas **out);
void schemas_free(struct schemas *schemas);

/* 0 and *out, whose `error` says whether it could be compiled; -ENOMEM. */
must_check int schemas_get(struct schemas *schemas, const char *path,
			   struct compiled **out);
void schemas_put_back(struct schemas *schemas, struct compiled *compiled);

#endif
