#include "fs/mount/session/mounts.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

enum {
	FIELD_COUNT = 6, /* before the optional ones */
	MOST_LINKS = 40, /* as many as the kernel follows */
};

void mount_entry_release(struct mount_entry *entry)
{
	free(entry->point);
	free(entry->type);
	free(entry->source);
	*entry = (struct mount_entry){0};
}

static int octal_digit(char c)
{
	return c >= '0' && c <= '7' ? c - '0' : -1;
}

/* The kernel writes blanks and backslashes as \040. */
static void unescape(char *text)
{
	char *to = text;

	while (*text) {
		int value = -1;

		if (text[0] == '\\' && octal_digit(text[1]) >= 0 &&
		    octal_digit(text[2]) >= 0 && octal_digit(text[3]) >= 0)
			value = octal_digit(text[1]) * 64 +
				octal_digit(text[2]) * 8 + octal_digit(text[3]);
		*to++ = (char)(value >= 0 ? value : *text);
		text += value >= 0 ? 4 : 1;
	}
	*to = '\0';
}

static bool parse_number(const char *text, const char *key, unsigned *out)
{
	const char *at = strstr(text, key);
	char *end;

	if (!at)
		return false;
	at += strlen(key);

	const unsigned long value = strtoul(at, &end, 10);

	if (end == at || value > UINT32_MAX)
		return false;
	*out = (unsigned)value;
	return true;
}

/* "id parent major:minor root point options [more...] - type source super" */
struct line {
	char *fields[FIELD_COUNT];
	char *type;
	char *source;
	char *super;
};

static bool split(char *text, struct line *out)
{
	char *rest = strstr(text, " - ");
	char *save;

	if (!rest)
		return false;
	*rest = '\0';
	for (int i = 0; i < FIELD_COUNT; i++) {
		out->fields[i] = strtok_r(i ? NULL : text, " ", &save);
		if (!out->fields[i])
			return false;
	}
	out->type = strtok_r(rest + 3, " ", &save);
	out->source = strtok_r(NULL, " ", &save);
	out->super = strtok_r(NULL, " \n", &save);
	return out->super != NULL;
}

static int fill(struct line *line, struct mount_entry *out)
{
	unsigned owner = 0;
	char *colon = strchr(line->fields[2], ':');

	unescape(line->source);
	mount_entry_release(out);
	out->point = strdup(line->fields[4]);
	out->type = strdup(line->type);
	out->source = strdup(line->source);
	if (!out->point || !out->type || !out->source) {
		mount_entry_release(out);
		return -ENOMEM;
	}
	out->major = (unsigned)strtoul(line->fields[2], NULL, 10);
	out->minor = colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
	parse_number(line->super, "user_id=", &owner);
	out->owner = owner;
	return 0;
}

int mounts_find(const char *point, struct mount_entry *out)
{
	FILE *table = fopen("/proc/self/mountinfo", "re");
	struct mount_entry entry = {0};
	auto_free char *text = NULL;
	size_t capacity = 0;
	struct line line;
	int r = -ENOENT;

	if (!table)
		return -errno;
	/* The last one that matches lies on top. */
	while (getline(&text, &capacity, table) > 0) {
		if (!split(text, &line))
			continue;
		unescape(line.fields[4]);
		if (strcmp(line.fields[4], point) == 0)
			r = fill(&line, &entry);
		if (r == -ENOMEM)
			break;
	}
	fclose(table);
	if (r == 0)
		*out = entry;
	return r;
}

bool mount_entry_is_ours(const struct mount_entry *entry)
{
	return strcmp(entry->type, MOUNTS_TYPE) == 0;
}

/* Bytes of a path without the slashes at its end. */
static size_t plain_size(const char *path)
{
	size_t size = strlen(path);

	while (size > 1 && path[size - 1] == '/')
		size--;
	return size;
}

/* The real path of the folder that the last part of a path is in. */
static char *real_folder(const char *path, size_t folder_size)
{
	char folder[PATH_MAX];

	if (folder_size >= sizeof(folder)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	memcpy(folder, path, folder_size);
	folder[folder_size] = '\0';
	return realpath(folder_size ? folder : ".", NULL);
}

static char *join(const char *folder, struct span name)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%.*s", strcmp(folder, "/") ? folder : "",
		     (int)name.size, name.data) < 0)
		return NULL;
	return path;
}

/* Where the last part of a path really is, itself not followed. */
static char *resolve_folder(const char *path)
{
	const size_t size = plain_size(path);
	size_t folder_size = size;

	while (folder_size && path[folder_size - 1] != '/')
		folder_size--;

	const struct span name = {path + folder_size, size - folder_size};

	if (name.size == 0 || span_is(name, ".") || span_is(name, ".."))
		return realpath(path, NULL);

	char *folder = real_folder(path, folder_size);
	char *resolved = folder ? join(folder, name) : NULL;

	free(folder);
	return resolved;
}

/* What a link leads to; NULL: it is none. Of a folder readlink() asks no
 * filesystem, so a mount that hangs does no harm. */
static char *read_link(const char *path)
{
	char target[PATH_MAX];
	const ssize_t size = readlink(path, target, sizeof(target) - 1);
	const char *slash = strrchr(path, '/');
	char *absolute = NULL;

	if (size < 0 || !slash)
		return NULL;
	target[size] = '\0';
	if (*target == '/')
		return strdup(target);
	if (asprintf(&absolute, "%.*s/%s", (int)(slash - path), path, target) <
	    0)
		return NULL;
	return absolute;
}

char *mounts_resolve(const char *path)
{
	char *resolved = resolve_folder(path);

	for (int i = 0; resolved && i < MOST_LINKS; i++) {
		auto_free char *target = read_link(resolved);

		if (!target)
			return resolved;
		free(resolved);
		resolved = resolve_folder(target);
	}
	if (resolved)
		errno = ELOOP;
	free(resolved);
	return NULL;
}
