#include "fs/report/explain.h"

#include "cache/remote/remote.h"
#include "fs/report/report.h"
#include "validate/engine.h"

#include <time.h>

static void write_text(FILE *out, const char *key, const char *text)
{
	fprintf(out, "  %-13s ", key);
	report_write_field(out, text);
	fputc('\n', out);
}

static void write_hex(FILE *out, const char *key, const uint8_t *bytes,
		      size_t size)
{
	fprintf(out, "  %-13s ", key);
	for (size_t i = 0; i < size; i++)
		fprintf(out, "%02x", bytes[i]);
	fputc('\n', out);
}

/* What is not applied although it is for this file too, and why not. */
static void write_others(FILE *out, const struct explanation *explanation)
{
	if (explanation->shadowed) {
		fprintf(out, "  %-13s ", "not used");
		report_write_field(out, explanation->shadowed);
		fputs(": another entry for this file stands before it\n", out);
	}
	if (!explanation->candidate_count)
		return;
	fprintf(out, "  %-13s %zu in the catalog, so none is applied:\n",
		"ambiguous", explanation->candidate_count);
	for (size_t i = 0; i < PLAN_CANDIDATES_MAX; i++)
		if (explanation->candidates[i])
			write_text(out, "", explanation->candidates[i]);
}

static void write_schema(FILE *out, const struct explanation *explanation)
{
	if (explanation->schema)
		fprintf(out, "  %-13s %s (%s)\n", "schema", explanation->schema,
			explanation->schema_origin);
	else
		write_text(out, "schema",
			   "none by configuration; the file may name "
			   "one itself");
	if (explanation->when_count)
		fprintf(out, "  %-13s %zu rule%s in " CONFIG_FILE "\n",
			"by content", explanation->when_count,
			explanation->when_count == 1 ? "" : "s");
}

/* Which file a URL was read from. */
static void write_place(FILE *out, struct judge *judge, const char *name)
{
	auto_free char *path = judge_locate(judge, name);

	if (!path)
		return;
	fprintf(out, " = ");
	report_write_field(out, path);
}

static void write_suppressions(FILE *out, struct judge *judge,
			       const struct explanation *explanation)
{
	const char *label = "suppressed by";
	auto_free char *path = NULL;
	struct baseline *baseline;
	char *rest = explanation->suppressed_by;

	while (rest && *rest) {
		char *line = strsep(&rest, "\n");

		fprintf(out, "  %-13s ", label);
		report_write_line(out, line);
		fputc('\n', out);
		label = "";
	}
	if (!explanation->baseline_rules ||
	    judge_baseline(judge, &path, &baseline))
		return;
	baseline_release(baseline);
	fprintf(out, "  %-13s %s, %zu rule%s\n", "baseline", path,
		explanation->baseline_rules,
		explanation->baseline_rules == 1 ? "" : "s");
}

/* How many findings, by where that is said. */
static void write_suppressed(FILE *out, const struct verdict *verdict)
{
	static const char *const places[SUPPRESSED_COUNT] = {
		"comments of the file", CONFIG_FILE, "the baseline"};
	const char *separator = ": ";

	if (!verdict_suppressed(verdict))
		return;
	fprintf(out, "  %-13s %u", "suppressed", verdict_suppressed(verdict));
	for (int i = 0; i < SUPPRESSED_COUNT; i++) {
		if (!verdict->suppressed[i])
			continue;
		fprintf(out, "%s%u by %s", separator, verdict->suppressed[i],
			places[i]);
		separator = ", ";
	}
	fputc('\n', out);
}

static void write_stored(FILE *out, struct judge *judge,
			 const struct judgement *stored)
{
	const struct verdict *verdict = stored->verdict;
	struct tm time;
	char when[32];

	fprintf(out, "  %-13s yes (%s)\n", "cached",
		cache_tier_name(stored->tier));
	write_text(out, "state", state_name((enum state)verdict->state));
	write_text(out, "schema used", verdict_text(verdict, verdict->schema));
	write_suppressed(out, verdict);
	if (localtime_r(&stored->validated_at, &time) &&
	    strftime(when, sizeof(when), "%F %T", &time))
		fprintf(out, "  %-13s %s, took %u us\n", "validated", when,
			stored->usec);
	for (uint32_t i = 0; i < stored->links.count; i++) {
		const struct dependency dependency =
			judge_dependency(judge, stored, i);

		fprintf(out, "  %-13s ", i ? "" : "rests on");
		report_write_field(out, dependency.path);
		if (!dependency.exists)
			fprintf(out, " (does not exist)");
		write_place(out, judge, dependency.path);
		fputc('\n', out);
	}
}

