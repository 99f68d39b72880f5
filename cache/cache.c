#include "cache/cache.h"

#include "cache/memory.h"
#include "cache/record.h"
#include "cache/store.h"
#include "cache/why.h"

#include <errno.h>
#include <pthread.h>

enum {
	PENDING_MAX_BYTES = 64 << 20, /* beyond it entries are not written */
	FAILURES_MAX = 3,	      /* in a row: then the disk is given up */
};

struct cache {
	struct memory *memory;
	struct memory *pending; /* what the disk does not have yet */
	struct store *store;	/* NULL: memory only */
	pthread_mutex_t flush_lock;
	unsigned failures; /* by flush_lock */
	atomic_uint_fast64_t hits[TIER_INDEX + 1];
	atomic_uint_fast64_t misses;
	atomic_uint_fast64_t unsaved_hits; /* not yet in the disk's totals */
	atomic_uint_fast64_t unsaved_misses;
	atomic_uint_fast64_t disk_evictions;
};

const char *cache_tier_name(enum cache_tier tier)
{
	static const char *const names[] = {"miss", "memory", "disk", "remote",
					    "index"};

	return names[tier];
}

static bool is_disk_on(const struct cache *cache)
{
	return cache->store && store_is_on(cache->store);
}

static bool is_disk_writable(const struct cache *cache)
{
	return is_disk_on(cache) && store_is_writable(cache->store);
}

/* Shall entries wait for the disk? When they are written it is looked at. */
static bool is_disk_wanted(const struct cache *cache)
{
	return cache->store && !store_is_switched_off(cache->store) &&
	       store_is_writable(cache->store);
}

static int open_disk(struct cache *cache, const struct cache_options *options,
		     char **why)
{
	const struct store_options store_options = {
		.folder = options->directory,
		.max_bytes = options->max_disk_bytes,
		.read_only = options->read_only,
	};
	auto_free char *reason = NULL;

	if (!options->directory)
		return 0;

	const int r = store_open(&store_options, &cache->store, &reason);

	if (r == -ENOMEM)
		return r;
	if (r)
		why_say(why, 0, "%s; verdicts are kept in memory only",
			reason ? reason : strerror(-r));
	else
		*why = steal(&reason);
	return 0;
}

int cache_open(const struct cache_options *options, struct cache **out,
	       char **why)
{
	struct cache *cache = calloc(1, sizeof(*cache));

	*why = NULL;
	if (!cache)
		return -ENOMEM;
	pthread_mutex_init(&cache->flush_lock, NULL);

	int r = memory_new(options->max_memory_bytes, &cache->memory);

	if (!r)
		r = memory_new(PENDING_MAX_BYTES, &cache->pending);
	if (!r)
		r = open_disk(cache, options, why);
	if (r) {
		cache_close(cache);
		return r;
	}
	*out = cache;
	return 0;
}

/* Counters alone are no reason to write, but at the end they are kept. */
static void save_counters(struct cache *cache)
{
	const struct store_batch batch = {
		.hits = atomic_exchange(&cache->unsaved_hits, 0),
		.misses = atomic_exchange(&cache->unsaved_misses, 0),
	};
	uint64_t evicted;

	if (!is_disk_writable(cache) || (!batch.hits && !batch.misses))
		return;
	if (store_put(cache->store, &batch, &evicted))
		store_switch_off(cache->store); /* so that it is examined */
}

void cache_close(struct cache *cache)
{
	if (!cache)
		return;
	if (cache->store) {
		if (cache_flush(cache))
			store_switch_off(cache->store);
		save_counters(cache);
	}
	store_close(cache->store);
	memory_free(cache->pending);
	memory_free(cache->memory);
	pthread_mutex_destroy(&cache->flush_lock);
	free(cache);
}

void cache_found_release(struct cache_found *found)
{
	free(found->block);
	*found = (struct cache_found){0};
}

