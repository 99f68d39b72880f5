#include "fs/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>

struct source {
	int root;
	char *path;
	bool is_local;
	uint64_t dev; /* of the root */
};

/* Of filesystems that the headers of Debian 12 do not name. */
#define BCACHEFS_MAGIC 0xca451a4eul
#define ZFS_MAGIC 0x2fc12fc1ul

enum {
	/* Coarse clocks tick every 10 ms at worst; network ones are not used.
	 */
	RACY_WINDOW_NS = 20 * 1000 * 1000,
	NS_PER_SECOND = 1000 * 1000 * 1000,
	READ_CHUNK = 64 * 1024,
};

/* Only those are trusted that are known to keep their times themselves. */
bool source_is_local(int fd)
{
	static const unsigned long known[] = {
		EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
		F2FS_SUPER_MAGIC, TMPFS_MAGIC,	   OVERLAYFS_SUPER_MAGIC,
		BCACHEFS_MAGIC,	  ZFS_MAGIC,
	};
	struct statfs facts;

	if (fstatfs(fd, &facts))
		return false;
	for (size_t i = 0; i < array_size(known); i++)
		if ((unsigned long)facts.f_type == known[i])
			return true;
	return false;
}

int source_open_held(int directory, const char *path, struct source **out)
{
	auto_close int root = fcntl(directory, F_DUPFD_CLOEXEC, 0);
	auto_free char *copy = strdup(path);
	struct stat stat;

	if (root < 0 || fstat(root, &stat))
		return -errno;

	struct source *source = copy ? malloc(sizeof(*source)) : NULL;

	if (!source)
		return -ENOMEM;
	*source = (struct source){.is_local = source_is_local(root),
				  .dev = stat.st_dev,
				  .path = steal(&copy)};
	source->root = steal_fd(&root);
	*out = source;
	return 0;
}

