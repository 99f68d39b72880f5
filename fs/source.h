/*
 * The tree on disk. Everything is reached by a path from the root below the
 * root's descriptor; no symbolic link out of it is ever followed, nothing but
 * regular files and directories is ever opened, and nothing is written.
 */
#ifndef FS_SOURCE_H
#define FS_SOURCE_H

#include "validate/base.h"

#include <sys/stat.h>

struct source; /* any thread may use it */

/* Open the tree whose root is the directory `path`. 0, -ENOTDIR, -ENOENT... */
must_check int source_open(const char *path, struct source **out);

/* The same for a directory that is held by a descriptor (not taken), and was at
 * `path`, absolute and without symbolic links, when it was opened. */
must_check int source_open_held(int directory, const char *path,
				struct source **out);
void source_close(struct source *source);

/* Is the filesystem of an open file one that keeps times itself, and whose
 * changes are all made on this machine? */
bool source_is_local(int fd);

/* The root's absolute path without symbolic links. */
const char *source_root(const struct source *source);

/*
 * Has the root been removed, or does its path lead to another directory now?
 * Then nothing that is said of it is about what users see there.
 */
bool source_is_gone(const struct source *source);

/*
 * What tells two states of a file apart without reading it. It cannot prove
 * that nothing changed: stores through a shared mapping leave no trace.
 */
struct stamp {
	uint64_t dev;
	uint64_t ino;
	int64_t btime_ns;
	int64_t mtime_ns;
	int64_t ctime_ns;
	uint64_t size;
	uint32_t mode;
	uint32_t nlink;
	int64_t taken_ns; /* when it was asked for, CLOCK_REALTIME */
};
bool stamp_equal(const struct stamp *a, const struct stamp *b);

/*
 * Was the file changed so shortly before its stamp was taken that a later
 * change could leave the same stamp (git's racy-clean rule)?
 */
bool stamp_is_racy(const struct stamp *stamp);

/*
 * Why a stamp that was taken before reading the file cannot tell later that the
 * file is unchanged, or NULL: it can. Static. Filesystems that answer from
 * memories of their own or by another machine's clock do not count, nor do
 * images whose times somebody made up, nor times too coarse for the rule above.
 */
const char *source_doubt(const struct source *source,
			 const struct stamp *stamp);

/* All functions below: `path` from the root, "" is the root itself. */

/* lstat(); either result may be NULL. 0, -ENOENT, -ENOTDIR, -EXDEV, ... */
must_check int source_stat(const struct source *source, const char *path,
			   struct stamp *stamp, struct stat *stat);
must_check int source_stat_fd(int fd, struct stamp *stamp, struct stat *stat);

/* The stamp of a name in an open directory; links are not followed. */
must_check int source_stat_at(int directory, const char *name,
			      struct stamp *stamp);

/* The same with the facts, and a descriptor that only stands for what is there
 * (O_PATH), the caller's to close; 0 or a descriptor, or a negative errno. */
must_check int source_look_at(int directory, const char *name,
			      struct stamp *stamp, struct stat *stat);
must_check int source_place_at(int directory, const char *name);

/*
 * A descriptor to read a regular file, the caller's to close; it never blocks.
 * -ELOOP: a symbolic link; -EINVAL: not a regular file; other errno of open.
 */
must_check int source_open_file(const struct source *source, const char *path);

/* The same, with the stamp of the file that was opened. */
must_check int source_open_stamped(const struct source *source,
				   const char *path, struct stamp *stamp);

/*
 * The same for a file that a verdict rests on, such as a schema: symbolic
 * links are followed, but only to what is below the root too. -EXDEV: it leads
 * out.
 */
must_check int source_open_linked(const struct source *source, const char *path,
				  struct stamp *stamp);

/* A descriptor that only stands for what is there (O_PATH), whatever it is;
 * the caller's to close; negative errno. */
must_check int source_open_place(const struct source *source, const char *path);

/* A descriptor of a directory, the caller's to close; negative errno. */
must_check int source_open_directory(const struct source *source,
				     const char *path);

/* Target of a symbolic link, owned by the caller. */
must_check int source_read_link(const struct source *source, const char *path,
				char **target);

/* The bytes of a file at one time, and the stamp that they belong to. */
struct snapshot {
	char *bytes; /* owned; one NUL behind the last byte */
	size_t size;
	struct stamp stamp;
	bool is_settled; /* the stamp was the same before and after reading */
};

/*
 * Read all of an open file. 0 and *out (snapshot_release()); -EFBIG when it is
 * larger than `max_bytes`; -ENOMEM; errno of read.
 */
must_check int snapshot_read(int fd, uint64_t max_bytes, struct snapshot *out);

/* The same when the file's stamp was taken just now. */
must_check int snapshot_read_stamped(int fd, const struct stamp *before,
				     uint64_t max_bytes, struct snapshot *out);
void snapshot_release(struct snapshot *snapshot);

#endif
