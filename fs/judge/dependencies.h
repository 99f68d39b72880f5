/*
 * Files that verdicts, schemas and the configuration rest on, each with the
 * digest of its content and a version that grows when the content changes.
 */
#ifndef FS_JUDGE_DEPENDENCIES_H
#define FS_JUDGE_DEPENDENCIES_H

#include "cache/cache.h"
#include "fs/folders.h"

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
 * An empty registry of files of these folders, borrowed. `is_watched` false:
 * each file is looked at once, for runs that end soon. 0 or -ENOMEM.
 */
must_check int dependencies_new(const struct folders *folders, bool is_watched,
				struct dependencies **out);
void dependencies_free(struct dependencies *dependencies);

/*
 * Who says where the file of a URL lies: writes its path to `path` (PATH_MAX
 * bytes). 0, or what host_is_answer() is true of. Set it before threads start;
 * until then no URL leads anywhere.
 */
typedef int dependencies_locator(void *ctx, const char *url, char *path);
void dependencies_set_locator(struct dependencies *dependencies,
			      dependencies_locator *locate, void *ctx);

/* The path of the file that a dependency is read from: for a URL (PATH_MAX
 * bytes are written to `buf`) what the locator says, NULL if it says none. */
const char *dependencies_path(const struct dependencies *dependencies,
			      const char *name, char *buf);

/*
 * Look at every file again: one stat each, and reading where that says that
 * something changed.
 */
void dependencies_refresh(struct dependencies *dependencies);

/* Grows with each change that was seen. */
uint64_t dependencies_changes(struct dependencies *dependencies);

/*
 * What a file, named by path or URL, is now; one that does not exist counts
 * too. 0, -ENOMEM, or the errno that keeps it from being read.
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

/*
 * Is what was stored with an entry the content that is there now? Then its
 * link is added to `links`.
 */
bool dependencies_match(struct dependencies *dependencies,
			const struct dependency *stored, struct links *links);

/* All of `links`, to be stored with an entry (free()); NULL: no memory. */
must_check struct dependency *
dependencies_describe_all(struct dependencies *dependencies,
			  const struct links *links);

/* Is every file still as it was when it was linked? */
bool dependencies_hold(struct dependencies *dependencies,
		       const struct links *links);

#endif
