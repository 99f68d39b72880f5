/*
 * How many files of which state are below each directory, known without a walk
 * at any time: filled once by a scan, then kept by what is found out about
 * files and by changes of the source that somebody who watches it reports.
 *
 * A state that is counted is that of the file as it is: whatever may have
 * changed counts as unchecked until it was looked at. That holds only as long
 * as every change is reported; without a watch there is no inventory.
 */
#ifndef FS_INVENTORY_INVENTORY_H
#define FS_INVENTORY_INVENTORY_H

#include "fs/survey.h"

struct inventory; /* safe from any thread */

/*
 * Called before a directory is listed, so that no change of it is missed
 * afterwards. 0, or a negative errno: it cannot be watched, and the inventory
 * cannot tell counts any more.
 */
typedef int inventory_watcher(void *ctx, const char *directory);

/*
 * A new inventory, which listens to the judge (borrowed). `watch` may be NULL:
 * the whole tree is watched already. 0 or a negative errno.
 */
must_check int inventory_new(struct judge *judge, inventory_watcher *watch,
			     void *ctx, struct inventory **out);

/* Nobody may judge or report changes any more. NULL is allowed. */
void inventory_free(struct inventory *inventory);

/* Start the thread that scans and keeps it up. 0 or a negative errno. */
must_check int inventory_start(struct inventory *inventory);

enum inventory_change {
	INVENTORY_CONTENT,   /* of a file: its content or attributes */
	INVENTORY_ENTRY,     /* a name came, went or was replaced */
	INVENTORY_DIRECTORY, /* itself: attributes, or it was moved */
	INVENTORY_LOST,	     /* anything may have changed */
};

/*
 * Take over a change of the source. `directory` is a path from the root; `name`
 * a name in it, which DIRECTORY and LOST do not look at. Never waits long.
 */
void inventory_apply(struct inventory *inventory, enum inventory_change change,
		     const char *directory, const char *name);

/*
 * The counts below a directory as of all changes that were applied before.
 * judge_refresh() comes first. *is_complete: false while the tree, or a large
 * part of it, is being scanned: then files are missing or count as unchecked.
 * 0; -ENOENT: it is no directory of which the inventory knows; -EAGAIN: it
 * cannot tell. In both cases a survey can.
 */
must_check int inventory_counts(struct inventory *inventory, const char *path,
				struct survey_counts *out, bool *is_complete);

/* How many directories and files it knows, and the bytes it takes. */
struct inventory_size {
	size_t directories;
	size_t files;
	size_t bytes;
};
struct inventory_size inventory_size(struct inventory *inventory);

#endif
