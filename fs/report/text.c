#include "fs/report/output.h"
#include "fs/report/report.h"

struct colours {
	const char *severity[SEVERITY_COUNT];
	const char *path;
	const char *dim;
	const char *end;
};

static const struct colours ansi = {{"\033[1;31m", "\033[1;33m", "\033[1;36m"},
				    "\033[1m",
				    "\033[2m",
				    "\033[0m"};
static const struct colours none = {{"", "", ""}, "", "", ""};

/* A path as it is called from the working directory, quoted if need be. */
static void write_path(FILE *out, const struct output_part *part,
		       const char *path)
{
	const size_t size = strlen(part->inside);
	char *full = NULL;

	if (size && strncmp(path, part->inside, size) == 0 && path[size] == '/')
		report_write_field(out, path + size + 1);
	else if (asprintf(&full, "%s%s", part->prefix, path) >= 0)
		report_write_field(out, full);
	free(full);
}

static void write_line(FILE *out, const struct output_part *part,
		       const struct survey_entry *entry,
		       const struct finding *finding,
		       const struct colours *colours)
{
	const struct verdict *verdict = entry->judgement->verdict;

	fputs(colours->path, out);
	write_path(out, part, entry->path);
	fprintf(out, ":%u:%u:%s %s%s:%s ", finding->line, finding->column,
		colours->end, colours->severity[finding->severity],
		severity_name((enum severity)finding->severity), colours->end);
	/* A message is ours; what it quotes of the file may need escapes. */
	report_write_line(out, verdict_text(verdict, finding->message));
	fprintf(out, " %s[%s]%s\n", colours->dim,
		verdict_text(verdict, finding->rule), colours->end);
}

static void write_details(FILE *out, const struct verdict *verdict,
			  const struct finding *finding,
			  const struct colours *colours)
{
	const char *pointer = verdict_text(verdict, finding->pointer);
	const char *location = verdict_text(verdict, finding->schema_location);

	if (!*pointer && !*location)
		return;
	fprintf(out, "%s    ", colours->dim);
	if (*pointer) {
		fputs("at ", out);
		report_write_field(out, pointer);
	}
	if (*location) {
		fputs(*pointer ? ", asked by " : "asked by ", out);
		report_write_field(out, location);
	}
	fprintf(out, "%s\n", colours->end);
}

/* Errors that have no finding of their own (a budget, a lost file). */
static void write_reason(FILE *out, const struct output_part *part,
			 const struct survey_entry *entry)
{
	const struct verdict *verdict = entry->judgement->verdict;

	if (entry->state != STATE_ERROR || verdict->finding_count > 0)
		return;
	write_path(out, part, entry->path);
	fprintf(out, ": error: %s\n", verdict_text(verdict, verdict->reason));
}

static void write_dropped(FILE *out, const struct output_part *part,
			  const struct survey_entry *entry)
{
	const struct verdict *verdict = entry->judgement->verdict;
	const uint32_t all =
		verdict->totals[0] + verdict->totals[1] + verdict->totals[2];

	if (all == verdict->finding_count)
		return;
	write_path(out, part, entry->path);
	fprintf(out, ": %u more findings are not listed\n",
		all - verdict->finding_count);
}

static void write_entry(const struct output *output,
			const struct output_part *part,
			const struct survey_entry *entry, bool is_long)
{
	const struct colours *colours = output->use_colour ? &ansi : &none;
	const struct verdict *verdict =
		entry->judgement ? entry->judgement->verdict : NULL;

	if (!verdict)
		return;
	for (uint32_t i = 0; i < verdict->finding_count; i++) {
		write_line(output->file, part, entry, &verdict->findings[i],
			   colours);
		if (is_long)
			write_details(output->file, verdict,
				      &verdict->findings[i], colours);
	}
	write_reason(output->file, part, entry);
	write_dropped(output->file, part, entry);
}

static void write_entries(const struct output *output, bool is_long)
{
	for (size_t i = 0; i < output->part_count; i++) {
		const struct output_part *part = &output->parts[i];

		for (size_t j = 0; j < part->survey->count; j++)
			write_entry(output, part, &part->survey->entries[j],
				    is_long);
	}
}

void output_concise(const struct output *output)
{
	write_entries(output, false);
}

static bool is_from_cache(const struct survey_entry *entry)
{
	return entry->judgement && entry->judgement->has_digest &&
	       entry->tier != TIER_MISS;
}

static void write_summary(const struct output *output)
{
	static const enum state order[] = {STATE_VALID,	  STATE_WARNING,
					   STATE_INVALID, STATE_ERROR,
					   STATE_SKIPPED, STATE_UNCHECKED};
	size_t files = 0;
	size_t cached = 0;
	const char *separator = ": ";

	for (size_t i = 0; i < output->part_count; i++) {
		const struct survey *survey = output->parts[i].survey;

		files += survey->count;
		for (size_t j = 0; j < survey->count; j++)
			cached += is_from_cache(&survey->entries[j]);
	}
	fprintf(output->file, "%zu file%s", files, files == 1 ? "" : "s");
	for (size_t i = 0; i < array_size(order); i++) {
		size_t count = 0;

		for (size_t j = 0; j < output->part_count; j++)
			count += output->parts[j].survey->by_state[order[i]];
		if (count == 0)
			continue;
		fprintf(output->file, "%s%zu %s", separator, count,
			state_name(order[i]));
		separator = ", ";
	}
	fprintf(output->file, " (%zu from the cache, %.3f s)\n", cached,
		output->seconds);
}

void output_text(const struct output *output)
{
	write_entries(output, true);
	write_summary(output);
}

output_writer *output_find(const char *name)
{
	static const struct {
		const char *name;
		output_writer *write;
	} writers[] = {
		{"text", output_text},
		{"concise", output_concise},
		{"json", output_json},
	};

	for (size_t i = 0; i < array_size(writers); i++)
		if (strcmp(writers[i].name, name) == 0)
			return writers[i].write;
	return NULL;
}
