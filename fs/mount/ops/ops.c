#include "fs/mount/ops/ops.h"

#include "fs/mount/ops/link.h"

#include <errno.h>

struct mount *ops_mount(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

bool ops_park(struct mount *mount)
{
	if (atomic_fetch_add(&mount->parked, 1) < SLOTS_COUNT / 2)
		return true;
	atomic_fetch_sub(&mount->parked, 1);
	return false;
}

void ops_unpark(struct mount *mount)
{
	atomic_fetch_sub(&mount->parked, 1);
}

int ops_find(struct mount *mount, fuse_ino_t ino, struct ops_place *out)
{
	const int r = inodes_get(mount->inodes, ino, &out->inode);

	return r ? r : inodes_path(mount->inodes, ino, out->path);
}

int ops_append_name(char *path, const char *name)
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

struct file_name ops_file_name(const struct ops_place *place)
{
	return (struct file_name){.node = place->inode.id,
				  .path = place->path,
				  .identity = place->inode.identity};
}

struct inode_identity ops_identity(const struct stamp *stamp)
{
	return (struct inode_identity){.dev = stamp->dev,
				       .ino = stamp->ino,
				       .btime_ns = stamp->btime_ns};
}

/* Readers take the size of a link for that of its target. */
static int measure_link(struct mount *mount, const char *path,
			struct stat *stat)
{
	char *target;
	const int r = ops_read_link(mount, path, &target);

	if (r)
		return r;
	stat->st_size = (off_t)strlen(target);
	free(target);
	return 0;
}

int ops_stat_file(struct mount *mount, const struct ops_place *place,
		  struct keep *keep, struct stat *stat)
{
	const struct keep_place where = {.path = place->path, .directory = -1};
	const int r = keep_stat(mount, &where, keep, stat);

	/* The kernel looks the path up again when it is told so. */
	if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP)
		return -ESTALE;
	if (r)
		return r;

	struct inode_identity identity = ops_identity(&keep->stamp);

	/* Which version of it is shown does not hang on the file alone. */
	identity.version = place->inode.identity.version;
	if (!inode_identity_equal(&identity, &place->inode.identity))
		return -ESTALE;
	return 0;
}

int ops_stat(struct mount *mount, const struct ops_place *place,
	     struct keep *keep, struct stat *stat)
{
	const int r = ops_stat_file(mount, place, keep, stat);

	if (r == 0 && S_ISLNK(stat->st_mode))
		return measure_link(mount, place->path, stat);
	return r;
}

int ops_read_link(struct mount *mount, const char *path, char **target)
{
	const struct source *source = judge_source(mount->judge);
	auto_free char *raw = NULL;
	const int r = source_read_link(source, path, &raw);

	if (r)
		return r;

	char *shown = link_relative(path, raw, source_root(source));

	if (!shown)
		shown = link_relative(path, raw, mount->given_root);
	*target = shown ? shown : steal(&raw);
	return 0;
}

/*
 * Only what saves work is asked for; all of it may be missing. Each worker must
 * ask for the same: see channel_greet().
 */
static void op_init(void *ctx, struct fuse_conn_info *connection)
{
	const struct mount *mount = ctx;

	connection->want |= connection->capable & FUSE_CAP_SPLICE_WRITE;
	connection->time_gran = 1;
	coherence_greet(mount->coherence, connection);
}

/*
 * What is not here is answered by libfuse with ENOSYS, which the kernel
 * remembers: no flush, no locks of our own.
 */
const struct fuse_lowlevel_ops ops_table = {
	.init = op_init,
	.lookup = op_lookup,
	.forget = op_forget,
	.forget_multi = op_forget_multi,
	.getattr = op_getattr,
	.readlink = op_readlink,
	.statfs = op_statfs,
	.opendir = op_opendir,
	.readdir = op_readdir,
	.readdirplus = op_readdirplus,
	.releasedir = op_releasedir,
	.open = op_open,
	.read = op_read,
	.release = op_release,
	.ioctl = op_ioctl,
	.setattr = op_setattr,
	.create = op_create,
	.mknod = op_mknod,
	.mkdir = op_mkdir,
	.symlink = op_symlink,
	.link = op_link,
	.unlink = op_unlink,
	.rmdir = op_rmdir,
	.rename = op_rename,
	.write = op_write,
	.fallocate = op_fallocate,
	.copy_file_range = op_copy_file_range,
	.getxattr = op_getxattr,
	.listxattr = op_listxattr,
	.setxattr = op_setxattr,
	.removexattr = op_removexattr,
};
