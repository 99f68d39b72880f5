#include "fs/settings.h"

#include "validate/path.h"

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

/* The full path of a folder, owned; NULL, with errno, if there is none. */
static char *real_folder(const char *path)
{
	auto_free char *real = realpath(path, NULL);
	struct stat facts;

	if (!real || stat(real, &facts))
		return NULL;
	if (!S_ISDIR(facts.st_mode)) {
		errno = ENOTDIR;
		return NULL;
	}
	return steal(&real);
}

static bool add(struct settings *settings, char **prefix, char **folder)
{
	struct url_map *maps =
		realloc(settings->maps,
			(settings->map_count + 1) * sizeof(*settings->maps));

	if (!maps)
		return false;
	settings->maps = maps;
	maps[settings->map_count++] =
		(struct url_map){steal(prefix), steal(folder)};
	return true;
}

bool settings_add_map(struct settings *settings, const char *value, char **why)
{
	const char *equals = strchr(value, '=');

	*why = NULL;
	if (!equals || !equals[1] ||
	    !path_is_url((struct span){value, (size_t)(equals - value)}))
		return refuse(why,
			      "map '%s' is not URLPREFIX=DIR, as in "
			      "https://example.com/=schemas",
			      value);

	auto_free char *prefix = strndup(value, (size_t)(equals - value));
	auto_free char *folder = real_folder(equals + 1);

	if (!folder)
		return refuse(why, "map: cannot use the folder '%s': %s",
			      equals + 1, strerrordesc_np(errno));
	return prefix && add(settings, &prefix, &folder);
}

bool settings_set_catalog(struct settings *settings, const char *value,
			  char **why)
{
	auto_free char *folder = real_folder(value);
	auto_free char *file = NULL;

	*why = NULL;
	if (!folder)
		return refuse(why, "catalog: cannot use the folder '%s': %s",
			      value, strerrordesc_np(errno));
	if (asprintf(&file, "%s/" CATALOG_FILE, folder) < 0)
		return false;
	if (access(file, R_OK))
		return refuse(why, "catalog: cannot read '%s': %s", file,
			      strerrordesc_np(errno));
	free(settings->catalog);
	settings->catalog = steal(&folder);
	return true;
}

void settings_release(struct settings *settings)
{
	for (size_t i = 0; i < settings->map_count; i++) {
		free(settings->maps[i].prefix);
		free(settings->maps[i].folder);
	}
	free(settings->maps);
	free(settings->catalog);
	settings->maps = NULL;
	settings->map_count = 0;
	settings->catalog = NULL;
}

bool policy_parse(struct span word, enum policy *out)
{
	static const char *const words[] = {"serve", "deny", "lastgood"};

	for (size_t i = 0; i < array_size(words); i++) {
		if (span_is(word, words[i])) {
			*out = (enum policy)i;
			return true;
		}
	}
	return false;
}
