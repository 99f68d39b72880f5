#include "validate/suppress/suppress.h"

/* Remarks come last, whatever there is besides them. */
enum { REMARKS_FROM = 1 << 30 };

static int make_piles(struct suppressor *suppressor)
{
	const size_t count = rule_count();
	struct arena *arena = suppressor->arena;

	suppressor->at_most =
		arena_alloc(arena, count * sizeof(*suppressor->at_most));
	if (!suppressor->at_most)
		return arena->error;
	suppressor->piles =
		arena_alloc(arena, count * sizeof(*suppressor->piles));
	return suppressor->piles ? 0 : arena->error;
}

static void fill_piles(struct suppressor *suppressor)
{
	const struct plan *plan = suppressor->plan;

	for (size_t i = 0; i < rule_count(); i++)
		suppressor->at_most[i] =
			plan->record_baseline && rule_is_free(i) ? UINT32_MAX
								 : 0;
	for (size_t i = 0; i < plan->baseline_count; i++) {
		const int rule = rule_find(span_of(plan->baseline[i].rule));

		if (rule != RULE_NONE && rule_is_free((size_t)rule))
			suppressor->at_most[rule] = plan->baseline[i].at_most;
	}
}

int suppress_init(struct suppressor *suppressor, const struct plan *plan,
		  struct arena *arena)
{
	int r = 0;

	*suppressor = (struct suppressor){.plan = plan, .arena = arena};
	findings_init(&suppressor->remarks, arena, plan->limits.findings);
	suppressor->remarks.added = REMARKS_FROM;
	if (!plan->ignore_suppressions &&
	    (plan->record_baseline || plan->baseline_count)) {
		r = make_piles(suppressor);
		if (r == 0)
			fill_piles(suppressor);
	}
	suppress_restart(suppressor);
	return r;
}

bool suppress_is_active(const struct suppressor *suppressor)
{
	return !suppressor->plan->ignore_suppressions &&
	       (suppressor->mutes.count || suppressor->piles ||
		!rule_set_is_empty(&suppressor->plan->allowed));
}

static bool is_broken(const struct doc *doc)
{
	for (uint32_t i = 0; i < doc->document_count; i++)
		if (doc->documents[i].root == DOC_NONE)
			return true;
	return false;
}

int suppress_read(struct suppressor *suppressor, const struct doc *doc,
		  const struct host *host)
{
	const struct comment_syntax *syntax =
		comment_syntax_of(suppressor->plan->choice.format->name);

	if (suppressor->plan->ignore_suppressions ||
	    suppressor->plan->distrusts_content || !syntax || is_broken(doc))
		return 0;
	return mutes_read(syntax, doc, host, &suppressor->remarks,
			  &suppressor->mutes);
}

/* All is kept that may be shown; where any number is allowed, none. */
void suppress_restart(struct suppressor *suppressor)
{
	const uint32_t max_count = suppressor->plan->limits.findings;

	memset(suppressor->counts, 0, sizeof(suppressor->counts));
	for (size_t i = 0; suppressor->piles && i < rule_count(); i++)
		findings_init(&suppressor->piles[i], suppressor->arena,
			      suppressor->at_most[i] == UINT32_MAX ? 0
								   : max_count);
}

/* Findings by the million are of few rules, one after the other. */
static int free_rule(struct suppressor *suppressor, const char *name)
{
	if (name != suppressor->last_name) {
		const int rule = rule_find(span_of(name));
		const bool is_free =
			rule != RULE_NONE && rule_is_free((size_t)rule);

		suppressor->last_name = name;
		suppressor->last_rule = is_free ? rule : RULE_NONE;
	}
	return suppressor->last_rule;
}

static bool is_in_pile(const struct suppressor *suppressor, int rule)
{
	return suppressor->piles && suppressor->at_most[rule] > 0;
}

struct findings *suppress_take(struct suppressor *suppressor,
			       struct findings *all, const char *rule,
			       uint32_t offset)
{
	const int number = free_rule(suppressor, rule);

	if (number == RULE_NONE)
		return all;
	if (mutes_hit(&suppressor->mutes, (size_t)number, offset, true)) {
		suppressor->counts[SUPPRESSED_BY_COMMENT]++;
		return NULL;
	}
	if (rule_set_has(&suppressor->plan->allowed, (size_t)number)) {
		suppressor->counts[SUPPRESSED_BY_CONFIG]++;
		return NULL;
	}
	return is_in_pile(suppressor, number) ? &suppressor->piles[number]
					      : all;
}

const struct findings *suppress_ask(struct suppressor *suppressor,
				    const struct findings *all,
				    const char *rule, uint32_t offset)
{
	const int number = free_rule(suppressor, rule);

	if (number == RULE_NONE)
		return all;
	if (mutes_hit(&suppressor->mutes, (size_t)number, offset, false) ||
	    rule_set_has(&suppressor->plan->allowed, (size_t)number))
		return NULL;
	return is_in_pile(suppressor, number) ? &suppressor->piles[number]
					      : all;
}

struct findings *suppress_next_pile(struct suppressor *suppressor,
				    struct findings *pile)
{
	if (!suppressor->piles)
		return NULL;
	if (!pile)
		return suppressor->piles;
	pile++;
	return pile < suppressor->piles + rule_count() ? pile : NULL;
}

static uint32_t total_of(const struct findings *findings)
{
	uint32_t total = 0;

	for (int i = 0; i < SEVERITY_COUNT; i++)
		total += findings->totals[i];
	return total;
}

uint32_t suppress_asked(const struct suppressor *suppressor, size_t rule)
{
	return suppressor->piles ? total_of(&suppressor->piles[rule]) : 0;
}

void suppress_settle(struct suppressor *suppressor, struct findings *findings,
		     const struct doc *doc)
{
	const struct plan *plan = suppressor->plan;

	for (size_t i = 0; suppressor->piles && i < rule_count(); i++) {
		const uint32_t asked = suppress_asked(suppressor, i);

		if (asked > suppressor->at_most[i])
			findings_join(findings, &suppressor->piles[i]);
		else
			suppressor->counts[SUPPRESSED_BY_BASELINE] += asked;
	}
	/* What was not looked at to the end may hold what is suppressed. */
	if (!findings->is_undecided)
		mutes_report_unused(&suppressor->mutes, doc,
				    plan->level != LEVEL_FAST,
				    &suppressor->remarks);
	findings_join(findings, &suppressor->remarks);
}
