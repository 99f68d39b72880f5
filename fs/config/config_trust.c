/*
 * Whom the configuration is to be believed: a tree is written by people who
 * may be hostile, and where its readers are protected it must not be able to
 * make a check weaker.
 */
#include "fs/config/config_parts.h"

static bool protects(enum policy on_invalid, enum policy on_error)
{
	return on_invalid != POLICY_SERVE || on_error != POLICY_SERVE;
}

bool config_has_protection(const struct config *config)
{
	for (size_t i = 0; config->is_trusted && i < config->policy_count; i++)
		if (protects(config->policies[i].on_invalid,
			     config->policies[i].on_error))
			return true;
	return false;
}

size_t config_untrusted_policies(const struct config *config)
{
	return config->is_trusted ? 0 : config->policy_count;
}

bool config_protects(const struct config *config)
{
	return policy_protects(&config->settings->policy) ||
	       config_has_protection(config);
}

bool config_may_show_another(const struct config *config)
{
	const struct policy_rules *rules = &config->settings->policy;
	bool may = rules->on_invalid == POLICY_LAST_GOOD ||
		   rules->on_error == POLICY_LAST_GOOD;

	for (size_t i = 0; config->is_trusted && i < config->policy_count; i++)
		may = may ||
		      config->policies[i].on_invalid == POLICY_LAST_GOOD ||
		      config->policies[i].on_error == POLICY_LAST_GOOD;
	return may;
}

struct policy_rules config_policy(const struct config *config, const char *path)
{
	char buf[GLOB_PATH_SIZE];
	const char *seen = config_pattern_path(path, buf);
	struct policy_rules rules = config->settings->policy;

	for (size_t i = 0; config->is_trusted && i < config->policy_count;
	     i++) {
		if (!glob_list_select(&config->policies[i].files, seen))
			continue;
		rules.on_invalid = config->policies[i].on_invalid;
		rules.on_error = config->policies[i].on_error;
		break;
	}
	return rules;
}

/* A path from the root is the tree's to change. */
static bool is_outside(const char *path)
{
	return *path == '/';
}

void config_distrust(struct config *config)
{
	const struct settings *settings = config->settings;
	const char *baseline = settings->baseline_file ? settings->baseline_file
						       : config->baseline_path;

	if (!config->is_guarded)
		return;
	if (baseline && !is_outside(baseline) && !settings->trust_config)
		config->has_no_baseline = true;
	if (config->is_trusted)
		return;
	glob_list_init(&config->ignore, &config->arena);
	config->suppress_count = 0;
	/* Where a schema that was asked for lies is not the tree's to say. */
	if (settings->catalog || settings->forced_schema) {
		config->map_count = 0;
		config->catalog_folder = NULL;
	}
}
