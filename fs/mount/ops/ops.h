/*
 * What the kernel asks for: the table of FUSE operations, and what they share.
 * Each operation replies once on every path; what they call returns a result.
 */
#ifndef FS_MOUNT_OPS_OPS_H
#define FS_MOUNT_OPS_OPS_H

#define FUSE_USE_VERSION 314

#include "fs/mount/coherence/coherence.h"
#include "fs/mount/nodes/files.h"
#include "fs/mount/nodes/inode.h"
#include "fs/mount/protect/protect.h"
#include "fs/mount/takeover/channel.h"
#include "fs/mount/virtual/virtual.h"

#include <fuse_lowlevel.h>
#include <limits.h>
#include <stdatomic.h>

/* The shared state of all operations; fixed once the session runs. */
struct mount {
	struct channel *channel; /* the first: see channel_connect() */
	struct judge *judge;
	struct inodes *inodes;
	struct files *files;
	struct coherence *coherence;
	struct virtuals *virtuals;
	struct protect *protect; /* NULL: all is served as it is */
	const char *given_root;	 /* the source as it was named, absolute */
	uid_t owner;		 /* of virtual files */
	gid_t group;
	mode_t status_mode;
	mode_t report_mode;
	bool virtual_visible;
	bool has_xattrs;
	struct timespec began_at; /* times of virtual folders */
	atomic_uint parked;	  /* requests: see ops_park() */
};

extern const struct fuse_lowlevel_ops ops_table;

struct mount *ops_mount(fuse_req_t req);

/*
 * A request is about to be answered later. False: so many are that the rest of
 * the slots is kept for those that are answered at once, which others, also the
 * making of what is waited for, may hang on. Answer it with EAGAIN.
 */
must_check bool ops_park(struct mount *mount);

/* A request that ops_park() let in is answered. */
void ops_unpark(struct mount *mount);

/* A node and the path of what it is, or is about. */
struct ops_place {
	struct inode inode;
	char path[PATH_MAX];
};

/* 0; -ESTALE; -ENAMETOOLONG. */
must_check int ops_find(struct mount *mount, fuse_ino_t ino,
			struct ops_place *out);

/* Append a name to a path (PATH_MAX bytes). 0 or -ENAMETOOLONG. */
must_check int ops_append_name(char *path, const char *name);

struct keep;

/* The file of a place, as files.h wants it; borrows from it. */
struct file_name ops_file_name(const struct ops_place *place);

/*
 * lstat() by the path, if it is still the file that was looked up. 0; -ESTALE;
 * another errno.
 */
must_check int ops_stat(struct mount *mount, const struct ops_place *place,
			struct keep *keep, struct stat *stat);

/* The same of what is no link. */
must_check int ops_stat_file(struct mount *mount, const struct ops_place *place,
			     struct keep *keep, struct stat *stat);

/* The target to show for a symbolic link, owned. 0 or a negative errno. */
must_check int ops_read_link(struct mount *mount, const char *path,
			     char **target);

/* The identity of a file with this stamp. */
struct inode_identity ops_identity(const struct stamp *stamp);

/* keep.c: whether the kernel may keep what a reply says. */
struct keep {
	bool is_covered;     /* names in the directory are */
	bool has_attributes; /* those of the file are, too */
	unsigned ticket;
	struct stamp stamp; /* keep_stat(): of what was looked at */
};

/* Begin a look at what is in a directory. */
struct keep keep_in(struct mount *mount, const char *directory,
		    const struct inode_identity *identity);

/* Something in that directory, or the root itself. */
struct keep_place {
	const char *path;
	int directory;	  /* a descriptor of it; negative: by the path */
	const char *name; /* in the directory */
};

/* lstat() of it, with keep->stamp. 0 or a negative errno. */
must_check int keep_stat(struct mount *mount, const struct keep_place *place,
			 struct keep *keep, struct stat *stat);

/* The timeouts of an entry; of attributes alone; of a name that is not there.
 */
void keep_fill(struct mount *mount, const struct keep *keep,
	       struct fuse_entry_param *entry);
double keep_attributes(struct mount *mount, const struct keep *keep);
double keep_absence(struct mount *mount, const struct keep *keep);

/* ops_virtual.c: names that have no file behind them. */

/* The kind that a name in a directory of the tree is by itself, such as
 * `.status`; INODE_FREE if it is none. */
enum inode_kind ops_virtual_kind(const struct inode *parent, const char *name);

/* Is it `.cfgfs` or a folder in it? */
bool ops_is_virtual_folder(const struct inode *inode);

