#include "fs/watch/directories.h"

#include "validate/digest.h"

#include <errno.h>

enum { FIRST_BUCKETS = 64 }; /* a power of two, as all that follow */

static struct directory **new_buckets(size_t count)
{
	return calloc(count, sizeof(struct directory *));
}

static int set_buckets(struct directories *directories, size_t count)
{
	struct directory **by_path = new_buckets(count);
	struct directory **by_key = new_buckets(count);

	if (!by_path || !by_key) {
		free(by_path);
		free(by_key);
		return -ENOMEM;
	}
	directories->by_path = by_path;
	directories->by_key = by_key;
	directories->bucket_count = count;
	return 0;
}

int directories_init(struct directories *directories)
{
	*directories = (struct directories){0};
	return set_buckets(directories, FIRST_BUCKETS);
}

void directories_release(struct directories *directories)
{
	for (size_t i = 0; i < directories->bucket_count; i++) {
		while (directories->by_path[i]) {
			struct directory *first = directories->by_path[i];

			directories->by_path[i] = first->next_by_path;
			free(first);
		}
	}
	free(directories->by_path);
	free(directories->by_key);
	*directories = (struct directories){0};
}

static size_t bucket_of(const struct directories *directories, struct span span)
{
	return digest_checksum(span) & (directories->bucket_count - 1);
}

static void link_in(struct directories *directories,
		    struct directory *directory)
{
	struct directory **by_path = &directories->by_path[bucket_of(
		directories, span_of(directory->path))];
	struct directory **by_key =
		&directories->by_key[bucket_of(directories, directory->key)];

	directory->next_by_path = *by_path;
	*by_path = directory;
	directory->next_by_key = *by_key;
	*by_key = directory;
}

/* Without memory for more buckets it only gets slower. */
static void grow(struct directories *directories)
{
	const struct directories old = *directories;

	if (set_buckets(directories, old.bucket_count * 2))
		return;
	for (size_t i = 0; i < old.bucket_count; i++) {
		while (old.by_path[i]) {
			struct directory *first = old.by_path[i];

			old.by_path[i] = first->next_by_path;
			link_in(directories, first);
		}
	}
	free(old.by_path);
	free(old.by_key);
}

struct directory *directories_find(const struct directories *directories,
				   const char *path)
{
	struct directory *at =
		directories->by_path[bucket_of(directories, span_of(path))];

	while (at && strcmp(at->path, path) != 0)
		at = at->next_by_path;
	return at;
}

int directories_add(struct directories *directories,
		    const struct directory *from)
{
	const size_t path_size = strlen(from->path) + 1;
	struct directory *directory =
		malloc(sizeof(*directory) + path_size + from->key.size);

	if (!directory)
		return -ENOMEM;

	char *path = (char *)(directory + 1);
	char *key = path + path_size;

	memcpy(path, from->path, path_size);
	if (from->key.size)
		memcpy(key, from->key.data, from->key.size);
	*directory = (struct directory){.dev = from->dev,
					.ino = from->ino,
					.path = path,
					.key = {key, from->key.size}};
	if (directories->count >= directories->bucket_count)
		grow(directories);
	link_in(directories, directory);
	directories->count++;
	directories->unwatched += from->key.size == 0;
	return 0;
}

const struct directory *directories_of(const struct directories *directories,
				       struct span key, size_t index)
{
	const struct directory *at =
		directories->by_key[bucket_of(directories, key)];

	for (; at; at = at->next_by_key)
		if (span_equal(at->key, key) && index-- == 0)
			return at;
	return NULL;
}

void directories_take(struct directories *directories,
		      struct directory *directory)
{
	struct directory **at = &directories->by_path[bucket_of(
		directories, span_of(directory->path))];

	while (*at != directory)
		at = &(*at)->next_by_path;
	*at = directory->next_by_path;

	at = &directories->by_key[bucket_of(directories, directory->key)];
	while (*at != directory)
		at = &(*at)->next_by_key;
	*at = directory->next_by_key;
	directories->count--;
	directories->unwatched -= directory->key.size == 0;
}

static bool is_below(const char *path, const char *top)
{
	const size_t size = strlen(top);

	if (size == 0)
		return true;
	return strncmp(path, top, size) == 0 &&
	       (path[size] == '\0' || path[size] == '/');
}

static struct directory *first_below(const struct directories *directories,
				     size_t bucket, const char *path)
{
	struct directory *at = directories->by_path[bucket];

	while (at && !is_below(at->path, path))
		at = at->next_by_path;
	return at;
}

struct directory *directories_take_below(struct directories *directories,
					 const char *path)
{
	struct directory *taken = NULL;

	for (size_t i = 0; i < directories->bucket_count; i++) {
		struct directory *found;

		while ((found = first_below(directories, i, path))) {
			directories_take(directories, found);
			found->next_taken = taken;
			taken = found;
		}
	}
	return taken;
}
