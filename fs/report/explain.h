/*
 * How one file is judged, and what is stored about it, for people: the text of
 * `cfgfs explain` and of `.cfgfs/explain/PATH`.
 */
#ifndef FS_REPORT_EXPLAIN_H
#define FS_REPORT_EXPLAIN_H

#include "fs/judge/judge.h"

#include <stdio.h>

/*
 * Explain the file `path` (from the root) under the name `shown`. 0, or as
 * judge_explain(); then nothing was written.
 */
must_check int explain_write(FILE *out, struct judge *judge, const char *path,
			     const char *shown);

#endif
