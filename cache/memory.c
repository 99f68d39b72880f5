#include "cache/memory.h"

#include <errno.h>
#include <pthread.h>

enum { SHARD_BITS = 4, SHARDS = 1 << SHARD_BITS, FIRST_BUCKETS = 64 };

struct slot {
	struct item item;
	struct slot *chain; /* next in its bucket */
	struct slot *newer;
	struct slot *older;
	bool is_visited;
};

struct shard {
	pthread_mutex_t lock;
	struct slot **buckets; /* all by lock; a power of two of them */
	size_t bucket_count;
	size_t count;
	uint64_t bytes;
	uint64_t evictions;
	struct slot *newest;
	struct slot *oldest;
	struct slot *hand; /* the next to be looked at; NULL: the oldest */
};

struct memory {
	uint64_t shard_bytes; /* limit of each */
	struct shard shards[SHARDS];
};

static struct shard *shard_of(struct memory *memory, uint64_t hash)
{
	return &memory->shards[hash >> (64 - SHARD_BITS)];
}

/* A bucket's pointer is counted too: there are at most as many as slots. */
static uint64_t cost_of(const struct blob *blob)
{
	return sizeof(struct slot) + sizeof(struct slot *) +
	       sizeof(struct blob) + blob->size;
}

static struct slot **place_locked(const struct shard *shard,
				  const struct item_key *key, uint64_t hash)
{
	struct slot **place = &shard->buckets[hash & (shard->bucket_count - 1)];

	while (*place && !item_key_equal(&(*place)->item.key, key))
		place = &(*place)->chain;
	return place;
}

static void dequeue_locked(struct shard *shard, struct slot *slot)
{
	if (shard->hand == slot)
		shard->hand = slot->newer;
	if (slot->newer)
		slot->newer->older = slot->older;
	else
		shard->newest = slot->older;
	if (slot->older)
		slot->older->newer = slot->newer;
	else
		shard->oldest = slot->newer;
}

static void remove_locked(struct shard *shard, struct slot **place)
{
	struct slot *slot = *place;

	*place = slot->chain;
	dequeue_locked(shard, slot);
	shard->count--;
	shard->bytes -= cost_of(slot->item.blob);
	blob_release(slot->item.blob);
	free(slot);
}

static void evict_locked(struct shard *shard)
{
	struct slot *slot = shard->hand ? shard->hand : shard->oldest;

	/* Ends: a second round finds every bit cleared. */
	while (slot->is_visited) {
		slot->is_visited = false;
		slot = slot->newer ? slot->newer : shard->oldest;
	}
	shard->hand = slot;
	remove_locked(shard, place_locked(shard, &slot->item.key,
					  item_key_hash(&slot->item.key)));
	shard->evictions++;
}

/* Without memory for more buckets the chains grow longer, that is all. */
static void grow_locked(struct shard *shard)
{
	const size_t old_count = shard->bucket_count;
	struct slot **old = shard->buckets;
	struct slot **buckets = calloc(old_count * 2, sizeof(struct slot *));

	if (!buckets)
		return;
	shard->buckets = buckets;
	shard->bucket_count = old_count * 2;
	for (struct slot *slot = shard->oldest; slot; slot = slot->newer) {
		const uint64_t hash = item_key_hash(&slot->item.key);
		struct slot **head = &buckets[hash & (old_count * 2 - 1)];

		slot->chain = *head;
		*head = slot;
	}
	free(old);
}

static void insert_locked(struct shard *shard, struct slot *slot, uint64_t hash)
{
	struct slot **head = &shard->buckets[hash & (shard->bucket_count - 1)];

	slot->chain = *head;
	*head = slot;
	slot->older = shard->newest;
	if (shard->newest)
		shard->newest->newer = slot;
	else
		shard->oldest = slot;
	shard->newest = slot;
	shard->bytes += cost_of(slot->item.blob);
	if (++shard->count > shard->bucket_count)
		grow_locked(shard);
}

int memory_new(uint64_t max_bytes, struct memory **out)
{
	struct memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return -ENOMEM;
	memory->shard_bytes = max_bytes / SHARDS;
	for (size_t i = 0; i < SHARDS; i++) {
		struct shard *shard = &memory->shards[i];

		pthread_mutex_init(&shard->lock, NULL);
		shard->bucket_count = FIRST_BUCKETS;
		shard->buckets = calloc(FIRST_BUCKETS, sizeof(struct slot *));
		if (!shard->buckets) {
			memory_free(memory);
			return -ENOMEM;
		}
	}
	*out = memory;
	return 0;
}

