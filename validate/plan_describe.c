#include "validate/plan_describe.h"

#include "validate/engine.h"

#include <inttypes.h>
#include <stdio.h>

/* Values of the configuration are not for everybody: a digest tells them
 * apart as well. */
static void print_digest(FILE *out, struct digest_builder *builder)
{
	const struct digest digest = digest_end(builder);

	for (int i = 0; i < 4; i++)
		fprintf(out, "%02x", digest.bytes[i]);
	putc('\n', out);
}

static void add_text(struct digest_builder *builder, const char *text)
{
	digest_add(builder, span_of(text ? text : ""));
}

static void print_when(FILE *out, const struct plan *plan)
{
	struct digest_builder builder;
	size_t count = 0;

	digest_begin(&builder);
	for (size_t i = 0; i < plan->when_count; i++) {
		const struct when_rule *rule = &plan->when[i];

		if (!plan_has_when(plan, i))
			continue;
		count++;
		add_text(&builder, rule->schema);
		for (size_t j = 0; j < rule->pair_count; j++) {
			add_text(&builder, rule->pairs[j].pointer_key);
			add_text(&builder, rule->pairs[j].value);
		}
	}
	fprintf(out, "rules by content\t%zu, ", count);
	print_digest(out, &builder);
}

static void print_suppressions(FILE *out, const struct plan *plan)
{
	struct digest_builder builder;

	digest_begin(&builder);
	for (size_t i = 0; i < rule_count(); i++)
		if (rule_set_has(&plan->allowed, i))
			add_text(&builder, rule_name(i));
	fprintf(out, "suppressions\t%s, ",
		plan->ignore_suppressions ? "off" : "on");
	print_digest(out, &builder);
	digest_begin(&builder);
	for (size_t i = 0; i < plan->baseline_count; i++) {
		add_text(&builder, plan->baseline[i].rule);
		digest_add_number(&builder, plan->baseline[i].at_most);
	}
	fprintf(out, "baseline\t%s%zu, ",
		plan->record_baseline ? "being made, " : "",
		plan->baseline_count);
	print_digest(out, &builder);
}

static void print_schema(FILE *out, const struct plan *plan)
{
	const char *schema =
		plan->forced_schema ? plan->forced_schema : plan->schema;

	fprintf(out, "schema\t%s%s\n", schema ? schema : "none",
		plan->forced_schema   ? " (command line)"
		: plan->is_by_catalog ? " (catalog)"
				      : "");
	fprintf(out, "schemas to choose from\t%zu", plan->candidate_count);
	for (size_t i = 0; i < plan->candidate_count && i < PLAN_CANDIDATES_MAX;
	     i++)
		fprintf(out, " %s", plan->candidates[i]);
	fprintf(out,
		"\nschema mode\t%s\ndialect of schemas\t%d\n"
		"a schema is required\t%s\n",
		plan->schema_options.mode == SCHEMA_STRICT ? "strict"
							   : "compat",
		(int)plan->schema_options.dialect,
		plan->require_schema ? "yes" : "no");
}

static void print_limits(FILE *out, const struct limits *limits)
{
	fprintf(out,
		"limits\tdepth %" PRIu64 ", nodes %" PRIu64 ", aliases %" PRIu64
		", directives %" PRIu64 ", findings %" PRIu64
		", schemas %" PRIu64 ", steps %" PRIu64 ", memory %" PRIu64
		"\n",
		(uint64_t)limits->depth, (uint64_t)limits->nodes,
		(uint64_t)limits->aliases, (uint64_t)limits->directives,
		(uint64_t)limits->findings, (uint64_t)limits->schemas,
		(uint64_t)limits->steps, (uint64_t)limits->arena_bytes);
}

char *plan_describe(const struct plan *plan, const struct content_facts *facts)
{
	const struct format *format = plan->choice.format;
	char engine[ENGINE_TEXT_SIZE];
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	engine_describe(engine);
	fprintf(out, "program\t%d, %s\n", ENGINE_VERSION, engine);
	fprintf(out, "format\t%s%s%s\n", format ? format->name : "none",
		plan->choice.dialect && *plan->choice.dialect ? ", dialect "
							      : "",
		plan->choice.dialect ? plan->choice.dialect : "");
	fprintf(out, "level\t%s\n", level_name(plan->level));
	print_schema(out, plan);
	print_when(out, plan);
	fprintf(out, "folder\t%s\n",
		!facts->may_refer		      ? "any"
		: plan->directory && *plan->directory ? plan->directory
						      : ".");
	print_limits(out, &plan->limits);
	fprintf(out, "show values\t%s\n", plan->show_values ? "yes" : "no");
	print_suppressions(out, plan);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
