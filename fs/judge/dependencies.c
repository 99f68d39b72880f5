#include "fs/judge/dependencies.h"

#include "fs/config/config.h"

#include <errno.h>
#include <pthread.h>

/* Schemas and the like are small; more than this is a mistake. */
enum { MAX_FILE_BYTES = 256 << 20 };

struct file {
	char *path;
	uint32_t hash;
	uint32_t version;
	struct stamp stamp; /* zero if it does not exist */
	int error;	    /* 0, -ENOENT, or why it cannot be read */
	bool is_racy;	    /* the stamp cannot be trusted yet */
	struct digest digest;
};

/* Files are only ever added, so that links stay good. */
struct dependencies {
	struct source *source;
	struct source *outside; /* NULL: nothing outside is read */
	bool is_watched;
	pthread_mutex_t lock;
	struct file **files; /* by lock, also what they point to */
	uint32_t count;	     /* by lock */
	uint32_t capacity;   /* by lock */
};

int links_add(struct links *links, struct link link)
{
	if (link.file == UINT32_MAX)
		return 0;
	for (uint32_t i = 0; i < links->count; i++)
		if (links->list[i].file == link.file)
			return 0;
	if (links->count == links->capacity) {
		const uint32_t capacity =
			links->capacity ? links->capacity * 2 : 4;
		struct link *list =
			realloc(links->list, capacity * sizeof(*list));

		if (!list)
			return -ENOMEM;
		links->list = list;
		links->capacity = capacity;
	}
	links->list[links->count++] = link;
	return 0;
}

int links_add_all(struct links *links, const struct links *more)
{
	for (uint32_t i = 0; i < more->count; i++) {
		const int r = links_add(links, more->list[i]);

		if (r)
			return r;
	}
	return 0;
}

void links_release(struct links *links)
{
	free(links->list);
	*links = (struct links){0};
}

/* The folder of a file that the command line has named by its full path. */
static int open_folder_of(const char *path, struct source **out)
{
	const char *slash = strrchr(path, '/');
	auto_free char *folder =
		strndup(path, slash == path ? 1 : (size_t)(slash - path));

	return folder ? source_open(folder, out) : -ENOMEM;
}

int dependencies_new(struct source *source, bool is_watched,
		     const char *outside, struct dependencies **out)
{
	struct dependencies *dependencies = calloc(1, sizeof(*dependencies));
	int r = 0;

	if (!dependencies)
		return -ENOMEM;
	dependencies->source = source;
	dependencies->is_watched = is_watched;
	if (outside)
		r = open_folder_of(outside, &dependencies->outside);
	if (r && r != -ENOENT) {
		free(dependencies);
		return r;
	}
	pthread_mutex_init(&dependencies->lock, NULL);
	*out = dependencies;
	return 0;
}

void dependencies_free(struct dependencies *dependencies)
{
	if (!dependencies)
		return;
	for (uint32_t i = 0; i < dependencies->count; i++) {
		free(dependencies->files[i]->path);
		free(dependencies->files[i]);
	}
	free(dependencies->files);
	source_close(dependencies->outside);
	pthread_mutex_destroy(&dependencies->lock);
	free(dependencies);
}

/* What a file is at this moment, and its bytes. */
struct look {
	struct snapshot snapshot;
	int error;
	bool is_racy;
	struct digest digest;
};

static bool is_absent(int error)
{
	return error == -ENOENT || error == -ENOTDIR;
}

static int read_built_in(struct look *look)
{
	look->snapshot.bytes = strdup(config_schema_text);
	if (!look->snapshot.bytes)
		return -ENOMEM;
	look->snapshot.size = strlen(config_schema_text);
	return 0;
}

/* A reference that leads out of the tree leads to nothing: that is said of the
 * reference, and it is no failure of ours. */
static int open_in_tree(const struct source *source, const char *path,
			struct stamp *stamp)
{
	const int fd = source_open_linked(source, path, stamp);

	return fd == -EXDEV || fd == -ELOOP || fd == -EINVAL ? -ENOENT : fd;
}

static int open_file(const struct dependencies *dependencies, const char *path,
		     struct stamp *stamp)
{
	const struct source *outside = dependencies->outside;
	size_t size;

	if (*path != '/')
		return open_in_tree(dependencies->source, path, stamp);
	if (!outside)
		return -ENOENT;
	size = strlen(source_root(outside));
	if (strncmp(path, source_root(outside), size) != 0 || path[size] != '/')
		return -ENOENT;
	return open_in_tree(outside, path + size + 1, stamp);
}

static int read_file(const struct dependencies *dependencies, const char *path,
		     struct look *look)
{
	struct stamp stamp;
	auto_close int fd = open_file(dependencies, path, &stamp);

	if (fd < 0)
		return fd;
	return snapshot_read_stamped(fd, &stamp, MAX_FILE_BYTES,
				     &look->snapshot);
}

/* I/O: not under the lock. The look's snapshot is the caller's. */
static struct look look_at(const struct dependencies *dependencies,
			   const char *path)
{
	struct look look = {0};

	look.error = strcmp(path, CONFIG_SCHEMA_PATH) == 0
			     ? read_built_in(&look)
			     : read_file(dependencies, path, &look);
	if (is_absent(look.error))
		look.error = -ENOENT;
	if (look.error)
		return look;
	look.digest = digest_of(
		(struct span){look.snapshot.bytes, look.snapshot.size});
	look.is_racy = !look.snapshot.is_settled ||
		       stamp_is_racy(&look.snapshot.stamp);
	return look;
}

