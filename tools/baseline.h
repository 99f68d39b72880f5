/*
 * What `cfgfs check` does with baselines: write one, prune it, and say when it
 * is out of date.
 */
#ifndef TOOLS_BASELINE_H
#define TOOLS_BASELINE_H

#include "fs/baseline/audit.h"
#include "fs/service.h"

/*
 * Judge a path of the tree options->root and write all findings that may be
 * suppressed to the file `to` (as the tree calls it; NULL: the one in use, else
 * BASELINE_FILE). Says on stderr what was written. True and *written, owned:
 * the file as the tree calls it; false: told why not.
 */
must_check bool tool_baseline_write(const struct service_options *options,
				    const char *path, const char *to,
				    char **written);

/* Take out of the baseline in use what a survey did not find any more. False:
 * told why not. */
must_check bool tool_baseline_prune(struct judge *judge,
				    const struct audit *audit);

/* How many entries of the baseline in use are out of date. */
size_t tool_baseline_stale(struct judge *judge, const struct audit *audit);

#endif
