#include "fs/mount/session/upgrade.h"

#include "fs/mount/session/presence.h"
#include "fs/mount/session/target.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

enum { PATIENCE_MS = 60 * 1000, MAX_ANSWER = 4096 };

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
		return target_refuse(why, "cannot ask the daemon of '%s': %s",
				     mountpoint, strerrordesc_np(errno));
	if (!listen_to(fd, answer))
		return target_refuse(why, "the daemon of '%s' does not answer",
				     mountpoint);
	if (strcmp(answer, UPGRADE_DONE) == 0)
		return true;
	return target_refuse(why, "'%s' is not upgraded: %s", mountpoint,
			     *answer ? answer : "the daemon said nothing");
}

static bool ask_entry(const struct mount_entry *entry, char **why)
{
	const uid_t user = geteuid();

	/* The daemon would not listen to anybody else. */
	if (user != 0 && user != entry->owner)
		return target_refuse(
			why,
			"'%s' was mounted by another user: only that user "
			"or root can upgrade it",
			entry->point);

	auto_close int fd = presence_connect(entry);

	if (fd == -ESRCH)
		return target_refuse(why, "the daemon of '%s' has ended",
				     entry->point);
	if (fd < 0)
		return target_refuse(why, "cannot reach the daemon of '%s': %s",
				     entry->point, strerrordesc_np(-fd));
	return ask(fd, entry->point, why);
}

bool upgrade_ask(const char *mountpoint, char **why)
{
	struct mount_entry entry;
	bool is_done;

	*why = NULL;
	if (!target_find(mountpoint, &entry, why))
		return false;
	is_done = ask_entry(&entry, why);
	mount_entry_release(&entry);
	return is_done;
}
