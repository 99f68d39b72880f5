#include "fs/report/formats/formats.h"
#include "fs/report/quote.h"

#include <inttypes.h>

static void write_finding(FILE *out, const struct verdict *verdict,
			  const struct finding *finding)
{
	const char *location = verdict_text(verdict, finding->schema_location);

	fputc('{', out);
	quote_json_member(out, "severity",
			  severity_name((enum severity)finding->severity));
	fputs(", ", out);
	quote_json_member(out, "rule", verdict_text(verdict, finding->rule));
	fprintf(out, ", \"doc\": %u, \"line\": %u, \"col\": %u, ",
		finding->document, finding->line, finding->column);
	quote_json_member(out, "pointer",
			  verdict_text(verdict, finding->pointer));
	fprintf(out, ", \"length\": %u, ", finding->length);
	quote_json_member(out, "message",
			  verdict_text(verdict, finding->message));
	fprintf(out, ", \"fingerprint\": \"%016" PRIx64 "\"",
		finding->fingerprint);
	if (*location) {
		fputs(", ", out);
		quote_json_member(out, "schema_location", location);
	}
	fputc('}', out);
}

static void write_path(FILE *out, const char *path)
{
	quote_json_member(out, "path", path);
	if (quote_is_exact(path))
		return;
	fputs(", \"path_bytes\": \"", out);
	quote_base64(out, path);
	fputc('"', out);
}

/* What was not judged has none. */
static void write_score(FILE *out, const struct score *score)
{
	unsigned value;

	if (score_read(score, &value))
		fprintf(out, ", \"score\": %u", value);
}

/* Everything between the braces up to the findings. */
static void write_facts(FILE *out, const struct survey_entry *entry)
{
	const struct judgement *judgement = entry->judgement;
	const struct verdict *verdict = judgement ? judgement->verdict : NULL;
	struct score score = {0};

	score_add(&score, verdict);
	write_path(out, entry->path);
	fputs(", ", out);
	quote_json_member(out, "state", state_name(entry->state));
	if (verdict && *verdict_text(verdict, verdict->reason)) {
		fputs(", ", out);
		quote_json_member(out, "reason",
				  verdict_text(verdict, verdict->reason));
	}
	fputs(", ", out);
	quote_json_member(out, "format", judgement ? judgement->format : "");
	fputs(", ", out);
	quote_json_member(out, "schema",
			  verdict ? verdict_text(verdict, verdict->schema)
				  : "");
	fprintf(out, ", \"cached\": %s, \"usec\": %u",
		entry->tier == TIER_MISS ? "false" : "true",
		judgement ? judgement->usec : 0);
	write_score(out, &score);
	fprintf(out, ", \"suppressed\": %u",
		verdict ? verdict_suppressed(verdict) : 0);
	if (output_dropped(entry))
		fprintf(out, ", \"not_listed\": %u", output_dropped(entry));
}

/* `lead` stands in front of each finding: a line break or nothing. */
static void write_findings(FILE *out, const struct survey_entry *entry,
			   const char *lead)
{
	const struct verdict *verdict =
		entry->judgement ? entry->judgement->verdict : NULL;

	fputs(", \"findings\": [", out);
	for (uint32_t i = 0; verdict && i < verdict->finding_count; i++) {
		fputs(i == 0 ? "" : *lead ? "," : ", ", out);
		fputs(lead, out);
		write_finding(out, verdict, &verdict->findings[i]);
	}
	fputc(']', out);
}

/* Members of the summary object. */
static void write_counts(const struct output *output)
{
	const struct output_counts counts = output_count(output);

	fprintf(output->file, "\"files\": %zu", counts.files);
	for (int i = STATE_VALID; i < STATE_COUNT; i++)
		fprintf(output->file, ", \"%s\": %zu",
			state_name((enum state)i), counts.by_state[i]);
	fputs(", \"findings\": {", output->file);
	for (int i = 0; i < SEVERITY_COUNT; i++)
		fprintf(output->file, "%s\"%s\": %" PRIu64, i ? ", " : "",
			severity_name((enum severity)i), counts.by_severity[i]);
	fputc('}', output->file);
	write_score(output->file, &counts.score);
	fprintf(output->file, ", \"suppressed\": %" PRIu64, counts.suppressed);
}

static void visit_entries(const struct output *output,
			  void (*write)(FILE *out,
					const struct survey_entry *entry,
					bool is_first))
{
	bool is_first = true;

	for (size_t i = 0; i < output->part_count; i++) {
		const struct survey *survey = output->parts[i].survey;

		for (size_t j = 0; j < survey->count; j++) {
			write(output->file, &survey->entries[j], is_first);
			is_first = false;
		}
	}
}

static void write_entry(FILE *out, const struct survey_entry *entry,
			bool is_first)
{
	fputs(is_first ? "\n  {" : ",\n  {", out);
	write_facts(out, entry);
	write_findings(out, entry, "\n    ");
	fputc('}', out);
}

void format_json(const struct output *output)
{
	fputs("{\"version\": 1, \"summary\": {", output->file);
	write_counts(output);
	fputs("}, \"files\": [", output->file);
	visit_entries(output, write_entry);
	fputs("\n]}\n", output->file);
}

static void write_entry_line(FILE *out, const struct survey_entry *entry,
			     bool is_first)
{
	(void)is_first;
	fputs("{\"type\": \"file\", ", out);
	write_facts(out, entry);
	write_findings(out, entry, "");
	fputs("}\n", out);
}

void format_jsonl(const struct output *output)
{
	visit_entries(output, write_entry_line);
	fputs("{\"type\": \"summary\", \"version\": 1, ", output->file);
	write_counts(output);
	fputs("}\n", output->file);
}
