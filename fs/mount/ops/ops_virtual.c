#include "fs/mount/ops/ops.h"

#include "fs/survey.h"
#include "validate/digest.h"

#include <errno.h>

enum { PLACEHOLDER_BYTES = 4096 };

/* Attributes of a text that is made never change. */
static const double FOREVER_SECONDS = 3600.0;

enum inode_kind ops_virtual_kind(const char *name)
{
	if (strcmp(name, ".status") == 0)
		return INODE_STATUS;
	if (strcmp(name, ".report") == 0)
		return INODE_REPORT;
	return INODE_FREE;
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

bool ops_is_companion_name(const char *path)
{
	return base_size(path, ".status") || base_size(path, ".report");
}

enum inode_kind ops_companion_kind(struct mount *mount, char *path)
{
	const size_t of_status = base_size(path, ".status");
	const size_t of_report = base_size(path, ".report");
	const size_t size = of_status ? of_status : of_report;
	struct stat stat;

	if (size == 0 || path[size - 1] == '/')
		return INODE_FREE;
	path[size] = '\0';

	const char *slash = strrchr(path, '/');

	if (survey_is_reserved(slash ? slash + 1 : path) ||
	    source_stat(judge_source(mount->judge), path, NULL, &stat) ||
	    !S_ISREG(stat.st_mode))
		return INODE_FREE;
	return of_status ? INODE_FILE_STATUS : INODE_FILE_REPORT;
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

void ops_virtual_stat(const struct mount *mount, const struct inode *inode,
		      const struct virtual_text *text, struct stat *stat)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);

	const struct timespec time = text ? text->made_at : now;
	/* What is said of one file is for those who may read reports. */
	const mode_t mode = inode->kind == INODE_STATUS ? mount->status_mode
							: mount->report_mode;

	*stat = (struct stat){
		.st_ino = inode->identity.ino,
		.st_mode = S_IFREG | mode,
		.st_nlink = 1,
		.st_uid = mount->owner,
		.st_gid = mount->group,
		.st_size = text ? (off_t)text->size : PLACEHOLDER_BYTES,
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
	bool wants_bytes; /* else attributes */
	size_t size;
	off_t offset;
};

static bool is_interrupted(struct virtual_waiter *waiter)
{
	return fuse_req_interrupted(((struct asker *)waiter)->req) != 0;
}

static void reply_bytes(const struct asker *asker,
			const struct virtual_text *text)
{
	const size_t from = (uint64_t)asker->offset < text->size
				    ? (size_t)asker->offset
				    : text->size;
	const size_t rest = text->size - from;

	fuse_reply_buf(asker->req, text->bytes + from,
		       rest < asker->size ? rest : asker->size);
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

	if (result)
		fuse_reply_err(asker->req, -result);
	else if (asker->wants_bytes)
		reply_bytes(asker, text);
	else
		reply_attributes(asker, text);
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
	asker->waiter.is_interrupted = is_interrupted;
	asker->waiter.done = reply;
	asker->req = req;
	asker->inode = place->inode;
	fuse_req_interrupt_func(req, interrupted, mount);
	virtuals_request(mount->virtuals, &name, &asker->waiter);
}

void ops_virtual_getattr(fuse_req_t req, const struct ops_place *place)
{
	ask(req, place, (struct asker){.wants_bytes = false});
}

void ops_virtual_read(fuse_req_t req, const struct ops_place *place,
		      size_t size, off_t offset)
{
	ask(req, place,
	    (struct asker){
		    .wants_bytes = true, .size = size, .offset = offset});
}
