#include "cache/remote/absent.h"

enum { TIME_BITS = 24 };
static const uint64_t time_mask = (UINT64_C(1) << TIME_BITS) - 1;

void absent_note(struct absent *absent, const struct item_key *key,
		 uint64_t now)
{
	const uint64_t hash = item_key_hash(key);

	atomic_store_explicit(&absent->places[hash % ABSENT_PLACES],
			      (hash & ~time_mask) | (now & time_mask),
			      memory_order_relaxed);
}

bool absent_has(const struct absent *absent, const struct item_key *key,
		uint64_t now)
{
	const uint64_t hash = item_key_hash(key);
	const uint64_t noted = atomic_load_explicit(
		&absent->places[hash % ABSENT_PLACES], memory_order_relaxed);

	return (noted & ~time_mask) == (hash & ~time_mask) &&
	       ((now - noted) & time_mask) <= ABSENT_SECONDS;
}