static struct file *find_locked(struct dependencies *dependencies,
				const char *path, uint32_t *index)
{
	const uint32_t hash = doc_hash(span_of(path));

	for (uint32_t i = 0; i < dependencies->count; i++) {
		struct file *file = dependencies->files[i];

		if (file->hash == hash && strcmp(file->path, path) == 0) {
			*index = i;
			return file;
		}
	}
	return NULL;
}

static struct file *add_locked(struct dependencies *dependencies,
			       const char *path, uint32_t *index)
{
	if (dependencies->count == dependencies->capacity) {
		const uint32_t capacity = dependencies->capacity
						  ? dependencies->capacity * 2
						  : 16;
		struct file **files = realloc(dependencies->files,
					      capacity * sizeof(struct file *));

		if (!files)
			return NULL;
		dependencies->files = files;
		dependencies->capacity = capacity;
	}

	struct file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->path = strdup(path);
	if (!file->path) {
		free(file);
		return NULL;
	}
	file->hash = doc_hash(span_of(path));
	*index = dependencies->count;
	dependencies->files[dependencies->count++] = file;
	return file;
}

static void apply_locked(struct file *file, const struct look *look)
{
	const bool is_same = file->version > 0 && file->error == look->error &&
			     digest_equal(&file->digest, &look->digest);

	file->stamp = look->snapshot.stamp;
	file->error = look->error;
	file->is_racy = look->is_racy;
	file->digest = look->digest;
	if (!is_same)
		file->version++;
}

/* Enter what was seen; 0 and *link, or -ENOMEM. */
static int note(struct dependencies *dependencies, const char *path,
		const struct look *look, struct link *link)
{
	pthread_mutex_lock(&dependencies->lock);

	uint32_t index = 0;
	struct file *file = find_locked(dependencies, path, &index);

	if (!file)
		file = add_locked(dependencies, path, &index);
	if (file) {
		apply_locked(file, look);
		*link = (struct link){index, file->version};
	}
	pthread_mutex_unlock(&dependencies->lock);
	return file ? 0 : -ENOMEM;
}

int dependencies_read(struct dependencies *dependencies, const char *path,
		      struct link *link, char **bytes, size_t *size)
{
	struct look look = look_at(dependencies, path);
	int r;

	*link = NO_LINK;
	r = note(dependencies, path, &look, link);
	if (r || look.error) {
		snapshot_release(&look.snapshot);
		return r ? r : look.error;
	}
	*size = look.snapshot.size;
	*bytes = steal(&look.snapshot.bytes);
	return 0;
}

int dependencies_find(struct dependencies *dependencies, const char *path,
		      struct link *link)
{
	int error = 0;

	pthread_mutex_lock(&dependencies->lock);

	uint32_t index = 0;
	const struct file *file = find_locked(dependencies, path, &index);

	if (file) {
		error = file->error;
		*link = (struct link){index, file->version};
	}
	pthread_mutex_unlock(&dependencies->lock);
	if (!file) {
		struct look look = look_at(dependencies, path);
		const int r = note(dependencies, path, &look, link);

		snapshot_release(&look.snapshot);
		if (r)
			return r;
		error = look.error;
	}
	return error == -ENOENT ? 0 : error;
}

/* Has this file, as it was noted, changed on disk? By its stamp alone. */
static bool looks_changed(const struct dependencies *dependencies,
			  const char *path, const struct file *noted)
{
	struct stamp stamp = {0};
	auto_close int fd = open_file(dependencies, path, &stamp);
	const int error = fd < 0 ? fd : 0;

	if (noted->is_racy)
		return true;
	if (is_absent(error))
		return noted->error != -ENOENT;
	return error != noted->error || !stamp_equal(&stamp, &noted->stamp);
}

void dependencies_refresh(struct dependencies *dependencies)
{
	if (!dependencies->is_watched)
		return;
	for (uint32_t i = 0;; i++) {
		struct file noted;

		pthread_mutex_lock(&dependencies->lock);
		const bool is_end = i >= dependencies->count;

		if (!is_end)
			noted = *dependencies->files[i];
		pthread_mutex_unlock(&dependencies->lock);
		if (is_end)
			return;
		/* Paths never change, so the pointer may be used unlocked. */
		if (strcmp(noted.path, CONFIG_SCHEMA_PATH) == 0 ||
		    !looks_changed(dependencies, noted.path, &noted))
			continue;

		struct look look = look_at(dependencies, noted.path);

		pthread_mutex_lock(&dependencies->lock);
		apply_locked(dependencies->files[i], &look);
		pthread_mutex_unlock(&dependencies->lock);
		snapshot_release(&look.snapshot);
	}
}

struct dependency dependencies_describe(struct dependencies *dependencies,
					uint32_t file)
{
	pthread_mutex_lock(&dependencies->lock);

	const struct file *found = dependencies->files[file];
	const struct dependency dependency = {found->path, found->error == 0,
					      found->digest};

	pthread_mutex_unlock(&dependencies->lock);
	return dependency;
}

bool dependencies_hold(struct dependencies *dependencies,
		       const struct links *links)
{
	bool holds = true;

	if (links->count == 0)
		return true;
	pthread_mutex_lock(&dependencies->lock);
	for (uint32_t i = 0; holds && i < links->count; i++) {
		const struct link *link = &links->list[i];

		holds = dependencies->files[link->file]->version ==
			link->version;
	}
	pthread_mutex_unlock(&dependencies->lock);
	return holds;
}
