/*
 * What is shown of a file in one of its states: the content of that state, an
 * older one, or none. Shared by counting; fixed but for the content, which may
 * be dropped while nobody reads it.
 */
#ifndef FS_MOUNT_PROTECT_EDITION_H
#define FS_MOUNT_PROTECT_EDITION_H

#include "fs/judge/judgement.h"
#include "fs/mount/nodes/content.h"
#include "fs/shown.h"
#include "validate/digest.h"

struct shelf;

struct edition {
	atomic_uint references;
	struct shelf *shelf;
	enum shown shown;
	uint64_t version;
	struct stamp stamp;	 /* of the file, when this was decided */
	struct stat facts;	 /* to be shown */
	struct digest content;	 /* of the bytes, if any are shown */
	struct judgement *basis; /* of an older version: why it is good; or
				    NULL */
	int keeping;		 /* 0, or why it could not be kept */
	/* By the lock of the shelf. */
	struct content *bytes; /* NULL: not in memory */
	struct edition *newer; /* list of those with bytes, by last use */
	struct edition *older;
};

/* One with a single reference. NULL: no memory. */
struct edition *edition_new(struct shelf *shelf, enum shown shown,
			    const struct stamp *stamp,
			    const struct stat *facts);
struct edition *edition_share(struct edition *edition);
void edition_release(struct edition *edition); /* NULL is allowed */

#endif
