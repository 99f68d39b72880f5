/*
 * Features of the kernel that are used where it has them. Tests switch them
 * off one by one: CFGFS_WITHOUT=no_open,epoch,...
 */
#ifndef FS_MOUNT_COHERENCE_FEATURES_H
#define FS_MOUNT_COHERENCE_FEATURES_H

#include "validate/base.h"

struct features {
	bool no_open;	  /* files are opened without asking */
	bool epoch;	  /* all names are taken back at once */
	bool expire;	  /* a name is asked for again, and not dropped */
	bool readdirplus; /* a listing brings the attributes */
	bool inotify;
	bool fanotify;
};

/* Those that a list with commas names, such as that of the environment (may be
 * NULL). */
struct features features_named(const char *list);

#endif
