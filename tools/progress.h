/*
 * How far a long command is, on standard error, when that is a terminal and
 * after the first second.
 */
#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

#include "fs/survey.h"

struct progress;

/* Show `survey`, which must outlive it. NULL when nothing is to be shown. */
struct progress *progress_start(const struct survey_progress *survey);

/* Wipe the line. NULL is allowed. */
void progress_stop(struct progress *progress);

#endif
