/*
 * Texts that outlive the worker that made them: a reader who has read the
 * beginning of one, or has only been told its size, gets the rest of the same.
 */
#ifndef FS_MOUNT_VIRTUAL_KEEP_H
#define FS_MOUNT_VIRTUAL_KEEP_H

#include "fs/mount/takeover/wards.h"
#include "fs/mount/virtual/virtual.h"

/* Have the supervisor keep the text of a node. Its ward, for wards_leave(), or
 * WARDS_NONE. */
int keep_text(struct wards *wards, uint64_t node,
	      const struct virtual_text *text);

/* A text that was kept under this descriptor (not taken). 0 and *out
 * (virtual_text_release()); -ENOMEM; errno of reading. */
must_check int keep_read(int fd, struct virtual_text **out);

#endif
