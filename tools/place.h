/*
 * Where a path of the command line lies: which tree, and where in it.
 */
#ifndef TOOLS_PLACE_H
#define TOOLS_PLACE_H

#include "validate/base.h"

struct place_of_path {
	char *root;   /* owned, absolute: of the tree */
	char *path;   /* owned, from the root; "" is the root itself */
	char *prefix; /* owned: what to put before paths from the root so that
			 they lead there from the working directory */
	char *inside; /* owned: the working directory from the root, or "" */
	bool is_directory;
};

/*
 * A directory is a root itself. A file's root is the nearest folder above it
 * with a .cfgfs.yaml, else its own folder. `forced_root`, if not NULL, wins
 * over both. 0 and *out (place_release()); -ENOENT, ...; -EXDEV when the path
 * is not below the forced root; -ENOMEM.
 */
must_check int place_find(const char *path, const char *forced_root,
			  struct place_of_path *out);
void place_release(struct place_of_path *place);

/* The type and source of the mount that holds a path, if it is a cfgfs one:
 * the mountpoint, owned; NULL if it is not. */
must_check char *place_mount_of(const char *path);

#endif
