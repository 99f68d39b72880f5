/* Where what is named by a URL lies: maps and the catalog. */
#include "fs/config/config_parts.h"
#include "validate/path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

/* Bytes of `prefix` if it is one of whole parts of the URL, else 0. */
static size_t prefix_size(const char *url, const char *prefix)
{
	const size_t size = strlen(prefix);

	if (size == 0 || strncmp(url, prefix, size) != 0)
		return 0;
	return prefix[size - 1] == '/' || url[size] == '/' || url[size] == '\0'
		       ? size
		       : 0;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "%20" to " ", in place; false if a NUL comes out. */
static bool decode(char *text)
{
	char *out = text;

	for (; *text; text++) {
		const int high = *text == '%' ? hex_value(text[1]) : -1;
		const int low = high >= 0 ? hex_value(text[2]) : -1;

		*out = *text;
		if (low >= 0) {
			*out = (char)(high * 16 + low);
			text += 2;
		}
		if (!*out++)
			return false;
	}
	*out = '\0';
	return true;
}

static int join(const char *folder, const char *rest, char *path)
{
	auto_free char *below = strdup(rest);

	if (!below)
		return -ENOMEM;
	if (!decode(below))
		return -ENOENT;
	if (!path_tidy(below))
		return -EXDEV;
	return snprintf(path, PATH_MAX, "%s%s%s", folder,
			*folder && *below ? "/" : "", below) < PATH_MAX
		       ? 0
		       : -ENOENT;
}

int config_locate(const struct config *config, const struct folders *folders,
		  const char *url, char *path)
{
	const struct settings *settings = config->settings;
	const char *folder = NULL;
	size_t best = 0;

	for (size_t i = 0; i < settings->map_count; i++) {
		const size_t size = prefix_size(url, settings->maps[i].prefix);

		/* Of two that are the same the first counts. */
		if (size > best) {
			best = size;
			folder = settings->maps[i].folder;
		}
	}
	for (size_t i = 0, by_user = best; !by_user && i < config->map_count;
	     i++) {
		const size_t size = prefix_size(url, config->maps[i].prefix);

		if (size > best) {
			best = size;
			folder = config->maps[i].folder;
		}
	}
	if (folder)
		return join(folder, url + best, path);
	return config->catalog
		       ? catalog_locate(config->catalog, folders, url, path)
		       : -EREMOTE;
}

void config_refresh(const struct config *config, const struct folders *folders)
{
	if (config->catalog)
		catalog_refresh(config->catalog, folders);
}

static bool is_fatal(int r)
{
	return r == -ENOMEM || r == -ECANCELED;
}

int config_read_catalog(struct config *config, const struct host *host,
			char *why)
{
	const char *folder = config->settings->catalog
				     ? config->settings->catalog
				     : config->catalog_folder;
	auto_free char *path = NULL;
	struct span text;

	*why = '\0';
	if (!folder)
		return 0;
	if (asprintf(&path, "%s%s" CATALOG_FILE, folder, *folder ? "/" : "") <
	    0)
		return -ENOMEM;

	int r = host->read(host->ctx, path, &text);

	if (r && !is_fatal(r)) {
		const char *reason = strerrordesc_np(-r);

		snprintf(why, CATALOG_WHY_SIZE, "%s",
			 reason ? reason : "unknown error");
		return 0;
	}
	if (r == 0)
		r = catalog_load(text, folder, &config->catalog, why);
	return r == -EBADMSG ? 0 : r;
}
