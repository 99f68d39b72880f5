#include "cache/memory/memory.h"

#include "cache/memory/duels.h"
#include "cache/memory/sketch.h"

#include <errno.h>
#include <pthread.h>

enum {
	SHARDS_MAX = 16,
	FIRST_BUCKETS = 64,
	LINE = 64, /* of the processor's cache */
};

/* A shard smaller than this has too few items to choose from. */
static const uint64_t shard_min_bytes = 1 << 20;

/* The judges of a full shard take these parts of it, or less. */
enum { SKETCH_PART = 32, DUELS_PART = 256 };

/* Counts are halved after so many requests an item: shorter is better where
 * popularity changes, longer where it does not. */
enum { PERIOD = 40 };

/* Parts of a shard that are protected, in percent: if the popular are favoured,
 * and if what came last is. */
enum { PROTECTED_POPULAR = 80, PROTECTED_RECENT = 20 };

enum queue_name { PROBATION, PROTECTED, QUEUES };

struct slot {
	struct item item;
	struct slot *chain; /* next in its bucket */
	struct slot *newer;
	struct slot *older;
	enum queue_name queue;
};

struct queue {
	struct slot *newest;
	struct slot *oldest;
	uint64_t bytes;
};

struct shard {
	_Alignas(LINE) pthread_mutex_t lock;
	struct slot **buckets; /* all by lock; a power of two of them */
	size_t bucket_count;
	size_t count;
	uint64_t evictions;
	struct queue queues[QUEUES];
	struct sketch *sketch; /* NULL, both: not needed yet */
	struct duels *duels;
	uint64_t judges_bytes; /* what they take */
};

struct memory {
	uint64_t shard_bytes; /* limit of each */
	size_t shard_count;   /* a power of two */
	struct shard shards[];
};

static struct shard *shard_of(struct memory *memory, uint64_t hash)
{
	return &memory->shards[hash >> 32 & (memory->shard_count - 1)];
}

/* A bucket's pointer is counted too: there are at most as many as slots. */
static uint64_t cost_of(const struct blob *blob)
{
	return sizeof(struct slot) + sizeof(struct slot *) +
	       sizeof(struct blob) + blob->size;
}

static uint64_t bytes_locked(const struct shard *shard)
{
	return shard->queues[PROBATION].bytes + shard->queues[PROTECTED].bytes +
	       shard->judges_bytes;
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
	struct queue *queue = &shard->queues[slot->queue];

	if (slot->newer)
		slot->newer->older = slot->older;
	else
		queue->newest = slot->older;
	if (slot->older)
		slot->older->newer = slot->newer;
	else
		queue->oldest = slot->newer;
	queue->bytes -= cost_of(slot->item.blob);
}

static void enqueue_locked(struct shard *shard, struct slot *slot,
			   enum queue_name name)
{
	struct queue *queue = &shard->queues[name];

	slot->queue = name;
	slot->newer = NULL;
	slot->older = queue->newest;
	if (queue->newest)
		queue->newest->newer = slot;
	else
		queue->oldest = slot;
	queue->newest = slot;
	queue->bytes += cost_of(slot->item.blob);
}

static void move_locked(struct shard *shard, struct slot *slot,
			enum queue_name name)
{
	dequeue_locked(shard, slot);
	enqueue_locked(shard, slot, name);
}

static void remove_locked(struct shard *shard, struct slot **place)
{
	struct slot *slot = *place;

	*place = slot->chain;
	dequeue_locked(shard, slot);
	shard->count--;
	blob_release(slot->item.blob);
	free(slot);
}

static void evict_locked(struct shard *shard, struct slot *slot)
{
	remove_locked(shard, place_locked(shard, &slot->item.key,
					  item_key_hash(&slot->item.key)));
	shard->evictions++;
}

/* The next to go; NULL: the shard is empty. */
static struct slot *victim_locked(const struct shard *shard)
{
	struct slot *slot = shard->queues[PROBATION].oldest;

	return slot ? slot : shard->queues[PROTECTED].oldest;
}

static bool favours_popular_locked(const struct shard *shard)
{
	return shard->duels && duels_favour_popular(shard->duels);
}

/*
 * A use protects an item; those that it drives out of the protected queue are
 * young among the others. Two at most, so that no hit pays for many.
 */
