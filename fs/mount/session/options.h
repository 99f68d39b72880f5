/*
 * The mount options: `-o NAME[=VALUE],...`.
 */
#ifndef FS_MOUNT_SESSION_OPTIONS_H
#define FS_MOUNT_SESSION_OPTIONS_H

#include "fs/mount/session/session.h"

/*
 * Apply a list of options; a comma in a value is written "\,". True, or false
 * with *why (owned; may be NULL without memory) telling which one is wrong and
 * what may stand there.
 */
must_check bool mount_options_parse(const char *list,
				    struct session_options *options,
				    char **why);

#endif
