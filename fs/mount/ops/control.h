/*
 * Control of a running mount: one ioctl on a descriptor of its root, by its
 * owner or root.
 */
#ifndef FS_MOUNT_OPS_CONTROL_H
#define FS_MOUNT_OPS_CONTROL_H

#include <stdint.h>
#include <sys/ioctl.h>

enum control_order {
	CONTROL_SYNC = 1, /* return when all earlier edits can be seen */
	CONTROL_SYNC_ALL, /* the same, also of edits that no event told of */
	CONTROL_LEVEL, /* judge at the level that the text names, from now on */
};

/* The same going in and coming out; zero what is not used. */
struct control_request {
	uint32_t order;
	uint32_t reserved;
	char text[248]; /* terminated; in: an argument, out: an answer */
};

#define CONTROL_IOCTL _IOWR('c', 0xf5, struct control_request)

#endif
