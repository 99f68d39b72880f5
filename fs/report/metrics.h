/*
 * The figures of a mount as Prometheus reads them: text format 0.0.4, without
 * timestamps. Names are only ever added; alerts depend on them.
 */
#ifndef FS_REPORT_METRICS_H
#define FS_REPORT_METRICS_H

#include "fs/report/status.h"

/* Write them to `out`; `version` is that of cfgfs. */
void metrics_write(FILE *out, struct judge *judge,
		   const struct survey_counts *counts,
		   const struct status_facts *facts, const char *version);

#endif
