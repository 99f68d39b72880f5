/*
 * Giving an order to a running mount, from another process.
 */
#ifndef FS_MOUNT_SESSION_ORDER_H
#define FS_MOUNT_SESSION_ORDER_H

#include "fs/mount/ops/control.h"
#include "validate/base.h"

/*
 * Give an order to the mount at a mountpoint and wait for the answer, which is
 * written to *request. True; or false with *why (owned; NULL: no memory).
 */
must_check bool order_give(const char *mountpoint,
			   struct control_request *request, char **why);

#endif