static void use_locked(struct memory *memory, struct shard *shard,
		       struct slot *slot)
{
	const uint64_t part = favours_popular_locked(shard) ? PROTECTED_POPULAR
							    : PROTECTED_RECENT;
	const uint64_t limit = memory->shard_bytes / 100 * part;
	struct queue *queue = &shard->queues[PROTECTED];

	move_locked(shard, slot, PROTECTED);
	for (int i = 0; i < 2 && queue->oldest && queue->bytes > limit; i++)
		move_locked(shard, queue->oldest, PROBATION);
}

static void note_request_locked(struct shard *shard, uint64_t hash)
{
	if (shard->sketch)
		sketch_add(shard->sketch, hash, PERIOD * shard->count);
	if (shard->duels)
		duels_ask(shard->duels, hash);
}

/* The largest power of two up to `bytes` / `part`, and not less than `least`.
 */
static size_t share(uint64_t bytes, uint64_t part, size_t least)
{
	size_t size = least;

	while (size * 2 <= bytes / part)
		size *= 2;
	return size;
}

/*
 * Nobody needs judges before there is something to choose: many a process ends
 * with its shards nearly empty. Without memory for them what is oldest goes.
 */
static void appoint_judges_locked(const struct memory *memory,
				  struct shard *shard)
{
	const uint64_t room = memory->shard_bytes;
	const size_t sketch = share(room, SKETCH_PART, SKETCH_LINE);
	const size_t duels = share(room, DUELS_PART, (size_t)2 * DUELS_UNIT);

	if (shard->judges_bytes || bytes_locked(shard) < room / 2 ||
	    bytes_locked(shard) + sketch + duels > room)
		return;
	shard->sketch = sketch_new(sketch);
	shard->duels = duels_new(duels);
	shard->judges_bytes = sketch + duels;
}

/* Is a newcomer to be kept in place of `victim`? */
static bool is_worthy_locked(struct shard *shard, uint64_t hash,
			     struct slot *victim)
{
	const uint64_t rival = item_key_hash(&victim->item.key);

	if (!shard->sketch || !shard->duels ||
	    sketch_count(shard->sketch, hash) >
		    sketch_count(shard->sketch, rival))
		return true;
	duels_begin(shard->duels, hash, rival);
	if (!favours_popular_locked(shard))
		return true;
	/* The next newcomer meets another one. */
	move_locked(shard, victim, PROBATION);
	return false;
}

/* Make room for `cost` more bytes, if the newcomer is worth it. */
static bool make_room_locked(struct memory *memory, struct shard *shard,
			     uint64_t hash, uint64_t cost)
{
	const uint64_t limit = memory->shard_bytes;
	struct slot *victim = victim_locked(shard);

	if (shard->judges_bytes + cost > limit)
		return false;
	if (victim && bytes_locked(shard) + cost > limit &&
	    !is_worthy_locked(shard, hash, victim))
		return false;
	while (victim && bytes_locked(shard) + cost > limit) {
		evict_locked(shard, victim);
		victim = victim_locked(shard);
	}
	return true;
}

/* Without memory for more buckets the chains grow longer, that is all. */
static void grow_locked(struct shard *shard)
{
	const size_t old_count = shard->bucket_count;
	const size_t new_count = old_count * 2;
	struct slot **old = shard->buckets;
	struct slot **buckets = calloc(new_count, sizeof(struct slot *));

	if (!buckets)
		return;
	for (size_t i = 0; i < old_count; i++) {
		for (struct slot *slot = old[i], *next; slot; slot = next) {
			const uint64_t hash = item_key_hash(&slot->item.key);
			struct slot **head = &buckets[hash & (new_count - 1)];

			next = slot->chain;
			slot->chain = *head;
			*head = slot;
		}
	}
	shard->buckets = buckets;
	shard->bucket_count = new_count;
	free((void *)old);
}

static void insert_locked(struct shard *shard, struct slot *slot, uint64_t hash,
			  enum queue_name queue)
{
	struct slot **head = &shard->buckets[hash & (shard->bucket_count - 1)];

	slot->chain = *head;
	*head = slot;
	enqueue_locked(shard, slot, queue);
	if (++shard->count > shard->bucket_count)
		grow_locked(shard);
}

static int init_shard(struct shard *shard)
{
	pthread_mutex_init(&shard->lock, NULL);
	shard->bucket_count = FIRST_BUCKETS;
	shard->buckets = calloc(FIRST_BUCKETS, sizeof(struct slot *));
	return shard->buckets ? 0 : -ENOMEM;
}

