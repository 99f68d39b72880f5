#include "fs/judge/results.h"

#include <errno.h>
#include <pthread.h>

enum { FIRST_BUCKETS = 256 };

struct entry {
	struct entry *next; /* in its bucket */
	struct entry *newer;
	struct entry *older;
	uint32_t hash;
	bool is_used; /* since it was the oldest, or new */
	struct result result;
	char path[];
};

struct results {
	pthread_mutex_t lock;
	struct entry **buckets; /* by lock, as all below */
	size_t bucket_count;
	size_t count;
	size_t max;
	struct entry *newest;
	struct entry *oldest;
};

int results_new(size_t max, struct results **out)
{
	struct results *results = calloc(1, sizeof(*results));

	if (!results)
		return -ENOMEM;
	results->buckets = calloc(FIRST_BUCKETS, sizeof(struct entry *));
	if (!results->buckets) {
		free(results);
		return -ENOMEM;
	}
	results->bucket_count = FIRST_BUCKETS;
	results->max = max;
	pthread_mutex_init(&results->lock, NULL);
	*out = results;
	return 0;
}

static void entry_free(struct entry *entry)
{
	judgement_release(entry->result.judgement);
	free(entry);
}

static void clear_locked(struct results *results)
{
	for (size_t i = 0; i < results->bucket_count; i++) {
		while (results->buckets[i]) {
			struct entry *entry = results->buckets[i];

			results->buckets[i] = entry->next;
			entry_free(entry);
		}
	}
	results->count = 0;
	results->newest = results->oldest = NULL;
}

void results_clear(struct results *results)
{
	pthread_mutex_lock(&results->lock);
	clear_locked(results);
	pthread_mutex_unlock(&results->lock);
}

void results_free(struct results *results)
{
	if (!results)
		return;
	clear_locked(results);
	free(results->buckets);
	pthread_mutex_destroy(&results->lock);
	free(results);
}

/* Where the entry hangs, or where it would. Paths come from hostile trees:
 * the hash is only as good as its spread, so the table is kept half empty. */
static struct entry **find_locked(struct results *results, const char *path,
				  uint32_t hash)
{
	struct entry **at = &results->buckets[hash % results->bucket_count];

	while (*at && ((*at)->hash != hash || strcmp((*at)->path, path) != 0))
		at = &(*at)->next;
	return at;
}

static void link_locked(struct results *results, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = results->newest;
	*(results->newest ? &results->newest->newer : &results->oldest) = entry;
	results->newest = entry;
}

static void unlink_locked(struct results *results, struct entry *entry)
{
	*(entry->newer ? &entry->newer->older : &results->newest) =
		entry->older;
	*(entry->older ? &entry->older->newer : &results->oldest) =
		entry->newer;
}

/* Take an entry out; its owner frees it. */
static void remove_locked(struct results *results, struct entry *entry)
{
	*find_locked(results, entry->path, entry->hash) = entry->next;
	unlink_locked(results, entry);
	results->count--;
}

/* The oldest that nobody asked for, out of the table; NULL: there is room. */
static struct entry *evict_locked(struct results *results)
{
	struct entry *entry = results->oldest;

	if (results->count < results->max)
		return NULL;
	while (entry->is_used) {
		entry->is_used = false;
		unlink_locked(results, entry);
		link_locked(results, entry);
		entry = results->oldest;
	}
	remove_locked(results, entry);
	return entry;
}

/* Not growing for want of memory only makes it slower. */
static void grow_locked(struct results *results)
{
	const size_t bucket_count = results->bucket_count * 2;
	struct entry **buckets = calloc(bucket_count, sizeof(struct entry *));

	if (!buckets)
		return;
	for (size_t i = 0; i < results->bucket_count; i++) {
		while (results->buckets[i]) {
			struct entry *entry = results->buckets[i];
			struct entry **to =
				&buckets[entry->hash % bucket_count];

			results->buckets[i] = entry->next;
			entry->next = *to;
			*to = entry;
		}
	}
	free(results->buckets);
	results->buckets = buckets;
	results->bucket_count = bucket_count;
}

static uint32_t hash_of(const char *path)
{
	return (uint32_t)digest_checksum(span_of(path));
}

void results_store(struct results *results, const char *path,
		   const struct result *result)
{
	const size_t length = strlen(path);
	const uint32_t hash = hash_of(path);
	struct entry *entry = malloc(sizeof(*entry) + length + 1);

	/* Without memory the file just stays unchecked. */
	if (!entry)
		return;
	entry->hash = hash;
	entry->is_used = false;
	entry->result = *result;
	judgement_share(result->judgement);
	memcpy(entry->path, path, length + 1);

	pthread_mutex_lock(&results->lock);

	struct entry *old = *find_locked(results, path, hash);

	if (old)
		remove_locked(results, old);
	else
		old = evict_locked(results);
	if (results->count > results->bucket_count / 2)
		grow_locked(results);

	struct entry **at = find_locked(results, path, hash);

	entry->next = *at;
	*at = entry;
	link_locked(results, entry);
	results->count++;
	pthread_mutex_unlock(&results->lock);
	if (old)
		entry_free(old);
}

bool results_find(struct results *results, const char *path, struct result *out)
{
	pthread_mutex_lock(&results->lock);

	/* A run that looks at each file once keeps none: no hash for nothing.
	 */
	struct entry *entry =
		results->count ? *find_locked(results, path, hash_of(path))
			       : NULL;

	if (entry) {
		entry->is_used = true;
		*out = entry->result;
		judgement_share(out->judgement);
	}
	pthread_mutex_unlock(&results->lock);
	return entry != NULL;
}

void results_forget(struct results *results, const char *path)
{
	pthread_mutex_lock(&results->lock);

	struct entry *entry = *find_locked(results, path, hash_of(path));

	if (entry)
		remove_locked(results, entry);
	pthread_mutex_unlock(&results->lock);
	if (entry)
		entry_free(entry);
}
