#include "fs/judge/judge_private.h"
#include "validate/path.h"
#include "validate/plan_describe.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

/* The value of the line that `line` begins the name of; size 0: none. */
static struct span value_in(const char *text, struct span name)
{
	while (*text) {
		const size_t size = strcspn(text, "\n");

		if (size > name.size && text[name.size] == '\t' &&
		    strncmp(text, name.data, name.size) == 0)
			return (struct span){text + name.size + 1,
					     size - name.size - 1};
		text += size + (text[size] == '\n');
	}
	return (struct span){NULL, 0};
}

/* Parts of `now` that are otherwise in `then`, to `out`; how many. */
static size_t compare(const char *now, const char *then, FILE *out)
{
	size_t count = 0;

	for (const char *line = now; *line;) {
		const size_t size = strcspn(line, "\n");
		const struct span name = {line, strcspn(line, "\t")};
		const struct span old = value_in(then, name);
		const struct span new = value_in(now, name);

		line += size + (line[size] == '\n');
		if (!old.data || span_equal(old, new))
			continue;
		if (out)
			fprintf(out, "%s%.*s was %.*s", count ? "\n" : "",
				(int)name.size, name.data, (int)old.size,
				old.data);
		count++;
	}
	return count;
}

/* The plan that differs in the fewest parts; NULL: none was noted. */
static const char *find_nearest(const struct store_plans *plans,
				const char *now)
{
	const char *nearest = NULL;
	size_t fewest = SIZE_MAX;

	for (size_t i = 0; i < plans->text_count; i++) {
		const size_t count = compare(now, plans->texts[i], NULL);

		if (count > 0 && count < fewest) {
			fewest = count;
			nearest = plans->texts[i];
		}
	}
	return nearest;
}

/* Not knowing the difference is no failure. */
static void explain_difference(const struct plan *plan,
			       const struct content_facts *facts,
			       const struct store_plans *plans,
			       struct explanation *out)
{
	auto_free char *now = plan_describe(plan, facts);
	const char *then = now ? find_nearest(plans, now) : NULL;
	size_t size = 0;
	FILE *text = then ? open_memstream(&out->difference, &size) : NULL;

	if (!text)
		return;
	compare(now, then, text);
	if (fclose(text))
		free(steal(&out->difference));
}

static void explain_plans(struct judge *judge, const struct plan *plan,
			  const struct content_facts *facts,
			  struct explanation *out)
{
	struct store_plans plans;

	cache_find_plans(judge->tools.cache, &out->key.content, &out->content,
			 &plans);
	out->other_plans = plans.count;
	explain_difference(plan, facts, &plans, out);
	store_plans_release(&plans);
}

static int explain_key(struct judge *judge, const struct plan *plan,
		       const struct content_facts *facts, struct span content,
		       struct explanation *out)
{
	out->has_key = true;
	out->content = digest_of(content);
	out->key = hearing_key(&judge->tools, plan, facts, content);
	out->has_folder = facts->may_refer;
	out->has_store =
		judge->tools.cache && cache_has_index(judge->tools.cache);

	const int r = hearing_look_up(&judge->tools, plan, facts, content,
				      &out->stored, &out->stale);

	if (r == -ENOENT && out->has_store && !out->stale)
		explain_plans(judge, plan, facts, out);
	return r == -ENOENT ? 0 : r;
}

/* What might be meant too, but does not count. */
static int explain_others(const struct plan *plan, const struct config *config,
			  const char *path, struct explanation *out)
{
	const char *shadowed = plan->forced_schema
				       ? NULL
				       : config_schema_shadowed(config, path);

	if (shadowed && !(out->shadowed = strdup(shadowed)))
		return -ENOMEM;
	out->candidate_count = plan->candidate_count;
	for (size_t i = 0; i < plan->candidate_count && i < PLAN_CANDIDATES_MAX;
	     i++) {
		out->candidates[i] = strdup(plan->candidates[i]);
		if (!out->candidates[i])
			return -ENOMEM;
	}
	return 0;
}

