#include "fs/mount/ops/control.h"
#include "fs/mount/ops/ops.h"

#include <errno.h>

/* A request that is answered when the barrier is passed. */
struct syncing {
	struct watch_waiter waiter;
	fuse_req_t req;
};

static void answer(fuse_req_t req, int result,
		   const struct control_request *request)
{
	if (result)
		fuse_reply_err(req, -result);
	else
		fuse_reply_ioctl(req, 0, request, sizeof(*request));
}

static void synced(struct watch_waiter *waiter, int result)
{
	static const struct control_request done = {.order = CONTROL_SYNC};
	struct syncing *syncing = (struct syncing *)waiter;
	struct mount *mount = ops_mount(syncing->req);

	answer(syncing->req, result, &done);
	ops_unpark(mount);
	free(syncing);
}

/* 0: it is answered later, or was. */
static int await_barrier(struct mount *mount, fuse_req_t req)
{
	struct syncing *syncing = calloc(1, sizeof(*syncing));
	int r;

	if (!syncing)
		return -ENOMEM;
	syncing->waiter.done = synced;
	syncing->req = req;
	if (!ops_park(mount)) {
		free(syncing);
		return -EAGAIN;
	}
	r = coherence_sync(mount->coherence, &syncing->waiter);
	if (r) {
		ops_unpark(mount);
		free(syncing);
	}
	return r;
}

/* Where nothing is kept, all is up to date at any time. */
static void sync_mount(fuse_req_t req, const struct control_request *request)
{
	struct mount *mount = ops_mount(req);
	int r;

	if (!coherence_keeps(mount->coherence)) {
		judge_refresh(mount->judge);
		answer(req, 0, request);
		return;
	}
	r = await_barrier(mount, req);
	if (r)
		answer(req, r, request);
}

static bool may_control(fuse_req_t req)
{
	const uid_t uid = fuse_req_ctx(req)->uid;

	return uid == 0 || uid == geteuid();
}

/* Answered when no page of another level is kept any more. */
static void set_level(fuse_req_t req, const struct control_request *request)
{
	enum level level;

	if (!level_parse(request->text, &level) ||
	    judge_set_level(ops_mount(req)->judge, level)) {
		answer(req, -EINVAL, request);
		return;
	}
	sync_mount(req, request);
}

static void obey(fuse_req_t req, const struct control_request *request)
{
	switch ((enum control_order)request->order) {
	case CONTROL_SYNC_ALL:
		coherence_forget(ops_mount(req)->coherence);
		sync_mount(req, request);
		return;
	case CONTROL_SYNC:
		sync_mount(req, request);
		return;
	case CONTROL_LEVEL:
		set_level(req, request);
		return;
	}
	answer(req, -EINVAL, request);
}

/* libfuse's interface has that many parameters. */
/* NOLINTNEXTLINE(readability-function-size) */
void op_ioctl(fuse_req_t req, fuse_ino_t ino, unsigned command, void *argument,
	      struct fuse_file_info *fi, unsigned flags, const void *bytes,
	      size_t size, size_t out_size)
{
	struct control_request request;

	(void)argument;
	(void)fi;
	if (ino != INODE_ROOT || command != (unsigned)CONTROL_IOCTL ||
	    flags & FUSE_IOCTL_COMPAT || size != sizeof(request) ||
	    out_size < sizeof(request)) {
		fuse_reply_err(req, ENOTTY);
		return;
	}
	if (!may_control(req)) {
		fuse_reply_err(req, EPERM);
		return;
	}
	memcpy(&request, bytes, sizeof(request));
	request.text[sizeof(request.text) - 1] = '\0';
	obey(req, &request);
}
