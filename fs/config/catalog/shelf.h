/*
 * The files below a folder by their names: one walk, kept until the folder
 * changes.
 */
#ifndef FS_CONFIG_CATALOG_SHELF_H
#define FS_CONFIG_CATALOG_SHELF_H

#include "fs/folders.h"

struct shelf;

/* Walk a folder (as folders_find() takes it). 0; -ENOMEM; -EFBIG when it has
 * more than 100,000 names; errno of reading it. */
must_check int shelf_new(const struct folders *folders, const char *folder,
			 struct shelf **out);
void shelf_free(struct shelf *shelf);

/*
 * The path below the folder of the file of that name, NULL: there is none. Of
 * several the one fewest folders down, then the first by bytes.
 */
const char *shelf_find(const struct shelf *shelf, struct span name);

/* Have names come or gone since? One stat for each folder below. */
bool shelf_has_changed(const struct shelf *shelf,
		       const struct folders *folders);

#endif
