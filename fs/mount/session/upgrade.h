/*
 * Replacing the running program of a mount by the one that now lies at its
 * place. The supervisor becomes the new program, with all descriptors kept;
 * readers see nothing but a delay.
 */
#ifndef FS_MOUNT_SESSION_UPGRADE_H
#define FS_MOUNT_SESSION_UPGRADE_H

#include "fs/mount/session/preflight.h"
#include "fs/mount/takeover/estate.h"

#include <signal.h>

/* What is said to a supervisor, and how it answers if all went well. */
#define UPGRADE_REQUEST "upgrade\n"
#define UPGRADE_DONE "done"

/* What a supervisor leaves to the program that it becomes. */
struct upgrade_legacy {
	struct estate estate;
	struct preflight places;
	sigset_t old_signals; /* what was blocked when it began */
};

/*
 * Would the program at this path go on with this mount? It is asked; what it
 * says goes to the client. 0; -EPROTO: no; another negative errno.
 */
must_check int upgrade_check(const char *program,
			     const struct session_options *options,
			     const struct estate *estate);

/* Become that program. Returns only if that fails: a negative errno, and all is
 * as before. */
must_check int upgrade_become(const char *program,
			      const struct session_options *options,
			      const struct upgrade_legacy *legacy);

/* In the new program: what the old one has left under this descriptor (taken).
 * 0; -EBADMSG; another negative errno. */
must_check int upgrade_load(int fd, struct upgrade_legacy *out);

/*
 * Ask the supervisor of a mount to upgrade, and wait for the end of it. True;
 * false with *why (owned; NULL: no memory).
 */
must_check bool upgrade_ask(const char *mountpoint, char **why);

#endif
