/*
 * How many files of which state are below each directory: filled by a scan,
 * then kept by what is found out about files and by changes of the source that
 * somebody who watches it reports. Then it is known without a walk at any
 * time. Without a watch, who asks has the directories listed anew.
 *
 * A state that is counted is that of the file as it is: whatever may have
 * changed counts as unchecked until it was looked at. It takes 16 bytes and
 * the name for a file, so that it remembers the state of every file, also of
 * those whose judgements no longer fit into memory.
 */
#ifndef FS_INVENTORY_INVENTORY_H
#define FS_INVENTORY_INVENTORY_H

#include "fs/survey.h"

struct inventory; /* safe from any thread */

/* Who reports changes. */
struct inventory_source {
	/* Called before a directory is listed, so that no change of it is
	 * missed afterwards. False: it is not watched. */
	bool (*watch)(void *ctx, const char *directory);

	/* Called before counts are told: have all changes applied that were
	 * made before. False: it cannot be known whether they were. May be
	 * NULL. */
	bool (*settle)(void *ctx);
	void *ctx;
};

/*
 * A new inventory, which listens to the judge (borrowed). `source` NULL: no
 * changes are reported. 0 or a negative errno.
 */
must_check int inventory_new(struct judge *judge,
			     const struct inventory_source *source,
			     struct inventory **out);

/* Nobody may judge or report changes any more. NULL is allowed. */
void inventory_free(struct inventory *inventory);

/* Start the thread that scans and keeps it up. 0 or a negative errno. */
must_check int inventory_start(struct inventory *inventory);

enum inventory_change {
	INVENTORY_CONTENT,   /* of a file: its content or attributes */
	INVENTORY_ENTRY,     /* a name came, went or was replaced */
	INVENTORY_DIRECTORY, /* itself: attributes, or it is watched no more */
	INVENTORY_LOST,	     /* anything may have changed */
};

/*
 * Take over a change of the source. `directory` is a path from the root; `name`
 * a name in it, which DIRECTORY and LOST do not look at. Never waits long.
 */
void inventory_apply(struct inventory *inventory, enum inventory_change change,
		     const char *directory, const char *name);

/* Do changes have to be looked for, as not all of them are reported? */
bool inventory_has_to_look(struct inventory *inventory);

/*
 * The counts below a directory, as of all changes that were applied before (or
 * all changes, if they have to be looked for). judge_refresh() comes first.
 * `cancel` may be NULL. *is_complete: false while the tree, or a large part of
 * it, is being scanned: then files are missing or count as unchecked.
 * 0; -ENOENT: it is no directory, or an excluded one, which a survey can tell
 * of; -ESTALE: the root has gone; -ENOMEM; -ECANCELED.
 */
must_check int inventory_counts(struct inventory *inventory, const char *path,
				const atomic_bool *cancel,
				struct survey_counts *out, bool *is_complete);

/* The state of a file when it was last looked at; unchecked also if it is not
 * known at all. */
enum state inventory_state(struct inventory *inventory, const char *path);

/* How many directories and files it knows, and the bytes it takes. */
struct inventory_size {
	size_t directories;
	size_t files;
	size_t bytes;
};
struct inventory_size inventory_size(struct inventory *inventory);

#endif
