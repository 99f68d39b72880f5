#include "cache/cache_parts.h"

#include <stdio.h>

int cache_share(struct cache *cache, const struct remote_options *options,
		char **why)
{
	return remote_open(options, &cache->remote, why);
}

void cache_stay_alone(struct cache *cache, const char *reason)
{
	snprintf(cache->remote_reason, sizeof(cache->remote_reason), "%s",
		 reason);
}

void cache_remote_stats(struct cache *cache, struct remote_stats *out)
{
	if (cache->remote) {
		remote_stats(cache->remote, out);
		return;
	}
	*out = (struct remote_stats){.state = REMOTE_OFF};
	memcpy(out->reason, cache->remote_reason, sizeof(out->reason));
}

bool cache_is_shared(const struct cache *cache)
{
	return cache->remote != NULL;
}
