/* The names that patterns see. */
#include "fs/config/config_parts.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Kubernetes lays out a volume as "..data", a link to "..2024_05_01_...", and
 * links to what is in it: names that no pattern should have to know.
 */
static bool is_volume_step(struct span name)
{
	if (span_is(name, "..data"))
		return true;
	if (name.size < 7 || !span_starts(name, "..") || name.data[6] != '_')
		return false;
	for (size_t i = 2; i < 6; i++)
		if (!is_digit(name.data[i]))
			return false;
	return true;
}

const char *config_pattern_path(const char *path, char buf[GLOB_PATH_SIZE])
{
	size_t used = 0;

	if (!strstr(path, "..") || strlen(path) >= GLOB_PATH_SIZE)
		return path;
	while (*path) {
		const char *end = strchrnul(path, '/');
		const struct span name = {path, (size_t)(end - path)};

		path = *end ? end + 1 : end;
		if (is_volume_step(name))
			continue;
		if (used)
			buf[used++] = '/';
		memcpy(buf + used, name.data, name.size);
		used += name.size;
	}
	buf[used] = '\0';
	return buf;
}
