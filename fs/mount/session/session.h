/*
 * A mount from beginning to end: checks, daemon, signals, the loop, unmount.
 */
#ifndef FS_MOUNT_SESSION_SESSION_H
#define FS_MOUNT_SESSION_SESSION_H

#include "fs/mount/coherence/coherence.h"
#include "fs/service.h"

#include <sys/types.h>

struct session_options {
	char **arguments; /* of `mount`, its name first; NULL at the end */
	struct service_options service; /* its root is the source */
	const char *mountpoint;
	bool is_foreground;
	bool allow_other;
	bool virtual_visible;
	bool has_xattrs;
	enum coherence_wish coherence;
	bool warms;	       /* judges all of it in the background */
	mode_t status_mode;    /* of .status */
	mode_t report_mode;    /* of .report, FILE.status and FILE.report */
	char *libfuse_options; /* owned; comma between, or NULL */
	char *cache_directory; /* owned; named by an option, or NULL */
	char *state_directory; /* owned; NULL: the default place */
	uint64_t state_bytes;  /* of last valid versions, all together */
	bool has_on_error;     /* else it is as on_invalid */
	bool has_never_valid;
	char *config_file; /* owned; or NULL */
};

#define SESSION_DEFAULT                                                        \
	((struct session_options){                                             \
		.service = {.use_cache = true, .settings = SETTINGS_DEFAULT},  \
		.state_bytes = (uint64_t)1 << 30,                              \
		.status_mode = 0444,                                           \
		.report_mode = 0440})

void session_options_release(struct session_options *options);

/*
 * Mount and serve. In the foreground it returns when the mount has gone; else
 * when it is ready, while a daemon stays. Says on stdout where the results
 * are. Returns the exit status: 0, or 2 after a message on stderr.
 */
must_check int session_run(const struct session_options *options);

/*
 * Go on with a mount that this process has kept as another program. `how`: the
 * number of the descriptor under which that has left word (upgrade.h), or
 * "check:" and a number: would this program, with these options, go on with a
 * mount of that TAKEOVER_VERSION? Returns the exit status.
 */
must_check int session_resume(const struct session_options *options,
			      const char *how);

#endif
