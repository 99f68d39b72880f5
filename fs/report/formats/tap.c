#include "fs/report/formats/formats.h"
#include "fs/report/quote.h"
#include "fs/report/report.h"

/* Text written by `write`, with what means something in TAP escaped. */
static void write_plain(FILE *out, const char *text,
			void (*write)(FILE *out, const char *text))
{
	char *plain = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&plain, &size);

	if (!memory)
		return;
	write(memory, text);
	if (fclose(memory) == 0) {
		for (const char *at = plain; *at; at++) {
			if (*at == '#' || *at == '\\')
				fputc('\\', out);
			fputc(*at, out);
		}
	}
	free(plain);
}

static void write_finding(void *ctx, const struct output_item *item)
{
	FILE *out = ctx;

	fprintf(out, "    - severity: %s\n      rule: ",
		severity_name(item->severity));
	quote_json(out, item->rule);
	if (item->line)
		fprintf(out, "\n      line: %u\n      column: %u", item->line,
			item->column);
	fputs("\n      message: ", out);
	quote_json(out, item->message);
	fputc('\n', out);
}

static bool has_findings(const struct survey_entry *entry)
{
	return entry->state == STATE_ERROR ||
	       (entry->judgement && entry->judgement->verdict->finding_count);
}

static void write_test(FILE *out, const struct output_part *part,
		       const struct survey_entry *entry, size_t number)
{
	const bool is_bad =
		entry->state == STATE_INVALID || entry->state == STATE_ERROR;
	const struct judgement *judgement = entry->judgement;
	auto_free char *path = output_path(part, entry->path);

	fprintf(out, "%s %zu - ", is_bad ? "not ok" : "ok", number);
	write_plain(out, path ? path : entry->path, report_write_field);
	if (entry->state == STATE_SKIPPED && judgement) {
		fputs(" # SKIP ", out);
		write_plain(out,
			    verdict_text(judgement->verdict,
					 judgement->verdict->reason),
			    report_write_line);
	} else if (entry->state == STATE_UNCHECKED) {
		fputs(" # SKIP unchecked", out);
	}
	fputc('\n', out);
	if (!has_findings(entry))
		return;
	fprintf(out, "  ---\n  state: %s\n  findings:\n",
		state_name(entry->state));
	output_visit_entry(part, entry, write_finding, out);
	fputs("  ...\n", out);
}

void format_tap(const struct output *output)
{
	size_t number = 0;

	fprintf(output->file, "TAP version 13\n1..%zu\n",
		output_count(output).files);
	for (size_t i = 0; i < output->part_count; i++) {
		const struct output_part *part = &output->parts[i];

		for (size_t j = 0; j < part->survey->count; j++)
			write_test(output->file, part,
				   &part->survey->entries[j], ++number);
	}
}
