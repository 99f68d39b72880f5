#include "fs/walk_ordered.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

enum { FIRST_ITEMS = 16, FIRST_BYTES = 256 };

/*
 * A name to visit. A directory has two: itself, and what is in it, which comes
 * later: web stands before web.yaml, and web/a behind it.
 */
struct item {
	uint32_t name;	 /* offset in the names */
	uint32_t folder; /* which of the directory's folders; or NO_FOLDER */
	unsigned char type;
	bool is_inside;
};

#define NO_FOLDER UINT32_MAX

/* A directory on the way to where the walk is. */
struct level {
	struct level *above;
	struct item *items; /* in order */
	char *names;
	bool *is_skipped; /* by number of the folder */
	size_t count;
	size_t capacity;
	size_t name_bytes;
	size_t name_capacity;
	uint32_t folders;
	size_t next;	  /* item to visit */
	size_t path_size; /* of the directory's own path */
};

struct walk {
	const struct source *source;
	walk_visit *visit;
	void *ctx;
	struct stamp *stamp;
	struct level *level;
	int fd; /* of the directory of the level; -1: not open */
	char path[PATH_MAX];
};

static int add_item(struct level *level, const struct item *item)
{
	if (level->count == level->capacity) {
		const size_t capacity =
			level->capacity ? level->capacity * 2 : FIRST_ITEMS;
		struct item *items =
			realloc(level->items, capacity * sizeof(*items));

		if (!items)
			return -ENOMEM;
		level->items = items;
		level->capacity = capacity;
	}
	level->items[level->count++] = *item;
	return 0;
}

static int add_text(struct level *level, const char *name, uint32_t *offset)
{
	const size_t size = strlen(name) + 1;
	size_t capacity =
		level->name_capacity ? level->name_capacity : FIRST_BYTES;

	while (capacity < level->name_bytes + size)
		capacity *= 2;
	if (capacity > UINT32_MAX)
		return -ENOMEM;
	if (capacity != level->name_capacity) {
		char *names = realloc(level->names, capacity);

		if (!names)
			return -ENOMEM;
		level->names = names;
		level->name_capacity = capacity;
	}
	*offset = (uint32_t)level->name_bytes;
	memcpy(level->names + level->name_bytes, name, size);
	level->name_bytes += size;
	return 0;
}

static int add_name(struct level *level, const char *name, unsigned char type)
{
	struct item item = {.folder = NO_FOLDER, .type = type};
	int r = add_text(level, name, &item.name);

	if (r == 0 && type == DT_DIR)
		item.folder = level->folders++;
	if (r == 0)
		r = add_item(level, &item);
	if (r || type != DT_DIR)
		return r;
	item.is_inside = true;
	return add_item(level, &item);
}

static unsigned char type_of(DIR *directory, const struct dirent *entry)
{
	struct stat stat;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	if (fstatat(dirfd(directory), entry->d_name, &stat,
		    AT_SYMLINK_NOFOLLOW))
		return DT_REG; /* gone or hidden: opening it will tell */
	return (unsigned char)IFTODT(stat.st_mode);
}

/* What is deeper than a path can be cannot be opened: it is told of the
 * directory. */
static bool fits(const struct walk *walk, const char *name)
{
	return strlen(walk->path) + 1 + strlen(name) + 1 <= sizeof(walk->path);
}

static int read_names(struct walk *walk, struct level *level, DIR *directory)
{
	int error = 0;

	for (;;) {
		errno = 0;

		const struct dirent *entry = readdir(directory);
		int r;

		if (!entry) {
			error = errno ? -errno : error;
			return error ? walk->visit(walk->ctx, walk->path,
						   DT_DIR, error)
				     : 0;
		}
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (!fits(walk, entry->d_name)) {
			error = -ENAMETOOLONG;
			continue;
		}
		r = add_name(level, entry->d_name, type_of(directory, entry));
		if (r)
			return r;
	}
}

static int compare_items(const void *left, const void *right, void *names)
{
	const struct item *a = left;
	const struct item *b = right;
	const unsigned char *x = (unsigned char *)names + a->name;
	const unsigned char *y = (unsigned char *)names + b->name;

	while (*x && *x == *y) {
		x++;
		y++;
	}

	const int first = *x ? *x : a->is_inside ? '/' : 0;
	const int second = *y ? *y : b->is_inside ? '/' : 0;

	return first - second;
}

static void level_free(struct level *level)
{
	free(level->items);
	free(level->names);
	free(level->is_skipped);
	free(level);
}

