/*
 * Which names were just asked for in vain, so that an answer to many is not
 * asked for again one by one. It may forget, and two names may share a place:
 * that costs a question or a hit, never an answer.
 */
#ifndef CACHE_REMOTE_ABSENT_H
#define CACHE_REMOTE_ABSENT_H

#include "cache/item.h"

enum { ABSENT_PLACES = 4096, ABSENT_SECONDS = 2 };

struct absent { /* safe from any thread; zeros: empty */
	atomic_uint_fast64_t places[ABSENT_PLACES];
};

/* Remember that there was nothing, at a time in seconds. */
void absent_note(struct absent *absent, const struct item_key *key,
		 uint64_t now);

/* Was there nothing in the last ABSENT_SECONDS? */
bool absent_has(const struct absent *absent, const struct item_key *key,
		uint64_t now);

#endif
