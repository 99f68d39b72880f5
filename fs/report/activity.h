/*
 * The rows of `.status` about what is being done: how far it is, who works and
 * who waits.
 */
#ifndef FS_REPORT_ACTIVITY_H
#define FS_REPORT_ACTIVITY_H

#include "fs/sweeps.h"

#include <stdio.h>

/* Files of surveys under way that are still to be looked at. */
size_t activity_pending(struct sweeps *sweeps);

void activity_write(FILE *out, struct work *work, struct sweeps *sweeps);

#endif
