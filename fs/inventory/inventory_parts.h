/*
 * What inventory.c (what is known) and look.c (looking at the disk) share; for
 * them alone.
 */
#ifndef FS_INVENTORY_INVENTORY_PARTS_H
#define FS_INVENTORY_INVENTORY_PARTS_H

#include "fs/inventory/inventory.h"
#include "fs/inventory/tree.h"

#include <pthread.h>

/* A file was judged that had no record yet: it is kept until it has one. */
struct news {
	struct news *next;
	uint64_t stamp;
	uint32_t class; /* in use */
	uint32_t forgotten;
	char path[];
};

struct inventory {
	struct judge *judge;
	inventory_watcher *watch;
	void *watch_ctx;
	pthread_t thread;
	bool has_thread;
	atomic_bool is_ending;
	atomic_uint askers; /* who wait for `work`: they go first */

	/* Held by whoever looks at the disk. Nobody else adds or removes
	 * directories and records; taken before `lock`. */
	pthread_mutex_t work;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct tree tree;	 /* by lock, as all below */
	struct directory *first; /* of those that wait for a look */
	struct directory **last;
	uint32_t generation; /* of the configuration */
	uint32_t forgotten;  /* times that all was forgotten */
	bool are_links_in_doubt;
	bool is_blind;	   /* a look failed: a change may have been missed */
	bool was_complete; /* the first scan has ended */
	struct news *news; /* newest first */
};

/* Let records be made for all that was heard of. With `work` held. */
void inventory_take_news(struct inventory *inventory);

/* Have a directory looked at. */
void inventory_want_locked(struct inventory *inventory,
			   struct directory *directory, uint32_t to_do);

/* Everything in it and below may have changed. */
void inventory_doubt_locked(struct inventory *inventory,
			    struct directory *directory);

/* Take a directory with all below it out of the tree. */
void inventory_remove_locked(struct inventory *inventory,
			     struct directory *directory);

/* What a record keeps of the stamp that its class is about; 0: it cannot
 * prove anything. */
uint64_t inventory_stamp(const struct stamp *stamp);

/* This thread looks at files: what it finds out on the way is no news. */
extern _Thread_local bool inventory_is_looking;

/* look.c: do what a directory waits for. With `work` held, without `lock`. 0 or
 * -ENOMEM: not all of it was done. */
must_check int inventory_look(struct inventory *inventory,
			      struct directory *directory, uint32_t to_do);

#endif
