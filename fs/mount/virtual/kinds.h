/*
 * All virtual files and folders in one table: where each is found and under
 * which name, who may read it, and who writes what it says.
 */
#ifndef FS_MOUNT_VIRTUAL_KINDS_H
#define FS_MOUNT_VIRTUAL_KINDS_H

#include "fs/inventory/inventory.h"
#include "fs/mount/nodes/files.h"
#include "fs/sweeps.h"

#include <stdio.h>

struct status_facts;

/* What those who write texts work with; all of it is borrowed. */
struct virtual_tools {
	struct judge *judge;
	struct files *files;
	struct inventory *inventory;
	struct flusher *flusher; /* may be NULL */
	struct work *work;
	struct sweeps *sweeps;
	unsigned restarts;   /* how many workers there were before */
	struct wards *wards; /* may be NULL: texts end with the worker */

	/* Say what is true of the mount. */
	void (*describe)(void *ctx, struct status_facts *facts);
	void *describe_ctx;
};

/* A text that is wanted. */
struct virtual_job {
	const struct virtual_tools *tools;
	enum inode_kind kind;
	const char *path; /* from the root, of the file or folder it is about */
	const atomic_bool *cancel;
};

/* Write the text. 0 or a negative errno; -ECANCELED when it was cancelled. */
typedef int virtual_maker(const struct virtual_job *job, FILE *out);

/* Where a kind is found. */
enum virtual_place {
	VIRTUAL_NOWHERE,
	VIRTUAL_IN_FOLDER,   /* in each folder of the tree; not listed there */
	VIRTUAL_BESIDE_FILE, /* its name is an ending: FILE.status */
	VIRTUAL_IN_ROOT,     /* not listed there */
	VIRTUAL_IN_BASE,     /* in .cfgfs */
	VIRTUAL_IN_MIRROR,   /* under the name of the file it is about */
};

struct virtual_kind {
	const char *name;
	virtual_maker *make; /* NULL: it is a folder */
	enum virtual_place place;
	enum work_class class;	   /* of the job that makes it */
	enum work_purpose purpose; /* the same */

	/* Of a folder that mirrors those of the tree: which kind stands for a
	 * file there, and which for the folder itself. */
	enum inode_kind of_file;
	enum inode_kind of_folder;
	bool is_public;	    /* has the mode of .status, not that of .report */
	const char *format; /* of fs/report/output.h, or NULL */
};

/* NULL for what is not virtual. */
const struct virtual_kind *virtual_kind_of(enum inode_kind kind);

/* Is it one that mirrors the folders of the tree? */
bool virtual_is_mirror(enum inode_kind kind);

/* The kind of that name in that place; INODE_FREE: there is none. */
enum inode_kind virtual_kind_find(enum virtual_place place, const char *name);

#endif
