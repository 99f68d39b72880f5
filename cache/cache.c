#include "cache/look.h"
#include "cache/record.h"
#include "cache/why.h"

#include <errno.h>

enum {
	PENDING_MAX_BYTES = 64 << 20, /* beyond it entries are not written */
	RELIEF_BYTES = 16 << 20,      /* a brief process writes so many */
	FAILURES_MAX = 3,	      /* in a row: then the disk is given up */
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

static int open_disk(struct cache *cache, const struct cache_options *options,
		     char **why)
{
	const struct store_options store_options = {
		.folder = options->directory,
		.max_bytes = options->max_disk_bytes,
		.read_only = options->read_only,
		.is_sound = options->is_sound,
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
	cache->is_brief = options->is_brief;
	pthread_mutex_init(&cache->flush_lock, NULL);
	index_queue_init(&cache->rows);
	plan_notes_init(&cache->plans);
	pthread_mutex_init(&cache->generation_lock, NULL);

	int r = memory_new(options->max_memory_bytes, &cache->memory);

	if (!r)
		r = memory_new(PENDING_MAX_BYTES, &cache->pending);
	cache->uses = uses_new();
	cache->counters = counters_new();
	if (!r && (!cache->uses || !cache->counters))
		r = -ENOMEM;
	if (!r)
		r = open_disk(cache, options, why);
	if (!r && cache->store)
		cache->generation = store_totals(cache->store).generation;
	if (r) {
		cache_close(cache);
		return r;
	}
	*out = cache;
	return 0;
}

/* A batch brings the disk's totals what they do not have yet. */
static void put_counts(struct store_batch *batch, const struct counts *counts)
{
	batch->hits = counts_hits(counts);
	batch->misses = counts->misses;
	for (size_t i = 0; i < STORE_TIERS; i++)
		batch->tier_hits[i] = counts->hits[i + 1];
}

/* Counters alone are no reason to write, but at the end they are kept. */
static void save_counters(struct cache *cache)
{
	const struct counts counts = counters_unsaved(cache->counters);
	struct store_batch batch = {.uses = cache->uses};
	uint64_t evicted;

	put_counts(&batch, &counts);
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
	if (cache->remote)
		remote_flush(cache->remote); /* also without a disk */
	remote_close(cache->remote);
	store_close(cache->store);
	uses_free(cache->uses);
	free(cache->counters);
	memory_free(cache->pending);
	memory_free(cache->memory);
	index_queue_release(&cache->rows);
	plan_notes_release(&cache->plans);
	pthread_mutex_destroy(&cache->generation_lock);
	pthread_mutex_destroy(&cache->flush_lock);
	free(cache);
}

void cache_found_release(struct cache_found *found)
{
	free(found->block);
	*found = (struct cache_found){0};
}

/* The block begins with it: see record.h. */
struct verdict *cache_found_verdict(struct cache_found *found)
{
	struct verdict *verdict = found->block;

	*found = (struct cache_found){0};
	return verdict;
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
	if (!r)
		uses_note(cache->uses, &full);
	look_count(cache, r, r ? TIER_MISS : out->tier);
	if (stale)
		*stale = r == -ENOENT ? steal(&look.stale) : NULL;
	free(look.stale);
	return r;
}

void cache_find_plans(struct cache *cache, const struct digest_tag *tag,
		      const struct digest *content, struct store_plans *out)
{
	*out = (struct store_plans){0};
	if (cache->store)
		store_find_plans(cache->store, tag, content, out);
}

bool cache_wants_plan(struct cache *cache, const struct digest *plan)
{
	return cache_wants_disk(cache) && plan_notes_wants(&cache->plans, plan);
}

void cache_note_plan(struct cache *cache, const struct digest *plan,
		     const char *text)
{
	plan_notes_add(&cache->plans, plan, text);
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

static int write_locked(struct cache *cache, struct store_batch *batch)
{
	const struct counts counts = counters_unsaved(cache->counters);
	uint64_t evicted = 0;

	batch->uses = cache->uses;
	put_counts(batch, &counts);

	const int r = store_put(cache->store, batch, &evicted);

	if (!r) {
		counters_saved(cache->counters, &counts);
		cache->failures = 0;
		atomic_fetch_add(&cache->disk_evictions, evicted);
		return 0;
	}
	/* What was forgotten on purpose meanwhile is made anew. */
	if (r == -ECANCELED)
		return 0;
	/* Rows of the index are not worth another try. */
	note_failure_locked(cache, batch->items, batch->count);
	return r;
}

static void drop_pending(struct cache *cache)
{
	size_t count;

	memory_clear(cache->pending);
	free(index_queue_take(&cache->rows, &count));
}

static int flush_locked(struct cache *cache)
{
	struct item *items;
	struct plan_note plans[PLAN_NOTES_MAX];
	const uint64_t generation = cache_generation(cache);
	struct store_batch batch = {.generation = &generation};

	if (!is_disk_writable(cache)) {
		drop_pending(cache);
		return 0;
	}

	atomic_store(&cache->waiting_bytes, 0);

	int r = memory_drain(cache->pending, &items, &batch.count);
	auto_free struct index_row *rows =
		index_queue_take(&cache->rows, &batch.row_count);

	batch.items = items;
	batch.rows = rows;
	batch.plans = plans;
	batch.plan_count = plan_notes_take(&cache->plans, plans);
	if (!r && (batch.count || batch.row_count))
		r = write_locked(cache, &batch);
	items_free(items, batch.count);
	for (size_t i = 0; i < batch.plan_count; i++)
		free(plans[i].text);
	return r;
}

/*
 * Nobody else flushes while a brief process is at work, and what waits has a
 * limit. One of its threads does; the others go on meanwhile.
 */
static void relieve(struct cache *cache, size_t added)
{
	const size_t waiting =
		atomic_fetch_add(&cache->waiting_bytes, added) + added;

	if (!cache->is_brief || waiting < RELIEF_BYTES ||
	    pthread_mutex_trylock(&cache->flush_lock))
		return;

	const int r = flush_locked(cache);

	(void)r; /* it is tried again, and told at the end */
	pthread_mutex_unlock(&cache->flush_lock);
}

void cache_note_file(struct cache *cache, const struct index_row *row)
{
	if (!cache_wants_disk(cache))
		return;
	index_queue_add(&cache->rows, row);
	relieve(cache, sizeof(*row));
}

int cache_put(struct cache *cache, const struct cache_key *key,
	      const struct cache_entry *entry)
{
	const struct item_key full = item_key_of(key, &entry->content);
	struct blob *blob = record_blob(entry);

	if (!blob)
		return -ENOMEM;

	const bool goes_to_disk = cache_wants_disk(cache);
	int r = 0;

	if (!cache->is_brief || !goes_to_disk)
		r = memory_put(cache->memory, &full, blob);
	if (!r && goes_to_disk)
		r = memory_put(cache->pending, &full, blob);
	if (!r && goes_to_disk)
		relieve(cache, blob->size);
	if (!r && cache->remote)
		remote_put(cache->remote, &full, blob);
	blob_release(blob);
	return r;
}

int cache_flush(struct cache *cache)
{
	pthread_mutex_lock(&cache->flush_lock);

	const int r = flush_locked(cache);

	pthread_mutex_unlock(&cache->flush_lock);
	if (cache->remote)
		remote_flush(cache->remote);
	return r;
}

/* Verdicts that wait for the disk were made before, so they go as well. */
static void look_at_generation_locked(struct cache *cache)
{
	const uint64_t last = store_last_transaction(cache->store);

	if (last == cache->last_transaction || last == 0)
		return;
	cache->last_transaction = last;

	const uint64_t generation = store_totals(cache->store).generation;

	if (generation == cache->generation)
		return;
	cache->generation = generation;
	plan_notes_forget(&cache->plans);
	memory_clear(cache->memory);
	memory_clear(cache->pending);
	if (cache->remote)
		remote_drop(cache->remote);
}

uint64_t cache_generation(struct cache *cache)
{
	uint64_t generation;

	if (!cache->store)
		return 0;
	pthread_mutex_lock(&cache->generation_lock);
	look_at_generation_locked(cache);
	generation = cache->generation;
	pthread_mutex_unlock(&cache->generation_lock);
	return generation;
}

size_t cache_pending(struct cache *cache)
{
	return memory_totals(cache->pending).entries +
	       index_queue_count(&cache->rows) +
	       (cache->remote ? remote_pending(cache->remote) : 0);
}

const char *cache_trouble(const struct cache *cache)
{
	if (!cache->store || !store_is_switched_off(cache->store))
		return NULL;
	return store_is_hurt(cache->store)
		       ? "the files of the cache were damaged while they were "
			 "in use; it was switched off"
		       : "the cache was switched off: its disk fails, or its "
			 "files are damaged";
}

void cache_stats(struct cache *cache, struct cache_stats *out)
{
	const struct memory_totals memory = memory_totals(cache->memory);
	const struct counts counts = counters_sum(cache->counters);
	const struct counts unsaved = counters_unsaved(cache->counters);
	struct store_totals disk = {0};

	*out = (struct cache_stats){.disk_on = is_disk_on(cache)};
	if (out->disk_on)
		disk = store_totals(cache->store);
	memcpy(out->hits, counts.hits, sizeof(out->hits));
	out->misses = counts.misses;
	out->evictions = memory.evictions + atomic_load(&cache->disk_evictions);
	out->memory_entries = memory.entries;
	out->memory_bytes = memory.bytes;
	out->disk_entries =
		disk.entries + memory_totals(cache->pending).entries;
	out->disk_bytes = disk.bytes;
	out->total_hits = disk.hits + counts_hits(&unsaved);
	out->total_misses = disk.misses + unsaved.misses;
}

int cache_clear(struct cache *cache)
{
	int r = 0;

	pthread_mutex_lock(&cache->flush_lock);
	plan_notes_forget(&cache->plans);
	memory_clear(cache->memory);
	drop_pending(cache);
	if (cache->remote)
		remote_drop(cache->remote);
	if (is_disk_writable(cache))
		r = store_clear(cache->store);
	pthread_mutex_unlock(&cache->flush_lock);
	return r;
}
