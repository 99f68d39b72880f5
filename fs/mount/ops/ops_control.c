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

	answer(syncing->req, result, &done);
	free(syncing);
}

/* Where nothing is kept, all is up to date at any time. */
static void sync_mount(fuse_req_t req, const struct control_request *request)
{
	struct coherence *coherence = ops_mount(req)->coherence;
	struct syncing *syncing;

	if (!coherence_keeps(coherence)) {
		judge_refresh(ops_mount(req)->judge);
		answer(req, 0, request);
		return;
	}
	syncing = calloc(1, sizeof(*syncing));
	if (!syncing) {
		answer(req, -ENOMEM, request);
		return;
	}
	syncing->waiter.done = synced;
	syncing->req = req;

	const int r = coherence_sync(coherence, &syncing->waiter);

	if (r == 0)
		return;
	free(syncing);
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
