/*
 * Mounts that keep what is not valid from its readers. Each state of a file is
 * a node of its own here, and a node never shows two contents: whoever has one
 * open keeps what he opened, and the kernel's pages of it stay right for good.
 *
 * Where a file is denied at worst, it is judged when it is opened. Where
 * another version may be shown instead, it is judged when it is looked at
 * first, since its size must be that of what will be read.
 */
#ifndef FS_MOUNT_PROTECT_PROTECT_H
#define FS_MOUNT_PROTECT_PROTECT_H

#include "fs/flusher.h"
#include "fs/mount/nodes/content.h"
#include "fs/mount/nodes/files.h"
#include "fs/mount/protect/policy.h"
#include "fs/vault/vault.h"

struct protect; /* safe from any thread */

/* All of it is borrowed. */
struct protect_tools {
	struct judge *judge;	     /* its settings hold the policy */
	struct flusher *flusher;     /* may be NULL */
	struct work *work;	     /* judges */
	struct vault *vault;	     /* NULL: versions are not kept */
	const struct digest *secret; /* the same for all workers of a mount */
};

/* 0 or -ENOMEM. */
must_check int protect_new(const struct protect_tools *tools,
			   struct protect **out);

/* The work must have been freed before. NULL is allowed. */
void protect_free(struct protect *protect);

/* What is shown of a regular file: protect_view_release(). */
struct view {
	uint64_t version;	 /* for the identity of its node */
	struct edition *edition; /* NULL: not decided before it is opened */
};

/*
 * Look at a regular file, found with this stamp and these attributes; they
 * become those of what is shown. 0; -ENOENT and the like: it has gone
 * meanwhile; -ENOMEM.
 */
must_check int protect_look(struct protect *protect, const char *path,
			    const struct stamp *stamp, struct stat *stat,
			    struct view *out);
void protect_view_release(struct view *view);

/* Is a file at this path served as it is, whatever its state? */
must_check bool protect_lets_pass(struct protect *protect, const char *path);

/* Let a node have what was seen when it was looked up. 0 or -ENOMEM. */
must_check int protect_attach(struct protect *protect, uint64_t node,
			      const struct view *view);

/*
 * One more reader opens it. 0: all its bytes are in memory until it is closed,
 * no read fails. The error of the policy: denied. -ESTALE: the file is another
 * one now, to be looked up again; an errno of open or read.
 */
must_check int protect_open(struct protect *protect,
			    const struct file_name *name);
void protect_close(struct protect *protect, uint64_t node);

/*
 * The content that readers of an open node get, shared. One that another
 * process opened is found again if it is the file's still, or was kept. Else
 * the errors of protect_open().
 */
must_check int protect_content(struct protect *protect,
			       const struct file_name *name,
			       struct content **out);

/* Attributes of an open node. -ENOENT: it is not open. */
must_check int protect_stat(struct protect *protect, uint64_t node,
			    struct stat *stat);

/* A shown_teller: what is shown of a file in a state, and why. */
void protect_tell(void *ctx, const char *path, enum state state,
		  struct shown_facts *out);

/* The node has gone. */
void protect_forget(struct protect *protect, uint64_t node);

#endif
