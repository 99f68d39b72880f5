#include "fs/mount/ops/ops.h"

#include "fs/sighting.h"

#include <errno.h>
#include <sys/statvfs.h>

/* How often a name is looked at that changes all the time. */
enum { LOOKS = 8 };

/* The directory that a name is looked up in, if it is still there. */
static int find_parent(struct mount *mount, fuse_ino_t ino,
		       struct ops_place *parent)
{
	struct stat stat;
	int r = ops_find(mount, ino, parent);

	if (r == 0 && parent->inode.kind == INODE_REAL &&
	    parent->inode.id != INODE_ROOT)
		r = ops_stat(mount, parent, NULL, &stat);
	return r;
}

static void fill_entry(const struct inode *inode, struct fuse_entry_param *out)
{
	out->ino = inode->id;
	out->generation = inode->generation;
	out->attr_timeout = 0;
	out->entry_timeout = 0;
}

int ops_enter_virtual(struct mount *mount, const struct inode *parent,
		      enum inode_kind kind, const char *name,
		      struct fuse_entry_param *out)
{
	const struct inode wanted = {
		.parent = parent->id,
		.kind = kind,
		.identity = {.ino = ops_virtual_ino(parent, kind, name)},
	};
	struct inode inode;
	const int r =
		inodes_look_up(mount->inodes, &wanted, span_of(name), &inode);

	if (r)
		return r;
	fill_entry(&inode, out);
	ops_virtual_stat(mount, &inode, NULL, &out->attr);
	return 0;
}

static int enter_real(struct mount *mount, const struct ops_place *child,
		      const char *name, struct fuse_entry_param *out)
{
	struct inode inode;
	int r = 0;

	if (S_ISLNK(out->attr.st_mode)) {
		char *target;

		r = ops_read_link(mount, child->path, &target);
		if (r)
			return r;
		out->attr.st_size = (off_t)strlen(target);
		free(target);
	}
	r = inodes_look_up(mount->inodes, &child->inode, span_of(name), &inode);
	if (r)
		return r;
	fill_entry(&inode, out);
	return 0;
}

/* What has no file: FILE.status and FILE.report, else nothing. That these are
 * not there is not kept: it changes with FILE. */
static int enter_companion(struct mount *mount, const struct inode *parent,
			   char *path, struct fuse_entry_param *out)
{
	const bool may_be_one = ops_is_companion_name(path);
	const enum inode_kind kind = ops_companion_kind(mount, path);
	const char *slash = strrchr(path, '/');

	if (may_be_one)
		out->entry_timeout = 0;
	if (kind == INODE_FREE)
		return -ENOENT;
	return ops_enter_virtual(mount, parent, kind, slash ? slash + 1 : path,
				 out);
}

/*
 * Look at a name, and hold what is there if it is a file. *fd negative: it is
 * not held. What is replaced in between is looked at again.
 */
static int look_at(struct mount *mount, struct ops_place *child,
		   struct keep *keep, struct stat *stat, int *fd)
{
	struct stamp stamp;
	int r;

	*fd = -ESTALE;
	for (int i = 0; i < LOOKS && *fd == -ESTALE; i++) {
		r = keep_stat(mount, child->path, keep, &stamp, stat);
		if (r)
			return r;
		child->inode.kind = INODE_REAL;
		child->inode.identity = ops_identity(&stamp);

		const struct file_name name = ops_file_name(child);

		*fd = S_ISREG(stat->st_mode) ? files_grasp(mount->files, &name)
					     : -EINVAL;
	}
	return 0;
}

/* What a name is that stands for a file, or for nothing. */
static int enter_name(struct mount *mount, struct ops_place *parent,
		      const char *name, struct fuse_entry_param *out)
{
	struct keep keep =
		keep_in(mount, parent->path, &parent->inode.identity);
	struct ops_place child = *parent;
	auto_close int fd = -1;
	int r = ops_append_name(child.path, name);

	child.inode.parent = parent->inode.id;
	if (r == 0)
		r = look_at(mount, &child, &keep, &out->attr, &fd);
	if (r == -ENOENT) {
		out->entry_timeout = keep_absence(mount, &keep);
		return enter_companion(mount, &parent->inode, child.path, out);
	}
	if (r == 0)
		r = enter_real(mount, &child, name, out);
	if (r)
		return r;
	keep_fill(mount, &keep, out);
	files_hold_by(mount->files, out->ino, steal_fd(&fd));
	return 0;
}

static int look_up(struct mount *mount, fuse_ino_t parent, const char *name,
		   struct fuse_entry_param *out)
{
	struct ops_place place;
	const int r = find_parent(mount, parent, &place);

	if (r)
		return r;
	if (place.inode.kind != INODE_REAL)
		return ops_look_up_in_virtual(mount, &place, name, out);

