/*
 * Paths inside a tree, as text: no file is looked at.
 */
#ifndef VALIDATE_PATH_H
#define VALIDATE_PATH_H

#include "validate/base.h"

/*
 * Make a path canonical in place: "." and "..", empty steps and slashes at
 * both ends are taken out. False: it leads out of the root.
 */
must_check bool path_tidy(char *path);

/* Is it a URL ("scheme://...") and not a path? */
bool path_is_url(struct span reference);

#endif
