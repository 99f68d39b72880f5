/*
 * The surveys of a mount that are under way, for those who ask how far it is.
 */
#ifndef FS_SWEEPS_H
#define FS_SWEEPS_H

#include "fs/survey.h"

struct sweeps; /* safe from any thread */

/* NULL: no memory. */
struct sweeps *sweeps_new(void);
void sweeps_free(struct sweeps *sweeps);

/* One of them; whoever surveys owns it and keeps it where it is until the end.
 */
struct sweep {
	struct survey_progress progress;
	struct sweep *next; /* by lock of the sweeps */
};
void sweeps_begin(struct sweeps *sweeps, struct sweep *sweep);
void sweeps_end(struct sweeps *sweeps, struct sweep *sweep);

struct sweeps_state {
	size_t count;
	size_t done; /* files, of all of them */
	size_t total;
	double eta_seconds; /* until the last one ends; negative: not known */
};
struct sweeps_state sweeps_read(struct sweeps *sweeps);

#endif
