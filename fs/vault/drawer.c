#include "fs/vault/drawer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>

#define UNFINISHED "new."

enum { OTHERS_WRITE = 022, NAME_ROOM = 64, READ_FLAGS = O_RDONLY | O_CLOEXEC };

int drawer_open(int parent, const char *name)
{
	struct stat facts;

	if (mkdirat(parent, name, 0700) && errno != EEXIST)
		return -errno;

	auto_close int fd =
		openat(parent, name, READ_FLAGS | O_DIRECTORY | O_NOFOLLOW);

	if (fd < 0 || fstat(fd, &facts))
		return -errno;
	if (facts.st_uid != geteuid() || facts.st_mode & OTHERS_WRITE)
		return -EPERM;
	return steal_fd(&fd);
}

static int write_all(int fd, struct span bytes)
{
	while (bytes.size) {
		const ssize_t done = write(fd, bytes.data, bytes.size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		bytes.data += done;
		bytes.size -= (size_t)done;
	}
	return 0;
}

static int fill(int fd, struct span bytes, bool lasts)
{
	const int r = write_all(fd, bytes);

	if (r)
		return r;
	return lasts && fsync(fd) ? -errno : 0;
}

static int put_in_place(int drawer, const char *unfinished, const char *name,
			bool lasts)
{
	if (renameat(drawer, unfinished, drawer, name))
		return -errno;
	return lasts && fsync(drawer) ? -errno : 0;
}

int drawer_write(int drawer, const char *name, struct span bytes, bool lasts)
{
	static atomic_uint count;
	char unfinished[NAME_ROOM];

	snprintf(unfinished, sizeof(unfinished), UNFINISHED "%ld.%u",
		 (long)getpid(), atomic_fetch_add(&count, 1));

	/* One of that name was left by a process that died. */
	unlinkat(drawer, unfinished, 0);

	auto_close int fd = openat(
		drawer, unfinished,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;

	int r = fill(fd, bytes, lasts);

	if (r == 0)
		r = put_in_place(drawer, unfinished, name, lasts);
	if (r)
		unlinkat(drawer, unfinished, 0);
	return r;
}

static int read_all(int fd, size_t size, char *bytes)
{
	for (size_t at = 0; at < size;) {
		const ssize_t got = read(fd, bytes + at, size - at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return -EBADMSG;
		at += (size_t)got;
	}
	return 0;
}

/* What has a second name can be changed under it; what was just replaced has
 * none any more. */
static bool is_ours(const struct stat *facts)
{
	return S_ISREG(facts->st_mode) && facts->st_uid == geteuid() &&
	       !(facts->st_mode & OTHERS_WRITE) && facts->st_nlink <= 1;
}

int drawer_read(int drawer, const char *name, size_t max_bytes, char **bytes,
		size_t *size)
{
	auto_close int fd =
		openat(drawer, name, READ_FLAGS | O_NOFOLLOW | O_NONBLOCK);
	struct stat facts;

	if (fd < 0)
		return errno == ELOOP ? -EBADMSG : -errno;
	if (fstat(fd, &facts))
		return -errno;
	if (!is_ours(&facts) || (uint64_t)facts.st_size > max_bytes)
		return -EBADMSG;
	*size = (size_t)facts.st_size;

	auto_free char *room = malloc(*size + 1);

	if (!room)
		return -ENOMEM;

	const int r = read_all(fd, *size, room);

	if (r)
		return r;
	room[*size] = '\0';
	*bytes = steal(&room);
	return 0;
}

int drawer_visit(int drawer, drawer_visitor *see, void *ctx)
{
	const int fd = openat(drawer, ".", READ_FLAGS | O_DIRECTORY);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	if (!list) {
		const int r = -errno;

		base_close(&fd);
		return r;
	}
	for (const struct dirent *entry = readdir(list); entry;
	     entry = readdir(list))
		if (entry->d_name[0] != '.')
			see(ctx, drawer, entry->d_name);
	closedir(list);
	return 0;
}

bool drawer_is_unfinished(const char *name)
{
	return strncmp(name, UNFINISHED, strlen(UNFINISHED)) == 0;
}
