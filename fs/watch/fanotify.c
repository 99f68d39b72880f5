/*
 * fanotify: one mark for the whole filesystem, so that no limit is reached;
 * for root. It tells of everything that happens there, and what is not in a
 * directory that somebody asked for is left out by its handle.
 */
#include "fs/watch/watch_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <sys/vfs.h>

/* Newer than the headers of Debian 12 may be. */
#ifndef FAN_REPORT_DFID_NAME
#define FAN_REPORT_DFID_NAME 0x00000c00
#endif

_Static_assert((int)EVENT_MODIFY == FAN_MODIFY &&
		       (int)EVENT_ATTRIB == FAN_ATTRIB &&
		       (int)EVENT_CLOSE_WRITE == FAN_CLOSE_WRITE &&
		       (int)EVENT_MOVED_FROM == FAN_MOVED_FROM &&
		       (int)EVENT_MOVED_TO == FAN_MOVED_TO &&
		       (int)EVENT_CREATE == FAN_CREATE &&
		       (int)EVENT_DELETE == FAN_DELETE &&
		       (int)EVENT_ONDIR == FAN_ONDIR,
	       "the bits of events are those of fanotify");

static int open_group(const struct source *source)
{
	auto_close int root = source_open_directory(source, "");
	auto_close int fd =
		fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME |
				      FAN_CLOEXEC | FAN_NONBLOCK,
			      O_RDONLY | O_CLOEXEC);

	if (root < 0 || fd < 0)
		return root < 0 ? root : -errno;
	if (fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM,
			  EVENTS_OF_CONTENT | EVENTS_OF_ENTRIES | FAN_ONDIR,
			  root, NULL))
		return -errno;
	return steal_fd(&fd);
}

/* A key is what an event says of a directory: filesystem, type and bytes of
 * the handle. */
static void set_key(struct watch_key *key, const void *fsid,
		    const struct file_handle *handle, const char *bytes)
{
	char *to = key->bytes;

	memcpy(to, fsid, sizeof(fsid_t));
	to += sizeof(fsid_t);
	memcpy(to, &handle->handle_type, sizeof(handle->handle_type));
	to += sizeof(handle->handle_type);
	memcpy(to, bytes, handle->handle_bytes);
	key->size = (size_t)(to - key->bytes) + handle->handle_bytes;
}

union handle_room {
	struct file_handle handle;
	char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
};

static int find_key(int directory, struct watch_key *key)
{
	union handle_room room;
	struct statfs facts;
	int mount;

	room.handle.handle_bytes = MAX_HANDLE_SZ;
	if (fstatfs(directory, &facts) ||
	    name_to_handle_at(directory, "", &room.handle, &mount,
			      AT_EMPTY_PATH))
		return -errno;
	set_key(key, &facts.f_fsid, &room.handle,
		(const char *)room.handle.f_handle);
	return 0;
}

/* The mark is there: an event has only to be recognised. */
static int add(struct watch *watch, int directory, struct watch_key *key)
{
	struct stat facts;

	if (fstat(directory, &facts))
		return -errno;
	if (facts.st_dev != watch->dev)
		return -EXDEV;
	return find_key(directory, key);
}

static void remove_nothing(struct watch *watch, struct span key)
{
	(void)watch;
	(void)key;
}

/* The event names the directory that a file without a name was made in, and
 * its number for a name. */
static int add_sentinel(struct watch *watch, struct sentinel *sentinel)
{
	char link[64];
	char path[256];
	struct stat facts;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", sentinel->fd);

	const ssize_t size = readlink(link, path, sizeof(path) - 1);

	if (size < 0 || fstat(sentinel->fd, &facts))
		return -errno;
	path[size] = '\0';

	char *slash = strrchr(path, '/');

	if (!slash)
		return -EOPNOTSUPP;
	*slash = '\0';

	auto_close int directory =
		open(*path ? path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const int r =
		directory < 0 ? -errno : find_key(directory, &sentinel->key);

	if (r)
		return r;
	snprintf(sentinel->name, sizeof(sentinel->name), "#%" PRIu64,
		 (uint64_t)facts.st_ino);
	return fanotify_mark(watch->fd, FAN_MARK_ADD, FAN_MODIFY, sentinel->fd,
			     NULL)
		       ? -errno
		       : 0;
}

/* An event as it was read: it is not aligned. */
struct event {
	struct fanotify_event_metadata data;
	const char *info; /* what follows */
	size_t info_size;
};

/* The directory and the name that an event is about. */
static bool read_info(const struct event *event, struct watch_key *key,
		      const char **name)
{
	struct fanotify_event_info_fid info;
	struct file_handle handle;

	if (event->info_size < sizeof(info) + sizeof(handle))
		return false;
	memcpy(&info, event->info, sizeof(info));
	memcpy(&handle, event->info + sizeof(info), sizeof(handle));
	if (handle.handle_bytes > MAX_HANDLE_SZ)
		return false;

	const char *bytes = event->info + sizeof(info) + sizeof(handle);

	set_key(key, &info.fsid, &handle, bytes);
	*name = NULL;
	if (info.hdr.info_type == FAN_EVENT_INFO_TYPE_DFID_NAME)
		*name = bytes + handle.handle_bytes;
	if (*name && strcmp(*name, ".") == 0)
		*name = NULL;
	return info.hdr.info_type == FAN_EVENT_INFO_TYPE_DFID_NAME ||
	       info.hdr.info_type == FAN_EVENT_INFO_TYPE_DFID;
}

static void tell_one(struct watch *watch, const struct event *event)
{
	struct watch_key key;
	const char *name;

	if (event->data.mask & FAN_Q_OVERFLOW)
		watch_tell_lost(watch);
	else if (read_info(event, &key, &name))
		watch_tell_event(watch, (struct span){key.bytes, key.size},
				 (uint32_t)event->data.mask, name);
}

static void tell(struct watch *watch, const char *bytes, size_t size)
{
	struct event event;

	for (size_t at = 0; at + sizeof(event.data) <= size;
	     at += event.data.event_len) {
		memcpy(&event.data, bytes + at, sizeof(event.data));
		event.info = bytes + at + sizeof(event.data);
		event.info_size = event.data.event_len - sizeof(event.data);
		tell_one(watch, &event);
	}
}

const struct backend backend_fanotify = {
	.name = "fanotify",
	.open = open_group,
	.add = add,
	.remove = remove_nothing,
	.add_sentinel = add_sentinel,
	.tell = tell,
};
