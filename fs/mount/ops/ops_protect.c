#include "fs/mount/ops/ops.h"

#include <errno.h>

/* A reader that tries a page again and again must not keep us busy. */
enum { BACK_OFF_NS = 50 * 1000 * 1000 };

bool ops_is_protected(const struct inode *inode)
{
	return inode->kind == INODE_REAL && inode->identity.version != 0;
}

int ops_protect_enter(struct mount *mount, const struct ops_place *child,
		      struct span name, const struct stamp *stamp,
		      struct fuse_entry_param *entry, struct inode *out)
{
	struct inode wanted = child->inode;
	struct view view;
	int r = protect_look(mount->protect, child->path, stamp, &entry->attr,
			     &view);

	if (r)
		return r;
	wanted.identity.version = view.version;
	r = inodes_look_up(mount->inodes, &wanted, name, out);
	if (r == 0) {
		r = protect_attach(mount->protect, out->id, &view);
		if (r)
			ops_forget(mount, out->id, 1);
	}
	protect_view_release(&view);
	return r;
}

int ops_protect_stat(struct mount *mount, const struct ops_place *place,
		     struct stat *stat)
{
	struct keep keep = {0};
	struct view view;
	int r = protect_stat(mount->protect, place->inode.id, stat);

	if (r != -ENOENT)
		return r;
	r = ops_stat_file(mount, place, &keep, stat);
	if (r)
		return r;
	r = protect_look(mount->protect, place->path, &keep.stamp, stat, &view);
	if (r)
		return r;
	if (view.version != place->inode.identity.version)
		r = -ESTALE;
	protect_view_release(&view);
	return r;
}

int ops_protect_back_off(void)
{
	const struct timespec back_off = {.tv_nsec = BACK_OFF_NS};

	nanosleep(&back_off, NULL);
	return -ESTALE;
}

/* What was opened does not fail here, save where another process opened it. */
int ops_protect_read(struct mount *mount, const struct ops_place *place,
		     struct content **out)
{
	const struct file_name name = ops_file_name(place);
	const int r = protect_content(mount->protect, &name, out);

	return r ? ops_protect_back_off() : 0;
}
