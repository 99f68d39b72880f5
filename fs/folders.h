/*
 * Where the files may lie that verdicts rest on: the tree, and the folders
 * that the command line names (those of --schema, --baseline and
 * --config, --map, --catalog). Symbolic links are followed, but never out of
 * the folder that is read from.
 */
#ifndef FS_FOLDERS_H
#define FS_FOLDERS_H

#include "fs/settings.h"
#include "fs/source.h"

struct folders; /* any thread may use it */

/* Borrows source. 0, -ENOMEM, or errno of a folder that cannot be opened. */
must_check int folders_new(const struct source *source,
			   const struct settings *settings,
			   struct folders **out);
void folders_free(struct folders *folders);

/*
 * Which folder a path is read from, and by which path below it. A path that
 * begins with '/' is a full one, others start at the tree's root. False: a
 * full path that lies in none of the folders.
 */
must_check bool folders_find(const struct folders *folders, const char *path,
			     const struct source **source, const char **rest);

/*
 * A descriptor to read a regular file, the caller's to close, and its stamp.
 * What the path itself says, and no failure of ours: -ENOENT; -EISDIR;
 * -EINVAL, neither a file nor a folder; -EXDEV, it leads out of the folder;
 * -ELOOP, links in a circle. Another errno: it cannot be read.
 */
must_check int folders_open(const struct folders *folders, const char *path,
			    struct stamp *stamp);

#endif
