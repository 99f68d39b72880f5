/* inotify: one watch a directory; for everybody. */
#include "fs/watch/watch_parts.h"

#include <errno.h>
#include <stdio.h>
#include <sys/inotify.h>

_Static_assert((int)EVENT_MODIFY == IN_MODIFY &&
		       (int)EVENT_ATTRIB == IN_ATTRIB &&
		       (int)EVENT_CLOSE_WRITE == IN_CLOSE_WRITE &&
		       (int)EVENT_MOVED_FROM == IN_MOVED_FROM &&
		       (int)EVENT_MOVED_TO == IN_MOVED_TO &&
		       (int)EVENT_CREATE == IN_CREATE &&
		       (int)EVENT_DELETE == IN_DELETE &&
		       (int)EVENT_ONDIR == IN_ISDIR,
	       "the bits of events are those of inotify");

static int open_group(const struct source *source)
{
	const int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	(void)source;
	return fd < 0 ? -errno : fd;
}

/* By descriptor, so that it is this very file. */
static int add_watch(struct watch *watch, int fd, uint32_t events,
		     struct watch_key *key)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);

	const int number = inotify_add_watch(watch->fd, path, events);

	if (number < 0)
		return -errno;
	key->size = sizeof(number);
	memcpy(key->bytes, &number, sizeof(number));
	return 0;
}

static int add(struct watch *watch, int directory, struct watch_key *key)
{
	return add_watch(watch, directory,
			 EVENTS_OF_CONTENT | EVENTS_OF_ENTRIES | IN_ONLYDIR |
				 IN_EXCL_UNLINK,
			 key);
}

static void remove_watch(struct watch *watch, struct span key)
{
	int number;

	memcpy(&number, key.data, sizeof(number));
	inotify_rm_watch(watch->fd, number);
}

static int add_sentinel(struct watch *watch, struct sentinel *sentinel)
{
	sentinel->name[0] = '\0';
	return add_watch(watch, sentinel->fd, IN_MODIFY, &sentinel->key);
}

static void tell_one(struct watch *watch, const struct inotify_event *event)
{
	const struct span key = {(const char *)&event->wd, sizeof(event->wd)};

	if (event->mask & IN_Q_OVERFLOW)
		watch_tell_lost(watch);
	else if (event->mask & (IN_IGNORED | IN_UNMOUNT))
		watch_tell_gone(watch, key);
	else
		watch_tell_event(watch, key, event->mask,
				 event->len ? event->name : NULL);
}

static void tell(struct watch *watch, const char *bytes, size_t size)
{
	for (size_t at = 0; at + sizeof(struct inotify_event) <= size;) {
		const struct inotify_event *event =
			(const struct inotify_event *)(const void *)(bytes +
								     at);

		tell_one(watch, event);
		at += sizeof(*event) + event->len;
	}
}

const struct backend backend_inotify = {
	.name = "inotify",
	.open = open_group,
	.add = add,
	.remove = remove_watch,
	.add_sentinel = add_sentinel,
	.tell = tell,
};