/* All entries of the configuration for a file, one a line. */
static int explain_suppressions(const struct config *config, const char *path,
				struct explanation *out)
{
	struct config_suppression entry;
	size_t size = 0;
	FILE *text = open_memstream(&out->suppressed_by, &size);

	if (!text)
		return -ENOMEM;
	for (size_t i = 0; config_suppression(config, path, i, &entry); i++)
		fprintf(text, "%s%s%s%s%s", i ? "\n" : "", entry.origin,
			*entry.reason ? " (" : "", entry.reason,
			*entry.reason ? ")" : "");
	return fclose(text) ? -ENOMEM : 0;
}

static int explain_content(struct judge *judge, const char *path,
			   struct span content, struct explanation *out)
{
	char directory[PATH_MAX];
	struct setup_config use = setup_acquire(judge->setup);
	const struct content_facts facts = content_facts_of(content);
	struct plan plan;
	int r = 0;

	judge_plan(judge, use.config, path, &facts, directory, &plan);
	out->format = plan.choice.format ? plan.choice.format->name : "";
	out->dialect = plan.choice.dialect;
	out->when_count = plan.when_count;
	out->untrusted_checks = config_untrusted_checks(use.config);
	out->baseline_rules = plan.baseline_count;

	const char *schema =
		plan.forced_schema ? plan.forced_schema : plan.schema;

	if (schema) {
		out->schema = strdup(schema);
		out->schema_origin =
			strdup(config_schema_origin(use.config, path));
		r = out->schema && out->schema_origin ? 0 : -ENOMEM;
	}
	if (r == 0 && !plan.ignore_suppressions)
		r = explain_suppressions(use.config, path, out);
	if (r == 0)
		r = explain_others(&plan, use.config, path, out);
	if (r == 0)
		r = explain_key(judge, &plan, &facts, content, out);
	setup_release(judge->setup, &use);
	return r;
}

int judge_explain(struct judge *judge, const char *path,
		  struct explanation *out)
{
	auto_close int fd = source_open_file(judge->source, path);
	struct explanation explanation = {.format = "", .dialect = ""};
	struct snapshot snapshot;
	struct skip skip = {0};
	struct stamp stamp;
	int r = fd < 0 ? fd : source_stat_fd(fd, &stamp, NULL);

	if (r)
		return r;
	r = judge_find_skip(judge, path, fd, stamp.size, &skip);
	if (r)
		return r;
	explanation.skip = skip.reason;
	explanation.index_doubt = judge_index_doubt(judge, path, &stamp);
	if (!explanation.skip) {
		r = snapshot_read(fd, judge->settings->max_size, &snapshot);
		if (r)
			return r;
		r = explain_content(
			judge, path,
			(struct span){snapshot.bytes, snapshot.size},
			&explanation);
		snapshot_release(&snapshot);
	}
	if (r) {
		explanation_release(&explanation);
		return r;
	}
	*out = explanation;
	return 0;
}

void explanation_release(struct explanation *explanation)
{
	free(explanation->skip);
	free(explanation->schema);
	free(explanation->schema_origin);
	free(explanation->stale);
	free(explanation->difference);
	free(explanation->shadowed);
	for (size_t i = 0; i < PLAN_CANDIDATES_MAX; i++)
		free(explanation->candidates[i]);
	free(explanation->suppressed_by);
	judgement_release(explanation->stored);
	*explanation = (struct explanation){0};
}

struct dependency judge_dependency(struct judge *judge,
				   const struct judgement *judgement,
				   uint32_t index)
{
	return dependencies_describe(judge->tools.dependencies,
				     judgement->links.list[index].file);
}

char *judge_locate(struct judge *judge, const char *name)
{
	char buf[PATH_MAX];
	const char *path =
		path_is_url(span_of(name))
			? dependencies_path(judge->tools.dependencies, name,
					    buf)
			: NULL;

	return path ? strdup(path) : NULL;
}
