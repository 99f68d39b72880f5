/*
 * `.status`: counts by state, cache, coherence, as flat keys. Keys are only
 * ever added; scripts depend on names and order.
 */
#ifndef FS_REPORT_STATUS_H
#define FS_REPORT_STATUS_H

#include "fs/sweeps.h"

#include <stdio.h>

/* What a mount says of itself; a run without one has neutral values. */
struct status_facts {
	const char *scan;	      /* "complete" or "running" */
	const char *coherence;	      /* "strict", "fast", "none" */
	const char *coherence_reason; /* why; NULL: nothing to say */
	uint64_t unwatched;
	uint64_t pending;
	uint64_t serving_last_good; /* files, in an earlier version */
	int has_no_open;	    /* feature.*: 0 or 1 */
	int has_resend;
	int has_epoch;
	uint64_t restarts;     /* how many workers have died */
	const char *takeover;  /* how the next one would go on; NULL: not */
	struct work *work;     /* NULL: there is no pool */
	struct sweeps *sweeps; /* with a pool */
};

/* Write the status of a tree to `out`. */
void status_write(FILE *out, struct judge *judge,
		  const struct survey_counts *counts,
		  const struct status_facts *facts);

/* Write the status of one file (`FILE.status`); entry state may be unchecked.
 */
void status_write_file(FILE *out, struct judge *judge,
		       const struct survey_entry *entry);

#endif
