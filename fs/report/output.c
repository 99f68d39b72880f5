#include "fs/report/output.h"

#include "fs/report/formats/formats.h"

static const struct output_format formats[] = {
	{"text", "findings with the line they are about (default)",
	 format_text},
	{"concise", "path:line:col: severity: message [rule]", format_concise},
	{"json", "all files and findings as one object", format_json},
	{"jsonl", "the same, a line for each file and a summary", format_jsonl},
	{"sarif", "SARIF 2.1.0, for code scanning", format_sarif},
	{"junit", "JUnit XML, a test case for each file", format_junit},
	{"tap", "Test Anything Protocol 13, a test for each file", format_tap},
	{"github", "annotations of GitHub Actions", format_github},
	{"gitlab", "Code Quality report of GitLab", format_gitlab},
	{"html", "a page with charts, complete in one file", format_html},
};

const struct output_format *output_format_at(size_t index)
{
	return index < array_size(formats) ? &formats[index] : NULL;
}

const struct output_format *output_find(const char *name)
{
	for (size_t i = 0; i < array_size(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

static bool is_from_cache(const struct survey_entry *entry)
{
	return entry->judgement && entry->judgement->has_digest &&
	       entry->tier != TIER_MISS;
}

static void count_part(const struct survey *survey,
		       struct output_counts *counts)
{
	counts->files += survey->count;
	for (size_t i = 0; i < survey->count; i++)
		counts->cached += is_from_cache(&survey->entries[i]);
	for (int i = 0; i < STATE_COUNT; i++)
		counts->by_state[i] += survey->by_state[i];
	for (int i = 0; i < SEVERITY_COUNT; i++)
		counts->by_severity[i] += survey->by_severity[i];
	counts->suppressed += survey->suppressed;
	score_add_all(&counts->score, &survey->score);
}

struct output_counts output_count(const struct output *output)
{
	struct output_counts counts = {0};

	for (size_t i = 0; i < output->part_count; i++)
		count_part(output->parts[i].survey, &counts);
	return counts;
}

char *output_path(const struct output_part *part, const char *path)
{
	const size_t size = strlen(part->inside);
	char *full = NULL;

	if (size && strncmp(path, part->inside, size) == 0 && path[size] == '/')
		return strdup(path + size + 1);
	return asprintf(&full, "%s%s", part->prefix, path) < 0 ? NULL : full;
}

static struct output_item item_of(const struct verdict *verdict,
				  const struct finding *finding)
{
	return (struct output_item){
		.severity = (enum severity)finding->severity,
		.rule = verdict_text(verdict, finding->rule),
		.message = verdict_text(verdict, finding->message),
		.pointer = verdict_text(verdict, finding->pointer),
		.schema_location =
			verdict_text(verdict, finding->schema_location),
		.line = finding->line,
		.column = finding->column,
		.length = finding->length,
		.fingerprint = finding->fingerprint,
	};
}

/* Errors that have no finding of their own (a budget, a lost file). */
static struct output_item item_of_reason(const struct verdict *verdict)
{
	return (struct output_item){
		.severity = SEVERITY_ERROR,
		.rule = OUTPUT_UNDECIDED,
		.message = verdict_text(verdict, verdict->reason),
		.pointer = "",
		.schema_location = "",
	};
}

void output_visit_entry(
	const struct output_part *part, const struct survey_entry *entry,
	void (*visit)(void *ctx, const struct output_item *item), void *ctx)
{
	const struct verdict *verdict =
		entry->judgement ? entry->judgement->verdict : NULL;
	const bool has_reason = verdict && verdict->finding_count == 0 &&
				entry->state == STATE_ERROR;

	if (!verdict || (verdict->finding_count == 0 && !has_reason))
		return;

	auto_free char *path = output_path(part, entry->path);

	for (uint32_t i = 0; path && i < verdict->finding_count + has_reason;
	     i++) {
		struct output_item item =
			has_reason ? item_of_reason(verdict)
				   : item_of(verdict, &verdict->findings[i]);

		item.part = part;
		item.entry = entry;
		item.path = path;
		visit(ctx, &item);
	}
}

void output_visit(const struct output *output,
		  void (*visit)(void *ctx, const struct output_item *item),
		  void *ctx)
{
	for (size_t i = 0; i < output->part_count; i++) {
		const struct output_part *part = &output->parts[i];

		for (size_t j = 0; j < part->survey->count; j++)
			output_visit_entry(part, &part->survey->entries[j],
					   visit, ctx);
	}
}

uint32_t output_dropped(const struct survey_entry *entry)
{
	const struct verdict *verdict =
		entry->judgement ? entry->judgement->verdict : NULL;
	uint32_t all = 0;

	if (!verdict)
		return 0;
	for (int i = 0; i < SEVERITY_COUNT; i++)
		all += verdict->totals[i];
	return all - verdict->finding_count;
}
