#include "fs/mount/session/upgrade.h"

#include "fs/mount/session/presence.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

enum { PATIENCE_MS = 60 * 1000, MAX_ANSWER = 4096 };

printf_like(2, 3) static bool refuse(char **why, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(why, format, arguments) < 0)
		*why = NULL;
	va_end(arguments);
	return false;
}

/* All that is said until the other end closes, terminated, without the last
 * newline. False: it has taken too long. */
static bool listen_to(int fd, char answer[static MAX_ANSWER])
{
	struct pollfd state = {.fd = fd, .events = POLLIN};
	size_t size = 0;
	ssize_t got = 1;

	while (got > 0 && size < MAX_ANSWER - 1) {
		if (poll(&state, 1, PATIENCE_MS) <= 0)
			return false;
		got = recv(fd, answer + size, MAX_ANSWER - 1 - size, 0);
		size += got > 0 ? (size_t)got : 0;
	}
	if (size && answer[size - 1] == '\n')
		size--;
	answer[size] = '\0';
	return true;
}

static bool ask(int fd, const char *mountpoint, char **why)
{
	char answer[MAX_ANSWER];

	if (send(fd, UPGRADE_REQUEST, strlen(UPGRADE_REQUEST), MSG_NOSIGNAL) <
	    0)
		return refuse(why, "cannot ask the daemon of '%s': %s",
			      mountpoint, strerrordesc_np(errno));
	if (!listen_to(fd, answer))
		return refuse(why, "the daemon of '%s' does not answer",
			      mountpoint);
	if (strcmp(answer, UPGRADE_DONE) == 0)
		return true;
	return refuse(why, "'%s' is not upgraded: %s", mountpoint,
		      *answer ? answer : "the daemon said nothing");
}

static bool ask_entry(const struct mount_entry *entry, char **why)
{
	if (!mount_entry_is_ours(entry))
		return refuse(why,
			      "'%s' is not a mount of cfgfs but of type %s",
			      entry->point, entry->type);

	const uid_t user = geteuid();

	/* The daemon would not listen to anybody else. */
	if (user != 0 && user != entry->owner)
		return refuse(
			why,
			"'%s' was mounted by another user: only that user "
			"or root can upgrade it",
			entry->point);

	auto_close int fd = presence_connect(entry);

	if (fd == -ESRCH)
		return refuse(why, "the daemon of '%s' has ended",
			      entry->point);
	if (fd < 0)
		return refuse(why, "cannot reach the daemon of '%s': %s",
			      entry->point, strerrordesc_np(-fd));
	return ask(fd, entry->point, why);
}

bool upgrade_ask(const char *mountpoint, char **why)
{
	auto_free char *point = mounts_resolve(mountpoint);
	struct mount_entry entry;

	*why = NULL;
	if (!point)
		return refuse(why, "'%s': %s", mountpoint,
			      strerrordesc_np(errno));

	const int r = mounts_find(point, &entry);

	if (r == -ENOENT)
		return refuse(why, "nothing is mounted on '%s'", mountpoint);
	if (r)
		return refuse(why, "cannot read the table of mounts: %s",
			      strerrordesc_np(-r));

	const bool is_done = ask_entry(&entry, why);

	mount_entry_release(&entry);
	return is_done;
}
