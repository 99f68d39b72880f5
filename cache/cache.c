#include "cache/cache_parts.h"

#include "cache/record.h"
#include "cache/why.h"

#include <errno.h>

enum {
	PENDING_MAX_BYTES = 64 << 20, /* beyond it entries are not written */
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
	pthread_mutex_init(&cache->generation_lock, NULL);

	int r = memory_new(options->max_memory_bytes, &cache->memory);

	if (!r)
		r = memory_new(PENDING_MAX_BYTES, &cache->pending);
	cache->uses = uses_new();
	if (!r && !cache->uses)
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

/* Hits that the disk's totals do not have yet, by tier. */
static void unsaved_tiers_locked(const struct cache *cache,
				 struct store_batch *batch)
{
	for (size_t i = 0; i < STORE_TIERS; i++)
		batch->tier_hits[i] = atomic_load(&cache->hits[i + 1]) -
				      cache->saved_hits[i + 1];
}

static void tiers_are_saved_locked(struct cache *cache,
				   const struct store_batch *batch)
{
	for (size_t i = 0; i < STORE_TIERS; i++)
		cache->saved_hits[i + 1] += batch->tier_hits[i];
}

/* Counters alone are no reason to write, but at the end they are kept. */
static void save_counters(struct cache *cache)
{
	struct store_batch batch = {
		.hits = atomic_exchange(&cache->unsaved_hits, 0),
		.misses = atomic_exchange(&cache->unsaved_misses, 0),
		.uses = cache->uses,
	};
	uint64_t evicted;

	if (!is_disk_writable(cache) || (!batch.hits && !batch.misses))
		return;
	unsaved_tiers_locked(cache, &batch); /* nobody else is left */
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
	remote_close(cache->remote);
	store_close(cache->store);
	uses_free(cache->uses);
	memory_free(cache->pending);
	memory_free(cache->memory);
	index_queue_release(&cache->rows);
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
	if (!digest_equal(&found.entry.content, look->content) ||
	    !found.entry.verdict) {
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

/* Without memory for it, it is found on disk once more. */
static void keep_in_memory(struct cache *cache, const struct item_key *key,
			   struct blob *blob)
{
	const int kept =
		cache->is_brief ? 0 : memory_put(cache->memory, key, blob);

	(void)kept;
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
	if (!r)
		keep_in_memory(cache, key, blob);
	blob_release(blob);
	return r;
}

/* A hit of another machine is kept here as if it had been made here. */
static int accept_shared(struct cache *cache, const struct item_key *key,
			 struct look *look, struct blob *blob)
{
	const int r = blob ? accept(look, blob, TIER_REMOTE) : -ENOENT;
	int kept = 0;

	if (!r)
		kept = memory_put(cache->memory, key, blob);
	if (!r && !kept && cache_wants_disk(cache))
		kept = memory_put(cache->pending, key, blob);
	(void)kept; /* else it is asked for once more */
	blob_release(blob);
	return r;
}

static int look_in_shared(struct cache *cache, const struct item_key *key,
			  struct look *look)
{
	struct blob *blob;

	if (!cache->remote)
		return -ENOENT;
	remote_get(cache->remote, key, 1, &blob);
	return accept_shared(cache, key, look, blob);
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
	if (r == -ENOENT)
		r = look_in_shared(cache, key, look);
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
	if (!r)
		uses_note(cache->uses, &full);
	count(cache, r, r ? TIER_MISS : out->tier);
	if (stale)
		*stale = r == -ENOENT ? steal(&look.stale) : NULL;
	free(look.stale);
	return r;
}

enum { LOOKS_MAX = 64 };

/* Look-ups that go to the disk together. */
struct tour {
	struct store_look looks[LOOKS_MAX];
	struct item_key keys[LOOKS_MAX];
	struct blob *blobs[LOOKS_MAX];
	size_t asked[LOOKS_MAX]; /* which ask each of them is */
	size_t count;
};

static void keep_blob(void *ctx, size_t index, struct span value)
{
	struct tour *tour = ctx;
	struct blob *blob = blob_new(value.size);

	if (!blob)
		return; /* a miss */
	memcpy(blob->bytes, value.data, value.size);
	blob_release(tour->blobs[index]);
	tour->blobs[index] = blob;
}

/* An answer, stale or not, ends the look-up of one ask. */
static bool settle(struct cache *cache, struct cache_ask *ask, int r)
{
	ask->is_found = r == 0;
	if (r == 0)
		count(cache, 0, ask->found.tier);
	return r != -ENOENT;
}

static struct look look_for(struct cache_ask *ask, cache_is_fresh *fresh)
{
	return (struct look){.content = &ask->content,
			     .is_fresh = fresh,
			     .ctx = ask->ctx,
			     .out = &ask->found};
}

/* What memory does not have joins the tour. 0 or -ENOMEM. */
static int look_in_memories(struct cache *cache, struct cache_ask *ask,
			    size_t index, cache_is_fresh *fresh,
			    struct tour *tour)
{
	const struct item_key key = item_key_of(&ask->key, &ask->content);
	struct look look = look_for(ask, fresh);
	int r = look_in_memory(cache->memory, &key, &look);

	if (r == -ENOENT)
		r = look_in_memory(cache->pending, &key, &look);
	free(look.stale);
	if (settle(cache, ask, r))
		return r == -ENOMEM ? r : 0;

	const size_t at = tour->count++;

	tour->keys[at] = key;
	tour->looks[at] =
		(struct store_look){DB_VERDICTS, tour->keys[at].bytes};
	tour->blobs[at] = NULL;
	tour->asked[at] = index;
	return 0;
}

static int accept_found(struct cache *cache, struct cache_ask *ask,
			cache_is_fresh *fresh, const struct tour *tour,
			size_t at)
{
	struct look look = look_for(ask, fresh);
	const int r = tour->blobs[at]
			      ? accept(&look, tour->blobs[at], TIER_DISK)
			      : -ENOENT;

	free(look.stale);
	settle(cache, ask, r);
	if (r == 0)
		keep_in_memory(cache, &tour->keys[at], tour->blobs[at]);
	return r == -ENOMEM ? r : 0;
}

/* What the disk does not have at all, all in one exchange. */
static int get_shared(struct cache *cache, struct cache_ask *asks,
		      cache_is_fresh *fresh, const struct tour *tour)
{
	struct item_key keys[LOOKS_MAX];
	struct blob *blobs[LOOKS_MAX];
	size_t of[LOOKS_MAX];
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < tour->count; i++) {
		if (tour->blobs[i])
			continue;
		keys[n] = tour->keys[i];
		of[n++] = tour->asked[i];
	}
	if (n)
		remote_get(cache->remote, keys, n, blobs);
	for (size_t i = 0; i < n; i++) {
		struct cache_ask *ask = &asks[of[i]];
		struct look look = look_for(ask, fresh);
		const int one = accept_shared(cache, &keys[i], &look, blobs[i]);

		free(look.stale);
		settle(cache, ask, one);
		r = one == -ENOMEM ? one : r;
	}
	return r;
}

static int get_some(struct cache *cache, struct cache_ask *asks, size_t n,
		    cache_is_fresh *fresh)
{
	struct tour tour = {.count = 0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = look_in_memories(cache, &asks[i], i, fresh, &tour);
	if (r == 0 && tour.count && cache->store)
		store_get_many(cache->store, tour.looks, tour.count, keep_blob,
			       &tour);
	for (size_t i = 0; r == 0 && i < tour.count; i++)
		r = accept_found(cache, &asks[tour.asked[i]], fresh, &tour, i);
	if (r == 0 && cache->remote)
		r = get_shared(cache, asks, fresh, &tour);
	for (size_t i = 0; i < tour.count; i++)
		blob_release(tour.blobs[i]);
	return r;
}

int cache_get_many(struct cache *cache, struct cache_ask *asks, size_t n,
		   cache_is_fresh *fresh)
{
	int r = 0;

	for (size_t i = 0; i < n; i++)
		asks[i].is_found = false;
	for (size_t i = 0; r == 0 && i < n; i += LOOKS_MAX)
		r = get_some(cache, asks + i,
			     n - i < LOOKS_MAX ? n - i : LOOKS_MAX, fresh);
	return r;
}

bool cache_has_index(const struct cache *cache)
{
	return cache->store && !store_is_switched_off(cache->store);
}

/* Rows on their way out of the store. */
struct finding_files {
	struct index_row *rows;
	bool *is_found;
};

static void take_row(void *ctx, size_t index, struct span value)
{
	const struct finding_files *files = ctx;

	files->is_found[index] = index_decode(value, &files->rows[index]) == 0;
}

void cache_find_files(struct cache *cache, struct index_row *rows,
		      bool *is_found, size_t n)
{
	for (size_t from = 0; from < n; from += LOOKS_MAX) {
		struct index_key keys[LOOKS_MAX];
		struct store_look looks[LOOKS_MAX];
		const size_t some = n - from < LOOKS_MAX ? n - from : LOOKS_MAX;
		struct finding_files files = {rows + from, is_found + from};

		for (size_t i = 0; i < some; i++) {
			keys[i] = index_key_of(&rows[from + i].stamp);
			looks[i] = (struct store_look){DB_INDEX, keys[i].bytes};
			is_found[from + i] = false;
		}
		if (cache->store)
			store_get_many(cache->store, looks, some, take_row,
				       &files);
	}
}

size_t cache_count_plans(struct cache *cache, const struct digest_tag *tag,
			 const struct digest *content)
{
	return cache->store ? store_count_plans(cache->store, tag, content) : 0;
}

void cache_note_file(struct cache *cache, const struct index_row *row)
{
	if (cache_wants_disk(cache))
		index_queue_add(&cache->rows, row);
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
	if (!r && cache->remote)
		remote_put(cache->remote, &full, blob);
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

static int write_locked(struct cache *cache, struct store_batch *batch)
{
	uint64_t evicted = 0;

	batch->hits = atomic_exchange(&cache->unsaved_hits, 0);
	batch->misses = atomic_exchange(&cache->unsaved_misses, 0);
	batch->uses = cache->uses;
	unsaved_tiers_locked(cache, batch);

	const int r = store_put(cache->store, batch, &evicted);

	if (!r) {
		tiers_are_saved_locked(cache, batch);
		cache->failures = 0;
		atomic_fetch_add(&cache->disk_evictions, evicted);
		return 0;
	}
	atomic_fetch_add(&cache->unsaved_hits, batch->hits);
	atomic_fetch_add(&cache->unsaved_misses, batch->misses);
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
	const uint64_t generation = cache_generation(cache);
	struct store_batch batch = {.generation = &generation};

	if (!is_disk_writable(cache)) {
		drop_pending(cache);
		return 0;
	}

	int r = memory_drain(cache->pending, &items, &batch.count);
	auto_free struct index_row *rows =
		index_queue_take(&cache->rows, &batch.row_count);

	batch.items = items;
	batch.rows = rows;
	if (!r && (batch.count || batch.row_count))
		r = write_locked(cache, &batch);
	items_free(items, batch.count);
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
	memory_clear(cache->memory);
	memory_clear(cache->pending);
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
	out->disk_entries =
		disk.entries + memory_totals(cache->pending).entries;
	out->disk_bytes = disk.bytes;
	out->total_hits = disk.hits + atomic_load(&cache->unsaved_hits);
	out->total_misses = disk.misses + atomic_load(&cache->unsaved_misses);
}

int cache_clear(struct cache *cache)
{
	int r = 0;

	pthread_mutex_lock(&cache->flush_lock);
	memory_clear(cache->memory);
	drop_pending(cache);
	if (cache->remote)
		remote_drop(cache->remote);
	if (is_disk_writable(cache))
		r = store_clear(cache->store);
	pthread_mutex_unlock(&cache->flush_lock);
	return r;
}
