#include "fs/mount/session/options.h"

#include "fs/mount/session/options_policy.h"
#include "fs/units.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum { MAX_WORKERS = 256, MAX_WAIT_MS = 600 * 1000 };

/* One option while it is being applied. */
struct setting {
	const char *name;
	const char *value; /* NULL: there is none */
	struct session_options *options;
	char **why;
};

typedef bool setting_function(const struct setting *setting);

struct rule {
	const char *name;
	bool has_value;
	setting_function *apply;
};

printf_like(2, 3) static bool refuse(const struct setting *setting,
				     const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(setting->why, format, arguments) < 0)
		*setting->why = NULL;
	va_end(arguments);
	return false;
}

/* "a", "a or b", "a, b or c". */
static bool refuse_word(const struct setting *setting, const char *const *words)
{
	char list[128] = "";
	size_t used = 0;

	for (size_t i = 0; words[i] && used < sizeof(list); i++) {
		const char *between = i == 0	     ? ""
				      : words[i + 1] ? ", "
						     : " or ";

		used += (size_t)snprintf(list + used, sizeof(list) - used,
					 "%s%s", between, words[i]);
	}
	return refuse(setting, "option '%s' cannot be '%s': use %s",
		      setting->name, setting->value, list);
}

/* A word out of a list: `now` works, `later` is part of the plan. */
static bool choose(const struct setting *setting, const char *const *now,
		   const char *const *later, size_t *out)
{
	for (size_t i = 0; now[i]; i++) {
		if (strcmp(setting->value, now[i]) == 0) {
			*out = i;
			return true;
		}
	}
	for (size_t i = 0; later[i]; i++)
		if (strcmp(setting->value, later[i]) == 0)
			return refuse(setting,
				      "option '%s=%s' is not available yet",
				      setting->name, setting->value);
	return refuse_word(setting, now);
}

static bool set_policy(const struct setting *setting)
{
	return options_set_policy(setting->options, setting->name,
				  setting->value ? setting->value : "",
				  setting->why);
}

static bool set_level(const struct setting *setting)
{
	static const char *const now[] = {"fast", "standard", NULL};
	static const char *const later[] = {"thorough", "exhaustive", NULL};
	size_t chosen = 0;

	if (!choose(setting, now, later, &chosen))
		return false;
	setting->options->service.settings.level =
		chosen == 0 ? LEVEL_FAST : LEVEL_STANDARD;
	return true;
}

static bool set_coherence(const struct setting *setting)
{
	static const char *const now[] = {"auto", "fast", "strict", "rehash",
					  NULL};
	static const char *const later[] = {NULL};
	size_t chosen = 0;

	if (!choose(setting, now, later, &chosen))
		return false;
	setting->options->coherence = (enum coherence_wish)chosen;
	/* What stat() says proves nothing. */
	setting->options->service.settings.use_index =
		setting->options->coherence != COHERENCE_STRICT &&
		setting->options->coherence != COHERENCE_REHASH;
	return true;
}

static bool set_virtual(const struct setting *setting)
{
	static const char *const now[] = {"hidden", "visible", NULL};
	static const char *const later[] = {NULL};
	size_t chosen = 0;

	if (!choose(setting, now, later, &chosen))
		return false;
	setting->options->virtual_visible = chosen == 1;
	return true;
}

static bool set_xattr(const struct setting *setting)
{
	setting->options->has_xattrs = true;
	return true;
}

static bool set_cache(const struct setting *setting)
{
	char *directory = realpath(setting->value, NULL);

	/* The daemon works in another directory; what does not exist yet is
	 * made by the cache. */
	if (!directory && *setting->value == '/')
		directory = strdup(setting->value);
	if (!directory) {
		auto_free char *here = realpath(".", NULL);

		if (!here ||
		    asprintf(&directory, "%s/%s", here, setting->value) < 0)
			return refuse(setting, "option 'cache': no memory");
	}
	free(setting->options->cache_directory);
	setting->options->cache_directory = directory;
	setting->options->service.cache_directory = directory;
	return true;
}

static bool set_cache_size(const struct setting *setting)
{
	return units_parse_size(setting->value,
				&setting->options->service.cache_bytes) ||
	       refuse(setting,
		      "option 'cache_size' cannot be '%s': use bytes, or a "
		      "number with K, M, G or T",
		      setting->value);
}

static bool set_map(const struct setting *setting)
{
	return settings_add_map(&setting->options->service.settings,
				setting->value, setting->why);
}

