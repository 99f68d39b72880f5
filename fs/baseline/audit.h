/*
 * A baseline held against what a survey has found: what is out of date, and
 * what a new one would say.
 */
#ifndef FS_BASELINE_AUDIT_H
#define FS_BASELINE_AUDIT_H

#include "fs/baseline/baseline.h"
#include "fs/survey.h"

/* A survey, and the path that it was made of ("" is the root). */
struct audit {
	const struct survey *survey;
	const char *path;
};

/*
 * How many entries allow more than there is now, among files that the survey
 * was of. What could not be decided or was not looked at counts as good.
 */
size_t audit_stale(const struct audit *audit, const struct baseline *baseline);

/* The baseline with such entries lowered or gone. 0 and *out, or -ENOMEM. */
must_check int audit_prune(const struct audit *audit,
			   const struct baseline *baseline,
			   struct baseline **out);

/*
 * A baseline of all that was found, by a survey under settings with
 * records_baseline. What `old` (may be NULL) says of files that the survey was
 * not of is kept; *left_out is how many files cannot be named in JSON. 0 and
 * *out, or -ENOMEM.
 */
must_check int audit_record(const struct audit *audit,
			    const struct baseline *old, struct baseline **out,
			    size_t *left_out);

#endif
