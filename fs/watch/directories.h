/*
 * The directories of a watch: found by path when somebody asks for one, by the
 * key that events carry when something happens. One key may stand for several
 * paths (bind mounts). Not safe by itself: its owner has the lock.
 */
#ifndef FS_WATCH_DIRECTORIES_H
#define FS_WATCH_DIRECTORIES_H

#include "validate/base.h"

enum { WATCH_KEY_MAX = 144 }; /* a file handle of fanotify is the longest */

struct watch_key {
	size_t size; /* 0: none */
	char bytes[WATCH_KEY_MAX];
};

struct directory {
	struct directory *next_by_path;
	struct directory *next_by_key;
	struct directory *next_taken;
	uint64_t dev;
	uint64_t ino;
	struct span key; /* in this same block, as the path; empty: not watched
			  */
	const char *path;
};

struct directories {
	struct directory **by_path;
	struct directory **by_key;
	size_t bucket_count;
	size_t count;
	size_t unwatched; /* those without key */
};

/* 0 or -ENOMEM. */
must_check int directories_init(struct directories *directories);
void directories_release(struct directories *directories);

struct directory *directories_find(const struct directories *directories,
				   const char *path);

/* Add one whose path is not there yet; `from` is copied. 0 or -ENOMEM. */
must_check int directories_add(struct directories *directories,
			       const struct directory *from);

/* The index-th one with that key, or NULL. */
const struct directory *directories_of(const struct directories *directories,
				       struct span key, size_t index);

/* Take one out, to be freed with free(). */
void directories_take(struct directories *directories,
		      struct directory *directory);

/* Take out all at or below a path, as a list by `next_taken`. */
struct directory *directories_take_below(struct directories *directories,
					 const char *path);

#endif
