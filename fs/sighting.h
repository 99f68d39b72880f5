/*
 * What a name in the tree is to those who list it: a file to be judged, a
 * folder to go into, or something that is told without being read.
 */
#ifndef FS_SIGHTING_H
#define FS_SIGHTING_H

#include "fs/judge/judge.h"

enum sighting_kind {
	SIGHTING_NOTHING, /* not worth a word, such as a pipe */
	SIGHTING_FILE,
	SIGHTING_FOLDER,
	SIGHTING_ENTRY, /* has a judgement by itself; not to be gone into */
};

struct sighting {
	enum sighting_kind kind;
	bool is_link; /* what is said of it hangs on other files */
	struct judgement *judgement; /* of an entry; the receiver's */
};

/*
 * Look at a name. `type` is a DT_ constant. 0 and *out, or -ENOMEM. Links that
 * dangle or lead out of the tree, reserved names and excluded folders are
 * entries.
 */
must_check int sighting_of(struct judge *judge, const char *path,
			   unsigned char type, struct sighting *out);

/* The same for a folder that cannot be read, because of `error`. */
must_check int sighting_of_failure(struct judge *judge, const char *path,
				   int error, struct sighting *out);

/* Names that the mount keeps for itself: ".status", ".report", ".cfgfs". */
bool sighting_is_reserved(const char *name);

#endif
