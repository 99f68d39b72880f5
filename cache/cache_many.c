/* Look-ups that are made together. */
#include "cache/look.h"

#include <errno.h>

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
		look_count(cache, 0, ask->found.tier);
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
			      ? look_accept(&look, tour->blobs[at], TIER_DISK)
			      : -ENOENT;

	free(look.stale);
	settle(cache, ask, r);
	if (r == 0)
		look_keep(cache, &tour->keys[at], tour->blobs[at]);
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
		const int one =
			look_accept_shared(cache, &keys[i], &look, blobs[i]);

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

void cache_count_unread(struct cache *cache, size_t n)
{
	counters_add(cache->counters, TIER_INDEX, n);
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
