/*
 * What a catalog consists of; for the catalog*.c files alone. All but the
 * shelf lives in its arena and does not change once loaded.
 */
#ifndef FS_CONFIG_CATALOG_CATALOG_PARTS_H
#define FS_CONFIG_CATALOG_CATALOG_PARTS_H

#include "fs/config/catalog/catalog.h"
#include "fs/config/glob.h"
#include "validate/doc.h"

#include <pthread.h>

enum {
	CATALOG_BUCKETS = 4096, /* a power of two */
	CATALOG_ARENA_MAX = 256 << 20,
	CATALOG_URL_MAX = 2048, /* bytes; entries with longer ones are left */
};

#define CATALOG_NONE UINT32_MAX

struct catalog_entry {
	const char *origin; /* "catalog: NAME", printable, cut */
	const char *url;
};

/* One of fileMatch. */
struct catalog_pattern {
	struct glob glob;
	struct span tail;   /* what the file's name must end with */
	struct span parent; /* name of its folder; data NULL: any */
	uint32_t key;
	uint32_t entry;
	uint32_t next; /* in its bucket */
	bool names_folders;
};

/* One of `url` and `versions`. */
struct catalog_url {
	struct span text;
	uint32_t next; /* in the bucket of its last part */
};

struct catalog {
	struct arena arena;
	const char *folder;
	struct catalog_entry *entries;
	struct catalog_pattern *patterns;
	struct catalog_url *urls;
	uint32_t entry_count;
	uint32_t pattern_count;
	uint32_t url_count;
	uint32_t buckets[CATALOG_BUCKETS];     /* of patterns */
	uint32_t url_buckets[CATALOG_BUCKETS]; /* of URLs */
	pthread_mutex_t lock;
	struct shelf *shelf; /* by lock; NULL: not walked yet */
};

/*
 * By what a pattern is found: its last name, or if that is wild the end of it
 * from a dot on ("" if it has none), with the folder's name if that is plain.
 */
static inline uint32_t catalog_key_of_name(struct span name)
{
	return doc_hash(name);
}

static inline uint32_t catalog_key_of_end(struct span end, struct span parent)
{
	const uint32_t folder = parent.size ? doc_hash(parent) : 0;

	return doc_hash(end) * 31 + folder * 17 + 1;
}

/* Behind the last '/'; a '#' and what follows are left out. */
static inline struct span catalog_last_part(struct span url)
{
	size_t start = 0;

	for (size_t i = 0; i < url.size; i++) {
		if (url.data[i] == '#')
			url.size = i;
		else if (url.data[i] == '/')
			start = i + 1;
	}
	return (struct span){url.data + start, url.size - start};
}

/*
 * Fill a catalog that is empty but for its arena and folder from its text.
 * 0; -ENOMEM; -E2BIG (arena); -EBADMSG with the reason in `why`.
 */
must_check int catalog_read(struct catalog *catalog, struct span text,
			    char why[CATALOG_WHY_SIZE]);

#endif
