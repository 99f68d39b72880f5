#include "fs/mount/ops/ops.h"

#include "fs/sighting.h"

#include <errno.h>

/* Inside a folder that mirrors one of the tree: the same folders and files,
 * and what is said of the folder itself. */
static int look_up_in_mirror(struct mount *mount, struct ops_place *parent,
			     const char *name, struct fuse_entry_param *out)
{
	const enum inode_kind mirror = parent->inode.kind;
	const struct virtual_kind *kind = virtual_kind_of(mirror);
	const struct virtual_kind *folder = virtual_kind_of(kind->of_folder);
	struct stat stat;
	int r;

	if (folder && strcmp(folder->name, name) == 0)
		return ops_enter_virtual(mount, &parent->inode, kind->of_folder,
					 name, out);
	if (sighting_is_reserved(name))
		return -ENOENT;
	r = ops_append_name(parent->path, name);
	if (r == 0)
		r = source_stat(judge_source(mount->judge), parent->path, NULL,
				&stat);
	if (r)
		return r;
	if (S_ISDIR(stat.st_mode))
		return ops_enter_virtual(mount, &parent->inode, mirror, name,
					 out);
	if (S_ISREG(stat.st_mode))
		return ops_enter_virtual(mount, &parent->inode, kind->of_file,
					 name, out);
	return -ENOENT;
}

int ops_look_up_in_virtual(struct mount *mount, struct ops_place *parent,
			   const char *name, struct fuse_entry_param *out)
{
	enum inode_kind kind;

	if (virtual_is_mirror(parent->inode.kind))
		return look_up_in_mirror(mount, parent, name, out);
	if (parent->inode.kind != INODE_BASE)
		return -ENOTDIR;
	kind = virtual_kind_find(VIRTUAL_IN_BASE, name);
	if (kind == INODE_FREE)
		return -ENOENT;
	return ops_enter_virtual(mount, &parent->inode, kind, name, out);
}