static int fill_level(struct walk *walk, struct level *level)
{
	const int fd =
		openat(walk->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	int r;

	if (!directory) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return walk->visit(walk->ctx, walk->path, DT_DIR, r);
	}
	r = read_names(walk, level, directory);
	closedir(directory);
	if (r < 0)
		return r;
	if (level->count)
		qsort_r(level->items, level->count, sizeof(*level->items),
			compare_items, level->names);
	level->is_skipped = calloc(level->folders + 1, sizeof(bool));
	return level->is_skipped ? 0 : -ENOMEM;
}

/* Go into the directory that walk->path names. */
static int enter(struct walk *walk)
{
	struct level *level;
	int r;

	base_close(&walk->fd);
	walk->fd = source_open_directory(walk->source, walk->path);
	if (walk->fd == -ENOENT)
		return 0; /* removed since it was listed: it has no files */
	if (walk->fd < 0)
		return walk->visit(walk->ctx, walk->path, DT_DIR, walk->fd);
	level = calloc(1, sizeof(*level));
	if (!level)
		return -ENOMEM;
	level->above = walk->level;
	level->path_size = strlen(walk->path);
	walk->level = level;
	r = fill_level(walk, level);
	return r < 0 ? r : 0;
}

static void leave(struct walk *walk)
{
	struct level *level = walk->level;

	walk->level = level->above;
	level_free(level);
	base_close(&walk->fd);
	walk->fd = -1;
}

/* The path of an item, to walk->path. False: longer than a path can be. */
static bool set_path(struct walk *walk, const struct level *level,
		     const char *name)
{
	const size_t at = level->path_size + (level->path_size ? 1 : 0);
	const size_t size = strlen(name) + 1;

	if (at + size > sizeof(walk->path))
		return false;
	if (level->path_size)
		walk->path[level->path_size] = '/';
	memcpy(walk->path + at, name, size);
	return true;
}

/* Levels are left and come back to: only one directory is open at a time. */
static int directory_fd(struct walk *walk, const struct level *level)
{
	char path[PATH_MAX];

	if (walk->fd >= 0)
		return walk->fd;
	memcpy(path, walk->path, level->path_size);
	path[level->path_size] = '\0';
	walk->fd = source_open_directory(walk->source, path);
	return walk->fd;
}

static int visit_file(struct walk *walk, const struct level *level,
		      const struct item *item)
{
	const int fd = item->type == DT_REG ? directory_fd(walk, level) : -1;
	int r;

	if (fd < 0 ||
	    source_stat_at(fd, level->names + item->name, walk->stamp))
		*walk->stamp = (struct stamp){0};
	r = walk->visit(walk->ctx, walk->path, item->type, 0);
	return r < 0 ? r : 0;
}

/* What keeps it from being read is told in front of what else has a name that
 * begins as its own. */
static int visit_folder(struct walk *walk, struct level *level,
			const struct item *item)
{
	int r = walk->visit(walk->ctx, walk->path, DT_DIR, 0);
	int fd;

	level->is_skipped[item->folder] = r != 0;
	if (r)
		return r < 0 ? r : 0;
	fd = source_open_directory(walk->source, walk->path);
	if (fd >= 0) {
		close(fd);
		return 0;
	}
	level->is_skipped[item->folder] = true;
	r = fd == -ENOENT ? 0 : walk->visit(walk->ctx, walk->path, DT_DIR, fd);
	return r < 0 ? r : 0;
}

static int visit_next(struct walk *walk)
{
	struct level *level = walk->level;
	const struct item *item;

	if (level->next == level->count) {
		leave(walk);
		return 0;
	}
	item = &level->items[level->next++];
	/* Deeper than a path can be: it cannot be opened by anyone. */
	if (!set_path(walk, level, level->names + item->name))
		return 0;
	if (item->folder == NO_FOLDER)
		return visit_file(walk, level, item);
	if (!item->is_inside)
		return visit_folder(walk, level, item);
	return level->is_skipped[item->folder] ? 0 : enter(walk);
}

int walk_ordered(const struct source *source, const char *path,
		 walk_visit *visit, void *ctx, struct stamp *stamp)
{
	struct walk *walk = malloc(sizeof(*walk));
	int r;

	if (!walk)
		return -ENOMEM;
	*walk = (struct walk){.source = source,
			      .visit = visit,
			      .ctx = ctx,
			      .stamp = stamp,
			      .fd = -1};
	memcpy(walk->path, path, strlen(path) + 1);
	r = enter(walk);
	while (r == 0 && walk->level)
		r = visit_next(walk);
	while (walk->level)
		leave(walk);
	base_close(&walk->fd);
	free(walk);
	return r;
}
