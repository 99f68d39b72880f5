/*
 * Telling the service manager that the mount is ready, that it ends, and, if
 * it wants to hear that, that it still answers: the sd_notify protocol over
 * $NOTIFY_SOCKET, with the watchdog of $WATCHDOG_USEC.
 */
#ifndef FS_MOUNT_SESSION_NOTIFY_H
#define FS_MOUNT_SESSION_NOTIFY_H

#include "validate/base.h"

struct notify;

/* NULL when nobody is to be told (or without memory); all below allow it. */
struct notify *notify_new(const char *mountpoint);

/* Ready. The watchdog is fed, by a process of its own, as long as the mount
 * answers a question that goes through the kernel. Before threads start. */
void notify_ready(struct notify *notify);

/* It ends. */
void notify_stopping(const struct notify *notify);

/* After the mount has gone: a question on its way has its answer by then. */
void notify_free(struct notify *notify);

#endif