int memory_new(uint64_t max_bytes, struct memory **out)
{
	const size_t shards = max_bytes / shard_min_bytes < SHARDS_MAX
				      ? share(max_bytes, shard_min_bytes, 1)
				      : SHARDS_MAX;
	const size_t size =
		sizeof(struct memory) + shards * sizeof(struct shard);
	struct memory *memory = aligned_alloc(LINE, size);
	int r = 0;

	if (!memory)
		return -ENOMEM;
	memset(memory, 0, size);
	memory->shard_bytes = max_bytes / shards;
	memory->shard_count = shards;
	for (size_t i = 0; i < shards; i++)
		r |= init_shard(&memory->shards[i]);
	if (r) {
		memory_free(memory);
		return -ENOMEM;
	}
	*out = memory;
	return 0;
}

static void clear_queue_locked(struct queue *queue)
{
	for (struct slot *slot = queue->oldest, *next; slot; slot = next) {
		next = slot->newer;
		blob_release(slot->item.blob);
		free(slot);
	}
	*queue = (struct queue){0};
}

static void clear_locked(struct shard *shard)
{
	for (size_t i = 0; i < QUEUES; i++)
		clear_queue_locked(&shard->queues[i]);
	free(shard->sketch);
	free(shard->duels);
	shard->sketch = NULL;
	shard->duels = NULL;
	shard->judges_bytes = 0;
	shard->count = 0;
	if (shard->buckets)
		memset((void *)shard->buckets, 0,
		       shard->bucket_count * sizeof(struct slot *));
}

void memory_clear(struct memory *memory)
{
	for (size_t i = 0; i < memory->shard_count; i++) {
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
	for (size_t i = 0; i < memory->shard_count; i++) {
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
	note_request_locked(shard, hash);

	struct slot *slot = *place_locked(shard, key, hash);

	if (slot) {
		use_locked(memory, shard, slot);
		blob = blob_share(slot->item.blob);
	}
	pthread_mutex_unlock(&shard->lock);
	return blob;
}

/* Put a slot in place of what its key had; NULL: only take that away. False:
 * it is not kept. */
static bool put_locked(struct memory *memory, const struct item_key *key,
		       struct slot *slot)
{
	const uint64_t hash = item_key_hash(key);
	struct shard *shard = shard_of(memory, hash);
	struct slot **place = place_locked(shard, key, hash);
	enum queue_name queue = PROBATION;

	if (*place) {
		queue = (*place)->queue;
		remove_locked(shard, place);
	}
	if (!slot)
		return false;
	if (!make_room_locked(memory, shard, hash, cost_of(slot->item.blob))) {
		shard->evictions++;
		return false;
	}
	insert_locked(shard, slot, hash, queue);
	appoint_judges_locked(memory, shard);
	return true;
}

int memory_put(struct memory *memory, const struct item_key *key,
	       struct blob *blob)
{
	struct shard *shard = shard_of(memory, item_key_hash(key));
	const bool fits = cost_of(blob) <= memory->shard_bytes;
	struct slot *slot = fits ? calloc(1, sizeof(*slot)) : NULL;

	if (slot)
		slot->item = (struct item){*key, blob_share(blob)};
	pthread_mutex_lock(&shard->lock);

	const bool is_kept = put_locked(memory, key, slot);

	pthread_mutex_unlock(&shard->lock);
	if (slot && !is_kept) {
		blob_release(blob);
		free(slot);
	}
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
	for (size_t i = 0; i < QUEUES; i++) {
		const struct slot *slot = shard->queues[i].oldest;

		for (; slot; slot = slot->newer) {
			more[(*count)++] = slot->item;
			blob_share(slot->item.blob);
		}
	}
	clear_locked(shard);
	return true;
}

int memory_drain(struct memory *memory, struct item **items, size_t *count)
{
	bool is_complete = true;

	*items = NULL;
	*count = 0;
	for (size_t i = 0; i < memory->shard_count; i++) {
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

	for (size_t i = 0; i < memory->shard_count; i++) {
		struct shard *shard = &memory->shards[i];

		pthread_mutex_lock(&shard->lock);
		totals.entries += shard->count;
		totals.bytes += bytes_locked(shard);
		totals.evictions += shard->evictions;
		pthread_mutex_unlock(&shard->lock);
	}
	return totals;
}
