/*
 * The configuration in force. Loaded again when one of its files changes; a
 * broken edit keeps the last good one and says so.
 */
#ifndef FS_CONFIG_SETUP_H
#define FS_CONFIG_SETUP_H

#include "fs/config/config.h"
#include "fs/judge/dependencies.h"

struct setup; /* safe from any thread */

/*
 * Loads the configuration, and tells the dependencies where URLs lead by it.
 * Borrows all. 0 or a negative errno.
 */
must_check int setup_new(struct dependencies *dependencies,
			 const struct folders *folders,
			 const struct settings *settings, struct setup **out);
void setup_free(struct setup *setup);

/* Look for files that have come to or gone from the catalog's folder; do it
 * before dependencies_refresh(). */
void setup_look(struct setup *setup);

/* Look at its files, as dependencies_refresh() left them. */
void setup_refresh(struct setup *setup);

/* The configuration in force, until setup_release(). */
struct setup_config {
	const struct config *config;
	uint32_t generation; /* grows with each change */
	struct shared_config *shared;
};
struct setup_config setup_acquire(struct setup *setup);
void setup_release(struct setup *setup, struct setup_config *use);

/* "valid", "invalid" (the file on disk; the last good one is used), "none" */
const char *setup_state(struct setup *setup);

/* The findings on the newest configuration file, owned (free()), or NULL. */
struct verdict *setup_problems(struct setup *setup);

/* Is `content` what the newest configuration was loaded from? */
bool setup_is_of(struct setup *setup, struct span content);

#endif
