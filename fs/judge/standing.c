/* Whether what was judged still counts, without a look at the files judged. */
#include "fs/judge/judge_private.h"

uint64_t judge_footing(struct judge *judge)
{
	struct setup_config use = setup_acquire(judge->setup);
	const uint64_t generation = use.generation;

	setup_release(judge->setup, &use);
	/* Each of them only grows. */
	return generation + dependencies_changes(judge->tools.dependencies) +
	       atomic_load(&judge->forgotten) +
	       atomic_load(&judge->level_changes);
}

bool judge_stands(struct judge *judge, const char *path)
{
	struct result result;

	if (!results_find(judge->results, path, &result))
		return false;

	struct setup_config use = setup_acquire(judge->setup);
	const bool stands = result.generation == use.generation &&
			    judge_is_at_level(judge, result.judgement) &&
			    dependencies_hold(judge->tools.dependencies,
					      &result.judgement->links);

	setup_release(judge->setup, &use);
	judgement_release(result.judgement);
	return stands;
}
