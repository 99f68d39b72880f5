/* The bytes of the configuration: judged like any file, then read. */
#include "fs/config/config_parts.h"

#include "validate/text.h"
#include "validate/validate.h"

#include <errno.h>

enum { MAX_BYTES = 1 << 20 };

struct plan config_own_plan(const struct settings *settings)
{
	return (struct plan){
		.choice = {format_find("yaml"), ""},
		.level = settings->level > LEVEL_STANDARD ? settings->level
							  : LEVEL_STANDARD,
		.forced_schema = CONFIG_SCHEMA_PATH,
		.directory = "",
		.schema_options = settings->schema_options,
		.limits = settings->limits,
		.show_values = settings->show_values,
		/* What suppresses is not suppressed itself. */
		.ignore_suppressions = true,
	};
}

/* Gives one schema, the built-in one. */
struct giver {
	const struct host *host;
	struct schema *schema;
	char *why;
};

static int give_schema(void *ctx, const char *path, const struct schema **out,
		       const char **why)
{
	static const struct schema_options options = {SCHEMA_COMPAT,
						      SCHEMA_2020_12};
	struct giver *giver = ctx;
	int r = 0;

	if (strcmp(path, CONFIG_SCHEMA_PATH) != 0)
		return -ENOENT;
	if (!giver->schema)
		r = schema_compile(span_of(config_schema_text), path, &options,
				   giver->host, &giver->schema, &giver->why);
	*out = giver->schema;
	*why = giver->why;
	return r;
}

static int judge_by_schema(const struct plan *plan, struct span content,
			   const struct host *host, struct arena *arena,
			   struct verdict **out)
{
	struct giver giver = {.host = host};
	const struct host own = {
		.ctx = &giver, .schema = give_schema, .cancel = host->cancel};
	const int r = validate_bytes(plan, content, &own, arena, out);

	schema_free(giver.schema);
	free(giver.why);
	return r;
}

/*
 * Read content that is known to be well-formed, this time to keep it. What the
 * reader warned about it will find again; the schema has nothing to add.
 */
static int read_content(struct config *config, const struct plan *plan,
			struct span content, struct arena *arena,
			struct verdict **out)
{
	struct findings findings;
	struct doc doc;
	int r = text_from_utf16(content, arena, &content);

	if (r < 0)
		return r;

	const size_t bom = text_bom_size(content);

	content.data += bom;
	content.size -= bom;
	doc_init(&doc, arena, content, plan->limits.nodes);
	findings_init(&findings, arena, plan->limits.findings);

	struct parse parse = {.source = content,
			      .limits = &plan->limits,
			      .dialect = "",
			      .doc = &doc,
			      .findings = &findings};

	r = plan->choice.format->read(&parse);
	if (r == 0)
		r = config_read(config, &doc, &findings);
	if (r)
		return r;
	return verdict_build(&findings, &doc, CONFIG_SCHEMA_PATH, out);
}

static bool is_good(const struct verdict *verdict)
{
	return verdict->state == STATE_VALID || verdict->state == STATE_WARNING;
}

/* Take back what was read of a broken file. */
static void forget(struct config *config, size_t ignore_count)
{
	config->ignore.count = ignore_count;
	config->schema_count = 0;
	config->when_count = 0;
	config->format_count = 0;
	config->check_count = 0;
	config->map_count = 0;
	config->catalog_folder = NULL;
	config->policy_count = 0;
	config->suppress_count = 0;
	config->baseline_path = NULL;
	config->sharing = (struct sharing){0};
}

static int judge(struct config *config, struct span content,
		 const struct host *host, struct arena *arena,
		 struct verdict **out)
{
	const struct plan plan = config_own_plan(config->settings);
	const size_t ignore_count = config->ignore.count;
	auto_free struct verdict *verdict = NULL;
	int r = judge_by_schema(&plan, content, host, arena, &verdict);

	if (r == 0 && is_good(verdict)) {
		free(steal(&verdict));
		arena_reset(arena);
		r = read_content(config, &plan, content, arena, &verdict);
	}
	if (r || !is_good(verdict))
		forget(config, ignore_count);
	if (r == 0)
		*out = steal(&verdict);
	return r;
}

int config_judge(struct config *config, struct span content,
		 const struct host *host, struct verdict **out)
{
	struct arena arena;

	if (content.size > MAX_BYTES)
		return verdict_plain(STATE_ERROR,
				     "the configuration is larger than 1 MiB",
				     out);
	arena_init(&arena, config->settings->limits.arena_bytes);

	const int r = judge(config, content, host, &arena, out);

	arena_release(&arena);
	if (r == -E2BIG)
		return verdict_plain(
			STATE_ERROR,
			"the configuration needs more memory than the limit",
			out);
	return r;
}
