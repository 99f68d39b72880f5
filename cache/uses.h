/*
 * Which entries were hit since they were last asked about: a fixed table of
 * bits, so that a hit costs no lock and no write. Two keys may share a bit;
 * then one of them stays in the store a little longer than it has earned.
 */
#ifndef CACHE_USES_H
#define CACHE_USES_H

#include "cache/item.h"

struct uses; /* safe from any thread */

/* NULL without memory. uses_free() it. */
must_check struct uses *uses_new(void);
void uses_free(struct uses *uses);

void uses_note(struct uses *uses, const struct item_key *key);

/* Was it hit? It counts as not hit afterwards. NULL: no. */
bool uses_take(struct uses *uses, const struct item_key *key);

#endif
