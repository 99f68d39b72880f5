#include "fs/mount/session/options_policy.h"

#include "fs/units.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

printf_like(2, 3) static bool refuse(char **why, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(why, format, arguments) < 0)
		*why = NULL;
	va_end(arguments);
	return false;
}

/* Only the first `count` are allowed. */
static bool parse_policy(const char *name, const char *value, size_t count,
			 enum policy *out, char **why)
{
	enum policy policy;

	if (policy_parse(span_of(value), &policy) && (size_t)policy < count) {
		*out = policy;
		return true;
	}
	return refuse(why, "option '%s' cannot be '%s': use serve%s deny%s",
		      name, value, count == 2 ? " or" : ",",
		      count == 2 ? "" : " or lastgood");
}

/* What could not be decided counts as invalid unless something is said. */
static bool set_on_invalid(struct session_options *options, const char *value,
			   char **why)
{
	struct policy_rules *rules = &options->service.settings.policy;

	if (!parse_policy("on_invalid", value, 3, &rules->on_invalid, why))
		return false;
	if (!options->has_on_error)
		rules->on_error = rules->on_invalid;
	return true;
}

static bool set_on_error(struct session_options *options, const char *value,
			 char **why)
{
	options->has_on_error = true;
	return parse_policy("on_error", value, 3,
			    &options->service.settings.policy.on_error, why);
}

static bool set_never_valid(struct session_options *options, const char *value,
			    char **why)
{
	options->has_never_valid = true;
	return parse_policy("never_valid", value, 2,
			    &options->service.settings.policy.never_valid, why);
}

static bool set_errno(struct session_options *options, const char *value,
		      char **why)
{
	const bool is_eio = strcasecmp(value, "EIO") == 0;

	if (!is_eio && strcasecmp(value, "EACCES") != 0)
		return refuse(
			why, "option 'errno' cannot be '%s': use EACCES or EIO",
			value);
	options->service.settings.policy.denies_with_eio = is_eio;
	return true;
}

/* The daemon works in another directory. What does not exist yet is made. */
static char *make_absolute(const char *value)
{
	auto_free char *here = NULL;
	char *path = realpath(value, NULL);

	if (path || *value == '/')
		return path ? path : strdup(value);
	here = realpath(".", NULL);
	if (!here || asprintf(&path, "%s/%s", here, value) < 0)
		return NULL;
	return path;
}

static bool set_state(struct session_options *options, const char *value,
		      char **why)
{
	free(options->state_directory);
	options->state_directory = make_absolute(value);
	return options->state_directory ||
	       refuse(why, "option 'state': no memory");
}

static bool set_state_size(struct session_options *options, const char *value,
			   char **why)
{
	return units_parse_size(value, &options->state_bytes) ||
	       refuse(why,
		      "option 'state_size' cannot be '%s': use bytes, or a "
		      "number with K, M, G or T",
		      value);
}

bool options_set_policy(struct session_options *options, const char *name,
			const char *value, char **why)
{
	static const struct {
		const char *name;
		bool (*set)(struct session_options *options, const char *value,
			    char **why);
	} table[] = {
		{"on_invalid", set_on_invalid},
		{"on_error", set_on_error},
		{"never_valid", set_never_valid},
		{"errno", set_errno},
		{"state", set_state},
		{"state_size", set_state_size},
	};

	for (size_t i = 0; i < array_size(table); i++)
		if (strcmp(table[i].name, name) == 0)
			return table[i].set(options, value, why);
	return refuse(why, "option '%s' is not known here", name);
}

bool options_check_policy(const struct session_options *options, char **why)
{
	const struct settings *settings = &options->service.settings;
	const struct policy_rules *rules = &settings->policy;

	*why = NULL;
	return !options->has_never_valid || settings->trust_config ||
	       settings->config_file || rules->on_invalid == POLICY_LAST_GOOD ||
	       rules->on_error == POLICY_LAST_GOOD ||
	       refuse(why, "option 'never_valid' says what 'lastgood' does "
			   "without a valid version: use it with "
			   "on_invalid=lastgood");
}

static char *join(const char *directory, const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

char *options_state_directory(void)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	if (state && *state == '/')
		return join(state, "cfgfs");
	if (geteuid() == 0)
		return strdup("/var/lib/cfgfs");
	return home && *home == '/' ? join(home, ".local/state/cfgfs") : NULL;
}
