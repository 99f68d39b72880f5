#include "fs/sharing.h"

#include "fs/units.h"

#include <stdio.h>
#include <strings.h>

static const struct {
	const char *name;
	const char *variable;
} fields[SHARING_FIELDS] = {
	[SHARING_URL] = {"url", "CFGFS_REMOTE"},
	[SHARING_KEY_FILE] = {"key_file", "CFGFS_REMOTE_KEY_FILE"},
	[SHARING_AUTH_FILE] = {"auth_file", "CFGFS_REMOTE_AUTH_FILE"},
	[SHARING_CA_FILE] = {"ca_file", "CFGFS_REMOTE_CA_FILE"},
	[SHARING_NAMESPACE] = {"namespace", "CFGFS_REMOTE_NAMESPACE"},
	[SHARING_TTL] = {"ttl", "CFGFS_REMOTE_TTL"},
	[SHARING_READ_ONLY] = {"read_only", "CFGFS_REMOTE_READ_ONLY"},
	[SHARING_CONNECT] = {"connect", "CFGFS_REMOTE_CONNECT"},
	[SHARING_ANSWER] = {"answer", "CFGFS_REMOTE_ANSWER"},
};

const char *sharing_name(enum sharing_field field)
{
	return fields[field].name;
}

void sharing_read_environment(struct sharing *sharing)
{
	for (int i = 0; i < SHARING_FIELDS; i++) {
		const char *value = getenv(fields[i].variable);

		if (value && *value)
			sharing->texts[i] = value;
	}
}

bool sharing_is_wanted(const struct sharing *sharing)
{
	const char *url = sharing->texts[SHARING_URL];

	return url && strcmp(url, "off") != 0;
}

static bool refuse(enum sharing_field field, const char *wanted, char **why)
{
	if (asprintf(why, "its %s (or %s) is not %s", fields[field].name,
		     fields[field].variable, wanted) < 0)
		*why = NULL;
	return false;
}

/* A daemon works elsewhere than the shell it was started from. */
static bool take_path(const struct sharing *sharing, enum sharing_field field,
		      const char **out, char **why)
{
	const char *text = sharing->texts[field];

	if (text && *text != '/')
		return refuse(field, "the full path of a file", why);
	*out = text;
	return true;
}

static bool take_deadline(const struct sharing *sharing,
			  enum sharing_field field, unsigned *out, char **why)
{
	const char *text = sharing->texts[field];
	uint64_t ms;

	if (!text)
		return true;
	if (!units_parse_wait(text, &ms) || ms == 0 ||
	    ms > REMOTE_DEADLINE_MAX_MS)
		return refuse(field, "a time from 1ms to 60s", why);
	*out = (unsigned)ms;
	return true;
}

static bool take_ttl(const char *text, uint64_t *out, char **why)
{
	int64_t seconds;

	if (!text)
		return true;
	if (!units_parse_age(text, &seconds))
		return refuse(SHARING_TTL, "an age such as 12h or 30d", why);
	*out = (uint64_t)seconds;
	return true;
}

static bool take_switch(const char *text, bool *out, char **why)
{
	static const char *const yes[] = {"true", "1", "yes", "on"};
	static const char *const no[] = {"false", "0", "no", "off"};

	for (size_t i = 0; text && i < array_size(yes); i++) {
		if (strcasecmp(text, yes[i]) == 0 ||
		    strcasecmp(text, no[i]) == 0) {
			*out = strcasecmp(text, yes[i]) == 0;
			return true;
		}
	}
	return !text || refuse(SHARING_READ_ONLY, "true or false", why);
}

bool sharing_parse(const struct sharing *sharing, struct remote_options *out,
		   char **why)
{
	struct remote_options options = REMOTE_OPTIONS_DEFAULT;

	*why = NULL;
	options.url = sharing->texts[SHARING_URL];
	options.namespace = sharing->texts[SHARING_NAMESPACE];
	if (!take_path(sharing, SHARING_KEY_FILE, &options.key_file, why) ||
	    !take_path(sharing, SHARING_AUTH_FILE, &options.auth_file, why) ||
	    !take_path(sharing, SHARING_CA_FILE, &options.ca_file, why) ||
	    !take_ttl(sharing->texts[SHARING_TTL], &options.ttl_s, why) ||
	    !take_switch(sharing->texts[SHARING_READ_ONLY], &options.read_only,
			 why) ||
	    !take_deadline(sharing, SHARING_CONNECT, &options.connect_ms,
			   why) ||
	    !take_deadline(sharing, SHARING_ANSWER, &options.answer_ms, why))
		return false;
	*out = options;
	return true;
}