static bool set_catalog(const struct setting *setting)
{
	return settings_set_catalog(&setting->options->service.settings,
				    setting->value, setting->why);
}

/* A number and what stands behind it. */
static bool parse_number(const char *text, uint64_t *number, const char **unit)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	*unit = end;
	return end != text && !errno && *text >= '0' && *text <= '9';
}

/* The working directory is left before it is read. */
static bool set_config(const struct setting *setting)
{
	char *path = realpath(setting->value, NULL);

	if (!path)
		return refuse(setting, "option 'config': cannot use '%s': %s",
			      setting->value, strerrordesc_np(errno));
	free(setting->options->config_file);
	setting->options->config_file = path;
	setting->options->service.settings.config_file = path;
	return true;
}

static bool set_trust_config(const struct setting *setting)
{
	setting->options->service.settings.trust_config = true;
	return true;
}

static bool set_max_size(const struct setting *setting)
{
	static const char units[] = "KMG";
	uint64_t number;
	const char *unit;

	if (!parse_number(setting->value, &number, &unit))
		return refuse(setting,
			      "option 'max_size' cannot be '%s': use bytes, or "
			      "a number with K, M or G",
			      setting->value);

	const char *found = *unit ? strchr(units, *unit & ~0x20) : NULL;
	const unsigned shift = found ? 10u * (unsigned)(found - units + 1) : 0;

	if ((*unit && (!found || unit[1])) || number == 0 ||
	    number > (UINT64_C(1) << 30 >> shift))
		return refuse(setting,
			      "option 'max_size' cannot be '%s': use 1 to 1G "
			      "bytes",
			      setting->value);
	setting->options->service.settings.max_size = number << shift;
	return true;
}

static bool set_wait(const struct setting *setting)
{
	uint64_t number;
	const char *unit;

	if (!parse_number(setting->value, &number, &unit) ||
	    (*unit && strcmp(unit, "ms") != 0 && strcmp(unit, "s") != 0))
		return refuse(setting,
			      "option 'wait' cannot be '%s': use milliseconds, "
			      "as in wait=50ms",
			      setting->value);

	const uint64_t factor = strcmp(unit, "s") == 0 ? 1000 : 1;

	if (number > MAX_WAIT_MS / factor)
		return refuse(setting, "option 'wait' can be 600s at most");
	setting->options->service.settings.wait_ms =
		(unsigned)(number * factor);
	return true;
}

static bool set_workers(const struct setting *setting)
{
	uint64_t number;
	const char *unit;

	if (!parse_number(setting->value, &number, &unit) || *unit ||
	    number < 1 || number > MAX_WORKERS)
		return refuse(setting,
			      "option 'workers' cannot be '%s': use a number "
			      "from 1 to %d",
			      setting->value, MAX_WORKERS);
	setting->options->service.settings.workers = (unsigned)number;
	return true;
}

static bool set_allow_other(const struct setting *setting)
{
	setting->options->allow_other = true;
	return true;
}

static bool set_warm(const struct setting *setting)
{
	setting->options->warms = true;
	return true;
}

/* What holds anyway, and what concerns mount(8) alone. */
static bool accept(const struct setting *setting)
{
	(void)setting;
	return true;
}

static bool not_yet(const struct setting *setting)
{
	return refuse(setting, "option '%s' is not available yet",
		      setting->name);
}

static bool never(const struct setting *setting)
{
	return refuse(setting,
		      "option '%s' is not allowed: devices and programs with "
		      "special rights of the source stay without effect",
		      setting->name);
}

static bool pass_on(const struct setting *setting)
{
	char *old = setting->options->libfuse_options;
	char *list = NULL;

	if (asprintf(&list, "%s%s%s%s%s", old ? old : "", old ? "," : "",
		     setting->name, setting->value ? "=" : "",
		     setting->value ? setting->value : "") < 0)
		return refuse(setting, "option '%s': no memory", setting->name);
	free(old);
	setting->options->libfuse_options = list;
	return true;
}

