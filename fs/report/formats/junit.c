#include "fs/report/formats/formats.h"
#include "fs/report/quote.h"
#include "fs/report/report.h"

/* A test case's findings as lines, and the first error among them. */
struct lines {
	FILE *file;
	char *message; /* owned */
	const char *rule;
	uint64_t errors;
};

static void quote_through(FILE *out, const char *text,
			  void (*write)(FILE *out, const char *text))
{
	char *plain = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&plain, &size);

	if (!memory)
		return;
	write(memory, text);
	if (fclose(memory) == 0)
		quote_xml(out, plain);
	free(plain);
}

static void add_line(void *ctx, const struct output_item *item)
{
	struct lines *lines = ctx;

	format_item(lines->file, item);
	if (item->severity != SEVERITY_ERROR)
		return;
	if (lines->errors++ > 0)
		return;
	lines->message = strdup(item->message);
	lines->rule = item->rule;
}

static void write_lines(FILE *out, const struct survey_entry *entry,
			const struct lines *lines, const char *text)
{
	const char *element = entry->state == STATE_ERROR ? "error" : "failure";

	if (entry->state != STATE_ERROR && entry->state != STATE_INVALID) {
		fputs("      <system-out>", out);
		quote_xml(out, text);
		fputs("</system-out>\n", out);
		return;
	}
	fprintf(out, "      <%s type=\"", element);
	quote_xml(out, lines->rule ? lines->rule : OUTPUT_UNDECIDED);
	fputs("\" message=\"", out);
	if (lines->message)
		quote_through(out, lines->message, report_write_line);
	if (lines->errors > 1)
		fprintf(out, " (and %llu more)",
			(unsigned long long)lines->errors - 1);
	fputs("\">", out);
	quote_xml(out, text);
	fprintf(out, "</%s>\n", element);
}

static void write_findings(FILE *out, const struct output_part *part,
			   const struct survey_entry *entry)
{
	char *text = NULL;
	size_t size = 0;
	struct lines lines = {.file = open_memstream(&text, &size)};

	if (!lines.file)
		return;
	output_visit_entry(part, entry, add_line, &lines);
	if (fclose(lines.file) == 0 && (size || entry->state == STATE_ERROR))
		write_lines(out, entry, &lines, text);
	free(lines.message);
	free(text);
}

static void write_skipped(FILE *out, const struct survey_entry *entry)
{
	const struct verdict *verdict =
		entry->judgement ? entry->judgement->verdict : NULL;

	fputs("      <skipped message=\"", out);
	quote_through(out,
		      verdict ? verdict_text(verdict, verdict->reason)
			      : state_name(entry->state),
		      report_write_line);
	fputs("\"/>\n", out);
}

static bool is_skipped(const struct survey_entry *entry)
{
	return entry->state == STATE_SKIPPED || entry->state == STATE_UNCHECKED;
}

/* Is there more to say than that all is well? */
static bool is_told(const struct survey_entry *entry)
{
	return entry->state != STATE_VALID ||
	       (entry->judgement && entry->judgement->verdict->finding_count);
}

static void write_case(FILE *out, const struct output_part *part,
		       const struct survey_entry *entry)
{
	const struct judgement *judgement = entry->judgement;
	auto_free char *path = output_path(part, entry->path);
	const char *name = path ? path : entry->path;

	fputs("    <testcase classname=\"cfgfs\" name=\"", out);
	quote_through(out, name, report_write_field);
	fputs("\" file=\"", out);
	quote_through(out, name, report_write_field);
	fprintf(out, "\" time=\"%.6f\"%s>\n",
		judgement && entry->tier == TIER_MISS ? judgement->usec / 1e6
						      : 0.0,
		is_told(entry) ? "" : "/");
	if (!is_told(entry))
		return;
	if (is_skipped(entry))
		write_skipped(out, entry);
	else
		write_findings(out, part, entry);
	fputs("    </testcase>\n", out);
}

static void write_attributes(const struct output *output)
{
	const struct output_counts counts = output_count(output);

	fprintf(output->file,
		" name=\"cfgfs\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
		"skipped=\"%zu\" time=\"%.3f\">\n",
		counts.files, counts.by_state[STATE_INVALID],
		counts.by_state[STATE_ERROR],
		counts.by_state[STATE_SKIPPED] +
			counts.by_state[STATE_UNCHECKED],
		output->seconds);
}

void format_junit(const struct output *output)
{
	FILE *out = output->file;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
	write_attributes(output);
	fputs("  <testsuite", out);
	write_attributes(output);
	for (size_t i = 0; i < output->part_count; i++) {
		const struct output_part *part = &output->parts[i];

		for (size_t j = 0; j < part->survey->count; j++)
			write_case(out, part, &part->survey->entries[j]);
	}
	fputs("  </testsuite>\n</testsuites>\n", out);
}
