/*
 * The mount options about what is not valid: what its readers get, where
 * versions are kept, whose configuration counts.
 */
#ifndef FS_MOUNT_SESSION_OPTIONS_POLICY_H
#define FS_MOUNT_SESSION_OPTIONS_POLICY_H

#include "fs/mount/session/session.h"

/* Apply one of them (`value` "" for one without). True, or false with *why. */
must_check bool options_set_policy(struct session_options *options,
				   const char *name, const char *value,
				   char **why);

/* Do all options together make sense? A configuration that is trusted may ask
 * for more. True, or false with *why. */
must_check bool options_check_policy(const struct session_options *options,
				     char **why);

/*
 * Where versions are kept unless an option says it: $XDG_STATE_HOME/cfgfs,
 * /var/lib/cfgfs for root, ~/.local/state/cfgfs. Owned; NULL: no memory or no
 * place.
 */
must_check char *options_state_directory(void);

#endif