int source_open(const char *path, struct source **out)
{
	auto_free char *real = realpath(path, NULL);

	if (!real)
		return -errno;

	auto_close int fd = open(real, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : source_open_held(fd, real, out);
}

void source_close(struct source *source)
{
	if (!source)
		return;
	close(source->root);
	free(source->path);
	free(source);
}

const char *source_root(const struct source *source)
{
	return source->path;
}

bool source_is_gone(const struct source *source)
{
	struct stat held;
	struct stat named;

	return fstat(source->root, &held) || held.st_nlink == 0 ||
	       lstat(source->path, &named) || named.st_ino != held.st_ino ||
	       named.st_dev != held.st_dev;
}

const char *source_doubt(const struct source *source, const struct stamp *stamp)
{
	if (!source->is_local)
		return "its filesystem is not one whose times are relied upon";
	if (stamp->dev != source->dev)
		return "it is on another filesystem than the root";
	if (stamp->ctime_ns % NS_PER_SECOND == 0)
		return "its filesystem keeps whole seconds, or times of "
		       "another's making";
	if (stamp_is_racy(stamp))
		return "racy: changed less than 20 ms before it was looked at, "
		       "or in the future";
	return NULL;
}

bool stamp_equal(const struct stamp *a, const struct stamp *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->size == b->size &&
	       a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns &&
	       a->btime_ns == b->btime_ns && a->mode == b->mode;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

bool stamp_is_racy(const struct stamp *stamp)
{
	const int64_t newest = stamp->mtime_ns > stamp->ctime_ns
				       ? stamp->mtime_ns
				       : stamp->ctime_ns;

	/* A time in the future proves nothing either. */
	return newest > stamp->taken_ns - RACY_WINDOW_NS;
}

static int64_t time_ns(struct statx_timestamp time)
{
	return time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

static struct timespec time_spec(struct statx_timestamp time)
{
	return (struct timespec){.tv_sec = time.tv_sec,
				 .tv_nsec = time.tv_nsec};
}

static struct stamp make_stamp(const struct statx *from)
{
	return (struct stamp){
		.dev = makedev(from->stx_dev_major, from->stx_dev_minor),
		.ino = from->stx_ino,
		.btime_ns = from->stx_mask & STATX_BTIME
				    ? time_ns(from->stx_btime)
				    : 0,
		.mtime_ns = time_ns(from->stx_mtime),
		.ctime_ns = time_ns(from->stx_ctime),
		.size = from->stx_size,
		.mode = from->stx_mode,
		.nlink = from->stx_nlink,
	};
}

static struct stat make_stat(const struct statx *from)
{
	return (struct stat){
		.st_dev = makedev(from->stx_dev_major, from->stx_dev_minor),
		.st_ino = from->stx_ino,
		.st_mode = from->stx_mode,
		.st_nlink = from->stx_nlink,
		.st_uid = from->stx_uid,
		.st_gid = from->stx_gid,
		.st_rdev = makedev(from->stx_rdev_major, from->stx_rdev_minor),
		.st_size = (off_t)from->stx_size,
		.st_blksize = from->stx_blksize,
		.st_blocks = (blkcnt_t)from->stx_blocks,
		.st_atim = time_spec(from->stx_atime),
		.st_mtim = time_spec(from->stx_mtime),
		.st_ctim = time_spec(from->stx_ctime),
	};
}

static int stat_at(int fd, const char *name, int flags, struct stamp *stamp,
		   struct stat *stat)
{
	/* Before looking: a change that comes after is a later one. */
	const int64_t taken_ns = now_ns();
	struct statx facts = {0};

	if (statx(fd, name, flags, STATX_BASIC_STATS | STATX_BTIME, &facts))
		return -errno;
	if (stamp) {
		*stamp = make_stamp(&facts);
		stamp->taken_ns = taken_ns;
	}
	if (stat)
		*stat = make_stat(&facts);
	return 0;
}

int source_stat_at(int directory, const char *name, struct stamp *stamp)
{
	return stat_at(directory, name, AT_SYMLINK_NOFOLLOW, stamp, NULL);
}

int source_look_at(int directory, const char *name, struct stamp *stamp,
		   struct stat *stat)
{
	return strcmp(name, "..") == 0
		       ? -EXDEV
		       : stat_at(directory, name, AT_SYMLINK_NOFOLLOW, stamp,
				 stat);
}

int source_place_at(int directory, const char *name)
{
	if (strcmp(name, "..") == 0)
		return -EXDEV;

	const int fd = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int source_stat_fd(int fd, struct stamp *stamp, struct stat *stat)
{
	return stat_at(fd, "", AT_EMPTY_PATH, stamp, stat);
}

static int open_at_root(const struct source *source, const char *path,
			uint64_t flags, uint64_t resolve)
{
	const struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = resolve | RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	const long fd = syscall(SYS_openat2, source->root, *path ? path : ".",
				&how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

/* Links are not followed, not even inside the tree. */
static int open_beneath(const struct source *source, const char *path,
			uint64_t flags)
{
	return open_at_root(source, path, flags | O_NOFOLLOW,
			    RESOLVE_NO_SYMLINKS);
}

/* A name in the root needs no resolution, and O_PATH costs a descriptor. */
static bool is_plain_name(const char *path)
{
	return *path && !strchr(path, '/') && strcmp(path, "..") != 0;
}

int source_stat(const struct source *source, const char *path,
		struct stamp *stamp, struct stat *stat)
{
	if (is_plain_name(path))
		return stat_at(source->root, path, AT_SYMLINK_NOFOLLOW, stamp,
			       stat);

	/* RESOLVE_NO_SYMLINKS refuses a link at the end too: stat it by name.
	 */
	auto_free char *directory = strdup(path);

	if (!directory)
		return -ENOMEM;

	char *slash = strrchr(directory, '/');

	if (!slash)
		return strcmp(path, "..") == 0
			       ? -EXDEV
			       : source_stat_fd(source->root, stamp, stat);
	*slash = '\0';

	auto_close int fd =
		open_beneath(source, directory, O_PATH | O_DIRECTORY);

	if (fd < 0)
		return fd;
	if (strcmp(slash + 1, "..") == 0)
		return -EXDEV;
	return stat_at(fd, slash + 1, AT_SYMLINK_NOFOLLOW, stamp, stat);
}

/* Takes the descriptor, or the error that it is. */
static int stamp_regular(int opened, struct stamp *stamp)
{
	auto_close int fd = opened;
	const int r = fd < 0 ? fd : source_stat_fd(fd, stamp, NULL);

	if (r)
		return r;
	if (!S_ISREG(stamp->mode))
		return -EINVAL;
	return steal_fd(&fd);
}

int source_open_stamped(const struct source *source, const char *path,
			struct stamp *stamp)
{
	return stamp_regular(
		open_beneath(source, path, O_RDONLY | O_NONBLOCK | O_NOCTTY),
		stamp);
}

int source_open_linked(const struct source *source, const char *path,
		       struct stamp *stamp)
{
	return stamp_regular(
		open_at_root(source, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0),
		stamp);
}

int source_open_file(const struct source *source, const char *path)
{
	struct stamp stamp = {0};

	return source_open_stamped(source, path, &stamp);
}

int source_open_place(const struct source *source, const char *path)
{
	return open_beneath(source, path, O_PATH);
}

int source_open_directory(const struct source *source, const char *path)
{
	return open_beneath(source, path, O_RDONLY | O_DIRECTORY);
}

int source_read_link(const struct source *source, const char *path,
		     char **target)
{
	auto_free char *directory = strdup(path);
	char buf[PATH_MAX];
	auto_close int fd = -1;

	if (!directory)
		return -ENOMEM;

	char *slash = strrchr(directory, '/');

	if (slash)
		*slash = '\0';
	fd = open_beneath(source, slash ? directory : "", O_PATH | O_DIRECTORY);
	if (fd < 0)
		return fd;

	const ssize_t size =
		readlinkat(fd, slash ? slash + 1 : directory, buf, sizeof(buf));

	if (size < 0)
		return -errno;
	if ((size_t)size == sizeof(buf))
		return -ENAMETOOLONG;
	*target = strndup(buf, (size_t)size);
	return *target ? 0 : -ENOMEM;
}

/* Room for `expected` bytes and a first look beyond them. */
static int read_all(int fd, uint64_t max_bytes, size_t expected,
		    struct snapshot *out)
{
	size_t capacity = expected + 1;
	auto_free char *bytes = malloc(capacity + 1);
	size_t size = 0;

	while (bytes) {
		const ssize_t got =
			pread(fd, bytes + size, capacity - size, (off_t)size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		size += (size_t)got;
		if (size > max_bytes)
			return -EFBIG;
		if (got == 0 || (size == expected && size < capacity)) {
			bytes[size] = '\0';
			out->bytes = steal(&bytes);
			out->size = size;
			return 0;
		}
		if (size == capacity) {
			capacity += capacity / 2 + READ_CHUNK;

			char *more = realloc(bytes, capacity + 1);

			if (!more)
				return -ENOMEM;
			bytes = more;
		}
	}
	return -ENOMEM;
}

int snapshot_read_stamped(int fd, const struct stamp *before,
			  uint64_t max_bytes, struct snapshot *out)
{
	struct snapshot snapshot = {.stamp = *before};
	struct stamp after = {0};
	int r;

	if (before->size > max_bytes)
		return -EFBIG;
	r = read_all(fd, max_bytes, before->size, &snapshot);
	if (r)
		return r;
	r = source_stat_fd(fd, &after, NULL);
	if (r) {
		snapshot_release(&snapshot);
		return r;
	}
	snapshot.is_settled =
		stamp_equal(before, &after) && snapshot.size == after.size;
	*out = snapshot;
	return 0;
}

int snapshot_read(int fd, uint64_t max_bytes, struct snapshot *out)
{
	struct stamp before = {0};
	const int r = source_stat_fd(fd, &before, NULL);

	return r ? r : snapshot_read_stamped(fd, &before, max_bytes, out);
}

void snapshot_release(struct snapshot *snapshot)
{
	free(snapshot->bytes);
	*snapshot = (struct snapshot){0};
}
