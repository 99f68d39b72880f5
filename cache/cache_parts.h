/*
 * What the parts of the cache share.
 */
#ifndef CACHE_CACHE_PARTS_H
#define CACHE_CACHE_PARTS_H

#include "cache/counters.h"
#include "cache/index_queue.h"
#include "cache/memory/memory.h"
#include "cache/plan_notes.h"
#include "cache/remote/remote.h"
#include "cache/store.h"
#include "cache/uses.h"

#include <pthread.h>

struct cache {
	struct memory *memory;
	struct memory *pending;	     /* what the disk does not have yet */
	struct index_queue rows;     /* likewise */
	struct plan_notes plans;     /* likewise */
	atomic_size_t waiting_bytes; /* of both, about */
	struct store *store;	     /* NULL: memory only */
	struct remote *remote;	     /* NULL: none; set before threads start */
	char remote_reason[REMOTE_REASON_SIZE]; /* why there is none */
	struct uses *uses; /* what was hit, for the store's eviction */
	bool is_brief;
	pthread_mutex_t flush_lock;
	unsigned failures; /* by flush_lock */
	pthread_mutex_t generation_lock;
	uint64_t generation;	   /* by generation_lock, like the next */
	uint64_t last_transaction; /* when it was read */
	struct counters *counters; /* saved with each batch */
	atomic_uint_fast64_t disk_evictions;
};

/* Shall entries wait for the disk? When they are written it is looked at. */
static inline bool cache_wants_disk(const struct cache *cache)
{
	return cache->store && !store_is_switched_off(cache->store) &&
	       store_is_writable(cache->store);
}

#endif
