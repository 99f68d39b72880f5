#include "fs/report/output.h"

#include "validate/text.h"

#include <inttypes.h>

static void write_escape(FILE *out, unsigned char byte)
{
	switch (byte) {
	case '"':
	case '\\':
		fprintf(out, "\\%c", byte);
		break;
	case '\n':
		fputs("\\n", out);
		break;
	case '\t':
		fputs("\\t", out);
		break;
	default:
		fprintf(out, "\\u%04x", byte);
	}
}

/* Names may hold any bytes: what is not UTF-8 becomes U+FFFD. */
static void write_string(FILE *out, const char *text)
{
	fputc('"', out);
	while (*text) {
		const struct span rest = span_of(text);
		const size_t good = text_utf8_prefix(rest);

		for (size_t i = 0; i < good; i++) {
			const unsigned char byte = (unsigned char)text[i];

			if (byte < 0x20 || byte == '"' || byte == '\\' ||
			    byte == 0x7f)
				write_escape(out, byte);
			else
				fputc(byte, out);
		}
		text += good;
		if (good < rest.size) {
			fputs("\\ufffd", out);
			text++;
		}
	}
	fputc('"', out);
}

static void write_member(FILE *out, const char *name, const char *text)
{
	fprintf(out, "\"%s\": ", name);
	write_string(out, text);
}

static void write_finding(FILE *out, const struct verdict *verdict,
			  const struct finding *finding)
{
	const char *location = verdict_text(verdict, finding->schema_location);

	fputs("\n    {", out);
	write_member(out, "severity",
		     severity_name((enum severity)finding->severity));
	fputs(", ", out);
	write_member(out, "rule", verdict_text(verdict, finding->rule));
	fprintf(out, ", \"doc\": %u, \"line\": %u, \"col\": %u, ",
		finding->document, finding->line, finding->column);
	write_member(out, "pointer", verdict_text(verdict, finding->pointer));
	fputs(", ", out);
	write_member(out, "message", verdict_text(verdict, finding->message));
	fprintf(out, ", \"fingerprint\": \"%016" PRIx64 "\"",
		finding->fingerprint);
	if (*location) {
		fputs(", ", out);
		write_member(out, "schema_location", location);
	}
	fputc('}', out);
}

static void write_file(FILE *out, const struct survey_entry *entry)
{
	const struct judgement *judgement = entry->judgement;
	const struct verdict *verdict = judgement ? judgement->verdict : NULL;

	fputs("\n  {", out);
	write_member(out, "path", entry->path);
	fputs(", ", out);
	write_member(out, "state", state_name(entry->state));
	if (verdict && *verdict_text(verdict, verdict->reason)) {
		fputs(", ", out);
		write_member(out, "reason",
			     verdict_text(verdict, verdict->reason));
	}
	fputs(", ", out);
	write_member(out, "format", judgement ? judgement->format : "");
	fputs(", ", out);
	write_member(out, "schema",
		     verdict ? verdict_text(verdict, verdict->schema) : "");
	fprintf(out, ", \"cached\": %s, \"usec\": %u, \"findings\": [",
		entry->tier == TIER_MISS ? "false" : "true",
		judgement ? judgement->usec : 0);
	for (uint32_t i = 0; verdict && i < verdict->finding_count; i++) {
		fputs(i ? "," : "", out);
		write_finding(out, verdict, &verdict->findings[i]);
	}
	fputs("]}", out);
}

static void write_summary(const struct output *output)
{
	size_t by_state[STATE_COUNT] = {0};
	size_t files = 0;

	for (size_t i = 0; i < output->part_count; i++) {
		const struct survey *survey = output->parts[i].survey;

		files += survey->count;
		for (int j = 0; j < STATE_COUNT; j++)
			by_state[j] += survey->by_state[j];
	}
	fprintf(output->file, "\"summary\": {\"files\": %zu", files);
	for (int i = STATE_VALID; i < STATE_COUNT; i++)
		fprintf(output->file, ", \"%s\": %zu",
			state_name((enum state)i), by_state[i]);
	fputc('}', output->file);
}

void output_json(const struct output *output)
{
	const char *separator = "";

	fputs("{\"version\": 1, ", output->file);
	write_summary(output);
	fputs(", \"files\": [", output->file);
	for (size_t i = 0; i < output->part_count; i++) {
		const struct survey *survey = output->parts[i].survey;

		for (size_t j = 0; j < survey->count; j++) {
			fputs(separator, output->file);
			write_file(output->file, &survey->entries[j]);
			separator = ",";
		}
	}
	fputs("\n]}\n", output->file);
}