/* One look-up, while it goes from tier to tier. */
struct look {
	const struct digest *content;
	cache_is_fresh *is_fresh;
	void *ctx;
	struct cache_found *out;
	char *stale; /* owned */
};

/* Of the dependencies that changed the first is told. */
static bool is_fresh(struct look *look, const struct cache_entry *entry)
{
	if (!look->is_fresh)
		return true;
	for (uint32_t i = 0; i < entry->dependency_count; i++) {
		const struct dependency *dependency = &entry->dependencies[i];

		if (look->is_fresh(look->ctx, dependency))
			continue;
		look->stale = strdup(dependency->path);
		return false;
	}
	return true;
}

/* Is what a tier has the answer? 0, -ENOENT, -ESTALE or -ENOMEM. */
static int accept(struct look *look, const struct blob *blob,
		  enum cache_tier tier)
{
	struct cache_found found = {.tier = tier};
	const int r =
		record_decode(blob_span(blob), &found.entry, &found.block);

	if (r)
		return r == -ENOMEM ? r : -ENOENT;
	if (!digest_equal(&found.entry.content, look->content)) {
		cache_found_release(&found);
		return -ENOENT;
	}
	if (!is_fresh(look, &found.entry)) {
		cache_found_release(&found);
		return -ESTALE;
	}
	*look->out = found;
	return 0;
}

static int look_in_memory(struct memory *memory, const struct item_key *key,
			  struct look *look)
{
	struct blob *blob = memory_get(memory, key);
	const int r = blob ? accept(look, blob, TIER_MEMORY) : -ENOENT;

	blob_release(blob);
	return r;
}

static int look_on_disk(struct cache *cache, const struct item_key *key,
			struct look *look)
{
	struct blob *blob = NULL;
	int r = -ENOENT;

	if (cache->store)
		r = store_get(cache->store, key, &blob);
	if (!r)
		r = accept(look, blob, TIER_DISK);
	if (!r) {
		const int kept = memory_put(cache->memory, key, blob);

		(void)kept; /* else it is found on disk once more */
	}
	blob_release(blob);
	return r;
}

/*
 * What is stale ends it, though another process may have put a fresh entry on
 * disk: is_fresh() is asked about one entry only, so that it may gather.
 */
static int look_everywhere(struct cache *cache, const struct item_key *key,
			   struct look *look)
{
	int r = look_in_memory(cache->memory, key, look);

	if (r == -ENOENT)
		r = look_in_memory(cache->pending, key, look);
	if (r == -ENOENT)
		r = look_on_disk(cache, key, look);
	return r;
}

static void count(struct cache *cache, int r, enum cache_tier tier)
{
	if (r == 0) {
		atomic_fetch_add(&cache->hits[tier], 1);
		atomic_fetch_add(&cache->unsaved_hits, 1);
	} else {
		atomic_fetch_add(&cache->misses, 1);
		atomic_fetch_add(&cache->unsaved_misses, 1);
	}
}

/* One subject, one question, two answers. */
/* NOLINTNEXTLINE(readability-function-size) */
int cache_get(struct cache *cache, const struct cache_key *key,
	      const struct digest *content, cache_is_fresh *fresh, void *ctx,
	      struct cache_found *out, char **stale)
{
	const struct item_key full = item_key_of(key, content);
	struct look look = {
		.content = content,
		.is_fresh = fresh,
		.ctx = ctx,
		.out = out,
	};
	int r = look_everywhere(cache, &full, &look);

	if (r == -ESTALE)
		r = -ENOENT;
	count(cache, r, r ? TIER_MISS : out->tier);
	if (stale)
		*stale = r == -ENOENT ? steal(&look.stale) : NULL;
	free(look.stale);
	return r;
}

