#include "fs/mount/coherence/features.h"

static bool names(const char *list, const char *name)
{
	const size_t size = strlen(name);

	while (list && *list) {
		const size_t word = strcspn(list, ",");

		if (word == size && memcmp(list, name, size) == 0)
			return true;
		list += word;
		list += *list == ',';
	}
	return false;
}

struct features features_named(const char *list)
{
	return (struct features){
		.no_open = names(list, "no_open"),
		.epoch = names(list, "epoch"),
		.expire = names(list, "expire"),
		.readdirplus = names(list, "readdirplus"),
		.inotify = names(list, "inotify"),
		.fanotify = names(list, "fanotify"),
	};
}
