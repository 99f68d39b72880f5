/*
 * The folder of a store: that it is ours alone, who uses it, whether it was
 * left in order, and how a damaged store is put aside.
 *
 *   data.mdb, lock.mdb  the store and its library's own lock
 *   users               held by flock() for as long as a process uses the store
 *   clean               size, time and inode of data.mdb when it was last
 * closed damaged-data.mdb    the last store that was put aside
 */
#ifndef CACHE_FOLDER_H
#define CACHE_FOLDER_H

#include "validate/base.h"

#include <sys/types.h>

struct folder {
	const char *path; /* borrowed */
	int fd;
	int users_fd; /* -1: a folder that cannot be written and has none */
	bool is_writable;
	bool is_alone; /* held exclusively: nobody else uses the store */
};

/*
 * Open the folder, made with its parents if it is not there (mode 0700; not if
 * `read_only`). 0 or a negative errno with *why: not a folder of ours, or one
 * that others can write to or that lies on the network. `what` is what it is
 * called in a sentence: "cache".
 */
must_check int folder_open(struct folder *folder, const char *what,
			   const char *path, bool read_only, char **why);

/* Also ends the use. Safe on a folder that could not be opened. */
void folder_close(struct folder *folder);

/*
 * Begin to use the store: alone if nobody does (is_alone), else beside others.
 * Waits up to six seconds for one who is alone. 0 or a negative errno, *why.
 */
must_check int folder_enter(struct folder *folder, char **why);

/* Being alone, let others in. The store may not be open yet. 0 or -errno. */
must_check int folder_share(struct folder *folder);

/* Is there a store? 1, 0, or a negative errno if its file is not ours. */
must_check int folder_has_store(const struct folder *folder, off_t *size,
				char **why);

/*
 * Map the store's file of the folder `path`, to be looked at in a child that
 * may die of it; it is never unmapped. 0 or a negative errno.
 */
must_check int folder_map_store(const char *path, struct span *out);

/* Is the store as it was when it was last closed? */
bool folder_is_clean(const struct folder *folder);

/* Before the store is opened for writing: nothing is promised any more. */
void folder_begin_use(const struct folder *folder);

/* The files that the library made get their mode, whatever the umask. */
void folder_fix_modes(const struct folder *folder);

/* After the store was closed in order: promise it, if nobody else uses it. */
void folder_end_use(struct folder *folder);

/* Being alone, put the store aside under another name. 0 or -errno. */
must_check int folder_put_aside(const struct folder *folder);

#endif
