#include "fs/service.h"

#include "fs/units.h"

#include <errno.h>
#include <stdio.h>

enum { MEMORY_TIER_BYTES = 32 << 20, DISK_TIER_MIB = 1024 };

static char *join(const char *directory, const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

/* The XDG specification: a relative path there is to be ignored. */
char *service_cache_directory(void)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (cache && *cache == '/')
		return join(cache, "cfgfs");
	if (home && *home == '/')
		return join(home, ".cache/cfgfs");
	return geteuid() == 0 ? strdup("/var/cache/cfgfs") : NULL;
}

/* A size that cannot be read is told, and is no reason to stop. */
static uint64_t disk_bytes(const struct service_options *options, char **why)
{
	const char *text = getenv("CFGFS_CACHE_SIZE");
	uint64_t bytes = (uint64_t)DISK_TIER_MIB << 20;

	if (options->cache_bytes)
		return options->cache_bytes;
	if (text && *text && !units_parse_size(text, &bytes) &&
	    asprintf(why,
		     "CFGFS_CACHE_SIZE is not a size such as 512M or 2G; "
		     "%d MiB are used",
		     DISK_TIER_MIB) < 0)
		*why = NULL;
	return bytes;
}

static int open_cache(const struct service_options *options,
		      struct service *service)
{
	auto_free char *place = options->cache_directory
					? strdup(options->cache_directory)
					: service_cache_directory();
	auto_free char *why = NULL;
	const struct cache_options cache_options = {
		.directory = place,
		.max_memory_bytes = MEMORY_TIER_BYTES,
		.max_disk_bytes = disk_bytes(options, &why),
		.read_only = options->read_only_cache,
		.is_brief = !options->settings.watch_dependencies,
		.is_sound = options->is_cache_sound,
	};

	if (!options->use_cache)
		return 0;
	if (options->lent_cache) {
		service->cache = options->lent_cache;
		return 0;
	}
	service->owns_cache = true;

	const int r = cache_open(&cache_options, &service->cache,
				 &service->cache_trouble);

	if (!r && !service->cache_trouble)
		service->cache_trouble = steal(&why);
	return r;
}

int service_open(const struct service_options *options, struct service *service)
{
	*service = (struct service){.settings = options->settings};

	int r = options->root_descriptor
			? source_open_held(options->root_descriptor,
					   options->root, &service->source)
			: source_open(options->root, &service->source);

	if (r == 0)
		r = open_cache(options, service);
	if (r == 0) {
		service->profile = profile_new(options->settings.use_profile);
		r = service->profile ? 0 : -ENOMEM;
	}
	if (r == 0)
		r = judge_new(service->source, service->cache, service->profile,
			      &service->settings, &service->judge);
	if (r == 0 && service->owns_cache && service->cache)
		judge_share_cache(service->judge, &service->share_trouble);
	if (r)
		service_close(service);
	return r;
}

void service_close(struct service *service)
{
	judge_free(service->judge);
	if (service->cache && service->owns_cache)
		cache_close(service->cache);
	profile_free(service->profile);
	source_close(service->source);
	free(service->cache_trouble);
	free(service->share_trouble);
	*service = (struct service){0};
}
