#include "validate/plan.h"

#include "validate/engine.h"

static const char *const level_names[] = {"fast", "standard", "thorough",
					  "exhaustive"};

const char *level_name(enum level level)
{
	return level_names[level];
}

bool level_parse(const char *name, enum level *out)
{
	for (size_t i = 0; i < array_size(level_names); i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*out = (enum level)i;
			return true;
		}
	}
	return false;
}

/* Absent and empty are different parts. */
static void add_name(struct digest_builder *builder, const char *name)
{
	digest_add_number(builder, name != NULL);
	if (name)
		digest_add(builder, span_of(name));
}

static void add_limits(struct digest_builder *builder,
		       const struct limits *limits)
{
	digest_add_number(builder, limits->depth);
	digest_add_number(builder, limits->nodes);
	digest_add_number(builder, limits->aliases);
	digest_add_number(builder, limits->directives);
	digest_add_number(builder, limits->findings);
	digest_add_number(builder, limits->schemas);
	digest_add_number(builder, limits->steps);
	digest_add_number(builder, limits->arena_bytes);
}

static void add_when(struct digest_builder *builder, const struct plan *plan)
{
	for (size_t i = 0; i < plan->when_count; i++) {
		const struct when_rule *rule = &plan->when[i];

		if (!plan_has_when(plan, i))
			continue;
		digest_add_number(builder, rule->pair_count);
		for (size_t j = 0; j < rule->pair_count; j++) {
			add_name(builder, rule->pairs[j].pointer_key);
			add_name(builder, rule->pairs[j].value);
		}
		add_name(builder, rule->schema);
	}
	/* No rule begins with this: the list is over. */
	digest_add_number(builder, UINT64_MAX);
}

/* By name: numbers of rules are good for one build only. */
static void add_suppressions(struct digest_builder *builder,
			     const struct plan *plan)
{
	digest_add_number(builder, plan->ignore_suppressions);
	if (plan->ignore_suppressions)
		return;
	for (size_t i = 0; i < rule_count(); i++)
		if (rule_set_has(&plan->allowed, i))
			add_name(builder, rule_name(i));
	add_name(builder, NULL);
	digest_add_number(builder, plan->record_baseline);
	digest_add_number(builder, plan->baseline_count);
	for (size_t i = 0; i < plan->baseline_count; i++) {
		add_name(builder, plan->baseline[i].rule);
		digest_add_number(builder, plan->baseline[i].at_most);
	}
}

static void add_candidates(struct digest_builder *builder,
			   const struct plan *plan)
{
	digest_add_number(builder, plan->is_by_catalog);
	digest_add_number(builder, plan->candidate_count);
	for (size_t i = 0; i < plan->candidate_count && i < PLAN_CANDIDATES_MAX;
	     i++)
		add_name(builder, plan->candidates[i]);
}

struct digest plan_digest(const struct plan *plan,
			  const struct content_facts *facts)
{
	char engine[ENGINE_TEXT_SIZE];

	engine_describe(engine);
	return plan_digest_under(engine, plan, facts);
}

struct digest plan_digest_under(const char *engine, const struct plan *plan,
				const struct content_facts *facts)
{
	struct digest_builder builder;

	digest_begin(&builder);
	digest_add_number(&builder, ENGINE_VERSION);
	add_name(&builder, engine);
	add_name(&builder,
		 plan->choice.format ? plan->choice.format->name : NULL);
	add_name(&builder,
		 plan->choice.format ? plan->choice.format->unavailable : NULL);
	add_name(&builder, plan->choice.dialect);
	add_name(&builder, plan->skip);
	digest_add_number(&builder, plan->level);
	add_name(&builder, plan->forced_schema);
	add_name(&builder, plan->schema);
	add_candidates(&builder, plan);
	add_when(&builder, plan);
	add_name(&builder, facts->may_refer ? plan->directory : NULL);
	digest_add_number(&builder, plan->schema_options.mode);
	digest_add_number(&builder, plan->schema_options.dialect);
	add_limits(&builder, &plan->limits);
	digest_add_number(&builder, plan->require_schema);
	digest_add_number(&builder, plan->show_values);
	add_suppressions(&builder, plan);
	/* Behind all else, so that keys of others stay as they are. */
	if (plan->distrusts_content || plan->configured_first)
		digest_add_number(&builder,
				  (uint64_t)plan->configured_first |
					  (uint64_t)plan->distrusts_configured
						  << 1);
	return digest_end(&builder);
}

/*
 * Bytes are compared, so that no part of a plan can be forgotten here: what
 * lies between the members can only make two plans differ that do not.
 */
static bool is_of(const struct plan_memo_entry *entry, const struct plan *plan,
		  const char *directory, bool may_refer)
{
	if (!entry->is_used || entry->may_refer != may_refer)
		return false;
	/* NOLINTNEXTLINE(bugprone-*,cert-*) */
	if (memcmp(&entry->plan, plan, sizeof(*plan)) != 0)
		return false;
	return !may_refer || strcmp(entry->directory, directory) == 0;
}

struct digest plan_memo_digest(struct plan_memo *memo, const struct plan *plan,
			       const struct content_facts *facts)
{
	const char *directory = plan->directory ? plan->directory : "";
	struct plan bare;

	/* With its padding, which an assignment need not copy. */
	memcpy(&bare, plan, sizeof(bare));
	bare.directory = NULL;
	if (strlen(directory) >= PLAN_DIRECTORY_MAX)
		return plan_digest(plan, facts);
	for (size_t i = 0; i < array_size(memo->entries); i++)
		if (is_of(&memo->entries[i], &bare, directory,
			  facts->may_refer))
			return memo->entries[i].digest;

	struct plan_memo_entry *entry = &memo->entries[memo->next];

	memo->next = (memo->next + 1) % array_size(memo->entries);
	memcpy(&entry->plan, &bare, sizeof(bare));
	entry->digest = plan_digest(plan, facts);
	entry->may_refer = facts->may_refer;
	memcpy(entry->directory, directory, strlen(directory) + 1);
	entry->is_used = true;
	return entry->digest;
}
