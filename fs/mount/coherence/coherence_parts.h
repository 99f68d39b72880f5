/*
 * What the parts of coherence share; for them alone.
 */
#ifndef FS_MOUNT_COHERENCE_COHERENCE_PARTS_H
#define FS_MOUNT_COHERENCE_COHERENCE_PARTS_H

#include "fs/mount/coherence/coherence.h"
#include "fs/mount/coherence/herald.h"

struct coherence {
	struct coherence_tools tools;
	struct features without;
	struct coherence_choice *choice;
	struct features has; /* set while the kernel is greeted */
	bool is_fast;
	char reason[96];
	struct watch *watch;   /* NULL: nothing is kept */
	struct herald *herald; /* while it runs */
	atomic_uint ticket;
	uint64_t footing;   /* the watch's thread alone, as the next */
	bool has_new_links; /* files have got a second name */
};

/* take_back.c: tell the kernel that what it keeps is no longer so. */

/* Attributes and bytes of a node. 0; -ENOENT: the kernel does not know it. */
int take_back_node(struct coherence *coherence, uint64_t node);

/* What a name in a directory leads to, also that it leads nowhere. */
void take_back_name(struct coherence *coherence, uint64_t directory,
		    struct span name);

/* Everything. */
void take_back_all(struct coherence *coherence);

/* Can all names be taken back at once? It is tried. */
bool take_back_has_epoch(const struct coherence *coherence);

/* follow.c: the listener to changes of the source. */
void follow_change(void *ctx, const struct change *change);

#endif
