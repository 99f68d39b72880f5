/*
 * Symbolic links as the mount shows them: absolute ones that lead into the
 * source are made relative, so that who follows them stays in the mount.
 */
#ifndef FS_MOUNT_OPS_LINK_H
#define FS_MOUNT_OPS_LINK_H

#include "validate/base.h"

/*
 * What to show for the link at `path` (from the root) with this target, when
 * `root` is an absolute path of the source. Owned by the caller; NULL: as it
 * is, or no memory.
 */
char *link_relative(const char *path, const char *target, const char *root);

#endif