static void clear_locked(struct shard *shard)
{
	for (struct slot *slot = shard->oldest, *next; slot; slot = next) {
		next = slot->newer;
		blob_release(slot->item.blob);
		free(slot);
	}
	shard->newest = NULL;
	shard->oldest = NULL;
	shard->hand = NULL;
	shard->count = 0;
	shard->bytes = 0;
	if (shard->buckets)
		memset((void *)shard->buckets, 0,
		       shard->bucket_count * sizeof(struct slot *));
}

void memory_clear(struct memory *memory)
{
	for (size_t i = 0; i < SHARDS; i++) {
		struct shard *shard = &memory->shards[i];

		pthread_mutex_lock(&shard->lock);
		clear_locked(shard);
		pthread_mutex_unlock(&shard->lock);
	}
}

void memory_free(struct memory *memory)
{
	if (!memory)
		return;
	memory_clear(memory);
	for (size_t i = 0; i < SHARDS; i++) {
		free((void *)memory->shards[i].buckets);
		pthread_mutex_destroy(&memory->shards[i].lock);
	}
	free(memory);
}

struct blob *memory_get(struct memory *memory, const struct item_key *key)
{
	const uint64_t hash = item_key_hash(key);
	struct shard *shard = shard_of(memory, hash);
	struct blob *blob = NULL;

	pthread_mutex_lock(&shard->lock);

	struct slot *slot = *place_locked(shard, key, hash);

	if (slot) {
		slot->is_visited = true;
		blob = blob_share(slot->item.blob);
	}
	pthread_mutex_unlock(&shard->lock);
	return blob;
}

int memory_put(struct memory *memory, const struct item_key *key,
	       struct blob *blob)
{
	const uint64_t hash = item_key_hash(key);
	const uint64_t cost = cost_of(blob);
	struct shard *shard = shard_of(memory, hash);
	const bool fits = cost <= memory->shard_bytes;
	struct slot *slot = fits ? calloc(1, sizeof(*slot)) : NULL;

	pthread_mutex_lock(&shard->lock);

	struct slot **place = place_locked(shard, key, hash);

	if (*place)
		remove_locked(shard, place);
	/* Room is made before the new one joins, so it is not the one to go. */
	while (slot && shard->bytes + cost > memory->shard_bytes)
		evict_locked(shard);
	if (slot) {
		slot->item = (struct item){*key, blob_share(blob)};
		insert_locked(shard, slot, hash);
	}
	pthread_mutex_unlock(&shard->lock);
	return slot || !fits ? 0 : -ENOMEM;
}

static int compare_items(const void *a, const void *b)
{
	return memcmp(((const struct item *)a)->key.bytes,
		      ((const struct item *)b)->key.bytes, ITEM_KEY_SIZE);
}

/* Add the items of a shard to the list, if there is memory for it. */
static bool drain_locked(struct shard *shard, struct item **items,
			 size_t *count)
{
	if (shard->count == 0)
		return true;

	struct item *more = reallocarray(*items, *count + shard->count,
					 sizeof(struct item));

	if (!more)
		return false;
	*items = more;
	for (struct slot *slot = shard->oldest; slot; slot = slot->newer) {
		more[(*count)++] = slot->item;
		blob_share(slot->item.blob);
	}
	clear_locked(shard);
	return true;
}

int memory_drain(struct memory *memory, struct item **items, size_t *count)
{
	bool is_complete = true;

	*items = NULL;
	*count = 0;
	for (size_t i = 0; i < SHARDS; i++) {
		struct shard *shard = &memory->shards[i];

		pthread_mutex_lock(&shard->lock);
		is_complete &= drain_locked(shard, items, count);
		pthread_mutex_unlock(&shard->lock);
	}
	if (*count)
		qsort(*items, *count, sizeof(struct item), compare_items);
	return *count || is_complete ? 0 : -ENOMEM;
}

struct memory_totals memory_totals(struct memory *memory)
{
	struct memory_totals totals = {0};

	for (size_t i = 0; i < SHARDS; i++) {
		struct shard *shard = &memory->shards[i];

		pthread_mutex_lock(&shard->lock);
		totals.entries += shard->count;
		totals.bytes += shard->bytes;
		totals.evictions += shard->evictions;
		pthread_mutex_unlock(&shard->lock);
	}
	return totals;
}
