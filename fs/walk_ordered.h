/*
 * Every name below a directory, as fs/walk.h, but in the order of the paths
 * (that of memcmp), so that what is found can be told while the walk goes on.
 * Holds the names of the directories on the way to where it is, no more.
 */
#ifndef FS_WALK_ORDERED_H
#define FS_WALK_ORDERED_H

#include "fs/walk.h"

/*
 * Walk below `path`. `visit` and *stamp (not NULL) are as for
 * walk_tree_stamped(). A directory that cannot be read is told again, with the
 * error, right behind itself. 0, what `visit` ended with, -ENOMEM.
 */
must_check int walk_ordered(const struct source *source, const char *path,
			    walk_visit *visit, void *ctx, struct stamp *stamp);

#endif
