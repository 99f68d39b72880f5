/*
 * Where the time went, for people: the bottleneck in words, then phases,
 * checks and files, what takes longest first.
 */
#ifndef FS_REPORT_PROFILE_TEXT_H
#define FS_REPORT_PROFILE_TEXT_H

#include "fs/profile.h"

#include <stdio.h>

/* What `.cfgfs/profile` and `cfgfs status --profile` say. 0 or -ENOMEM. */
must_check int profile_write(FILE *out, const struct profile *profile);

#endif
