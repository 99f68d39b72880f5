/*
 * Whether counting is worth anything here. When a newcomer was asked for less
 * often than the entry that it would replace, a duel begins: whichever of the
 * two is asked for first wins it. Where popularity lasts, what was popular
 * wins; where it moves on, the newcomer does, and then it is better to keep
 * what came last.
 */
#ifndef CACHE_MEMORY_DUELS_H
#define CACHE_MEMORY_DUELS_H

#include "validate/base.h"

struct duels; /* one owner at a time */

enum { DUELS_UNIT = 8 };

/* Room for `bytes` / DUELS_UNIT / 2 duels: a power of two, at least
 * 2 * DUELS_UNIT. NULL without memory. free() it. */
must_check struct duels *duels_new(size_t bytes);

/* A duel of two keys, by their hashes; it may end older ones. */
void duels_begin(struct duels *duels, uint64_t newcomer, uint64_t resident);

/* A key is asked for. */
void duels_ask(struct duels *duels, uint64_t hash);

/* Has popularity won at least half of them of late? At first: yes. */
bool duels_favour_popular(const struct duels *duels);

#endif