/* What other machines have judged, and whether it counts here. */
static void write_sharing(FILE *out, struct judge *judge)
{
	struct remote_stats stats = {.state = REMOTE_OFF};

	if (judge_cache(judge))
		cache_remote_stats(judge_cache(judge), &stats);
	if (stats.state == REMOTE_OFF && !*stats.reason)
		return;
	fprintf(out, "  %-13s %s", "shared cache",
		remote_state_name(stats.state));
	if (*stats.reason) {
		fprintf(out, ": ");
		report_write_field(out, stats.reason);
	}
	fputc('\n', out);
}

static void write_engine(FILE *out)
{
	char engine[ENGINE_TEXT_SIZE];

	engine_describe(engine);
	fprintf(out, "  %-13s %d, %s\n", "engine", ENGINE_VERSION, engine);
}

static void write_index(FILE *out, const struct explanation *explanation)
{
	if (explanation->index_doubt)
		fprintf(out, "  %-13s not used: %s\n", "stat index",
			explanation->index_doubt);
	else
		write_text(out, "stat index",
			   "used: check does not read the file");
}

/* In what the nearest plan differs that the same content was judged under. */
static void write_difference(FILE *out, const struct explanation *explanation)
{
	char *rest = explanation->difference;

	fprintf(out,
		"  %-13s no: this content was judged under %zu other plan%s",
		"cached", explanation->other_plans,
		explanation->other_plans == 1 ? "" : "s");
	fputs(rest ? "; of the nearest\n"
		   : " (configuration, options, format or program differed)\n",
	      out);
	while (rest && *rest)
		write_text(out, "", strsep(&rest, "\n"));
}

/* Which of all that a verdict depends on is not as it was. */
static void write_miss(FILE *out, const struct explanation *explanation)
{
	if (explanation->stale)
		fprintf(out, "  %-13s no: %s changed\n", "cached",
			explanation->stale);
	else if (!explanation->has_store)
		write_text(out, "cached", "no: the store is off");
	else if (explanation->other_plans)
		write_difference(out, explanation);
	else
		write_text(out, "cached",
			   "no: this content was not judged yet");
}

/* What of the settings is in the key. */
static void write_settings(FILE *out, const struct settings *settings,
			   const struct explanation *explanation)
{
	const struct limits *limits = &settings->limits;

	fprintf(out,
		"  %-13s require-schema %s, show-values %s, suppressions %s\n",
		"options", settings->require_schema ? "on" : "off",
		settings->show_values ? "on" : "off",
		settings->ignore_suppressions ? "off" : "on");
	fprintf(out,
		"  %-13s depth %llu, nodes %llu, findings %llu, steps %llu\n",
		"limits", (unsigned long long)limits->depth,
		(unsigned long long)limits->nodes,
		(unsigned long long)limits->findings,
		(unsigned long long)limits->steps);
	write_text(out, "its folder",
		   explanation->has_folder
			   ? "in the key: the file may name others beside it"
			   : "not in the key: it counts wherever it lies");
}

static void write_explanation(FILE *out, struct judge *judge,
			      const struct explanation *explanation)
{
	if (explanation->skip) {
		write_text(out, "state", "skipped");
		write_text(out, "reason", explanation->skip);
		write_index(out, explanation);
		return;
	}
	fprintf(out, "  %-13s %s%s%s\n", "format", explanation->format,
		*explanation->dialect ? ", dialect " : "",
		explanation->dialect);
	write_text(out, "level", level_name(judge_level(judge)));
	write_text(out, "schema mode",
		   judge_settings(judge)->schema_options.mode == SCHEMA_STRICT
			   ? "strict"
			   : "compat");
	write_schema(out, explanation);
	write_others(out, explanation);
	if (explanation->untrusted_checks)
		fprintf(out,
			"  %-13s %zu in " CONFIG_FILE
			": skipped, untrusted (a tree cannot ask for "
			"commands)\n",
			"checks", explanation->untrusted_checks);
	write_suppressions(out, judge, explanation);
	write_settings(out, judge_settings(judge), explanation);
	write_engine(out);
	write_hex(out, "content", explanation->content.bytes, DIGEST_SIZE);
	write_hex(out, "key.content", explanation->key.content.bytes,
		  DIGEST_TAG_SIZE);
	write_hex(out, "key.plan", explanation->key.plan.bytes, DIGEST_SIZE);
	write_index(out, explanation);
	write_sharing(out, judge);
	if (explanation->stored)
		write_stored(out, judge, explanation->stored);
	else
		write_miss(out, explanation);
}

int explain_write(FILE *out, struct judge *judge, const char *path,
		  const char *shown)
{
	struct explanation explanation;
	const int r = judge_explain(judge, path, &explanation);

	if (r)
		return r;
	report_write_line(out, shown);
	fputc('\n', out);
	write_text(out, "root", source_root(judge_source(judge)));
	write_text(out, "configuration", judge_config_state(judge));
	write_explanation(out, judge, &explanation);
	explanation_release(&explanation);
	return 0;
}
