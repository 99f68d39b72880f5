#include "fs/mount/ops/ops.h"

#include "fs/sighting.h"

#include <errno.h>
#include <sys/statvfs.h>

/* How often a name is looked at that changes all the time. */
enum { LOOKS = 8 };

/* Open the directory that a name is looked up in, if it is still there: what
 * is found is in this one, wherever its path leads meanwhile. */
static int open_parent(struct mount *mount, struct ops_place *parent)
{
	const struct source *source = judge_source(mount->judge);
	auto_close int fd = source_open_place(source, parent->path);
	struct stamp stamp;
	int r;

	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return -ESTALE;
	r = fd < 0 ? fd : source_stat_fd(fd, &stamp, NULL);
	if (r)
		return r;

	const struct inode_identity identity = ops_identity(&stamp);

	if (!inode_identity_equal(&identity, &parent->inode.identity))
		return -ESTALE;
	return steal_fd(&fd);
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
		      const char *name, const struct stamp *stamp,
		      struct fuse_entry_param *out)
{
	const mode_t mode = out->attr.st_mode;
	struct inode inode;
	int r = 0;

	/* What a pipe would give nobody has judged. */
	if (mount->protect && !S_ISREG(mode) && !S_ISDIR(mode) &&
	    !S_ISLNK(mode))
		return -EACCES;
	if (S_ISLNK(mode)) {
		char *target;

		r = ops_read_link(mount, child->path, &target);
		if (r)
			return r;
		out->attr.st_size = (off_t)strlen(target);
		free(target);
	}
	if (mount->protect && S_ISREG(out->attr.st_mode))
		r = ops_protect_enter(mount, child, span_of(name), stamp, out,
				      &inode);
	else
		r = inodes_look_up(mount->inodes, &child->inode, span_of(name),
				   &inode);
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

/* A descriptor to hold what was looked at; -ESTALE: it is another one now. */
static int grasp(struct mount *mount, const struct keep_place *place,
		 const struct stamp *stamp)
{
	const struct file_name name = {.path = place->path,
				       .identity = ops_identity(stamp)};

	if (!S_ISREG(stamp->mode) || !files_has_no_opens(mount->files))
		return -EOPNOTSUPP;
	return files_grasp(&name,
			   source_place_at(place->directory, place->name));
}

/* Look at a name, and hold what is there if it is a file; *fd negative: it is
 * not held. What is replaced in between is looked at again. */
static int look_at(struct mount *mount, const struct keep_place *place,
		   struct keep *keep, struct stat *stat, int *fd)
{
	*fd = -ESTALE;
	for (int i = 0; i < LOOKS && *fd == -ESTALE; i++) {
		const int r = keep_stat(mount, place, keep, stat);

		if (r)
			return r;
		*fd = grasp(mount, place, &keep->stamp);
	}
	return 0;
}

/* What a name is that stands for a file, or for nothing. */
static int enter_name(struct mount *mount, const struct ops_place *parent,
		      int directory, const char *name,
		      struct fuse_entry_param *out)
{
	struct keep keep =
		keep_in(mount, parent->path, &parent->inode.identity);
	struct ops_place child = *parent;
	const struct keep_place place = {child.path, directory, name};
	auto_close int fd = -1;
	int r = ops_append_name(child.path, name);

	if (r == 0)
		r = look_at(mount, &place, &keep, &out->attr, &fd);
	if (r == -ENOENT) {
		out->entry_timeout = keep_absence(mount, &keep);
		return enter_companion(mount, &parent->inode, child.path, out);
	}
	child.inode = (struct inode){.parent = parent->inode.id,
				     .kind = INODE_REAL,
				     .identity = ops_identity(&keep.stamp)};
	if (r == 0)
		r = enter_real(mount, &child, name, &keep.stamp, out);
	if (r)
		return r;
	/* Each state of a file that is protected is another node. */
	if (mount->protect && S_ISREG(out->attr.st_mode))
		keep.is_covered = false;
	keep_fill(mount, &keep, out);
	if (!mount->protect)
		files_hold_by(mount->files, out->ino, steal_fd(&fd));
	return 0;
}

static int look_up(struct mount *mount, fuse_ino_t parent, const char *name,
		   struct fuse_entry_param *out)
{
	struct ops_place place;
	const int r = ops_find(mount, parent, &place);

	if (r)
		return r;
	if (ops_is_virtual_folder(&place.inode))
		return ops_look_up_in_virtual(mount, &place, name, out);
	if (place.inode.kind != INODE_REAL)
		return -ENOTDIR;

	const enum inode_kind kind = ops_virtual_kind(&place.inode, name);
	auto_close int directory = open_parent(mount, &place);

	if (directory < 0)
		return directory;
	if (kind != INODE_FREE)
		return ops_enter_virtual(mount, &place.inode, kind, name, out);
	if (sighting_is_reserved(name))
		return -ENOENT;
	return enter_name(mount, &place, directory, name, out);
}

void ops_forget(struct mount *mount, uint64_t ino, uint64_t count)
{
	if (!inodes_forget(mount->inodes, ino, count))
		return;
	while (ino) {
		files_forget(mount->files, ino);
		if (mount->protect)
			protect_forget(mount->protect, ino);
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
		ops_forget(mount, entry.ino, 1); /* nobody got it */
}

void op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t count)
{
	ops_forget(ops_mount(req), ino, count);
	fuse_reply_none(req);
}

void op_forget_multi(fuse_req_t req, size_t count,
		     struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < count; i++)
		ops_forget(ops_mount(req), forgets[i].ino, forgets[i].nlookup);
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
	if (ops_is_protected(&place->inode)) {
		*timeout = 0;
		return ops_protect_stat(mount, place, stat);
	}

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
	if (r == 0 && mount->protect &&
	    !judge_lets_link(mount->judge, place.path, target))
		r = -EACCES;
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
