#include "fs/judge/dependencies.h"

#include "fs/config/config.h"
#include "validate/host.h"
#include "validate/path.h"
#include "validate/schema/compile/metaschema.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>

/* Schemas and the like are small; more than this is a mistake. */
enum { MAX_FILE_BYTES = 256 << 20, BUCKETS = 1 << 14 };

#define NO_FILE UINT32_MAX

struct file {
	char *path;
	uint32_t hash;
	uint32_t next; /* in its bucket, NO_FILE: none */
	uint32_t version;
	struct stamp stamp; /* zero if it does not exist */
	int error;	    /* 0, how it is absent, why it cannot be read */
	bool is_racy;	    /* the stamp cannot be trusted yet */
	struct digest digest;
};

/* Files are only ever added, so that links stay good. */
struct dependencies {
	const struct folders *folders;
	dependencies_locator *locate; /* NULL: no URL leads anywhere */
	void *locate_ctx;
	bool is_watched;
	pthread_mutex_t lock;
	struct file **files;	   /* by lock, also what they point to */
	uint32_t count;		   /* by lock */
	uint32_t capacity;	   /* by lock */
	uint64_t changes;	   /* by lock */
	uint32_t buckets[BUCKETS]; /* by lock; indices by hash of the path */
};

/* Where a file stands in the list, or would: it is sorted by file. */
static uint32_t find_link(const struct links *links, uint32_t file)
{
	uint32_t low = 0;
	uint32_t high = links->count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (links->list[middle].file < file)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int links_add(struct links *links, struct link link)
{
	const uint32_t at = find_link(links, link.file);

	if (link.file == UINT32_MAX ||
	    (at < links->count && links->list[at].file == link.file))
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
	memmove(links->list + at + 1, links->list + at,
		(links->count++ - at) * sizeof(link));
	links->list[at] = link;
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

int dependencies_new(const struct folders *folders, bool is_watched,
		     struct dependencies **out)
{
	struct dependencies *dependencies = calloc(1, sizeof(*dependencies));

	if (!dependencies)
		return -ENOMEM;
	dependencies->folders = folders;
	dependencies->is_watched = is_watched;
	memset(dependencies->buckets, 0xff, sizeof(dependencies->buckets));
	pthread_mutex_init(&dependencies->lock, NULL);
	*out = dependencies;
	return 0;
}

void dependencies_set_locator(struct dependencies *dependencies,
			      dependencies_locator *locate, void *ctx)
{
	dependencies->locate = locate;
	dependencies->locate_ctx = ctx;
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

static int read_built_in(struct span text, struct look *look)
{
	look->snapshot.bytes = malloc(text.size + 1);
	if (!look->snapshot.bytes)
		return -ENOMEM;
	memcpy(look->snapshot.bytes, text.data, text.size);
	look->snapshot.bytes[text.size] = '\0';
	look->snapshot.size = text.size;
	return 0;
}

static bool is_own_schema(const char *name)
{
	return strcmp(name, CONFIG_SCHEMA_PATH) == 0;
}

/* 0 and the path that `name` is read by; -EREMOTE, ...: none. */
static int locate(const struct dependencies *dependencies, const char *name,
		  const char **path, char buf[PATH_MAX])
{
	*path = name;
	if (!path_is_url(span_of(name)))
		return 0;
	*path = buf;
	return dependencies->locate
		       ? dependencies->locate(dependencies->locate_ctx, name,
					      buf)
		       : -EREMOTE;
}

const char *dependencies_path(const struct dependencies *dependencies,
			      const char *name, char *buf)
{
	const char *path;

	return locate(dependencies, name, &path, buf) == 0 ? path : NULL;
}

static int open_file(const struct dependencies *dependencies, const char *name,
		     struct stamp *stamp)
{
	char buf[PATH_MAX];
	const char *path;
	const int r = locate(dependencies, name, &path, buf);

	return r ? r : folders_open(dependencies->folders, path, stamp);
}

static int read_file(const struct dependencies *dependencies, const char *name,
		     struct look *look)
{
	struct stamp stamp;
	struct span text;

	/* No file of the tree can take its place. */
	if (is_own_schema(name))
		return read_built_in(span_of(config_schema_text), look);

	auto_close int fd = open_file(dependencies, name, &stamp);

	if (host_is_answer(fd) && metaschema_find(name, &text))
		return read_built_in(text, look);
	if (fd < 0)
		return fd;
	return snapshot_read_stamped(fd, &stamp, MAX_FILE_BYTES,
				     &look->snapshot);
}

/* That it is absent in another way is another fact. */
static struct digest digest_of_absence(int error)
{
	if (error == -ENOENT)
		return (struct digest){0};
	return digest_of((struct span){(const char *)&error, sizeof(error)});
}

/* I/O: not under the lock. The look's snapshot is the caller's. */
static struct look look_at(const struct dependencies *dependencies,
			   const char *name)
{
	struct look look = {0};

	look.error = read_file(dependencies, name, &look);
	if (host_is_answer(look.error))
		look.digest = digest_of_absence(look.error);
	if (look.error)
		return look;
	look.digest = digest_of(
		(struct span){look.snapshot.bytes, look.snapshot.size});
	/* What is built in has no stamp and never changes. */
	look.is_racy = look.snapshot.stamp.ino &&
		       (!look.snapshot.is_settled ||
			stamp_is_racy(&look.snapshot.stamp));
	return look;
}

static struct file *find_locked(struct dependencies *dependencies,
				const char *path, uint32_t *index)
{
	const uint32_t hash = doc_hash(span_of(path));

	uint32_t at = dependencies->buckets[hash % BUCKETS];

	while (at != NO_FILE) {
		struct file *file = dependencies->files[at];

		if (file->hash == hash && strcmp(file->path, path) == 0) {
			*index = at;
			return file;
		}
		at = file->next;
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
	file->next = dependencies->buckets[file->hash % BUCKETS];
	dependencies->buckets[file->hash % BUCKETS] = dependencies->count;
	*index = dependencies->count;
	dependencies->files[dependencies->count++] = file;
	return file;
}

static void apply_locked(struct dependencies *dependencies, struct file *file,
			 const struct look *look)
{
	const bool is_new = file->version == 0;
	const bool is_same = !is_new && file->error == look->error &&
			     digest_equal(&file->digest, &look->digest);

	file->stamp = look->snapshot.stamp;
	file->error = look->error;
	file->is_racy = look->is_racy;
	file->digest = look->digest;
	if (!is_same)
		file->version++;
	dependencies->changes += !is_same && !is_new;
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
		apply_locked(dependencies, file, look);
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
	return host_is_answer(error) ? 0 : error;
}

/* Has this file, as it was noted, changed on disk? By its stamp alone. */
static bool looks_changed(const struct dependencies *dependencies,
			  const struct file *noted)
{
	struct stamp stamp = {0};
	struct span text;

	if (is_own_schema(noted->path))
		return false;

	auto_close int fd = open_file(dependencies, noted->path, &stamp);
	int error = fd < 0 ? fd : 0;

	if (noted->is_racy)
		return true;
	if (host_is_answer(error) && metaschema_find(noted->path, &text))
		error = 0;
	return error != noted->error ||
	       (error == 0 && !stamp_equal(&stamp, &noted->stamp));
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
		if (!looks_changed(dependencies, &noted))
			continue;

		struct look look = look_at(dependencies, noted.path);

		pthread_mutex_lock(&dependencies->lock);
		apply_locked(dependencies, dependencies->files[i], &look);
		pthread_mutex_unlock(&dependencies->lock);
		snapshot_release(&look.snapshot);
	}
}

uint64_t dependencies_changes(struct dependencies *dependencies)
{
	pthread_mutex_lock(&dependencies->lock);

	const uint64_t changes = dependencies->changes;

	pthread_mutex_unlock(&dependencies->lock);
	return changes;
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

bool dependencies_match(struct dependencies *dependencies,
			const struct dependency *stored, struct links *links)
{
	struct link link;

	if (dependencies_find(dependencies, stored->path, &link))
		return false;

	const struct dependency now =
		dependencies_describe(dependencies, link.file);

	return now.exists == stored->exists &&
	       digest_equal(&now.digest, &stored->digest) &&
	       links_add(links, link) == 0;
}

struct dependency *dependencies_describe_all(struct dependencies *dependencies,
					     const struct links *links)
{
	struct dependency *list = calloc(links->count + 1, sizeof(*list));

	for (uint32_t i = 0; list && i < links->count; i++)
		list[i] = dependencies_describe(dependencies,
						links->list[i].file);
	return list;
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
