#include "fs/report/excerpts.h"
#include "fs/report/formats/formats.h"
#include "fs/report/report.h"

#include <inttypes.h>

struct colours {
	const char *severity[SEVERITY_COUNT];
	const char *state[STATE_COUNT];
	const char *path;
	const char *dim;
	const char *end;
};

static const struct colours ansi = {{"\033[1;31m", "\033[1;33m", "\033[1;36m"},
				    {[STATE_UNCHECKED] = "",
				     [STATE_VALID] = "\033[32m",
				     [STATE_WARNING] = "\033[33m",
				     [STATE_INVALID] = "\033[31m",
				     [STATE_ERROR] = "\033[31m",
				     [STATE_SKIPPED] = "\033[2m"},
				    "\033[1m",
				    "\033[2m",
				    "\033[0m"};
static const struct colours none = {
	{"", "", ""}, {"", "", "", "", "", ""}, "", "", ""};

static void write_line(FILE *out, const struct output_item *item,
		       const struct colours *colours)
{
	fputs(colours->path, out);
	report_write_field(out, item->path);
	if (item->line)
		fprintf(out, ":%u:%u", item->line, item->column);
	fprintf(out, ":%s %s%s:%s ", colours->end,
		colours->severity[item->severity],
		severity_name(item->severity), colours->end);
	/* A message is ours; what it quotes of the file may need escapes. */
	report_write_line(out, item->message);
	fprintf(out, " %s[%s]%s\n", colours->dim, item->rule, colours->end);
}

void format_item(FILE *out, const struct output_item *item)
{
	write_line(out, item, &none);
}

static void write_dropped(FILE *out, const struct output_part *part,
			  const struct survey_entry *entry)
{
	const uint32_t count = output_dropped(entry);
	auto_free char *path = count ? output_path(part, entry->path) : NULL;

	if (!path)
		return;
	report_write_field(out, path);
	fprintf(out, ": %u more finding%s not listed\n", count,
		count == 1 ? " is" : "s are");
}

/* The writing of one report. */
struct text {
	FILE *out;
	const struct colours *colours;
	struct excerpts *excerpts; /* NULL: one line a finding */
	bool is_apart;		   /* the last thing written was a blank line */
};

static void write_excerpt(const struct text *text,
			  const struct output_item *item,
			  const struct excerpt *excerpt)
{
	const struct colours *colours = text->colours;
	const int gutter = 2 + snprintf(NULL, 0, "%u", item->line);

	fprintf(text->out, "%s%*u |%s %s\n", colours->dim, gutter, item->line,
		colours->end, excerpt->text);
	fprintf(text->out, "%s%*s |%s %*s%s", colours->dim, gutter, "",
		colours->end, (int)excerpt->indent, "",
		colours->severity[item->severity]);
	for (uint32_t i = 0; i < excerpt->underline; i++)
		fputc('^', text->out);
	fprintf(text->out, "%s\n", colours->end);
}

static void write_where(const struct text *text, const struct output_item *item)
{
	fprintf(text->out, "%s    ", text->colours->dim);
	if (*item->pointer) {
		fputs("at ", text->out);
		report_write_field(text->out, item->pointer);
	}
	if (*item->schema_location) {
		fputs(*item->pointer ? ", asked by " : "asked by ", text->out);
		report_write_field(text->out, item->schema_location);
	}
	fprintf(text->out, "%s\n", text->colours->end);
}

static void write_item(void *ctx, const struct output_item *item)
{
	struct text *text = ctx;
	struct excerpt excerpt;
	const bool has_where = *item->pointer || *item->schema_location;

	write_line(text->out, item, text->colours);
	if (!text->excerpts)
		return;

	const bool has_excerpt = excerpts_find(text->excerpts, item, &excerpt);

	if (has_excerpt)
		write_excerpt(text, item, &excerpt);
	if (has_where)
		write_where(text, item);
	text->is_apart = has_excerpt || has_where;
	if (text->is_apart)
		fputc('\n', text->out);
}

static void write_entries(const struct output *output, struct text *text)
{
	for (size_t i = 0; i < output->part_count; i++) {
		const struct output_part *part = &output->parts[i];

		for (size_t j = 0; j < part->survey->count; j++) {
			output_visit_entry(part, &part->survey->entries[j],
					   write_item, text);
			write_dropped(text->out, part,
				      &part->survey->entries[j]);
		}
	}
}

void format_concise(const struct output *output)
{
	struct text text = {.out = output->file,
			    .colours = output->use_colour ? &ansi : &none};

	write_entries(output, &text);
}

static void write_states(FILE *out, const struct output_counts *counts,
			 const struct colours *colours)
{
	static const enum state order[] = {STATE_VALID,	  STATE_WARNING,
					   STATE_INVALID, STATE_ERROR,
					   STATE_SKIPPED, STATE_UNCHECKED};
	const char *separator = ": ";

	for (size_t i = 0; i < array_size(order); i++) {
		if (counts->by_state[order[i]] == 0)
			continue;
		fprintf(out, "%s%s%zu %s%s", separator,
			colours->state[order[i]], counts->by_state[order[i]],
			state_name(order[i]), colours->end);
		separator = ", ";
	}
}

static void write_severities(FILE *out, const struct output_counts *counts)
{
	static const char *const words[SEVERITY_COUNT][2] = {
		{"error", "errors"},
		{"warning", "warnings"},
		{"note", "notes"}};
	const char *separator = "; ";

	for (size_t i = 0; i < SEVERITY_COUNT; i++) {
		const uint64_t count = counts->by_severity[i];

		if (count == 0)
			continue;
		fprintf(out, "%s%" PRIu64 " %s", separator, count,
			words[i][count != 1]);
		separator = ", ";
	}
}

static void write_summary(const struct output *output,
			  const struct colours *colours)
{
	const struct output_counts counts = output_count(output);

	fprintf(output->file, "%zu file%s", counts.files,
		counts.files == 1 ? "" : "s");
	write_states(output->file, &counts, colours);
	write_severities(output->file, &counts);
	if (counts.suppressed)
		fprintf(output->file, "; %" PRIu64 " suppressed",
			counts.suppressed);
	fprintf(output->file, " (%zu from the cache, %.3f s)\n", counts.cached,
		output->seconds);
}

void format_text(const struct output *output)
{
	struct excerpts excerpts;
	struct text text = {.out = output->file,
			    .colours = output->use_colour ? &ansi : &none,
			    .excerpts = &excerpts,
			    .is_apart = true};

	excerpts_init(&excerpts);
	write_entries(output, &text);
	excerpts_release(&excerpts);
	if (!text.is_apart)
		fputc('\n', output->file);
	write_summary(output, text.colours);
}
