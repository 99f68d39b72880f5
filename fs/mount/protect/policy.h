/*
 * What becomes of a file in a state under a policy: a pure table.
 */
#ifndef FS_MOUNT_PROTECT_POLICY_H
#define FS_MOUNT_PROTECT_POLICY_H

#include "fs/settings.h"
#include "validate/verdict.h"

/* Can another version be shown, so that even the size hangs on the verdict? */
bool policy_may_show_another(const struct policy_rules *rules);

/* POLICY_SERVE as it is, POLICY_DENY, or POLICY_LAST_GOOD instead. */
enum policy policy_for(const struct policy_rules *rules, enum state state);

/* Is a version in this state one to go back to later? */
bool policy_is_good(enum state state);

/* The error of a denied open, negative. */
int policy_errno(const struct policy_rules *rules);

#endif
