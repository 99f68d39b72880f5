#include "fs/folders.h"

#include <errno.h>

struct folders {
	const struct source *tree;
	struct source **others;
	size_t count;
};

/* Without the folder nothing is there, which is told where it is missed. */
static int add(struct folders *folders, const char *path)
{
	const int r = source_open(path, &folders->others[folders->count]);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	folders->count += r == 0;
	return r;
}

static int add_folder_of(struct folders *folders, const char *file)
{
	const char *slash = strrchr(file, '/');
	auto_free char *folder =
		strndup(file, slash == file ? 1 : (size_t)(slash - file));

	return folder ? add(folders, folder) : -ENOMEM;
}

static int add_all(struct folders *folders, const struct settings *settings)
{
	const char *schema = settings->forced_schema;
	const char *baseline = settings->baseline_file;
	const char *config = settings->config_file;
	int r = 0;

	if (schema && *schema == '/')
		r = add_folder_of(folders, schema);
	if (r == 0 && baseline && *baseline == '/')
		r = add_folder_of(folders, baseline);
	if (r == 0 && config && *config == '/')
		r = add_folder_of(folders, config);
	for (size_t i = 0; r == 0 && i < settings->map_count; i++)
		r = add(folders, settings->maps[i].folder);
	if (r == 0 && settings->catalog)
		r = add(folders, settings->catalog);
	return r;
}

int folders_new(const struct source *source, const struct settings *settings,
		struct folders **out)
{
	struct folders *folders = calloc(1, sizeof(*folders));
	int r = -ENOMEM;

	if (!folders)
		return r;
	folders->tree = source;
	folders->others =
		calloc(settings->map_count + 4, sizeof(struct source *));
	if (folders->others)
		r = add_all(folders, settings);
	if (r) {
		folders_free(folders);
		return r;
	}
	*out = folders;
	return 0;
}

void folders_free(struct folders *folders)
{
	if (!folders)
		return;
	for (size_t i = 0; i < folders->count; i++)
		source_close(folders->others[i]);
	free(folders->others);
	free(folders);
}

/* What of `path` is below `folder`; NULL: it is not. */
static const char *path_below(const char *path, const char *folder)
{
	const size_t size = strcmp(folder, "/") ? strlen(folder) : 0;

	if (strncmp(path, folder, size) != 0)
		return NULL;
	if (path[size] == '\0')
		return path + size;
	return path[size] == '/' ? path + size + 1 : NULL;
}

bool folders_find(const struct folders *folders, const char *path,
		  const struct source **source, const char **rest)
{
	*source = folders->tree;
	*rest = path;
	if (*path != '/')
		return true;
	for (size_t i = 0; i < folders->count; i++) {
		*source = folders->others[i];
		*rest = path_below(path, source_root(*source));
		if (*rest)
			return true;
	}
	return false;
}

/* What openat() says, in the words that the header promises. */
static int answer_of(int error, bool is_folder)
{
	switch (error) {
	case -ENOTDIR:
	case -ENAMETOOLONG:
		return -ENOENT;
	case -ENXIO: /* a socket */
		return -EINVAL;
	case -EINVAL:
		return is_folder ? -EISDIR : -EINVAL;
	default:
		return error;
	}
}

int folders_open(const struct folders *folders, const char *path,
		 struct stamp *stamp)
{
	const struct source *source;
	const char *rest;

	stamp->mode = 0;
	if (!folders_find(folders, path, &source, &rest))
		return -ENOENT;

	const int fd = source_open_linked(source, rest, stamp);

	return fd < 0 ? answer_of(fd, S_ISDIR(stamp->mode)) : fd;
}
