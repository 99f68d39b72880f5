/*
 * One validation at a time for each content and plan: who comes while it is
 * under way waits and gets its result.
 */
#ifndef FS_JUDGE_FLIGHT_H
#define FS_JUDGE_FLIGHT_H

#include "cache/cache.h"
#include "fs/judge/judge.h"

struct flights; /* safe from any thread */
struct flight;

/* 0 or -ENOMEM. */
must_check int flights_new(struct flights **out);
void flights_free(struct flights *flights);

/*
 * Join the flight for a key and content. As the first: a flight of which this
 * thread is the leader; it must flight_land(). Else wait for the leader: NULL
 * with *out, shared, when it landed with a result; the flight, not as leader
 * (flight_leave() it), when the leader had none. NULL without *out: no memory.
 */
struct flight *flight_join(struct flights *flights, const struct cache_key *key,
			   const struct digest *content,
			   struct judgement **out);
bool flight_is_leader(const struct flight *flight);

/* End a flight with a result (shared with those who wait) or without. */
void flight_land(struct flights *flights, struct flight *flight,
		 struct judgement *result);
void flight_leave(struct flights *flights, struct flight *flight);

#endif
