/*
 * What decides whether the cache is shared with other machines, and how: the
 * key `cache.remote` of a configuration that is trusted, and the environment,
 * which counts more.
 */
#ifndef FS_SHARING_H
#define FS_SHARING_H

#include "cache/remote/remote.h"

enum sharing_field {
	SHARING_URL,
	SHARING_KEY_FILE,
	SHARING_AUTH_FILE,
	SHARING_CA_FILE,
	SHARING_NAMESPACE,
	SHARING_TTL,
	SHARING_READ_ONLY,
	SHARING_CONNECT,
	SHARING_ANSWER,
	SHARING_FIELDS,
};

/* Each as its author wrote it, borrowed; NULL: not given. */
struct sharing {
	const char *texts[SHARING_FIELDS];
};

/* The name of a field below `cache.remote`, as "key_file". */
const char *sharing_name(enum sharing_field field);

/* Put what the environment says in place of what there is. */
void sharing_read_environment(struct sharing *sharing);

/* Is a server named? "off" as its address is none. */
bool sharing_is_wanted(const struct sharing *sharing);

/*
 * Read the texts, which *out borrows. False: *why (owned; may be NULL without
 * memory) says which of them is wrong.
 */
must_check bool sharing_parse(const struct sharing *sharing,
			      struct remote_options *out, char **why);

#endif
