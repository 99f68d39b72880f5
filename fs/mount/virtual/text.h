/*
 * What a virtual file says, written once and then only read. A short text is
 * kept in memory; a long one in a file without a name, so that the report of a
 * large tree takes no more memory than that of a small one.
 */
#ifndef FS_MOUNT_VIRTUAL_TEXT_H
#define FS_MOUNT_VIRTUAL_TEXT_H

#include "validate/base.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

/* Immutable once it is made, shared by counting. */
struct virtual_text {
	atomic_uint references;
	int fd;	     /* of a long text; -1: it is in `bytes` */
	char *bytes; /* owned */
	size_t size;
	size_t capacity; /* of `bytes` */
	int error;	 /* the first one while it was written, negative */
	struct timespec made_at;
};

enum { VIRTUAL_TEXT_MEMORY_BYTES = 256 * 1024 };

/* Who writes it. 0 or a negative errno. */
typedef int virtual_text_writer(void *ctx, FILE *out);

/*
 * Have a text written. 0 and *out (virtual_text_release()); what `write`
 * returned; -ENOMEM; errno of the file of a long text, such as -ENOSPC.
 */
must_check int virtual_text_make(virtual_text_writer *write, void *ctx,
				 struct virtual_text **out);
struct virtual_text *virtual_text_share(struct virtual_text *text);
void virtual_text_release(struct virtual_text *text); /* NULL is allowed */

#endif
