/*
 * What the parts of a watch share; for them alone.
 */
#ifndef FS_WATCH_WATCH_PARTS_H
#define FS_WATCH_WATCH_PARTS_H

#include "fs/watch/directories.h"
#include "fs/watch/watch.h"

#include <pthread.h>

/* The bits of an event: inotify and fanotify have the same ones. */
enum {
	EVENT_MODIFY = 0x2,
	EVENT_ATTRIB = 0x4,
	EVENT_CLOSE_WRITE = 0x8,
	EVENT_MOVED_FROM = 0x40,
	EVENT_MOVED_TO = 0x80,
	EVENT_CREATE = 0x100,
	EVENT_DELETE = 0x200,
	EVENT_ONDIR = 0x40000000,
	EVENTS_OF_CONTENT = EVENT_MODIFY | EVENT_ATTRIB | EVENT_CLOSE_WRITE,
	EVENTS_OF_ENTRIES =
		EVENT_MOVED_FROM | EVENT_MOVED_TO | EVENT_CREATE | EVENT_DELETE,
};

/* A file whose only use is that writing to it makes an event. */
struct sentinel {
	int fd; /* -1: there is none */
	struct watch_key key;
	char name[32]; /* that its event carries; "": none */
};

/* A means of the kernel. */
struct backend {
	const char *name;

	/* The descriptor that events are read from; negative errno. */
	int (*open)(const struct source *source);

	/* Have the directory behind a descriptor watched. 0 and *key, or a
	 * negative errno. */
	int (*add)(struct watch *watch, int directory, struct watch_key *key);
	void (*remove)(struct watch *watch, struct span key);

	/* Have a sentinel's descriptor watched: sets its key and name. */
	int (*add_sentinel)(struct watch *watch, struct sentinel *sentinel);

	/* Tell what was read. */
	void (*tell)(struct watch *watch, const char *bytes, size_t size);
};
extern const struct backend backend_inotify;
extern const struct backend backend_fanotify;

struct listener {
	watch_listener *tell;
	void *ctx;
};

enum { MAX_LISTENERS = 4 };

struct watch {
	const struct source *source;
	const struct backend *backend;
	int fd;	    /* events */
	int waking; /* an eventfd: something is to be done */
	uint64_t dev;
	struct listener listeners[MAX_LISTENERS]; /* fixed once it runs */
	size_t listener_count;
	pthread_t thread;
	bool is_running;
	pthread_mutex_t lock;
	struct directories directories; /* by lock, as all below */
	struct sentinel sentinel;
	struct watch_waiter *waiting; /* for the sentinel that was fired */
	struct watch_waiter *later;   /* for the next one */
	bool is_fired;
	bool is_ending;
	bool is_to_lose; /* somebody wants events to be lost */
};

/* For all listeners, in the order they came. */
void watch_tell(struct watch *watch, const struct change *change);

/* An event with these bits; `name` NULL: of the directory itself. */
void watch_tell_event(struct watch *watch, struct span key, uint32_t events,
		      const char *name);

/* The kernel no longer watches what has this key. */
void watch_tell_gone(struct watch *watch, struct span key);

/* Events were lost. */
void watch_tell_lost(struct watch *watch);

/* barrier.c: have the sentinel watched before the limit is reached. */
void barrier_prepare(struct watch *watch);

/* Is it the sentinel's? Then all who waited for it are let go. */
bool barrier_take_event(struct watch *watch, struct span key, const char *name);

/* The sentinel's event may be among those that were lost. */
void barrier_lost(struct watch *watch);

/* Let everybody go. */
void barrier_end(struct watch *watch);

#endif
