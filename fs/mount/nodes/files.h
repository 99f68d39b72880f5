/*
 * Files and directories of the source that readers have open: a descriptor
 * that stays with what they opened, whatever becomes of its name, and the
 * content that they are served from.
 *
 * All of it belongs to this process alone. The kernel holds no handles: a file
 * that is read without having been opened here is opened by its path, if that
 * still leads to it.
 */
#ifndef FS_MOUNT_NODES_FILES_H
#define FS_MOUNT_NODES_FILES_H

#include "fs/flusher.h"
#include "fs/judge/judge.h"
#include "fs/mount/nodes/content.h"
#include "fs/mount/nodes/inode.h"
#include "fs/mount/takeover/wards.h"
#include "fs/pool/work.h"

struct files; /* safe from any thread */
struct file;

/* What files work with; all of it is borrowed. */
struct files_tools {
	struct judge *judge;
	struct flusher *flusher; /* may be NULL */
	struct work *work;
	struct wards *wards; /* may be NULL: nobody keeps what is open */
};

/* 0 or -ENOMEM. */
must_check int files_new(const struct files_tools *tools, struct files **out);

/* To open a file that has been replaced is to open the new one, where the
 * kernel keeps names and is told later. Before the first request. */
void files_follow_names(struct files *files);

/* Files are to be read again each time they are opened. Before the first
 * request. */
void files_reread(struct files *files);

/* The work must have been freed before. */
void files_free(struct files *files);

/* What a worker before had open is open again; on success its descriptor is
 * taken. Before the first request. 0 or -ENOMEM. */
must_check int files_adopt(struct files *files, const struct wards_heir *heir);
/*
 * Nobody will call files_open(): the kernel opens without asking. A file's
 * content then is kept from its first read to that which reaches its end, as
 * far as there is room. Before the first request.
 */
void files_expect_no_opens(struct files *files);
bool files_has_no_opens(const struct files *files);

/* Which file is meant. */
struct file_name {
	uint64_t node;
	const char *path;
	struct inode_identity identity;
	bool is_directory;
};

/* What the kernel may keep of a file that is opened. */
struct opened {
	bool keeps_pages;      /* they are its content, and were judged */
	bool keeps_attributes; /* they are what files_tell() was told */
	bool is_other; /* the node stands for another file from now on: the next
			  look-up of the file that it was must not find it */
};

/*
 * One more reader opens it. -ESTALE: another file has that name now; or an
 * errno of open.
 */
must_check int files_open(struct files *files, const struct file_name *name,
			  struct opened *opened);

/* The kernel has no bytes of a file, and opens it without asking: hold it for
 * who reads it soon. */
void files_hold_name(struct files *files, const struct file_name *name);

/*
 * The same in two steps, the second when it has a node: a descriptor of what
 * may be the file (taken) if it is; -ESTALE: it is not.
 */
must_check int files_grasp(const struct file_name *name, int place);
void files_hold_by(struct files *files, uint64_t node, int fd); /* taken */

/* Note the attributes that the kernel is about to be told and will keep. */
void files_tell(struct files *files, uint64_t node, const struct stamp *stamp);

/* One reader less. */
void files_close(struct files *files, uint64_t node);

/*
 * The same in two steps, with the answer to the kernel between them: a worker
 * that dies may have counted too many readers, never too few. The first returns
 * NULL, which the second takes, if nothing is known of the node.
 */
must_check struct file *files_hold(struct files *files, uint64_t node);
void files_close_held(struct files *files, struct file *file);
/* The file has changed: let go those who wait for what is said of its old
 * content. */
void files_changed(struct files *files, uint64_t node);

/* The node has gone. */
void files_forget(struct files *files, uint64_t node);

/*
 * Attributes of a file that is open. -ENOENT: it is not; errno of fstat.
 */
must_check int files_stat(struct files *files, uint64_t node,
			  struct stat *stat);

/* The same of one that is held. -ESTALE: it is not. */
must_check int files_stat_held(struct files *files,
			       const struct file_name *name, struct stat *stat);

/* Use of a file: its descriptor stays open until files_unuse(). */
must_check int files_use(struct files *files, const struct file_name *name,
			 struct file **out);
int file_descriptor(const struct file *file);
void files_unuse(struct files *files, struct file *file);

/* Where a read gets its bytes: files_served_release(). */
struct served {
	struct content *content; /* NULL: directly from the descriptor */
	struct file *file;
	bool reaches_end; /* set by the caller: it needs no more of the file */
	bool turn;	  /* of file.h */
};

/*
 * Get the content of a file for one read. It is judged as soon as it is new;
 * the call waits for the verdict, but no longer than the settings allow.
 * 0 and *out; errno of open, fstat or read; -ENOMEM.
 */
must_check int files_serve(struct files *files, const struct file_name *name,
			   struct served *out);
void files_served_release(struct files *files, struct served *served);

/*
 * Wait until no verdict on a path is being made any more, or until *cancel
 * (may be NULL) is set.
 */
void files_wait_for_verdict(struct files *files, const char *path,
			    const atomic_bool *cancel);

/* How many verdicts are being made. */
size_t files_pending(struct files *files);

#endif
