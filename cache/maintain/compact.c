#include "cache/maintain/maintain.h"

#include "cache/store_parts.h"
#include "cache/trial.h"
#include "cache/why.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

enum { PATIENCE = 3600 }; /* seconds for the largest store */

static const char data_name[] = "data.mdb";
static const char new_name[] = "compact.mdb";

static int open_env(const char *path, off_t size, MDB_env **env)
{
	int r = mdb_env_create(env);

	if (!r)
		r = mdb_env_set_maxdbs(*env, DB_COUNT);
	if (!r)
		r = mdb_env_set_mapsize(*env, (size_t)size);
	if (!r)
		r = mdb_env_open(*env, path, MDB_RDONLY | MDB_NOLOCK, 0600);
	return r;
}

static int copy_to(const char *path, int fd)
{
	auto_free char *data = NULL;
	MDB_env *env = NULL;
	struct stat status;

	if (asprintf(&data, "%s/%s", path, data_name) < 0)
		return -ENOMEM;
	if (stat(data, &status))
		return -errno;

	int r = open_env(path, status.st_size, &env);

	if (!r)
		r = mdb_env_copyfd2(env, fd, MDB_CP_COMPACT);
	if (env)
		mdb_env_close(env);
	if (r)
		return store_translate(r);
	return fsync(fd) ? -errno : 0;
}

/* In a child: the library copies with threads of its own, and a file that is
 * cut short meanwhile is the end of them. */
static int write_in_child(const char *path)
{
	auto_free char *name = NULL;

	if (asprintf(&name, "%s/%s", path, new_name) < 0)
		return -ENOMEM;

	auto_close int fd = open(
		name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		0600);

	return fd < 0 ? -errno : copy_to(path, fd);
}

/* The store without its free pages, durably, as a file beside it. */
static int write_copy(const struct folder *folder, struct compaction *out)
{
	static const struct trial_limits limits = {PATIENCE, PATIENCE};
	struct stat status;
	const int r = trial_run(write_in_child, folder->path, &limits);

	if (r)
		return r;
	if (fstatat(folder->fd, new_name, &status, AT_SYMLINK_NOFOLLOW))
		return -errno;
	out->bytes_after = (uint64_t)status.st_size;
	return 0;
}

/* A copy that is no smaller is not worth the exchange. */
static int exchange(struct folder *folder, struct compaction *done)
{
	if (done->bytes_after >= done->bytes_before) {
		done->bytes_after = done->bytes_before;
		unlinkat(folder->fd, new_name, 0);
		return 0;
	}
	if (renameat(folder->fd, new_name, folder->fd, data_name) ||
	    fsync(folder->fd))
		return -errno;
	folder_end_use(folder);
	return 0;
}

static int compact_alone(struct folder *folder, struct compaction *out,
			 char **why)
{
	struct compaction done = {0};
	off_t size = 0;
	int r = folder_has_store(folder, &size, why);

	if (r < 0)
		return r;
	if (r == 0)
		return 0; /* nothing to make smaller */
	if (!folder_is_clean(folder))
		return why_say(why, -EBADMSG,
			       "the store in %s was not closed in order; run "
			       "'cfgfs cache verify' first",
			       folder->path);
	done.bytes_before = (uint64_t)size;
	r = write_copy(folder, &done);
	if (!r)
		r = exchange(folder, &done);
	if (r) {
		unlinkat(folder->fd, new_name, 0);
		return why_say(why, r, "the store in %s was not compacted: %s",
			       folder->path, strerror(-r));
	}
	*out = done;
	return 0;
}

static int compact_inside(struct folder *folder, struct compaction *out,
			  char **why)
{
	const int r = folder_enter(folder, why);

	if (r)
		return r;
	if (!folder->is_alone)
		return why_say(why, -EBUSY,
			       "the store in %s is in use, so its file was not "
			       "made smaller",
			       folder->path);
	return compact_alone(folder, out, why);
}

int maintain_compact(const char *path, struct compaction *out, char **why)
{
	struct folder folder;
	int r = folder_open(&folder, "cache", path, false, why);

	*out = (struct compaction){0};
	if (!r)
		r = compact_inside(&folder, out, why);
	folder_close(&folder);
	return r;
}