static const struct rule rules[] = {
	{"on_invalid", true, set_policy},
	{"on_error", true, set_policy},
	{"never_valid", true, set_policy},
	{"errno", true, set_policy},
	{"state", true, set_policy},
	{"state_size", true, set_policy},
	{"config", true, set_config},
	{"trust-config", false, set_trust_config},
	{"level", true, set_level},
	{"coherence", true, set_coherence},
	{"virtual", true, set_virtual},
	{"cache", true, set_cache},
	{"cache_size", true, set_cache_size},
	{"map", true, set_map},
	{"catalog", true, set_catalog},
	{"max_size", true, set_max_size},
	{"wait", true, set_wait},
	{"workers", true, set_workers},
	{"xattr", false, set_xattr},
	{"allow_other", false, set_allow_other},
	{"ro", false, accept},
	{"default_permissions", false, accept},
	{"nosuid", false, accept},
	{"nodev", false, accept},
	{"events", true, not_yet},
	{"rw", false, not_yet},
	{"on_write", true, not_yet},
	{"name", true, not_yet},
	{"warm", false, set_warm},
	{"suid", false, never},
	{"dev", false, never},
	{"allow_root", false, pass_on},
	{"auto_unmount", false, pass_on},
	{"debug", false, pass_on},
	{"max_read", true, pass_on},
	{"exec", false, pass_on},
	{"noexec", false, pass_on},
	{"atime", false, pass_on},
	{"noatime", false, pass_on},
	{"nodiratime", false, pass_on},
	{"sync", false, pass_on},
	{"async", false, pass_on},
	{"dirsync", false, pass_on},
	{"defaults", false, accept},
	{"auto", false, accept},
	{"noauto", false, accept},
	{"user", false, accept},
	{"nouser", false, accept},
	{"users", false, accept},
	{"nofail", false, accept},
	{"_netdev", false, accept},
};

static size_t smallest(size_t a, size_t b, size_t c)
{
	const size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* How many letters two short words differ in. */
static size_t distance(const char *a, const char *b)
{
	enum { LONGEST = 32 };
	size_t row[LONGEST + 1];
	const size_t size = strlen(b);

	if (strlen(a) > LONGEST || size > LONGEST)
		return SIZE_MAX;
	for (size_t i = 0; i <= size; i++)
		row[i] = i;
	for (size_t line = 1; *a; a++, line++) {
		size_t corner = row[0];

		row[0] = line;
		for (size_t i = 1; i <= size; i++) {
			const size_t above = row[i];

			row[i] = smallest(above + 1, row[i - 1] + 1,
					  corner + (*a != b[i - 1]));
			corner = above;
		}
	}
	return row[size];
}

static bool refuse_unknown(const struct setting *setting)
{
	const char *best = NULL;
	size_t best_distance = 3;

	for (size_t i = 0; i < array_size(rules); i++) {
		const size_t d = distance(setting->name, rules[i].name);

		if (d < best_distance) {
			best_distance = d;
			best = rules[i].name;
		}
	}
	if (best)
		return refuse(setting,
			      "unknown option '%s': did you mean '%s'?",
			      setting->name, best);
	return refuse(setting, "unknown option '%s': see 'cfgfs mount --help'",
		      setting->name);
}

static bool apply_one(const struct setting *setting)
{
	/* Notes of fstab for other programs. */
	if (strncmp(setting->name, "x-", 2) == 0)
		return true;
	for (size_t i = 0; i < array_size(rules); i++) {
		if (strcmp(setting->name, rules[i].name) != 0)
			continue;
		if (rules[i].has_value && !setting->value)
			return refuse(setting,
				      "option '%s' needs a value: %s=...",
				      setting->name, setting->name);
		if (!rules[i].has_value && setting->value)
			return refuse(setting, "option '%s' takes no value",
				      setting->name);
		return rules[i].apply(setting);
	}
	return refuse_unknown(setting);
}

/* Cut the first option off a list, its escapes taken away. */
static char *cut_option(char **rest)
{
	char *start = *rest;
	char *to = start;
	char *from = start;

	for (; *from && *from != ','; from++) {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	*rest = *from ? from + 1 : NULL;
	*to = '\0';
	return start;
}

static bool apply_all(char *rest, struct session_options *options, char **why)
{
	while (rest) {
		char *name = cut_option(&rest);
		char *value = strchr(name, '=');

		if (value)
			*value++ = '\0';

		const struct setting setting = {name, value, options, why};

		if (*name && !apply_one(&setting))
			return false;
	}
	return true;
}

bool mount_options_parse(const char *list, struct session_options *options,
			 char **why)
{
	char *copy = strdup(list);

	*why = NULL;

	const bool is_good = copy && apply_all(copy, options, why);

	free(copy);
	return is_good;
}
