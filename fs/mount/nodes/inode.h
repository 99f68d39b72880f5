/*
 * The nodes that the kernel knows by number: which name in which directory,
 * and which file it was when it was looked up.
 *
 * The table lies in shared memory that outlives the process: entries stay at
 * their place, are published by one atomic store, and hold no pointers. What
 * finds them (an index, a list of free ones) is local and made anew from the
 * table. Lookup counts that get lost do no harm: a node is then kept too long,
 * never reused too soon.
 */
#ifndef FS_MOUNT_NODES_INODE_H
#define FS_MOUNT_NODES_INODE_H

#include "validate/base.h"

struct inodes; /* safe from any thread */

enum { INODE_ROOT = 1, INODE_CAPACITY = 16 << 20, INODE_NAME_MAX = 255 };

/*
 * The numbers stand in the shared table: they stay as they are, new ones come
 * at the end. What each virtual kind is stands in fs/mount/virtual/kinds.c.
 */
enum inode_kind {
	INODE_FREE,
	INODE_REAL,
	INODE_STATUS,	      /* DIR/.status: its path is that of DIR */
	INODE_REPORT,	      /* DIR/.report */
	INODE_FILE_STATUS,    /* FILE.status: its path is that of FILE */
	INODE_FILE_REPORT,    /* FILE.report */
	INODE_BASE,	      /* .cfgfs: the path of all that is in it is "" */
	INODE_STATUS_FOLDER,  /* .cfgfs/status/DIR: its path is that of DIR */
	INODE_REPORT_FOLDER,  /* .cfgfs/report/DIR */
	INODE_EXPLAIN_FOLDER, /* .cfgfs/explain/DIR */
	INODE_EXPLAIN,	      /* .cfgfs/explain/FILE: its path is FILE */
	INODE_REPORT_TEXT,    /* .cfgfs/report.txt */
	INODE_REPORT_JSON,
	INODE_REPORT_SARIF,
	INODE_REPORT_HTML,
	INODE_METRICS, /* .cfgfs/metrics.prom */
	INODE_PROFILE,
	INODE_KIND_COUNT
};

/* Does it stay one node, found by its name, however often it is looked up? */
static inline bool inode_is_lasting(enum inode_kind kind)
{
	return kind == INODE_REAL ||
	       (kind >= INODE_BASE && kind <= INODE_EXPLAIN_FOLDER);
}

/* Which file it is, whatever its name. Virtual files only have an `ino`. */
struct inode_identity {
	uint64_t dev;
	uint64_t ino;
	int64_t btime_ns; /* inode numbers are reused, with another birth */
	uint64_t version; /* of what is shown of it, where a node never shows
			     two; else 0 */
};

bool inode_identity_equal(const struct inode_identity *a,
			  const struct inode_identity *b);

struct inode {
	uint64_t id;
	uint64_t parent;
	uint64_t generation; /* of the number: it may have been used before */
	enum inode_kind kind;
	struct inode_identity identity;
};

/* An empty table for `capacity` nodes with the root in it. 0 or an errno. */
must_check int inodes_new(uint32_t capacity, const struct inode_identity *root,
			  struct inodes **out);

/*
 * Use the table in the shared memory `fd` (not taken; it stays open), also one
 * that another process left. 0; -ENOMEM; -EBADMSG if it is no such table.
 */
must_check int inodes_attach(int fd, struct inodes **out);

/* The descriptor of the shared memory; as long as `nodes`. */
int inodes_fd(const struct inodes *inodes);
void inodes_free(struct inodes *inodes);

/*
 * The node of a file under this name and parent, counted once more. A virtual
 * file gets a new node each time, a real one that is another file than before
 * too; a virtual folder keeps its node. 0 and *out; -ENFILE when the table is
 * full; -ENAMETOOLONG; -ESTALE if there is no such parent.
 */
must_check int inodes_look_up(struct inodes *inodes, const struct inode *wanted,
			      struct span name, struct inode *out);

/*
 * Take back `count` look-ups. True when the node has gone: then drop what is
 * kept about it and inodes_recycle() it.
 */
must_check bool inodes_forget(struct inodes *inodes, uint64_t id,
			      uint64_t count);

/* Let the number be used again. Returns a parent that has gone with it, or 0.
 */
must_check uint64_t inodes_recycle(struct inodes *inodes, uint64_t id);

/* What is known of a node. 0 or -ESTALE. */
must_check int inodes_get(struct inodes *inodes, uint64_t id,
			  struct inode *out);

/*
 * Its path from the root, written to `path` (PATH_MAX bytes). 0; -ESTALE;
 * -ENAMETOOLONG.
 */
must_check int inodes_path(struct inodes *inodes, uint64_t id, char *path);

/*
 * The real nodes under a name in a directory: several files may have had it.
 * Writes as many of their numbers as there is room for; returns how many.
 */
must_check size_t inodes_named(struct inodes *inodes, uint64_t parent,
			       struct span name, uint64_t *ids, size_t room);

/* Have the next look-up of the same file under its name get another node: what
 * the kernel keeps below this one may be out of date. */
void inodes_supersede(struct inodes *inodes, uint64_t id);

/* The first real node with a number above `after`, 0: from the beginning.
 * False: there is none. For walks over all of them while others come and go. */
must_check bool inodes_next(struct inodes *inodes, uint64_t after,
			    struct inode *out);

/* The name of a node, written to `name` (INODE_NAME_MAX + 1 bytes). 0 or
 * -ESTALE. */
must_check int inodes_name(struct inodes *inodes, uint64_t id, char *name);

/* How many nodes are in use. */
size_t inodes_count(struct inodes *inodes);

#endif
