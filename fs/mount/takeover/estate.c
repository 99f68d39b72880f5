#include "fs/mount/takeover/estate.h"

#include "fs/mount/coherence/choice.h"
#include "fs/mount/ops/ops.h"
#include "fs/mount/takeover/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/socket.h>

static int make_requests(int *out)
{
	struct slots *slots;
	const int r = slots_new(&slots);

	if (r)
		return r;
	*out = fcntl(slots_fd(slots), F_DUPFD_CLOEXEC, 0);
	slots_free(slots);
	return *out < 0 ? -errno : 0;
}

static int make_nodes(int root, int *out)
{
	struct inode_identity identity;
	struct inodes *inodes;
	struct stamp stamp;
	int r = source_stat_fd(root, &stamp, NULL);

	if (r)
		return r;
	identity = ops_identity(&stamp);
	r = inodes_new(INODE_CAPACITY, &identity, &inodes);
	if (r)
		return r;
	*out = fcntl(inodes_fd(inodes), F_DUPFD_CLOEXEC, 0);
	inodes_free(inodes);
	return *out < 0 ? -errno : 0;
}

static int make_control(int *to_supervisor, int *from_worker)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	*from_worker = ends[0];
	*to_supervisor = ends[1];
	return 0;
}

static int make_wards(int *table, struct wards_keeper **keeper)
{
	*table = wards_new();
	return *table < 0 ? *table : wards_keeper_new(*table, keeper);
}

static int make_choice(int *out)
{
	*out = choice_new();
	return *out < 0 ? *out : 0;
}

void estate_init(struct estate *estate)
{
	*estate = (struct estate){0};
	for (size_t i = 0; i < ESTATE_COUNT; i++)
		estate->fds[i] = -1;
}

int estate_make(const char *source, struct estate *estate)
{
	int *fds = estate->fds;
	int r;

	if (getrandom(&estate->secret, sizeof(estate->secret), 0) !=
	    sizeof(estate->secret))
		return -EIO;
	fds[ESTATE_ROOT] = open(source, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fds[ESTATE_ROOT] < 0)
		return -errno;
	r = make_requests(&fds[ESTATE_REQUESTS]);
	if (r == 0)
		r = make_nodes(fds[ESTATE_ROOT], &fds[ESTATE_NODES]);
	if (r == 0)
		r = make_wards(&fds[ESTATE_OPEN], &estate->keeper);
	if (r == 0)
		r = make_choice(&fds[ESTATE_CHOICE]);
	if (r == 0)
		r = make_control(&fds[ESTATE_CONTROL],
				 &fds[ESTATE_FROM_WORKER]);
	return r;
}

void estate_release(struct estate *estate)
{
	for (size_t i = 0; i < ESTATE_COUNT; i++)
		base_close(&estate->fds[i]);
	wards_keeper_free(estate->keeper);
	estate_init(estate);
}
