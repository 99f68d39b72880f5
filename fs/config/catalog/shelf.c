#include "fs/config/catalog/shelf.h"

#include "fs/walk.h"
#include "validate/arena.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>

enum { NAMES_MAX = 100000, ARENA_MAX = 64 << 20 };

struct file {
	const char *path; /* below the folder */
	struct span name; /* its last part */
	uint32_t depth;
};

struct directory {
	struct directory *next;
	struct stamp stamp;
	char path[];
};

struct shelf {
	char *folder; /* owned */
	struct arena arena;
	struct file *files; /* by name, the one that counts first */
	uint32_t file_count;
	uint32_t capacity;
	struct directory *directories;
	uint32_t visited;
};

/* A walk under way; paths are from the root of the source. */
struct walking {
	struct shelf *shelf;
	const struct source *source;
	size_t prefix; /* bytes of the folder's own path and its '/' */
};

/* Before its names are read: a change that comes then is seen as one. */
static int add_directory(struct walking *walking, const char *path)
{
	struct shelf *shelf = walking->shelf;
	const size_t size = strlen(path) + 1;
	struct directory *directory =
		arena_alloc(&shelf->arena, sizeof(*directory) + size);

	if (!directory)
		return -ENOMEM;
	memcpy(directory->path, path, size);

	const int r =
		source_stat(walking->source, path, &directory->stamp, NULL);

	if (r)
		return r;
	directory->next = shelf->directories;
	shelf->directories = directory;
	return 0;
}

static struct file *add_slot(struct shelf *shelf)
{
	if (shelf->file_count == shelf->capacity) {
		const uint32_t capacity =
			shelf->capacity ? shelf->capacity * 2 : 256;
		struct file *files =
			arena_grow(&shelf->arena, shelf->files,
				   shelf->capacity * sizeof(*files),
				   capacity * sizeof(*files));

		if (!files)
			return NULL;
		shelf->files = files;
		shelf->capacity = capacity;
	}
	return &shelf->files[shelf->file_count++];
}

static int add_file(struct walking *walking, const char *path)
{
	struct shelf *shelf = walking->shelf;
	const char *copy =
		arena_text(&shelf->arena, span_of(path + walking->prefix));
	struct file *file = copy ? add_slot(shelf) : NULL;

	if (!file)
		return -ENOMEM;
	*file = (struct file){.path = copy, .name = span_of(copy)};
	for (const char *at = copy; (at = strchr(at, '/'));) {
		file->name = span_of(++at);
		file->depth++;
	}
	return 0;
}

static bool has_schemas(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return *name != '.' && strcmp(name, "test") != 0 &&
	       strcmp(name, "negative_test") != 0 &&
	       strcmp(name, "node_modules") != 0;
}

static int visit(void *ctx, const char *path, unsigned char type, int error)
{
	struct walking *walking = ctx;

	if (error)
		return error;
	if (++walking->shelf->visited > NAMES_MAX)
		return -EFBIG;
	if (type == DT_REG || type == DT_LNK)
		return add_file(walking, path);
	if (type != DT_DIR || !has_schemas(path))
		return WALK_SKIP;
	return add_directory(walking, path);
}

static int compare_names(struct span a, struct span b)
{
	const size_t size = a.size < b.size ? a.size : b.size;
	const int order = size ? memcmp(a.data, b.data, size) : 0;

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare_files(const void *left, const void *right)
{
	const struct file *a = left;
	const struct file *b = right;
	const int order = compare_names(a->name, b->name);

	if (order)
		return order;
	if (a->depth != b->depth)
		return a->depth < b->depth ? -1 : 1;
	return strcmp(a->path, b->path);
}

static int fill(struct shelf *shelf, const struct folders *folders)
{
	struct walking walking = {.shelf = shelf};
	const char *root;

	if (!folders_find(folders, shelf->folder, &walking.source, &root))
		return 0;
	walking.prefix = strlen(root) + (*root ? 1 : 0);

	int r = add_directory(&walking, root);

	if (r == 0)
		r = walk_tree(walking.source, root, visit, &walking);
	if (r == 0 && shelf->file_count)
		qsort(shelf->files, shelf->file_count, sizeof(*shelf->files),
		      compare_files);
	/* A folder that is not there has no files. */
	return r == -ENOENT || r == -ENOTDIR ? 0 : r;
}

int shelf_new(const struct folders *folders, const char *folder,
	      struct shelf **out)
{
	struct shelf *shelf = calloc(1, sizeof(*shelf));
	int r = -ENOMEM;

	if (!shelf)
		return r;
	arena_init(&shelf->arena, ARENA_MAX);
	shelf->folder = strdup(folder);
	if (shelf->folder)
		r = fill(shelf, folders);
	if (r) {
		shelf_free(shelf);
		return r;
	}
	*out = shelf;
	return 0;
}

void shelf_free(struct shelf *shelf)
{
	if (!shelf)
		return;
	arena_release(&shelf->arena);
	free(shelf->folder);
	free(shelf);
}

const char *shelf_find(const struct shelf *shelf, struct span name)
{
	uint32_t low = 0;
	uint32_t high = shelf->file_count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (compare_names(shelf->files[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == shelf->file_count ||
	    !span_equal(shelf->files[low].name, name))
		return NULL;
	return shelf->files[low].path;
}

bool shelf_has_changed(const struct shelf *shelf, const struct folders *folders)
{
	const struct source *source;
	const char *root;

	if (!folders_find(folders, shelf->folder, &source, &root))
		return false;
	for (const struct directory *at = shelf->directories; at;
	     at = at->next) {
		struct stamp stamp;

		if (source_stat(source, at->path, &stamp, NULL) ||
		    !stamp_equal(&stamp, &at->stamp) ||
		    stamp_is_racy(&at->stamp))
			return true;
	}
	return shelf->directories == NULL;
}
