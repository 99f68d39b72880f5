#include "cache/folder.h"

#include "cache/why.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#define DATA_NAME "data.mdb"
#define LOCK_NAME "lock.mdb"
#define USERS_NAME "users"
#define CLEAN_NAME "clean"
#define CLEAN_NEW_NAME "clean.new"
#define ASIDE_NAME "damaged-data.mdb"

enum { OTHERS_WRITE = 022, ENTER_TRIES = 600 };

/* What mkdir() made is chmod()ed: the umask has no say. */
static int make_one(const char *path)
{
	if (mkdir(path, 0700))
		return errno == EEXIST ? 0 : -errno;
	return chmod(path, 0700) ? -errno : 0;
}

static int make_with_parents(const char *path)
{
	auto_free char *copy = strdup(path);
	int r = 0;

	if (!copy)
		return -ENOMEM;
	for (char *slash = strchr(copy + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		r = make_one(copy);
		*slash = '/';
		if (r)
			return r;
	}
	return make_one(copy);
}

/* Its locks and its shared memory do not hold from machine to machine. */
static bool is_on_network(int fd)
{
	static const uint32_t types[] = {
		0x6969,	    /* NFS */
		0x517b,	    /* SMB */
		0xff534d42, /* CIFS */
		0xfe534d42, /* SMB2 */
		0x5346414f, /* AFS */
		0x00c36400, /* Ceph */
	};
	struct statfs status;

	if (fstatfs(fd, &status))
		return false;
	for (size_t i = 0; i < array_size(types); i++)
		if ((uint32_t)status.f_type == types[i])
			return true;
	return false;
}

static int check_folder(int fd, const char *what, const char *path, char **why)
{
	struct stat status;

	if (fstat(fd, &status))
		return why_say(why, -errno, "the %s folder %s cannot be read",
			       what, path);
	if (status.st_uid != geteuid())
		return why_say(why, -EPERM,
			       "the %s folder %s belongs to another user; "
			       "choose one of your own",
			       what, path);
	if (status.st_mode & OTHERS_WRITE)
		return why_say(why, -EPERM,
			       "others can write to the %s folder %s; run "
			       "chmod 700 on it and remove what is in it",
			       what, path);
	if (is_on_network(fd))
		return why_say(why, -EOPNOTSUPP,
			       "the %s folder %s is on a network file system; "
			       "choose one on a local disk",
			       what, path);
	return 0;
}

int folder_open(struct folder *folder, const char *what, const char *path,
		bool read_only, char **why)
{
	*folder = (struct folder){.path = path, .fd = -1, .users_fd = -1};

	const int r = read_only ? 0 : make_with_parents(path);

	/* An existing folder of a read-only disk can still be read. */
	if (r && r != -EROFS && r != -EACCES)
		return why_say(why, r, "the %s folder %s cannot be made: %s",
			       what, path, strerror(-r));

	auto_close int fd =
		open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return why_say(why, -errno,
			       "the %s folder %s cannot be opened: %s", what,
			       path, strerror(errno));

	const int bad = check_folder(fd, what, path, why);

	if (bad)
		return bad;
	folder->is_writable =
		!read_only && faccessat(fd, ".", W_OK, AT_EACCESS) == 0;
	folder->fd = steal_fd(&fd);
	return 0;
}

void folder_close(struct folder *folder)
{
	base_close(&folder->users_fd);
	base_close(&folder->fd);
	folder->users_fd = -1;
	folder->fd = -1;
}

/* Open a file of the folder, without following a link. */
static int open_file(const struct folder *folder, const char *name, int flags)
{
	const int fd =
		openat(folder->fd, name,
		       flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);

	if (fd < 0)
		return -errno;
	if (flags & O_CREAT)
		fchmod(fd, 0600);
	return fd;
}

/* 0, -EWOULDBLOCK or another negative errno. */
static int try_enter(struct folder *folder)
{
	folder->is_alone = flock(folder->users_fd, LOCK_EX | LOCK_NB) == 0;
	if (folder->is_alone)
		return 0;
	if (errno != EWOULDBLOCK)
		return -errno;
	return flock(folder->users_fd, LOCK_SH | LOCK_NB) ? -errno : 0;
}

static void pause_shortly(void)
{
	const struct timespec duration = {.tv_nsec = 10000000};

	nanosleep(&duration, NULL);
}

int folder_enter(struct folder *folder, char **why)
{
	int r = -EWOULDBLOCK;

	if (folder->users_fd < 0)
		folder->users_fd = open_file(
			folder, USERS_NAME,
			folder->is_writable ? O_RDWR | O_CREAT : O_RDONLY);
	if (folder->users_fd < 0 && folder->is_writable)
		return why_say(why, folder->users_fd,
			       "the cache folder %s cannot be locked: %s",
			       folder->path, strerror(-folder->users_fd));
	if (folder->users_fd < 0)
		return 0; /* nobody can have written here */
	for (int i = 0; i < ENTER_TRIES && r == -EWOULDBLOCK; i++) {
		if (i)
			pause_shortly();
		r = try_enter(folder);
	}
	return r ? why_say(why, r, "the cache folder %s is in use: %s",
			   folder->path, strerror(-r))
		 : 0;
}

int folder_share(struct folder *folder)
{
	folder->is_alone = false;
	if (folder->users_fd < 0)
		return 0;
	while (flock(folder->users_fd, LOCK_SH))
		if (errno != EINTR)
			return -errno;
	return 0;
}

int folder_has_store(const struct folder *folder, off_t *size, char **why)
{
	struct stat status;

	if (fstatat(folder->fd, DATA_NAME, &status, AT_SYMLINK_NOFOLLOW)) {
		if (errno == ENOENT)
			return 0;
		return why_say(why, -errno,
			       "the store in %s cannot be read: %s",
			       folder->path, strerror(errno));
	}
	if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
	    status.st_mode & OTHERS_WRITE || status.st_nlink != 1)
		return why_say(why, -EPERM,
			       "%s/" DATA_NAME " is not a plain file of yours "
			       "alone; remove it",
			       folder->path);
	*size = status.st_size;
	return 1;
}

