/*
 * What is checked before a mount is tried, so that each trouble has a message
 * that says what to do about it.
 */
#ifndef FS_MOUNT_SESSION_PREFLIGHT_H
#define FS_MOUNT_SESSION_PREFLIGHT_H

#include "fs/mount/session/session.h"

/* The two places, absolute and without symbolic links; owned. */
struct preflight {
	char *source;
	char *given_source; /* absolute, links kept */
	char *mountpoint;
};
void preflight_release(struct preflight *preflight);

/* True and *out; or false and *why (owned; NULL: no memory). */
must_check bool preflight_check(const struct session_options *options,
				struct preflight *out, char **why);

#endif
