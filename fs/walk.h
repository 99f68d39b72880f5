/*
 * Every name below a directory of the tree, without following links.
 */
#ifndef FS_WALK_H
#define FS_WALK_H

#include "fs/source.h"

/*
 * Called for each name but "." and "..", and with `error` (negative errno) for
 * a directory that cannot be read. `type` is a DT_ constant, never DT_UNKNOWN.
 * Returns 0 to go on, for a directory to go into it; WALK_SKIP not to; a
 * negative errno to end the walk with it.
 */
enum { WALK_SKIP = 1 };
typedef int walk_visit(void *ctx, const char *path, unsigned char type,
		       int error);

/* Walk below `path` ("" is the root). 0, what `visit` ended with, -ENOMEM. */
must_check int walk_tree(const struct source *source, const char *path,
			 walk_visit *visit, void *ctx);

/*
 * The same; while `visit` is called with a regular file, *stamp is what the
 * file was just before (ino 0: it could not be looked at).
 */
must_check int walk_tree_stamped(const struct source *source, const char *path,
				 walk_visit *visit, void *ctx,
				 struct stamp *stamp);

/*
 * The names in one directory only; `visit` has to return WALK_SKIP for those
 * that are directories. 0, what `visit` ended with, -ENOMEM. A directory that
 * has gone has no names.
 */
must_check int walk_directory(const struct source *source, const char *path,
			      walk_visit *visit, void *ctx);

#endif
