#include "fs/mount/ops/ops.h"

#include <errno.h>

/*
 * The mount is read-only, so that the kernel refuses all of this by itself.
 * These answers hold when somebody remounts it writable.
 */
static void refuse(fuse_req_t req)
{
	fuse_reply_err(req, EROFS);
}

void op_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr, int set,
		struct fuse_file_info *fi)
{
	(void)ino;
	(void)attr;
	(void)set;
	(void)fi;
	refuse(req);
}

void op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
	       struct fuse_file_info *fi)
{
	(void)parent;
	(void)name;
	(void)mode;
	(void)fi;
	refuse(req);
}

void op_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
	      dev_t device)
{
	(void)parent;
	(void)name;
	(void)mode;
	(void)device;
	refuse(req);
}

void op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	(void)parent;
	(void)name;
	(void)mode;
	refuse(req);
}

void op_symlink(fuse_req_t req, const char *target, fuse_ino_t parent,
		const char *name)
{
	(void)target;
	(void)parent;
	(void)name;
	refuse(req);
}

void op_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent,
	     const char *name)
{
	(void)ino;
	(void)parent;
	(void)name;
	refuse(req);
}

void op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	(void)parent;
	(void)name;
	refuse(req);
}

/* A folder that is always there cannot be removed by anybody. */
void op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct inode inode;
	const int r = inodes_get(ops_mount(req)->inodes, parent, &inode);
	const bool is_virtual =
		r == 0 && (inode.kind != INODE_REAL ||
			   ops_virtual_kind(&inode, name) != INODE_FREE);

	fuse_reply_err(req, is_virtual ? EPERM : EROFS);
}

void op_rename(fuse_req_t req, fuse_ino_t parent, const char *name,
	       fuse_ino_t new_parent, const char *new_name, unsigned flags)
{
	(void)parent;
	(void)name;
	(void)new_parent;
	(void)new_name;
	(void)flags;
	refuse(req);
}

void op_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t size,
	      off_t offset, struct fuse_file_info *fi)
{
	(void)ino;
	(void)bytes;
	(void)size;
	(void)offset;
	(void)fi;
	refuse(req);
}

void op_fallocate(fuse_req_t req, fuse_ino_t ino, int mode, off_t offset,
		  off_t length, struct fuse_file_info *fi)
{
	(void)ino;
	(void)mode;
	(void)offset;
	(void)length;
	(void)fi;
	refuse(req);
}

/* libfuse's interface has that many parameters. */
/* NOLINTNEXTLINE(readability-function-size) */
void op_copy_file_range(fuse_req_t req, fuse_ino_t from, off_t from_offset,
			struct fuse_file_info *from_fi, fuse_ino_t to,
			off_t to_offset, struct fuse_file_info *to_fi,
			size_t length, int flags)
{
	(void)from;
	(void)from_offset;
	(void)from_fi;
	(void)to;
	(void)to_offset;
	(void)to_fi;
	(void)length;
	(void)flags;
	refuse(req);
}

void op_setxattr(fuse_req_t req, fuse_ino_t ino, const char *name,
		 const char *value, size_t size, int flags)
{
	(void)ino;
	(void)name;
	(void)value;
	(void)size;
	(void)flags;
	refuse(req);
}

void op_removexattr(fuse_req_t req, fuse_ino_t ino, const char *name)
{
	(void)ino;
	(void)name;
	refuse(req);
}