int folder_map_store(const char *path, struct span *out)
{
	char name[PATH_MAX];
	struct stat status;

	if (snprintf(name, sizeof(name), "%s/" DATA_NAME, path) >= PATH_MAX)
		return -ENAMETOOLONG;

	auto_close int fd = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status))
		return -errno;

	void *start = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE,
			   fd, 0);

	if (start == MAP_FAILED)
		return -errno;
	*out = (struct span){start, (size_t)status.st_size};
	return 0;
}

enum { MARK_SIZE = 24 };

/* What is promised of the store: any write to it changes this. */
static int read_state(const struct folder *folder, uint8_t mark[MARK_SIZE])
{
	struct stat status;

	if (fstatat(folder->fd, DATA_NAME, &status, AT_SYMLINK_NOFOLLOW))
		return -errno;
	put_le64(mark, (uint64_t)status.st_size);
	put_le64(mark + 8, (uint64_t)status.st_mtim.tv_sec * 1000000000U +
				   (uint64_t)status.st_mtim.tv_nsec);
	put_le64(mark + 16, status.st_ino);
	return 0;
}

bool folder_is_clean(const struct folder *folder)
{
	uint8_t now[MARK_SIZE];
	uint8_t then[MARK_SIZE + 1];
	auto_close int fd = open_file(folder, CLEAN_NAME, O_RDONLY);

	return fd >= 0 && read_state(folder, now) == 0 &&
	       read(fd, then, sizeof(then)) == MARK_SIZE &&
	       memcmp(now, then, MARK_SIZE) == 0;
}

void folder_begin_use(const struct folder *folder)
{
	unlinkat(folder->fd, CLEAN_NAME, 0);
	/* If nobody else has it open, no lock or reader in it means anything.
	 */
	if (folder->is_alone)
		unlinkat(folder->fd, LOCK_NAME, 0);
}

void folder_fix_modes(const struct folder *folder)
{
	if (!folder->is_writable)
		return;
	fchmodat(folder->fd, DATA_NAME, 0600, 0);
	fchmodat(folder->fd, LOCK_NAME, 0600, 0);
}

/* If it fails there is no promise, and the next one looks for himself. */
static void write_mark(const struct folder *folder)
{
	uint8_t mark[MARK_SIZE];
	auto_close int fd =
		open_file(folder, CLEAN_NEW_NAME, O_WRONLY | O_CREAT | O_TRUNC);

	if (fd >= 0 && read_state(folder, mark) == 0 &&
	    write(fd, mark, MARK_SIZE) == MARK_SIZE &&
	    renameat(folder->fd, CLEAN_NEW_NAME, folder->fd, CLEAN_NAME) == 0)
		return;
	unlinkat(folder->fd, CLEAN_NEW_NAME, 0);
}

void folder_end_use(struct folder *folder)
{
	if (!folder->is_writable || folder->users_fd < 0 ||
	    flock(folder->users_fd, LOCK_EX | LOCK_NB))
		return;
	folder->is_alone = true;
	write_mark(folder);
}

int folder_put_aside(const struct folder *folder)
{
	if (renameat(folder->fd, DATA_NAME, folder->fd, ASIDE_NAME))
		return -errno;
	unlinkat(folder->fd, CLEAN_NAME, 0);
	return 0;
}
