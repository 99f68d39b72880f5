/*
 * A folder of files that are there whole or not at all: written under another
 * name, then renamed. It is ours alone (mode 0700), no link in it is followed,
 * and what anybody else put there is not read.
 */
#ifndef FS_VAULT_DRAWER_H
#define FS_VAULT_DRAWER_H

#include "validate/base.h"

#include <sys/types.h>

/*
 * Open the folder `name` of `parent`, made if it is not there. A descriptor,
 * the caller's to close; -EPERM: it belongs to somebody else, or others can
 * write to it; another negative errno.
 */
must_check int drawer_open(int parent, const char *name);

/*
 * Write a file, in place of one of that name. If it `lasts`, it is on disk
 * before its name is, and its name when this returns: after a power cut there
 * is the old file or the new one. Else that holds only for the death of this
 * process. 0; -ENOSPC, -EDQUOT, -EIO ...: all is as it was.
 */
must_check int drawer_write(int drawer, const char *name, struct span bytes,
			    bool lasts);

/*
 * Read a file. 0, *bytes (owned, never NULL) and *size; -ENOENT; -EBADMSG: it
 * is no plain file of ours, or larger than `max_bytes`; another errno.
 */
must_check int drawer_read(int drawer, const char *name, size_t max_bytes,
			   char **bytes, size_t *size);

/* Call `see` for each file; it may remove files. 0 or a negative errno. */
typedef void drawer_visitor(void *ctx, int drawer, const char *name);
must_check int drawer_visit(int drawer, drawer_visitor *see, void *ctx);

/* Is it the name of a file that is being written, or was when its writer died?
 */
bool drawer_is_unfinished(const char *name);

#endif
