#include "fs/mount/ops/ops.h"

#include "fs/sighting.h"
#include "validate/digest.h"

#include <errno.h>

enum { PLACEHOLDER_BYTES = 4096 };

/* Attributes of a text that is made never change. */
static const double FOREVER_SECONDS = 3600.0;

enum inode_kind ops_virtual_kind(const struct inode *parent, const char *name)
{
	const enum inode_kind kind = virtual_kind_find(VIRTUAL_IN_FOLDER, name);

	return kind == INODE_FREE && parent->id == INODE_ROOT
		       ? virtual_kind_find(VIRTUAL_IN_ROOT, name)
		       : kind;
}

bool ops_is_virtual_folder(const struct inode *inode)
{
	const struct virtual_kind *kind = virtual_kind_of(inode->kind);

	return kind && !kind->make;
}

/* The base of a name with this ending; 0 if it has another one. */
static size_t base_size(const char *path, const char *ending)
{
	const size_t size = strlen(path);
	const size_t ending_size = strlen(ending);

	if (size <= ending_size ||
	    strcmp(path + size - ending_size, ending) != 0)
		return 0;
	return size - ending_size;
}

/* The kind whose ending a path has, and the size of what stands before it. */
static enum inode_kind find_companion(const char *path, size_t *size)
{
	for (int i = 0; i < INODE_KIND_COUNT; i++) {
		const struct virtual_kind *kind =
			virtual_kind_of((enum inode_kind)i);

		if (!kind || kind->place != VIRTUAL_BESIDE_FILE)
			continue;
		*size = base_size(path, kind->name);
		if (*size)
			return (enum inode_kind)i;
	}
	return INODE_FREE;
}

bool ops_is_companion_name(const char *path)
{
	size_t size;

	return find_companion(path, &size) != INODE_FREE;
}

enum inode_kind ops_companion_kind(struct mount *mount, char *path)
{
	size_t size = 0;
	const enum inode_kind kind = find_companion(path, &size);
	struct stat stat;

	if (kind == INODE_FREE || path[size - 1] == '/')
		return INODE_FREE;
	path[size] = '\0';

	const char *slash = strrchr(path, '/');

	if (sighting_is_reserved(slash ? slash + 1 : path) ||
	    source_stat(judge_source(mount->judge), path, NULL, &stat) ||
	    !S_ISREG(stat.st_mode))
		return INODE_FREE;
	return kind;
}

/* cp compares the numbers of two look-ups: they must not tell the nodes. */
uint64_t ops_virtual_ino(const struct inode *parent, enum inode_kind kind,
			 const char *name)
{
	const uint64_t mixed =
		digest_checksum(span_of(name)) ^
		parent->identity.ino * UINT64_C(0x9e3779b97f4a7c15) ^
		(uint64_t)kind;

	return mixed | UINT64_C(1) << 63;
}

/* A folder that mirrors the tree shows its names: it is for those who may read
 * reports. Who may read a folder may go into it. */
static mode_t mode_of(const struct mount *mount, enum inode_kind kind)
{
	const struct virtual_kind *virtual_kind = virtual_kind_of(kind);
	const mode_t mode = virtual_kind && virtual_kind->is_public
				    ? mount->status_mode
				    : mount->report_mode;

	if (virtual_kind && virtual_kind->make)
		return S_IFREG | mode;
	return S_IFDIR | mode | (mode >> 2 & 0111);
}

static struct timespec now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return time;
}

void ops_virtual_stat(const struct mount *mount, const struct inode *inode,
		      const struct virtual_text *text, struct stat *stat)
{
	const bool is_folder = ops_is_virtual_folder(inode);
	const struct timespec time = is_folder ? mount->began_at
				     : text    ? text->made_at
					       : now();
	const size_t size = text	? text->size
			    : is_folder ? 0
					: PLACEHOLDER_BYTES;

	*stat = (struct stat){
		.st_ino = inode->identity.ino,
		.st_mode = mode_of(mount, inode->kind),
		.st_nlink = is_folder ? 2 : 1,
		.st_uid = mount->owner,
		.st_gid = mount->group,
		.st_size = (off_t)size,
		.st_blksize = PLACEHOLDER_BYTES,
		.st_atim = time,
		.st_mtim = time,
		.st_ctim = time,
	};
	stat->st_blocks = (stat->st_size + 511) / 512;
}

