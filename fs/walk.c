#include "fs/walk.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

/* Directories still to be read: a stack, so that depth costs no recursion. */
struct pending {
	struct pending *next;
	char path[];
};

struct walk {
	const struct source *source;
	walk_visit *visit;
	void *ctx;
	struct stamp *stamp; /* NULL: nobody wants it */
	struct pending *pending;
	size_t prefix_size;  /* of the directory being read, with a slash */
	char path[PATH_MAX]; /* of the name at hand; begins with that */
};

static int push(struct walk *walk, const char *path)
{
	const size_t size = strlen(path) + 1;
	struct pending *pending = malloc(sizeof(*pending) + size);

	if (!pending)
		return -ENOMEM;
	memcpy(pending->path, path, size);
	pending->next = walk->pending;
	walk->pending = pending;
	return 0;
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

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void begin_directory(struct walk *walk, const char *path)
{
	const size_t size = strlen(path);

	memcpy(walk->path, path, size);
	walk->prefix_size = size;
	if (size)
		walk->path[walk->prefix_size++] = '/';
}

/* What is deeper than a path can be cannot be opened: it is told of the
 * directory. */
static bool fits(const struct walk *walk, const char *name)
{
	return walk->prefix_size + strlen(name) + 1 <= sizeof(walk->path);
}

static int visit_name(struct walk *walk, const char *name, unsigned char type)
{
	const size_t size = strlen(name) + 1;

	memcpy(walk->path + walk->prefix_size, name, size);

	const int r = walk->visit(walk->ctx, walk->path, type, 0);

	if (r < 0)
		return r;
	return r == 0 && type == DT_DIR ? push(walk, walk->path) : 0;
}

static void take_stamp(struct walk *walk, int directory, const char *name,
		       unsigned char type)
{
	if (walk->stamp &&
	    (type != DT_REG || source_stat_at(directory, name, walk->stamp)))
		*walk->stamp = (struct stamp){0};
}

static int read_names(struct walk *walk, const char *path, DIR *directory)
{
	int error = 0;

	begin_directory(walk, path);
	for (;;) {
		errno = 0;

		const struct dirent *entry = readdir(directory);

		if (!entry) {
			error = errno ? -errno : error;
			return error ? walk->visit(walk->ctx, path, DT_DIR,
						   error)
				     : 0;
		}
		if (is_dots(entry->d_name))
			continue;
		if (!fits(walk, entry->d_name)) {
			error = -ENAMETOOLONG;
			continue;
		}

		const unsigned char type = type_of(directory, entry);

		take_stamp(walk, dirfd(directory), entry->d_name, type);

		const int r = visit_name(walk, entry->d_name, type);

		if (r < 0)
			return r;
	}
}

static int read_directory(struct walk *walk, const char *path)
{
	auto_close int fd = source_open_directory(walk->source, path);

	/* Removed since it was listed: it has no files any more. */
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return walk->visit(walk->ctx, path, DT_DIR, fd);

	DIR *directory = fdopendir(fd);

	if (!directory)
		return -errno;
	(void)steal_fd(&fd);

	const int r = read_names(walk, path, directory);

	closedir(directory);
	return r < 0 ? r : 0;
}

int walk_directory(const struct source *source, const char *path,
		   walk_visit *visit, void *ctx)
{
	struct walk walk = {.source = source, .visit = visit, .ctx = ctx};
	const int r = read_directory(&walk, path);

	assert(!walk.pending);
	return r;
}

int walk_tree(const struct source *source, const char *path, walk_visit *visit,
	      void *ctx)
{
	return walk_tree_stamped(source, path, visit, ctx, NULL);
}

int walk_tree_stamped(const struct source *source, const char *path,
		      walk_visit *visit, void *ctx, struct stamp *stamp)
{
	struct walk walk = {
		.source = source, .visit = visit, .ctx = ctx, .stamp = stamp};
	int r = push(&walk, path);

	while (walk.pending) {
		struct pending *pending = walk.pending;

		walk.pending = pending->next;
		if (r == 0)
			r = read_directory(&walk, pending->path);
		free(pending);
	}
	return r;
}
