/*
 * One content judged under one plan: looked up in the cache, else validated
 * and stored. Notes all that the verdict rests on.
 */
#ifndef FS_JUDGE_HEARING_H
#define FS_JUDGE_HEARING_H

#include "fs/judge/dependencies.h"
#include "fs/judge/flight.h"
#include "fs/judge/judgement.h"
#include "fs/judge/schemas.h"
#include "fs/profile.h"
#include "validate/engine.h"

/* What a hearing works with; all of it is safe from any thread. */
struct hearing_tools {
	struct cache *cache; /* NULL: none */
	struct profile *profile;
	struct dependencies *dependencies;
	struct schemas *schemas;
	struct flights *flights;
	atomic_bool cancel;
	char engine[ENGINE_TEXT_SIZE]; /* engine_describe() */
	atomic_uint_fast64_t retries;
};

/*
 * Judge. One at a time for each content and plan: others wait and share the
 * result. 0 and *out (judgement_release()); -ENOMEM; -ECANCELED.
 */
must_check int hearing_hold(struct hearing_tools *tools,
			    const struct plan *plan,
			    const struct content_facts *facts,
			    struct span content, struct judgement **out);

/* The key that a content has under a plan. */
struct cache_key hearing_key(const struct hearing_tools *tools,
			     const struct plan *plan,
			     const struct content_facts *facts,
			     struct span content);

/*
 * Only look in the cache. 0 and *out; -ENOENT, with *stale the owned path of
 * the dependency that changed, or NULL; -ENOMEM.
 */
must_check int hearing_look_up(struct hearing_tools *tools,
			       const struct plan *plan,
			       const struct content_facts *facts,
			       struct span content, struct judgement **out,
			       char **stale);

/* One of several look-ups for contents that are not at hand. */
struct recollection {
	const struct plan *plan;
	struct cache_key key;
	struct digest content;
	struct judgement *judgement; /* out; NULL: nothing is stored */
};

/* Look in the cache for all of them together. 0 or -ENOMEM: what was found by
 * then is the caller's all the same. */
must_check int hearing_recall(struct hearing_tools *tools,
			      struct recollection *list, size_t count);

/* Give back the memory that this thread keeps for validating. */
void hearing_thread_ends(void);

#endif