/* A request that is answered when the text is there. */
struct asker {
	struct virtual_waiter waiter;
	fuse_req_t req;
	struct inode inode;
	bool is_parked;
	bool wants_bytes; /* else attributes */
	size_t size;
	off_t offset;
};

static int may_wait(struct virtual_waiter *waiter)
{
	struct asker *asker = (struct asker *)waiter;

	if (fuse_req_interrupted(asker->req))
		return -EINTR;
	asker->is_parked = ops_park(ops_mount(asker->req));
	return asker->is_parked ? 0 : -EAGAIN;
}

static void reply_bytes(const struct asker *asker,
			const struct virtual_text *text)
{
	const size_t from = (uint64_t)asker->offset < text->size
				    ? (size_t)asker->offset
				    : text->size;
	const size_t rest = text->size - from;
	const size_t size = rest < asker->size ? rest : asker->size;
	struct fuse_bufvec vector = FUSE_BUFVEC_INIT(size);

	if (text->fd < 0) {
		fuse_reply_buf(asker->req, text->bytes + from, size);
		return;
	}
	vector.buf[0].flags = FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK;
	vector.buf[0].fd = text->fd;
	vector.buf[0].pos = (off_t)from;
	fuse_reply_data(asker->req, &vector, (enum fuse_buf_copy_flags)0);
}

static void reply_attributes(const struct asker *asker,
			     const struct virtual_text *text)
{
	struct stat stat;

	ops_virtual_stat(ops_mount(asker->req), &asker->inode, text, &stat);
	fuse_reply_attr(asker->req, &stat, FOREVER_SECONDS);
}

static void reply(struct virtual_waiter *waiter, int result,
		  struct virtual_text *text)
{
	struct asker *asker = (struct asker *)waiter;
	struct mount *mount = ops_mount(asker->req);

	if (result)
		fuse_reply_err(asker->req, -result);
	else if (asker->wants_bytes)
		reply_bytes(asker, text);
	else
		reply_attributes(asker, text);
	if (asker->is_parked)
		ops_unpark(mount);
	free(asker);
}

/* The request is the key: an asker may be gone when this is called. */
static void interrupted(fuse_req_t req, void *ctx)
{
	struct mount *mount = ctx;

	virtuals_interrupt(mount->virtuals, req);
}

static void ask(fuse_req_t req, const struct ops_place *place,
		struct asker request)
{
	struct mount *mount = ops_mount(req);
	const struct virtual_name name = {.node = place->inode.id,
					  .kind = place->inode.kind,
					  .path = place->path};
	struct asker *asker = malloc(sizeof(*asker));

	if (!asker) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	*asker = request;
	asker->waiter.key = req;
	asker->waiter.may_wait = may_wait;
	asker->waiter.done = reply;
	asker->req = req;
	asker->inode = place->inode;
	fuse_req_interrupt_func(req, interrupted, mount);
	virtuals_request(mount->virtuals, &name, &asker->waiter);
}

/* A mirror is as old as what it shows: the kernel sees by that whether the
 * names that it keeps still hold. */
static void reply_folder(fuse_req_t req, const struct ops_place *place)
{
	struct mount *mount = ops_mount(req);
	struct stat real;
	struct stat stat;

	ops_virtual_stat(mount, &place->inode, NULL, &stat);
	if (virtual_is_mirror(place->inode.kind)) {
		const int r = source_stat(judge_source(mount->judge),
					  place->path, NULL, &real);

		if (r) {
			fuse_reply_err(req, r == -ENOENT ? ESTALE : -r);
			return;
		}
		stat.st_mtim = real.st_mtim;
		stat.st_ctim = real.st_ctim;
	}
	fuse_reply_attr(req, &stat, 0);
}

void ops_virtual_getattr(fuse_req_t req, const struct ops_place *place)
{
	if (ops_is_virtual_folder(&place->inode)) {
		reply_folder(req, place);
		return;
	}
	ask(req, place, (struct asker){.wants_bytes = false});
}

void ops_virtual_read(fuse_req_t req, const struct ops_place *place,
		      size_t size, off_t offset)
{
	if (ops_is_virtual_folder(&place->inode)) {
		fuse_reply_err(req, EISDIR);
		return;
	}
	ask(req, place,
	    (struct asker){
		    .wants_bytes = true, .size = size, .offset = offset});
}
