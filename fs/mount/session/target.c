#include "fs/mount/session/target.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

bool target_refuse(char **why, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(why, format, arguments) < 0)
		*why = NULL;
	va_end(arguments);
	return false;
}

bool target_find(const char *mountpoint, struct mount_entry *out, char **why)
{
	auto_free char *point = mounts_resolve(mountpoint);
	struct mount_entry entry;

	if (!point)
		return target_refuse(why, "'%s': %s", mountpoint,
				     strerrordesc_np(errno));

	const int r = mounts_find(point, &entry);

	if (r == -ENOENT)
		return target_refuse(why, "nothing is mounted on '%s'",
				     mountpoint);
	if (r)
		return target_refuse(why, "cannot read the table of mounts: %s",
				     strerrordesc_np(-r));
	if (!mount_entry_is_ours(&entry)) {
		target_refuse(why,
			      "'%s' is not a mount of cfgfs but of type %s",
			      mountpoint, entry.type);
		mount_entry_release(&entry);
		return false;
	}
	*out = entry;
	return true;
}
