#include "fs/mount/session/order.h"

#include "fs/mount/session/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

static bool explain(const char *mountpoint, int error, char **why)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return target_refuse(
			why,
			"'%s' takes orders only from who mounted it and "
			"from root",
			mountpoint);
	case EOPNOTSUPP:
		return target_refuse(why,
				     "'%s' cannot tell when it is up to date",
				     mountpoint);
	case ENOTCONN:
	case ECONNABORTED:
	case ECANCELED:
		return target_refuse(why, "the daemon of '%s' has ended",
				     mountpoint);
	default:
		return target_refuse(why, "'%s': %s", mountpoint,
				     strerrordesc_np(error));
	}
}

bool order_give(const char *mountpoint, struct control_request *request,
		char **why)
{
	struct mount_entry entry;
	bool is_done;

	*why = NULL;
	if (!target_find(mountpoint, &entry, why))
		return false;

	auto_close int fd =
		open(entry.point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	is_done = fd >= 0 && ioctl(fd, CONTROL_IOCTL, request) >= 0;
	if (!is_done)
		explain(mountpoint, errno, why);
	mount_entry_release(&entry);
	return is_done;
}
