/*
 * The rows of `.status` about the pool: who works, who waits.
 */
#ifndef FS_REPORT_WORKERS_H
#define FS_REPORT_WORKERS_H

#include "fs/work/work.h"

#include <stdio.h>

void workers_write(FILE *out, struct work *work);

#endif
