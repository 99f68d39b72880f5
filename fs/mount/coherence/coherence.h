/*
 * How far what readers see may be behind the source.
 *
 * Fast: the kernel keeps what it was told of names, attributes and bytes in
 * directories that are watched, asks nothing, and is told what has changed.
 * Strict: it asks at each open, and never keeps that a name does not exist.
 * What cannot be watched is asked for at each walk of a path as well, in a
 * fast mount too, directory by directory.
 */
#ifndef FS_MOUNT_COHERENCE_COHERENCE_H
#define FS_MOUNT_COHERENCE_COHERENCE_H

#include "fs/mount/coherence/choice.h"
#include "fs/mount/coherence/features.h"
#include "fs/mount/nodes/files.h"
#include "fs/mount/nodes/inode.h"
#include "fs/report/status.h"
#include "fs/watch/watch.h"

struct fuse_conn_info;
struct fuse_session;
struct coherence; /* safe from any thread */

enum coherence_wish {
	COHERENCE_AUTO, /* fast where it can be, else strict */
	COHERENCE_FAST,
	COHERENCE_STRICT,
	COHERENCE_REHASH, /* strict, and files are read again at each open */
};

/* What it works with; all of it is borrowed. */
struct coherence_tools {
	struct judge *judge;
	struct inodes *inodes;
	struct files *files;
	struct fuse_session *session;
};

struct coherence_options {
	enum coherence_wish wish;
	bool asks_always; /* the kernel must keep nothing, whatever the wish */
	struct features without;
	struct coherence_choice *choice; /* of the mount; borrowed */
};

/* Choose. 0 or a negative errno; that it cannot be fast is no error. */
must_check int coherence_new(const struct coherence_tools *tools,
			     const struct coherence_options *options,
			     struct coherence **out);

/* Others may listen to the same changes; before coherence_begin(). NULL:
 * nothing is watched. */
struct watch *coherence_watch(struct coherence *coherence);

/* Start to tell the kernel what changes. 0 or a negative errno. */
must_check int coherence_begin(struct coherence *coherence);

/*
 * Tell the kernel nothing any more. While requests are still being answered:
 * to tell it something may have to wait for one of them.
 */
void coherence_stop(struct coherence *coherence);
void coherence_free(struct coherence *coherence);

/* Agree with the kernel, while it is greeted, on what is used: the same as
 * all workers before. */
void coherence_greet(struct coherence *coherence,
		     struct fuse_conn_info *connection);

/* Is anything watched, so that the kernel may keep what it is told? */
bool coherence_keeps(const struct coherence *coherence);

/* Fast, and not only watched? */
bool coherence_is_fast(const struct coherence *coherence);

/* Does the kernel open files and directories without asking? */
bool coherence_has_no_open(const struct coherence *coherence);

/* What is kept may be taken back until it has been replied: then another
 * number comes here than before the source was looked at. */
unsigned coherence_ticket(const struct coherence *coherence);

/* Will the kernel be told of what changes in this directory? Have it watched
 * if it is not yet. */
bool coherence_covers(struct coherence *coherence, const char *directory,
		      const struct inode_identity *identity);

/* May the kernel keep in mind that names do not exist? */
bool coherence_keeps_absence(const struct coherence *coherence);

/* How long the kernel may keep what is covered, in seconds. */
#define COHERENCE_LONG 3600.0

/* A file that is being opened is not as the kernel was told last. The one call
 * that a request's thread may make: the kernel waits for nothing in it. */
void coherence_drop_attributes(struct coherence *coherence, uint64_t node);

/* For `.status`. */
void coherence_describe(struct coherence *coherence,
			struct status_facts *facts);

/* Have the kernel forget all that it keeps; what is watched is asked for anew.
 */
void coherence_forget(struct coherence *coherence);

/* Have `done` called when all edits of the source made before this call can be
 * seen. 0; -EOPNOTSUPP: it cannot be told when that is. */
must_check int coherence_sync(struct coherence *coherence,
			      struct watch_waiter *waiter);

#endif
