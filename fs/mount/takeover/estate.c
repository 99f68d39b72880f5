#include "fs/mount/takeover/estate.h"

#include "fs/mount/ops/ops.h"
#include "fs/mount/takeover/slots.h"

#include <errno.h>
#include <fcntl.h>

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

int estate_make(const char *source, struct estate *estate)
{
	int r;

	estate->root = open(source, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (estate->root < 0)
		return -errno;
	r = make_requests(&estate->requests);
	if (r == 0)
		r = make_nodes(estate->root, &estate->nodes);
	if (r)
		return r;
	estate->open = wards_new();
	if (estate->open < 0)
		return estate->open;
	return wards_keeper_new(estate->open, &estate->keeper);
}

void estate_release(struct estate *estate)
{
	base_close(&estate->device);
	base_close(&estate->root);
	base_close(&estate->requests);
	base_close(&estate->nodes);
	base_close(&estate->open);
	base_close(&estate->control);
	wards_keeper_free(estate->keeper);
	*estate = ESTATE_NONE;
}
