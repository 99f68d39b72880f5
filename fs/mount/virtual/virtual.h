/*
 * What virtual files say. Each node's text is made once, when it is first
 * asked for, and never changes; making it may take long, so that who asks is
 * answered later, and may lose patience. When nobody waits any more, making it
 * ends. Knows no FUSE.
 */
#ifndef FS_MOUNT_VIRTUAL_VIRTUAL_H
#define FS_MOUNT_VIRTUAL_VIRTUAL_H

#include "fs/mount/takeover/wards.h"
#include "fs/mount/virtual/kinds.h"
#include "fs/mount/virtual/text.h"

struct virtuals; /* safe from any thread */

/* Somebody who asked. Its owner embeds it and frees it in `done`. */
struct virtual_waiter {
	struct virtual_waiter *next;
	const void *key; /* names it for virtuals_interrupt() */

	/* It is about to be queued. 0, or the negative errno that it is to be
	 * answered with instead. Called with a lock held. */
	int (*may_wait)(struct virtual_waiter *waiter);

	/*
	 * Called exactly once, without locks, from any thread: 0 and the text
	 * (borrowed), or a negative errno; -EINTR after an interrupt.
	 */
	void (*done)(struct virtual_waiter *waiter, int result,
		     struct virtual_text *text);
};

/* Which virtual file. */
struct virtual_name {
	uint64_t node;
	enum inode_kind kind;
	const char *path; /* of the directory or file that it is about */
};

/* Copies the tools. 0 or -ENOMEM. */
must_check int virtuals_new(const struct virtual_tools *tools,
			    struct virtuals **out);

/* The text of a node, made by a worker before; on success its descriptor is
 * taken. Before the first request. 0; -ENOMEM; errno of reading. */
must_check int virtuals_adopt(struct virtuals *virtuals,
			      const struct wards_heir *heir);

/* The works must have been freed before. */
void virtuals_free(struct virtuals *virtuals);

/* Ask for the text of a node. */
void virtuals_request(struct virtuals *virtuals,
		      const struct virtual_name *name,
		      struct virtual_waiter *waiter);

/* Whoever waits under that key waits no more. Nothing happens if none does. */
void virtuals_interrupt(struct virtuals *virtuals, const void *key);

/* The node has gone. */
void virtuals_forget(struct virtuals *virtuals, uint64_t node);

/* Stop all that is being made, for good. */
void virtuals_cancel(struct virtuals *virtuals);

#endif
