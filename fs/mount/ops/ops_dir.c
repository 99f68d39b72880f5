#include "fs/mount/ops/ops.h"

#include "fs/sighting.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

enum {
	CHUNK_BYTES = 32 * 1024,
	SMALLEST_PLUS = 152, /* bytes of an entry of READDIRPLUS at least */
};

/* Where the names of virtual files are listed: behind all others. */
#define VIRTUAL_OFFSET (INT64_MAX - 64)

/* One reply to READDIR while it is being filled. */
struct listing {
	fuse_req_t req;
	struct mount *mount;
	const struct inode *directory;
	int fd;		  /* of the directory */
	bool brings_more; /* it is READDIRPLUS: attributes too */
	struct keep keep;
	char *bytes;
	size_t size;
	size_t used;
	uint64_t *entered; /* nodes that the reply looks up */
	size_t entered_count;
};

/* A plain file is as if it had been looked up. What needs a look of its own (a
 * folder is watched then, a link measured, a protected file judged) or cannot
 * be kept is only named. */
static void enter_listed(struct listing *listing, const char *name,
			 struct fuse_entry_param *out)
{
	const struct keep_place place = {"", listing->fd, name};
	struct keep keep = listing->keep;
	struct inode inode;
	struct stat stat;

	if (listing->mount->protect || !S_ISREG(out->attr.st_mode) ||
	    !keep.is_covered || sighting_is_reserved(name) ||
	    keep_stat(listing->mount, &place, &keep, &stat) ||
	    !S_ISREG(stat.st_mode) || !keep.has_attributes)
		return;

	const struct inode wanted = {.parent = listing->directory->id,
				     .kind = INODE_REAL,
				     .identity = ops_identity(&keep.stamp)};

	if (inodes_look_up(listing->mount->inodes, &wanted, span_of(name),
			   &inode))
		return;
	out->ino = inode.id;
	out->generation = inode.generation;
	out->attr = stat;
	keep_fill(listing->mount, &keep, out);
}

/* The kernel gets a node with its answer. If it is never read, the node stays
 * known here until the unmount. */
static bool add_with_attributes(struct listing *listing, const char *name,
				const struct stat *stat, off_t next)
{
	const size_t space = listing->size - listing->used;
	struct fuse_entry_param entry = {.attr = *stat};
	const size_t needed = fuse_add_direntry_plus(listing->req, NULL, 0,
						     name, &entry, next);

	if (needed > space)
		return false;
	enter_listed(listing, name, &entry);
	if (entry.ino)
		listing->entered[listing->entered_count++] = entry.ino;
	listing->used += fuse_add_direntry_plus(listing->req,
						listing->bytes + listing->used,
						space, name, &entry, next);
	return true;
}

/* False: it does not fit any more. `next` is where to go on behind it. */
static bool add_entry(struct listing *listing, const char *name,
		      const struct stat *stat, off_t next)
{
	const size_t space = listing->size - listing->used;

	if (listing->brings_more)
		return add_with_attributes(listing, name, stat, next);

	const size_t needed =
		fuse_add_direntry(listing->req, listing->bytes + listing->used,
				  space, name, stat, next);

	if (needed > space)
		return false;
	listing->used += needed;
	return true;
}

/* Is a virtual kind listed in this folder? */
static bool is_listed(const struct listing *listing, enum inode_kind kind)
{
	const struct inode *folder = listing->directory;
	const struct virtual_kind *virtual_kind = virtual_kind_of(kind);

	if (!virtual_kind)
		return false;
	if (folder->kind == INODE_BASE)
		return virtual_kind->place == VIRTUAL_IN_BASE;
	if (folder->kind != INODE_REAL)
		return virtual_kind_of(folder->kind)->of_folder == kind;
	return listing->mount->virtual_visible &&
	       (virtual_kind->place == VIRTUAL_IN_FOLDER ||
		(virtual_kind->place == VIRTUAL_IN_ROOT &&
		 folder->id == INODE_ROOT));
}

static bool add_virtual(struct listing *listing, enum inode_kind kind,
			const char *name, off_t next)
{
	const struct inode made = {.kind = kind};
	const struct stat stat = {
		.st_ino = ops_virtual_ino(listing->directory, kind, name),
		.st_mode = ops_is_virtual_folder(&made) ? S_IFDIR : S_IFREG,
	};

	return add_entry(listing, name, &stat, next);
}

static bool add_virtuals(struct listing *listing, off_t offset)
{
	int i = offset > VIRTUAL_OFFSET ? (int)(offset - VIRTUAL_OFFSET) : 0;

	for (; i < INODE_KIND_COUNT; i++) {
		const enum inode_kind kind = (enum inode_kind)i;

		if (is_listed(listing, kind) &&
		    !add_virtual(listing, kind, virtual_kind_of(kind)->name,
				 VIRTUAL_OFFSET + (off_t)i + 1))
			return false;
	}
	return true;
}

static bool add_real(struct listing *listing, const struct dirent64 *entry)
{
	const struct stat stat = {
		.st_ino = entry->d_ino,
		.st_mode = DTTOIF(entry->d_type),
	};

	return add_entry(listing, entry->d_name, &stat, entry->d_off);
}

/* Some filesystems do not tell the types of what they list. */
static unsigned char type_of(int fd, const struct dirent64 *entry)
{
	struct stat stat;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	if (fstatat(fd, entry->d_name, &stat, AT_SYMLINK_NOFOLLOW))
		return DT_UNKNOWN;
	return (unsigned char)IFTODT(stat.st_mode);
}

