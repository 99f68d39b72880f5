/* Whether the judge's cache is shared, as configuration and environment say. */
#include "fs/judge/judge_private.h"

#include <stdio.h>

static char *explain(const char *what, const char *why)
{
	char *text = NULL;

	return asprintf(&text, "%s%s", what, why) < 0 ? NULL : text;
}

static int share(struct cache *cache, const struct sharing *sharing, char **why)
{
	struct remote_options options;
	auto_free char *reason = NULL;
	int r = -1;

	if (sharing_parse(sharing, &options, &reason))
		r = cache_share(cache, &options, &reason);
	if (r == 0)
		return 0;
	*why = explain("the shared cache is off: ",
		       reason ? reason : "out of memory");
	cache_stay_alone(cache, reason ? reason : "out of memory");
	return r;
}

void judge_share_cache(struct judge *judge, char **why)
{
	static const char untrusted[] =
		"untrusted (a tree cannot say where verdicts come from; use "
		"--trust-config or a configuration outside of it)";
	struct setup_config use = setup_acquire(judge->setup);
	struct sharing sharing = {0};
	const struct sharing *asked = config_sharing(use.config);

	*why = NULL;
	if (asked && config_is_trusted(use.config))
		sharing = *asked;
	sharing_read_environment(&sharing);
	if (sharing_is_wanted(&sharing)) {
		const int r = share(judge->tools.cache, &sharing, why);

		(void)r; /* told in *why */
	} else if (asked && !sharing.texts[SHARING_URL]) {
		*why = explain("cache.remote of " CONFIG_FILE " is ignored: ",
			       untrusted);
		cache_stay_alone(judge->tools.cache, "untrusted");
	}
	setup_release(judge->setup, &use);
}
