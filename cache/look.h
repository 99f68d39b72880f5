/*
 * One look-up, while it goes from tier to tier.
 */
#ifndef CACHE_LOOK_H
#define CACHE_LOOK_H

#include "cache/cache_parts.h"

struct look {
	const struct digest *content;
	cache_is_fresh *is_fresh;
	void *ctx;
	struct cache_found *out;
	char *stale; /* owned */
};

/* Is what a tier has the answer? 0, -ENOENT, -ESTALE or -ENOMEM. */
must_check int look_accept(struct look *look, const struct blob *blob,
			   enum cache_tier tier);

/* The same for what another machine has given, NULL for nothing; takes the
 * blob. A hit is kept here as if it had been made here. */
must_check int look_accept_shared(struct cache *cache,
				  const struct item_key *key, struct look *look,
				  struct blob *blob);

/* Results as above. */
must_check int look_in_memory(struct memory *memory, const struct item_key *key,
			      struct look *look);
must_check int look_everywhere(struct cache *cache, const struct item_key *key,
			       struct look *look);

/* Keep a hit in memory, unless the run ends soon. Without memory for it, it is
 * found where it was once more. */
void look_keep(struct cache *cache, const struct item_key *key,
	       struct blob *blob);

/* Count a look-up that has ended so, by a hit in that tier if it is one. */
void look_count(struct cache *cache, int r, enum cache_tier tier);

#endif