/* Does a path end as FILE.status or FILE.report does? */
bool ops_is_companion_name(const char *path);

/*
 * Is `path` (of a file that does not exist) FILE.status or FILE.report of a
 * regular FILE? Then its kind; the path is cut to FILE. Else INODE_FREE.
 */
enum inode_kind ops_companion_kind(struct mount *mount, char *path);

/* The inode number that a virtual file shows: the same each time. */
uint64_t ops_virtual_ino(const struct inode *parent, enum inode_kind kind,
			 const char *name);

/* Attributes; `text` NULL: it is not made yet, the size is a placeholder. */
void ops_virtual_stat(const struct mount *mount, const struct inode *inode,
		      const struct virtual_text *text, struct stat *stat);

/* Reply to GETATTR and READ of what is virtual, now or later. */
void ops_virtual_getattr(fuse_req_t req, const struct ops_place *place);
void ops_virtual_read(fuse_req_t req, const struct ops_place *place,
		      size_t size, off_t offset);

/* ops_protect.c: regular files that are kept from their readers while they are
 * not valid. */

/* Is it a node of such a file? */
bool ops_is_protected(const struct inode *inode);

/* Enter a file under a name; *entry gets its attributes. 0 or an errno. */
must_check int ops_protect_enter(struct mount *mount,
				 const struct ops_place *child,
				 struct span name, const struct stamp *stamp,
				 struct fuse_entry_param *entry,
				 struct inode *out);

must_check int ops_protect_stat(struct mount *mount,
				const struct ops_place *place,
				struct stat *stat);

/* -ESTALE, after a while. */
int ops_protect_back_off(void);

must_check int ops_protect_read(struct mount *mount,
				const struct ops_place *place,
				struct content **out);

/*
 * ops_base.c: look a name up in a virtual folder; `parent` is used up. 0;
 * -ENOENT; -ENOTDIR; another errno.
 */
must_check int ops_look_up_in_virtual(struct mount *mount,
				      struct ops_place *parent,
				      const char *name,
				      struct fuse_entry_param *out);

/* ops_node.c */

/* Give the kernel a node for a virtual name. 0 or as inodes_look_up(). */
must_check int ops_enter_virtual(struct mount *mount,
				 const struct inode *parent,
				 enum inode_kind kind, const char *name,
				 struct fuse_entry_param *out);

/* Take back look-ups of a node. */
void ops_forget(struct mount *mount, uint64_t ino, uint64_t count);
void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name);
void op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t count);
void op_forget_multi(fuse_req_t req, size_t count,
		     struct fuse_forget_data *forgets);
void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_readlink(fuse_req_t req, fuse_ino_t ino);
void op_statfs(fuse_req_t req, fuse_ino_t ino);

/* ops_dir.c */
void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
		struct fuse_file_info *fi);
void op_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
		    struct fuse_file_info *fi);
void op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);

/* ops_file.c */
void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
	     struct fuse_file_info *fi);
void op_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);

/* ops_control.c */
void op_ioctl(fuse_req_t req, fuse_ino_t ino, unsigned command, void *argument,
	      struct fuse_file_info *fi, unsigned flags, const void *bytes,
	      size_t size, size_t out_size);

/* ops_xattr.c: ENOSYS without -o xattr. */
void op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size);
void op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size);

/* ops_write.c: all of them refuse. */
void op_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr, int set,
		struct fuse_file_info *fi);
void op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
	       struct fuse_file_info *fi);
void op_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
	      dev_t device);
void op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode);
void op_symlink(fuse_req_t req, const char *target, fuse_ino_t parent,
		const char *name);
void op_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent,
	     const char *name);
void op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name);
void op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name);
void op_rename(fuse_req_t req, fuse_ino_t parent, const char *name,
	       fuse_ino_t new_parent, const char *new_name, unsigned flags);
void op_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t size,
	      off_t offset, struct fuse_file_info *fi);
void op_fallocate(fuse_req_t req, fuse_ino_t ino, int mode, off_t offset,
		  off_t length, struct fuse_file_info *fi);
void op_copy_file_range(fuse_req_t req, fuse_ino_t from, off_t from_offset,
			struct fuse_file_info *from_fi, fuse_ino_t to,
			off_t to_offset, struct fuse_file_info *to_fi,
			size_t length, int flags);
void op_setxattr(fuse_req_t req, fuse_ino_t ino, const char *name,
		 const char *value, size_t size, int flags);
void op_removexattr(fuse_req_t req, fuse_ino_t ino, const char *name);

#endif
