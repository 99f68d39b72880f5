#include "fs/mount/ops/ops.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

/* No READ is ever sent for an empty file: to open it is to read it. */
static void judge_if_empty(struct mount *mount, const struct file_name *name)
{
	struct served served;
	struct stat facts;

	if (files_stat(mount->files, name->node, &facts) || facts.st_size > 0)
		return;
	if (files_serve(mount->files, name, &served) == 0)
		files_served_release(mount->files, &served);
}

static int open_real(struct mount *mount, const struct ops_place *place,
		     struct fuse_file_info *fi)
{
	const struct file_name name = ops_file_name(place);
	struct opened opened;

	if (ops_is_protected(&place->inode)) {
		fi->keep_cache = true; /* a node never shows two contents */
		return protect_open(mount->protect, &name);
	}
	/* It was looked up under another policy. */
	if (mount->protect && !protect_lets_pass(mount->protect, name.path))
		return -ESTALE;

	const int r = files_open(mount->files, &name, &opened);

	if (r == 0 && !opened.keeps_pages)
		judge_if_empty(mount, &name);
	if (r == 0 && opened.is_other)
		inodes_supersede(mount->inodes, place->inode.id);
	/* Or its new content would be cut at its old size. */
	if (r == 0 && !opened.keeps_attributes)
		coherence_drop_attributes(mount->coherence, place->inode.id);
	fi->keep_cache = opened.keeps_pages;
	return r;
}

/* Only one of the two knows the node. */
static void close_node(struct mount *mount, fuse_ino_t ino)
{
	files_close(mount->files, ino);
	if (mount->protect)
		protect_close(mount->protect, ino);
}

/* The handle stays zero: all state hangs on the node. */
void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mount *mount = ops_mount(req);
	struct ops_place place;
	int r;

	/* The kernel remembers this answer and never asks again. */
	if (coherence_has_no_open(mount->coherence)) {
		fuse_reply_err(req, ENOSYS);
		return;
	}
	r = ops_find(mount, ino, &place);
	if ((fi->flags & O_ACCMODE) != O_RDONLY || fi->flags & O_TRUNC)
		r = -EROFS;
	fi->noflush = true;
	if (r == 0 && place.inode.kind == INODE_REAL)
		r = open_real(mount, &place, fi);
	else
		fi->keep_cache = true; /* its text never changes */
	if (r)
		fuse_reply_err(req, -r);
	else if (fuse_reply_open(req, fi))
		close_node(mount, ino); /* no release will come */
}

static void reply_content(fuse_req_t req, const struct content *content,
			  size_t size, off_t offset)
{
	const struct snapshot *snapshot = &content->snapshot;
	const size_t from = (uint64_t)offset < snapshot->size ? (size_t)offset
							      : snapshot->size;
	const size_t rest = snapshot->size - from;

	fuse_reply_buf(req, snapshot->bytes + from, rest < size ? rest : size);
}

static void reply_directly(fuse_req_t req, int fd, size_t size, off_t offset)
{
	struct fuse_bufvec vector = FUSE_BUFVEC_INIT(size);

	vector.buf[0].flags = FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK;
	vector.buf[0].fd = fd;
	vector.buf[0].pos = offset;
	fuse_reply_data(req, &vector, (enum fuse_buf_copy_flags)0);
}

static int read_protected(fuse_req_t req, const struct ops_place *place,
			  size_t size, off_t offset)
{
	struct content *content;
	const int r = ops_protect_read(ops_mount(req), place, &content);

	if (r)
		return r;
	reply_content(req, content, size, offset);
	content_release(content);
	return 0;
}

static bool reaches_end(const struct served *served, size_t size, off_t offset)
{
	struct stat facts;

	if (served->content)
		return (uint64_t)offset + size >=
		       served->content->snapshot.size;
	return fstat(file_descriptor(served->file), &facts) ||
	       offset + (off_t)size >= facts.st_size;
}

static int read_real(fuse_req_t req, const struct ops_place *place, size_t size,
		     off_t offset)
{
	struct mount *mount = ops_mount(req);
	struct profile *profile = judge_profile(mount->judge);
	const struct file_name name = ops_file_name(place);
	struct served served;
	const int r = files_serve(mount->files, &name, &served);
	uint64_t since = profile_start(profile);

	if (r)
		return r;
	/* What nobody judges may have become what somebody does. */
	if (mount->protect && !protect_lets_pass(mount->protect, name.path)) {
		files_served_release(mount->files, &served);
		return ops_protect_back_off();
	}
	served.reaches_end = reaches_end(&served, size, offset);
	if (!served.reaches_end)
		files_hold_name(mount->files, &name);
	if (served.content)
		reply_content(req, served.content, size, offset);
	else
		reply_directly(req, file_descriptor(served.file), size, offset);
	profile_lap(profile, PHASE_REPLY, &since);
	files_served_release(mount->files, &served);
	return 0;
}

void op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
	     struct fuse_file_info *fi)
{
	struct ops_place place;
	int r = ops_find(ops_mount(req), ino, &place);

	(void)fi;
	if (r == 0 && place.inode.kind != INODE_REAL) {
		ops_virtual_read(req, &place, size, offset);
		return;
	}
	if (r == 0 && ops_is_protected(&place.inode))
		r = read_protected(req, &place, size, offset);
	else if (r == 0)
		r = read_real(req, &place, size, offset);
	if (r)
		fuse_reply_err(req, -r);
}

void op_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mount *mount = ops_mount(req);
	struct file *file = files_hold(mount->files, ino);

	(void)fi;
	fuse_reply_err(req, 0);
	files_close_held(mount->files, file);
	if (mount->protect)
		protect_close(mount->protect, ino);
}
