/*
 * A baseline: findings that are known and not to be shown, so that a tree can
 * be mended step by step. Of a rule that it lists for a file, that many are
 * suppressed; if there are more, all are shown.
 *
 * A file of JSON, sorted, one entry a line:
 * {"version": 1, "files": {"PATH": {"RULE": COUNT}}}
 */
#ifndef FS_BASELINE_BASELINE_H
#define FS_BASELINE_BASELINE_H

#include "validate/plan.h"

#include <stdio.h>

#define BASELINE_FILE ".cfgfs-baseline.json" /* if none is named */

/* The entries of one file, sorted by rule, each rule once. */
struct baseline_file {
	const char *path; /* from the root */
	const struct allowance *list;
	size_t count;
};

/* Immutable, shared by counting; any thread may use it. */
struct baseline;

/*
 * Read one from bytes that anyone may have written; `limits` are those of any
 * file. 0 and *out (baseline_release()); -EBADMSG and *why, owned,
 * "LINE:COLUMN: MESSAGE"; -ENOMEM.
 */
must_check int baseline_read(struct span text, const struct limits *limits,
			     struct baseline **out, char **why);

struct baseline *baseline_share(struct baseline *baseline);
void baseline_release(struct baseline *baseline); /* NULL is allowed */

/* All files, sorted by path in strcmp() order. */
size_t baseline_count(const struct baseline *baseline);
const struct baseline_file *baseline_at(const struct baseline *baseline,
					size_t index);

/* The entries of a file, NULL if it has none. */
const struct baseline_file *baseline_find(const struct baseline *baseline,
					  const char *path);

/* How many entries there are, of all files. */
size_t baseline_entries(const struct baseline *baseline);

/* Makes a baseline entry by entry. Zeroed memory is an empty one. */
struct baseline_maker {
	struct baseline_item *items; /* owned */
	size_t count;
	size_t capacity;
};

/* Add an entry of a file and rule that has none yet; `path` and `rule` outlive
 * the maker. A count of 0 is none. 0 or -ENOMEM. */
must_check int baseline_add(struct baseline_maker *maker, const char *path,
			    const char *rule, uint32_t count);

/* The maker is empty again, also on failure. 0 and *out, or -ENOMEM. */
must_check int baseline_make(struct baseline_maker *maker,
			     struct baseline **out);

/* Write it; the same baseline gives the same bytes. */
void baseline_write(FILE *out, const struct baseline *baseline);

/*
 * Write it to the file at `path`, which is replaced at once or not at all. With
 * a `root` (a real path) links must not lead out of that folder: whoever wrote
 * the tree does not say what else is overwritten. 0, -EXDEV for that, -EINVAL
 * if something stands there that is no regular file, or another negative errno.
 */
must_check int baseline_save(const struct baseline *baseline, const char *path,
			     const char *root);

#endif
