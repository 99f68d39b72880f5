/*
 * Changes of the source, told as they happen. Directories are watched one by
 * one, as somebody asks for them; what happens elsewhere is not told.
 *
 * Stores through a shared mapping are seen when their writer closes the file,
 * writes through a hard link only where that link's directory is watched.
 */
#ifndef FS_WATCH_WATCH_H
#define FS_WATCH_WATCH_H

#include "fs/source.h"

struct watch; /* safe from any thread */

enum change_kind {
	CHANGE_CONTENT,	  /* bytes or attributes of what a name leads to */
	CHANGE_ENTRY,	  /* a name appeared, vanished, or means another file */
	CHANGE_DIRECTORY, /* attributes of the directory itself; no name */
	CHANGE_UNWATCHED, /* the directory is watched no more; no name */
	CHANGE_LOST,	  /* anything may have changed; no names */
	CHANGE_PAUSE,	  /* no names; after changes, before a barrier is let
			     through, and each second */
};

struct change {
	enum change_kind kind;
	bool is_directory;     /* the name is, or was, that of a directory */
	const char *directory; /* path from the root, "" is the root itself */
	const char *name;
};

/* Called on the watch's own thread, which takes no signals; it may take its
 * time, but must not wait for anybody who waits for a change. */
typedef void watch_listener(void *ctx, const struct change *change);

/* What is used; both false: whatever works. */
struct watch_options {
	bool without_inotify;
	bool without_fanotify;
};

/*
 * A watch over a source (borrowed), which watches nothing yet. 0 and *out;
 * -EOPNOTSUPP: there is no means that works here; -EMFILE, -ENOMEM, ...
 */
must_check int watch_new(const struct source *source,
			 const struct watch_options *options,
			 struct watch **out);

/* Before watch_start(). 0 or -ENOMEM. */
must_check int watch_add_listener(struct watch *watch, watch_listener *listener,
				  void *ctx);

/* Start telling. 0 or a negative errno. */
must_check int watch_start(struct watch *watch);

/* End the thread, for good: nothing is watched any more, and who waits for a
 * barrier is let go. */
void watch_stop(struct watch *watch);
void watch_free(struct watch *watch); /* stops; NULL is allowed */

/* "inotify" or "fanotify". */
const char *watch_means(const struct watch *watch);

/* Which directory is meant: the path, and the file that was found there. */
struct watch_place {
	const char *path;
	uint64_t dev;
	uint64_t ino;
};

/*
 * Have a directory watched. True: from now on every change of it is told,
 * until CHANGE_UNWATCHED is. False: it is not watched (its parent is not, the
 * limit is reached, it is on a network filesystem, another one is there now).
 */
must_check bool watch_directory(struct watch *watch,
				const struct watch_place *place);

/* How many directories cannot be watched though their parent is; what is below
 * them is not watched either. */
uint64_t watch_unwatched(struct watch *watch);

/* Somebody who waits; embedded in what `done` frees. */
struct watch_waiter {
	struct watch_waiter *next;

	/* Called once, on the watch's thread or that of watch_stop(): 0, or
	 * -ECANCELED. */
	void (*done)(struct watch_waiter *waiter, int result);
};

/*
 * Have `done` called when every change that happened before this call in
 * directories that are watched has been told. 0; -EOPNOTSUPP: there is no
 * means for it here, and `done` will not be called.
 */
must_check int watch_barrier(struct watch *watch, struct watch_waiter *waiter);

/* As if events had been lost: before a barrier that is asked for later. */
void watch_lose(struct watch *watch);

#endif
