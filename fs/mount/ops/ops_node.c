#include "fs/mount/ops/ops.h"

#include "fs/survey.h"

#include <errno.h>
#include <sys/statvfs.h>

/*
 * Coherence is strict: every walk of a path asks for each name again, and the
 * answer brings the attributes with it. They may be used for the rest of that
 * walk and open (one or two ticks of the kernel's clock, 4 to 8 ms at 250 Hz),
 * so that it takes one request a name and not two. Whoever asks about an open
 * file later gets an answer that counts for that question alone.
 */
static const double NO_TIMEOUT = 0.0;
static const double ONE_TICK = 0.001;

static int append_name(char *path, const char *name)
{
	const size_t size = strlen(path);
	const size_t name_size = strlen(name);

	if (name_size > INODE_NAME_MAX ||
	    size + 1 + name_size >= (size_t)PATH_MAX)
		return -ENAMETOOLONG;
	if (size)
		path[size] = '/';
	memcpy(path + size + (size ? 1 : 0), name, name_size + 1);
	return 0;
}

/* The directory that a name is looked up in, if it is still there. */
static int find_parent(struct mount *mount, fuse_ino_t ino,
		       struct ops_place *parent)
{
	struct stat stat;
	int r = ops_find(mount, ino, parent);

	if (r == 0 && parent->inode.kind != INODE_REAL)
		return -ENOTDIR;
	if (r == 0 && parent->inode.id != INODE_ROOT)
		r = ops_stat(mount, parent, &stat);
	return r;
}

static void fill_entry(const struct inode *inode, struct fuse_entry_param *out)
{
	out->ino = inode->id;
	out->generation = inode->generation;
	out->attr_timeout = NO_TIMEOUT;
	out->entry_timeout = NO_TIMEOUT;
}

static int enter_virtual(struct mount *mount, const struct inode *parent,
			 enum inode_kind kind, const char *base,
			 struct fuse_entry_param *out)
{
	const struct inode wanted = {
		.parent = parent->id,
		.kind = kind,
		.identity = {.ino = ops_virtual_ino(parent, kind, base)},
	};
	struct inode inode;
	const int r =
		inodes_look_up(mount->inodes, &wanted, span_of(base), &inode);

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
	out->attr_timeout = ONE_TICK;
	return 0;
}

/* What has no file: FILE.status and FILE.report, else nothing. */
static int enter_companion(struct mount *mount, const struct inode *parent,
			   char *path, struct fuse_entry_param *out)
{
	const enum inode_kind kind = ops_companion_kind(mount, path);
	const char *slash = strrchr(path, '/');

	if (kind == INODE_FREE)
		return -ENOENT;
	return enter_virtual(mount, parent, kind, slash ? slash + 1 : path,
			     out);
}

static int look_up(struct mount *mount, fuse_ino_t parent, const char *name,
		   struct fuse_entry_param *out)
{
	const struct source *source = judge_source(mount->judge);
	struct ops_place place;
	struct stamp stamp;
	int r = find_parent(mount, parent, &place);

	if (r)
		return r;

	const enum inode_kind kind = ops_virtual_kind(name);

	if (kind != INODE_FREE)
		return enter_virtual(mount, &place.inode, kind, name, out);
	if (survey_is_reserved(name))
		return -ENOENT;
	r = append_name(place.path, name);
	if (r)
		return r;
	r = source_stat(source, place.path, &stamp, &out->attr);
	if (r == -ENOENT)
		return enter_companion(mount, &place.inode, place.path, out);
	if (r)
		return r;
	place.inode.parent = parent;
	place.inode.kind = INODE_REAL;
	place.inode.identity = ops_identity(&stamp);
	return enter_real(mount, &place, name, out);
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
	const int r = look_up(mount, parent, name, &entry);

	if (r)
		fuse_reply_err(req, -r);
	else if (fuse_reply_entry(req, &entry))
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

void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mount *mount = ops_mount(req);
	struct ops_place place;
	struct stat stat;
	int r;

	(void)fi;
	/* What is open is asked itself: it may have lost its name. */
	r = files_stat(mount->files, ino, &stat);
	if (r == -ENOENT) {
		r = ops_find(mount, ino, &place);
		if (r == 0 && place.inode.kind != INODE_REAL) {
			ops_virtual_getattr(req, &place);
			return;
		}
		if (r == 0)
			r = ops_stat(mount, &place, &stat);
	}
	if (r)
		fuse_reply_err(req, -r);
	else
		fuse_reply_attr(req, &stat, NO_TIMEOUT);
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
