#include "fs/mount/session/presence.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

enum { BACKLOG = 16 };

/* An abstract address: it begins with a NUL and is in no directory. */
static socklen_t make_address(const struct mount_entry *entry,
			      struct sockaddr_un *out)
{
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};

	const int size = snprintf(out->sun_path + 1, sizeof(out->sun_path) - 1,
				  "cfgfs:%u:%u", entry->major, entry->minor);

	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			   (size_t)size);
}

static int open_socket(void)
{
	const int fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

int presence_announce(const struct mount_entry *entry)
{
	auto_close int fd = open_socket();
	struct sockaddr_un address;
	const socklen_t size = make_address(entry, &address);

	if (fd < 0)
		return fd;
	if (bind(fd, (const struct sockaddr *)&address, size) ||
	    listen(fd, BACKLOG))
		return -errno;
	return steal_fd(&fd);
}

int presence_accept(int listener)
{
	auto_close int fd =
		accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return -errno;
	if (peer.uid != geteuid() && peer.uid != 0)
		return -EPERM;
	return steal_fd(&fd);
}

/* Somebody else could sit at the address: only the owner of the mount or root
 * is believed. */
static int peer_of(int fd, uid_t owner)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return -errno;
	if (peer.pid <= 0 || (peer.uid != owner && peer.uid != 0))
		return -ESRCH;
	return (int)peer.pid;
}

int presence_connect(const struct mount_entry *entry)
{
	auto_close int fd = open_socket();
	struct sockaddr_un address;
	const socklen_t size = make_address(entry, &address);

	if (fd < 0)
		return fd;
	if (connect(fd, (const struct sockaddr *)&address, size))
		return errno == ECONNREFUSED ? -ESRCH : -errno;

	const int pid = peer_of(fd, entry->owner);

	return pid < 0 ? pid : steal_fd(&fd);
}

int presence_find(const struct mount_entry *entry)
{
	auto_close int fd = presence_connect(entry);
	const int pid = fd < 0 ? fd : peer_of(fd, entry->owner);

	if (pid < 0)
		return pid;

	const long pidfd = syscall(SYS_pidfd_open, pid, 0);

	return pidfd < 0 ? -errno : (int)pidfd;
}

int presence_wait_for_end(int pidfd, int timeout_ms)
{
	struct pollfd poll_fd = {.fd = pidfd, .events = POLLIN};
	int r;

	do {
		r = poll(&poll_fd, 1, timeout_ms);
	} while (r < 0 && errno == EINTR);
	return r > 0 ? 0 : -ETIMEDOUT;
}
