#include "fs/mount/session/order.h"

#include "fs/mount/session/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>

printf_like(2, 3) static bool refuse(char **why, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(why, format, arguments) < 0)
		*why = NULL;
	va_end(arguments);
	return false;
}

/* Is one of ours there? */
static bool check_mount(const char *mountpoint, const char *point, char **why)
{
	struct mount_entry entry;
	const int r = mounts_find(point, &entry);

	if (r == -ENOENT)
		return refuse(why, "nothing is mounted on '%s'", mountpoint);
	if (r)
		return refuse(why, "cannot read the table of mounts: %s",
			      strerrordesc_np(-r));

	const bool is_ours = mount_entry_is_ours(&entry);

	if (!is_ours)
		refuse(why, "'%s' is not a mount of cfgfs but of type %s",
		       mountpoint, entry.type);
	mount_entry_release(&entry);
	return is_ours;
}

static bool explain(const char *mountpoint, int error, char **why)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return refuse(why,
			      "'%s' takes orders only from who mounted it and "
			      "from root",
			      mountpoint);
	case EOPNOTSUPP:
		return refuse(why, "'%s' cannot tell when it is up to date",
			      mountpoint);
	case ENOTCONN:
	case ECONNABORTED:
	case ECANCELED:
		return refuse(why, "the daemon of '%s' has ended", mountpoint);
	default:
		return refuse(why, "'%s': %s", mountpoint,
			      strerrordesc_np(error));
	}
}

bool order_give(const char *mountpoint, struct control_request *request,
		char **why)
{
	auto_free char *point = mounts_resolve(mountpoint);

	*why = NULL;
	if (!point)
		return refuse(why, "'%s': %s", mountpoint,
			      strerrordesc_np(errno));
	if (!check_mount(mountpoint, point, why))
		return false;

	auto_close int fd = open(point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, CONTROL_IOCTL, request) < 0)
		return explain(mountpoint, errno, why);
	return true;
}
