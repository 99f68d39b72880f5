#include "cache/uses.h"

enum { BITS = 1 << 20, WORD = 64 };

struct uses {
	_Atomic uint64_t words[BITS / WORD];
};

struct uses *uses_new(void)
{
	return calloc(1, sizeof(struct uses));
}

void uses_free(struct uses *uses)
{
	free(uses);
}

/* Most hits find their bit set: then the line stays shared. */
void uses_note(struct uses *uses, const struct item_key *key)
{
	const uint64_t at = item_key_hash(key) % BITS;
	const uint64_t bit = (uint64_t)1 << at % WORD;
	_Atomic uint64_t *word = &uses->words[at / WORD];

	if (!(atomic_load_explicit(word, memory_order_relaxed) & bit))
		atomic_fetch_or_explicit(word, bit, memory_order_relaxed);
}

bool uses_take(struct uses *uses, const struct item_key *key)
{
	if (!uses)
		return false;

	const uint64_t at = item_key_hash(key) % BITS;
	const uint64_t bit = (uint64_t)1 << at % WORD;

	return atomic_fetch_and_explicit(&uses->words[at / WORD], ~bit,
					 memory_order_relaxed) &
	       bit;
}
