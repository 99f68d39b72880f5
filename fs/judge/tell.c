/* What a mount makes of verdicts, as far as reports want to know. */
#include "fs/judge/judge_private.h"

bool judge_has_teller(const struct judge *judge)
{
	return judge->teller != NULL;
}

void judge_set_teller(struct judge *judge, shown_teller *teller, void *ctx)
{
	judge->teller = teller;
	judge->teller_ctx = ctx;
}

void judge_tell_shown(struct judge *judge, const char *path, enum state state,
		      struct shown_facts *out)
{
	*out = (struct shown_facts){0};
	if (judge->teller)
		judge->teller(judge->teller_ctx, path, state, out);
}

bool judge_still_holds(struct judge *judge, const struct judgement *judgement)
{
	return dependencies_hold(judge->tools.dependencies, &judgement->links);
}

struct policy_rules judge_policy(struct judge *judge, const char *path)
{
	struct setup_config use = setup_acquire(judge->setup);
	const struct policy_rules rules = config_policy(use.config, path);

	setup_release(judge->setup, &use);
	return rules;
}

bool judge_lets_link(struct judge *judge, const char *path, const char *target)
{
	struct setup_config use = setup_acquire(judge->setup);
	const bool lets = config_lets_link(use.config, path, target);

	setup_release(judge->setup, &use);
	return lets;
}

struct policy_demands judge_policy_demands(struct judge *judge)
{
	struct setup_config use = setup_acquire(judge->setup);
	const struct policy_demands demands = {
		.protects = config_protects(use.config),
		.may_show_another = config_may_show_another(use.config),
		.untrusted = config_untrusted_policies(use.config),
	};

	setup_release(judge->setup, &use);
	return demands;
}
