/*
 * Taking back what the kernel was told. Only ever done by the watch's thread,
 * never by one that answers requests: to take back a name the kernel waits
 * until look-ups in its directory have been answered.
 */
#include "fs/mount/coherence/coherence_parts.h"

#define FUSE_USE_VERSION 314
#include <errno.h>
#include <fuse_lowlevel.h>

int take_back_node(struct coherence *coherence, uint64_t node)
{
	const struct herald_message message = {.order = HERALD_NODE,
					       .node = node};

	/* What readers still wait for is out of date. */
	files_changed(coherence->tools.files, node);
	return herald_tell(coherence->herald, &message);
}

void take_back_name(struct coherence *coherence, uint64_t directory,
		    struct span name)
{
	const struct herald_message message = {
		.order = HERALD_NAME, .node = directory, .name = name};

	herald_tell(coherence->herald, &message);
}

/* As a name without dropping it: who works in a directory keeps its path. */
static void expire_name(struct coherence *coherence, const struct inode *inode)
{
	char name[INODE_NAME_MAX + 1];

	if (inode->id == INODE_ROOT ||
	    inodes_name(coherence->tools.inodes, inode->id, name))
		return;

	const struct herald_message message = {
		.order = coherence->has.expire ? HERALD_EXPIRE : HERALD_NAME,
		.node = inode->parent,
		.name = span_of(name)};

	herald_tell(coherence->herald, &message);
}

/* FUSE_NOTIFY_INC_EPOCH, which the library does not know. */
static bool increase_epoch(const struct coherence *coherence)
{
	const struct {
		uint32_t size;
		int32_t code;
		uint64_t unique;
	} message = {16, 8, 0};

	return write(fuse_session_fd(coherence->tools.session), &message,
		     sizeof(message)) == (ssize_t)sizeof(message);
}

bool take_back_has_epoch(const struct coherence *coherence)
{
	return increase_epoch(coherence);
}

void take_back_all(struct coherence *coherence)
{
	const bool has_names =
		coherence->has.epoch && increase_epoch(coherence);
	struct inode inode = {0};

	while (inodes_next(coherence->tools.inodes, inode.id, &inode)) {
		take_back_node(coherence, inode.id);
		if (!has_names)
			expire_name(coherence, &inode);
	}
}
