/*
 * Files that verdicts, schemas and the configuration rest on, each with the
 * digest of its content and a version that grows when the content changes.
 */
#ifndef FS_JUDGE_DEPENDENCIES_H
#define FS_JUDGE_DEPENDENCIES_H

#include "cache/cache.h"
#include "fs/source.h"

struct dependencies; /* safe from any thread */

/* One file as it was when it was used. */
struct link {
	uint32_t file;
	uint32_t version;
};

#define NO_LINK ((struct link){.file = UINT32_MAX})

/* A growing list of links, each file once. Zeroed memory is an empty one. */
struct links {
	struct link *list; /* owned */
	uint32_t count;
	uint32_t capacity;
};
/* 0 or -ENOMEM; NO_LINK is left out. */
must_check int links_add(struct links *links, struct link link);
must_check int links_add_all(struct links *links, const struct links *more);
void links_release(struct links *links);

/*
 * An empty registry over a tree. `is_watched` false: each file is looked at
 * once, for runs that end soon. Files are read below the root only; if
 * `outside`, a full path, is not NULL, by their full path also below the
 * folder of that one. Borrows source. 0, -ENOMEM or errno of that folder.
 */
must_check int dependencies_new(struct source *source, bool is_watched,
				const char *outside, struct dependencies **out);
void dependencies_free(struct dependencies *dependencies);

/*
 * Look at every file again: one stat each, and reading where that says that
 * something changed.
 */
void dependencies_refresh(struct dependencies *dependencies);

/*
 * What a file is now; one that does not exist counts too. 0, -ENOMEM, or the
 * errno (other than ENOENT) that keeps it from being read.
 */
must_check int dependencies_find(struct dependencies *dependencies,
				 const char *path, struct link *link);

/*
 * The same with its content, owned by the caller (free()). 0, or why it cannot
 * be read; *link is set in any case but -ENOMEM for want of memory of our own,
 * when it is NO_LINK.
 */
must_check int dependencies_read(struct dependencies *dependencies,
				 const char *path, struct link *link,
				 char **bytes, size_t *size);

/* Path, existence and digest behind a link; the path lives as long as the
 * registry. */
struct dependency dependencies_describe(struct dependencies *dependencies,
					uint32_t file);

/* Is every file still as it was when it was linked? */
bool dependencies_hold(struct dependencies *dependencies,
		       const struct links *links);

#endif
