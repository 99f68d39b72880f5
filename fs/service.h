/*
 * Everything that judging a tree takes, opened and closed together. Used by
 * the mount and by the commands that work without one.
 */
#ifndef FS_SERVICE_H
#define FS_SERVICE_H

#include "fs/judge/judge.h"

struct service {
	struct settings settings;
	struct source *source;
	struct cache *cache; /* NULL: asked for none */
	bool owns_cache;
	struct profile *profile;
	struct judge *judge;
	char *share_trouble; /* why it is not shared as was asked, or NULL */
	char *cache_trouble; /* why the cache is in memory only, or NULL */
};

struct service_options {
	const char *root;
	int root_descriptor; /* of that directory, borrowed; 0: it is opened */
	const char *cache_directory; /* NULL: the default place */
	uint64_t cache_bytes; /* of verdicts on disk; 0: $CFGFS_CACHE_SIZE, or
				 1 GiB */
	bool use_cache;
	struct cache *lent_cache; /* of a service that is closed later: one
				     process opens a store once; or NULL */
	bool read_only_cache;
	bool is_cache_sound; /* see struct cache_options */
	struct settings settings;
};

/*
 * The place of the cache: $XDG_CACHE_HOME/cfgfs, ~/.cache/cfgfs, or
 * /var/cache/cfgfs for root without HOME. Owned; NULL: no memory or no place.
 */
must_check char *service_cache_directory(void);

/*
 * Open; *service must stay where it is until service_close(). Call it before
 * threads start and, in a daemon, after the last fork. 0 or a negative errno
 * (of the root's directory, or -ENOMEM).
 */
must_check int service_open(const struct service_options *options,
			    struct service *service);

/* Writes what the cache has pending. */
void service_close(struct service *service);

#endif