	const enum inode_kind kind = ops_virtual_kind(&place.inode, name);

	if (kind != INODE_FREE)
		return ops_enter_virtual(mount, &place.inode, kind, name, out);
	if (sighting_is_reserved(name))
		return -ENOENT;
	return enter_name(mount, &place, name, out);
}

static void forget(struct mount *mount, uint64_t ino, uint64_t count)
{
	if (!inodes_forget(mount->inodes, ino, count))
		return;
	while (ino) {
		files_forget(mount->files, ino);
		virtuals_forget(mount->virtuals, ino);
		ino = inodes_recycle(mount->inodes, ino);
	}
}

void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct mount *mount = ops_mount(req);
	struct fuse_entry_param entry = {0};
	int r = look_up(mount, parent, name, &entry);

	/* A node of zero says that there is none, and for how long. */
	if (r == -ENOENT && entry.entry_timeout > 0)
		r = 0;
	if (r)
		fuse_reply_err(req, -r);
	else if (fuse_reply_entry(req, &entry) && entry.ino)
		forget(mount, entry.ino, 1); /* nobody got it */
}

void op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t count)
{
	forget(ops_mount(req), ino, count);
	fuse_reply_none(req);
}

void op_forget_multi(fuse_req_t req, size_t count,
		     struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < count; i++)
		forget(ops_mount(req), forgets[i].ino, forgets[i].nlookup);
	fuse_reply_none(req);
}

/* Begin a look at a node by its name. */
static int keep_of(struct mount *mount, const struct ops_place *place,
		   struct keep *keep)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(place->path, '/');
	const size_t size = slash ? (size_t)(slash - place->path) : 0;
	const bool is_root = place->inode.id == INODE_ROOT;
	struct inode parent = place->inode;
	const int r = is_root ? 0
			      : inodes_get(mount->inodes, place->inode.parent,
					   &parent);

	if (r)
		return r;
	memcpy(directory, place->path, size);
	directory[size] = '\0';
	*keep = keep_in(mount, directory, &parent.identity);
	return 0;
}

/* By the name, as what may be kept is taken back by its name. */
static int stat_by_name(struct mount *mount, const struct ops_place *place,
			struct stat *stat, double *timeout)
{
	struct keep keep;
	int r = keep_of(mount, place, &keep);

	if (r == 0)
		r = ops_stat(mount, place, &keep, stat);
	if (r == 0)
		*timeout = keep_attributes(mount, &keep);
	if (r == 0 && *timeout > 0)
		files_tell(mount->files, place->inode.id, &keep.stamp);
	return r;
}

static int stat_nameless(struct mount *mount, const struct ops_place *place,
			 struct stat *stat)
{
	const struct file_name name = ops_file_name(place);
	const int r = files_stat(mount->files, name.node, stat);

	return r == -ENOENT ? files_stat_held(mount->files, &name, stat) : r;
}

/* What is open is asked itself: it may have lost its name. */
static int find_attributes(struct mount *mount, const struct ops_place *place,
			   struct stat *stat, double *timeout)
{
	const bool keeps = coherence_keeps(mount->coherence);
	const uint64_t node = place->inode.id;
	int r = keeps ? -ENOENT : files_stat(mount->files, node, stat);

	*timeout = 0;
	if (r == -ENOENT)
		r = stat_by_name(mount, place, stat, timeout);
	return r == -ESTALE && keeps ? stat_nameless(mount, place, stat) : r;
}

void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mount *mount = ops_mount(req);
	struct ops_place place;
	struct stat stat;
	double timeout;
	int r = ops_find(mount, ino, &place);

	(void)fi;
	if (r == 0 && place.inode.kind != INODE_REAL) {
		ops_virtual_getattr(req, &place);
		return;
	}
	if (r == 0)
		r = find_attributes(mount, &place, &stat, &timeout);
	if (r)
		fuse_reply_err(req, -r);
	else
		fuse_reply_attr(req, &stat, timeout);
}

void op_readlink(fuse_req_t req, fuse_ino_t ino)
{
	struct mount *mount = ops_mount(req);
	struct ops_place place;
	auto_free char *target = NULL;
	int r = ops_find(mount, ino, &place);

	if (r == 0)
		r = ops_read_link(mount, place.path, &target);
	if (r)
		fuse_reply_err(req, -r);
	else
		fuse_reply_readlink(req, target);
}

void op_statfs(fuse_req_t req, fuse_ino_t ino)
{
	const struct source *source = judge_source(ops_mount(req)->judge);
	auto_close int fd = source_open_directory(source, "");
	struct statvfs facts;

	(void)ino;
	if (fd < 0)
		fuse_reply_err(req, -fd);
	else if (fstatvfs(fd, &facts))
		fuse_reply_err(req, errno);
	else
		fuse_reply_statfs(req, &facts);
}
