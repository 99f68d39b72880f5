/*
 * What was agreed with the kernel when it was greeted, and holds for as long as
 * the mount does: in memory that all its workers share.
 */
#ifndef FS_MOUNT_COHERENCE_CHOICE_H
#define FS_MOUNT_COHERENCE_CHOICE_H

#include "validate/base.h"

#include <stdatomic.h>

enum {
	CHOICE_MADE = 1,
	CHOICE_KEEPS = 2,   /* the kernel keeps what it is told */
	CHOICE_NO_OPEN = 4, /* it opens without asking */
};

struct coherence_choice {
	atomic_uint bits;
};

/* Shared memory in which none is made yet: a descriptor, the caller's; or a
 * negative errno. */
must_check int choice_new(void);

/* Use it (`fd` is not taken; it may be closed). 0 or a negative errno. */
must_check int choice_attach(int fd, struct coherence_choice **out);
void choice_free(struct coherence_choice *choice); /* NULL is allowed */

#endif
