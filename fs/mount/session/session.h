/*
 * A mount from beginning to end: checks, daemon, signals, the loop, unmount.
 */
#ifndef FS_MOUNT_SESSION_SESSION_H
#define FS_MOUNT_SESSION_SESSION_H

#include "fs/mount/coherence/coherence.h"
#include "fs/service.h"

#include <sys/types.h>

struct session_options {
	struct service_options service; /* its root is the source */
	const char *mountpoint;
	bool is_foreground;
	bool allow_other;
	bool virtual_visible;
	bool has_xattrs;
	enum coherence_wish coherence;
	mode_t status_mode;    /* of .status */
	mode_t report_mode;    /* of .report, FILE.status and FILE.report */
	char *libfuse_options; /* owned; comma between, or NULL */
	char *cache_directory; /* owned; named by an option, or NULL */
	char *config_file;     /* likewise */
};

#define SESSION_DEFAULT                                                        \
	((struct session_options){                                             \
		.service = {.use_cache = true, .settings = SETTINGS_DEFAULT},  \
		.status_mode = 0444,                                           \
		.report_mode = 0440})

void session_options_release(struct session_options *options);

/*
 * Mount and serve. In the foreground it returns when the mount has gone; else
 * when it is ready, while a daemon stays. Says on stdout where the results
 * are. Returns the exit status: 0, or 2 after a message on stderr.
 */
must_check int session_run(const struct session_options *options);

#endif