int cache_put(struct cache *cache, const struct cache_key *key,
	      const struct cache_entry *entry)
{
	const struct item_key full = item_key_of(key, &entry->content);
	const size_t size = record_size(entry);
	struct blob *blob = size ? blob_new(size) : NULL;

	if (!blob)
		return -ENOMEM;
	record_encode(entry, blob->bytes, size);

	int r = memory_put(cache->memory, &full, blob);

	if (!r && is_disk_wanted(cache))
		r = memory_put(cache->pending, &full, blob);
	blob_release(blob);
	return r;
}

/* Wait for another try, but do not undo what came meanwhile. */
static void put_back(struct cache *cache, const struct item *items,
		     size_t item_count)
{
	for (size_t i = 0; i < item_count; i++) {
		struct blob *newer = memory_get(cache->pending, &items[i].key);

		if (!newer &&
		    memory_put(cache->pending, &items[i].key, items[i].blob))
			return; /* no memory: the disk does without it */
		blob_release(newer);
	}
}

static void note_failure_locked(struct cache *cache, const struct item *items,
				size_t item_count)
{
	if (++cache->failures >= FAILURES_MAX)
		store_switch_off(cache->store);
	if (is_disk_on(cache))
		put_back(cache, items, item_count);
	else
		memory_clear(cache->pending);
}

static int write_locked(struct cache *cache, const struct item *items,
			size_t item_count)
{
	const struct store_batch batch = {
		.items = items,
		.count = item_count,
		.hits = atomic_exchange(&cache->unsaved_hits, 0),
		.misses = atomic_exchange(&cache->unsaved_misses, 0),
	};
	uint64_t evicted = 0;
	const int r = store_put(cache->store, &batch, &evicted);

	if (!r) {
		cache->failures = 0;
		atomic_fetch_add(&cache->disk_evictions, evicted);
		return 0;
	}
	atomic_fetch_add(&cache->unsaved_hits, batch.hits);
	atomic_fetch_add(&cache->unsaved_misses, batch.misses);
	note_failure_locked(cache, items, item_count);
	return r;
}

static int flush_locked(struct cache *cache)
{
	struct item *items;
	size_t item_count;

	if (!is_disk_writable(cache)) {
		memory_clear(cache->pending);
		return 0;
	}

	int r = memory_drain(cache->pending, &items, &item_count);

	if (!r && item_count)
		r = write_locked(cache, items, item_count);
	items_free(items, item_count);
	return r;
}

int cache_flush(struct cache *cache)
{
	pthread_mutex_lock(&cache->flush_lock);

	const int r = flush_locked(cache);

	pthread_mutex_unlock(&cache->flush_lock);
	return r;
}

size_t cache_pending(struct cache *cache)
{
	return memory_totals(cache->pending).entries;
}

void cache_stats(struct cache *cache, struct cache_stats *out)
{
	const struct memory_totals memory = memory_totals(cache->memory);
	struct store_totals disk = {0};

	*out = (struct cache_stats){.disk_on = is_disk_on(cache)};
	if (out->disk_on)
		disk = store_totals(cache->store);
	for (size_t i = 0; i < array_size(out->hits); i++)
		out->hits[i] = atomic_load(&cache->hits[i]);
	out->misses = atomic_load(&cache->misses);
	out->evictions = memory.evictions + atomic_load(&cache->disk_evictions);
	out->memory_entries = memory.entries;
	out->memory_bytes = memory.bytes;
	out->disk_entries = disk.entries + cache_pending(cache);
	out->disk_bytes = disk.bytes;
	out->total_hits = disk.hits + atomic_load(&cache->unsaved_hits);
	out->total_misses = disk.misses + atomic_load(&cache->unsaved_misses);
}

int cache_clear(struct cache *cache)
{
	int r = 0;

	pthread_mutex_lock(&cache->flush_lock);
	memory_clear(cache->memory);
	memory_clear(cache->pending);
	if (is_disk_writable(cache))
		r = store_clear(cache->store);
	pthread_mutex_unlock(&cache->flush_lock);
	return r;
}