/* A mirror has the folders and the regular files of the tree. */
static bool add_mirrored(struct listing *listing, int fd,
			 const struct dirent64 *entry)
{
	const enum inode_kind folder = listing->directory->kind;
	const unsigned char type = type_of(fd, entry);

	if (type == DT_DIR)
		return add_virtual(listing, folder, entry->d_name,
				   entry->d_off);
	if (type == DT_REG)
		return add_virtual(listing, virtual_kind_of(folder)->of_file,
				   entry->d_name, entry->d_off);
	return true;
}

static bool add_chunk(struct listing *listing, int fd, const char *chunk,
		      size_t size)
{
	const bool is_mirror = listing->directory->kind != INODE_REAL;

	for (size_t at = 0; at < size;) {
		const struct dirent64 *entry =
			(const struct dirent64 *)(const void *)(chunk + at);

		at += entry->d_reclen;
		if (sighting_is_reserved(entry->d_name))
			continue;
		if (!(is_mirror ? add_mirrored(listing, fd, entry)
				: add_real(listing, entry)))
			return false;
	}
	return true;
}

/*
 * The cookies of the source's directory serve as ours, so that there is no
 * state to keep between two calls.
 */
static int fill_listing(struct listing *listing, int fd, off_t offset)
{
	_Alignas(struct dirent64) char chunk[CHUNK_BYTES];
	bool has_room = true;

	if (offset >= VIRTUAL_OFFSET) {
		add_virtuals(listing, offset);
		return 0;
	}
	if (lseek(fd, offset, SEEK_SET) < 0)
		return -errno;
	while (has_room) {
		const ssize_t got = getdents64(fd, chunk, sizeof(chunk));

		if (got < 0)
			return -errno;
		if (got == 0) {
			add_virtuals(listing, VIRTUAL_OFFSET);
			return 0;
		}
		has_room = add_chunk(listing, fd, chunk, (size_t)got);
	}
	return 0;
}

static struct file_name directory_name(const struct ops_place *place)
{
	struct file_name name = ops_file_name(place);

	name.is_directory = true;
	return name;
}

/* Each call has a position of its own: several may list at the same time. */
static int list_directory(struct listing *listing,
			  const struct ops_place *place, off_t offset)
{
	struct files *files = listing->mount->files;
	const struct file_name name = directory_name(place);
	struct file *file;
	int r = files_use(files, &name, &file);

	if (r)
		return r;

	auto_close int fd = openat(file_descriptor(file), ".",
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	listing->fd = fd;
	if (fd >= 0)
		listing->keep = keep_in(listing->mount, place->path,
					&place->inode.identity);
	r = fd < 0 ? -errno : fill_listing(listing, fd, offset);
	files_unuse(files, file);
	return r;
}

static int list_mirror(struct listing *listing, const struct ops_place *place,
		       off_t offset)
{
	const struct source *source = judge_source(listing->mount->judge);
	auto_close int fd = source_open_directory(source, place->path);

	return fd < 0 ? fd : fill_listing(listing, fd, offset);
}

static int list_base(struct listing *listing, off_t offset)
{
	static const char *const dots[] = {".", ".."};
	const struct stat stat = {.st_ino = listing->directory->identity.ino,
				  .st_mode = S_IFDIR};

	for (; offset < (off_t)array_size(dots); offset++)
		if (!add_entry(listing, dots[offset], &stat, offset + 1))
			return 0;
	add_virtuals(listing, offset);
	return 0;
}

static int list_any(struct listing *listing, const struct ops_place *place,
		    off_t offset)
{
	if (place->inode.kind == INODE_REAL)
		return list_directory(listing, place, offset);
	if (virtual_is_mirror(place->inode.kind))
		return list_mirror(listing, place, offset);
	return place->inode.kind == INODE_BASE ? list_base(listing, offset)
					       : -ENOTDIR;
}

void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mount *mount = ops_mount(req);
	struct ops_place place;
	struct opened opened;
	int r;

	if (coherence_has_no_open(mount->coherence)) {
		fuse_reply_err(req, ENOSYS);
		return;
	}
	r = ops_find(mount, ino, &place);
	if (r == 0 && place.inode.kind == INODE_REAL) {
		const struct file_name name = directory_name(&place);

		r = files_open(mount->files, &name, &opened);
	}
	if (r)
		fuse_reply_err(req, -r);
	else if (fuse_reply_open(req, fi))
		files_close(mount->files, ino);
}

/* Nobody got the reply. */
static void forget_entered(const struct listing *listing)
{
	for (size_t i = 0; i < listing->entered_count; i++)
		ops_forget(listing->mount, listing->entered[i], 1);
}

static void list(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
		 bool brings_more)
{
	struct mount *mount = ops_mount(req);
	struct ops_place place;
	auto_free char *bytes = malloc(size);
	auto_free uint64_t *entered =
		calloc(size / SMALLEST_PLUS + 1, sizeof(*entered));
	struct listing listing = {.req = req,
				  .mount = mount,
				  .directory = &place.inode,
				  .brings_more = brings_more,
				  .bytes = bytes,
				  .size = size,
				  .entered = entered};
	int r = bytes && entered ? ops_find(mount, ino, &place) : -ENOMEM;

	if (r == 0)
		r = list_any(&listing, &place, offset);
	if (r)
		fuse_reply_err(req, -r);
	else
		r = fuse_reply_buf(req, bytes, listing.used);
	if (r)
		forget_entered(&listing);
}

void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
		struct fuse_file_info *fi)
{
	(void)fi;
	list(req, ino, size, offset, false);
}

void op_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
		    struct fuse_file_info *fi)
{
	(void)fi;
	list(req, ino, size, offset, true);
}

void op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	op_release(req, ino, fi);
}
