#include "fs/judge/judgement.h"

#include <errno.h>
#include <time.h>

struct judgement *judgement_share(struct judgement *judgement)
{
	atomic_fetch_add(&judgement->references, 1);
	return judgement;
}

void judgement_release(struct judgement *judgement)
{
	if (!judgement || atomic_fetch_sub(&judgement->references, 1) > 1)
		return;
	links_release(&judgement->links);
	free(judgement->verdict);
	free(judgement);
}

struct judgement *judgement_new(struct verdict *verdict,
				const struct plan *plan)
{
	struct judgement *judgement = calloc(1, sizeof(*judgement));

	if (!judgement) {
		free(verdict);
		return NULL;
	}
	atomic_init(&judgement->references, 1);
	judgement->verdict = verdict;
	judgement->format =
		plan && plan->choice.format ? plan->choice.format->name : "";
	judgement->dialect =
		plan && plan->choice.format ? plan->choice.dialect : "";
	judgement->level = plan ? plan->level : LEVEL_FAST;
	judgement->validated_at = time(NULL);
	return judgement;
}

int judgement_plain(enum state state, const char *reason,
		    const struct plan *plan, struct judgement **out)
{
	struct verdict *verdict;
	const int r = verdict_plain(state, reason, &verdict);

	if (r)
		return r;
	*out = judgement_new(verdict, plan);
	return *out ? 0 : -ENOMEM;
}

/* Suppress by plan, add the finding, and make the verdict. */
static int fill_failure(struct findings *findings, const struct plan *plan,
			const struct raw_finding *finding,
			struct verdict **verdict)
{
	struct suppressor suppressor;
	struct doc doc;

	doc_init(&doc, findings->arena, (struct span){"", 0}, 0);
	if (plan) {
		const int r = suppress_init(&suppressor, plan, findings->arena);

		if (r)
			return r;
		if (suppress_is_active(&suppressor))
			findings->suppressor = &suppressor;
	}
	findings_add(findings, finding->severity, finding->rule,
		     place_at(0, 0, 1), "%s", finding->message);
	findings->is_undecided = finding->severity == SEVERITY_ERROR;
	if (plan)
		suppress_settle(&suppressor, findings, &doc);
	return verdict_build(findings, &doc, "", verdict);
}

int judgement_of_failure(enum severity severity, const char *rule,
			 const char *message, const struct plan *plan,
			 struct judgement **out)
{
	const struct raw_finding finding = {
		.severity = severity, .rule = rule, .message = message};
	struct arena arena;
	struct findings findings;
	struct verdict *verdict = NULL;

	arena_init(&arena, SIZE_MAX);
	findings_init(&findings, &arena, 1);

	const int r = fill_failure(&findings, plan, &finding, &verdict);

	arena_release(&arena);
	if (r)
		return r;
	*out = judgement_new(verdict, NULL);
	return *out ? 0 : -ENOMEM;
}
