#include "fs/report/report.h"

#include "validate/text.h"

/* Bytes of an escape: "\t", or octal as git writes it. */
static void write_escaped(FILE *out, unsigned char byte)
{
	static const char letters[] = "abtnvfr"; /* from 7 to 13 */

	if (byte >= 7 && byte <= 13)
		fprintf(out, "\\%c", letters[byte - 7]);
	else if (byte == '"' || byte == '\\')
		fprintf(out, "\\%c", byte);
	else
		fprintf(out, "\\%03o", byte);
}

/* Bytes of the code point at `text`; 0 when it is not UTF-8. */
static size_t point_size(const char *text)
{
	size_t size;

	text_point((struct span){text, strnlen(text, 4)}, &size);
	return size;
}

/* Bytes that can stand as they are, 0 when the next one needs an escape. */
static size_t plain_size(const char *text)
{
	size_t size;
	const uint32_t code =
		text_point((struct span){text, strnlen(text, 4)}, &size);

	return text_is_deceptive(code) || code == '"' || code == '\\' ? 0
								      : size;
}

static bool is_plain(const char *text)
{
	while (*text) {
		const size_t size = plain_size(text);

		if (size == 0)
			return false;
		text += size;
	}
	return true;
}

void report_write_line(FILE *out, const char *text)
{
	while (*text) {
		const size_t size =
			*text == '"' || *text == '\\' ? 1 : plain_size(text);

		if (size == 0)
			write_escaped(out, (unsigned char)*text);
		fwrite(text, 1, size, out);
		text += size ? size : 1;
	}
}

void report_write_field(FILE *out, const char *text)
{
	if (*text == '\0') {
		fputc('-', out);
		return;
	}
	if (is_plain(text)) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	while (*text) {
		const size_t size = plain_size(text);
		const size_t escaped = size ? 0 : point_size(text);

		fwrite(text, 1, size, out);
		for (size_t i = 0; !size && i < (escaped ? escaped : 1); i++)
			write_escaped(out, (unsigned char)text[i]);
		text += size ? size : escaped ? escaped : 1;
	}
	fputc('"', out);
}

/* The path as seen from the directory whose report is written. */
static const char *relative(const char *path, const char *directory)
{
	const size_t size = strlen(directory);

	if (size == 0 || strncmp(path, directory, size) != 0)
		return path;
	return path[size] == '/' ? path + size + 1 : path;
}

static void write_file(FILE *out, struct judge *judge,
		       const struct survey_entry *entry, const char *path)
{
	const struct judgement *judgement = entry->judgement;
	const struct verdict *verdict = judgement ? judgement->verdict : NULL;
	const bool is_cacheable = judgement && judgement->has_digest;

	struct shown_facts shown;

	judge_tell_shown(judge, entry->path, entry->state, &shown);
	fprintf(out, "F\t%s\t%s\t", state_name(entry->state),
		shown_name(shown.shown));
	report_write_field(out, path);
	fputc('\t', out);
	report_write_field(out, judgement ? judgement->format : "");
	fputc('\t', out);
	report_write_field(out, verdict ? verdict_text(verdict, verdict->schema)
					: "");
	fprintf(out, "\t%s\t%u\n",
		is_cacheable ? cache_tier_name(entry->tier) : "-",
		judgement ? judgement->usec : 0);
}

static void write_finding(FILE *out, const struct verdict *verdict,
			  const struct finding *finding, const char *path)
{
	fprintf(out, "D\t%s\t",
		severity_name((enum severity)finding->severity));
	report_write_field(out, path);
	fprintf(out, "\t%u\t%u\t%u\t", finding->document, finding->line,
		finding->column);
	report_write_field(out, verdict_text(verdict, finding->pointer));
	fputc('\t', out);
	report_write_field(out, verdict_text(verdict, finding->rule));
	fprintf(out, "\t%016llx\t", (unsigned long long)finding->fingerprint);
	report_write_field(out, verdict_text(verdict, finding->message));
	fputc('\n', out);
}

static void write_profile(FILE *out, const struct profile *profile)
{
	for (int i = 0; i < PHASE_COUNT; i++) {
		const struct profile_line line =
			profile_read(profile, (enum profile_phase)i);

		if (line.count == 0)
			continue;
		fprintf(out, "P\t%s\t%llu\t%.6f\t%llu\t%llu\n", line.name,
			(unsigned long long)line.count, line.seconds,
			(unsigned long long)line.p50_us,
			(unsigned long long)line.p99_us);
	}
}

/* Where there is one file, what is shown of it is said in words, too. */
void report_write_why(FILE *out, struct judge *judge,
		      const struct survey_entry *entry)
{
	struct shown_facts shown;

	judge_tell_shown(judge, entry->path, entry->state, &shown);
	if (*shown.why)
		fprintf(out, "# served %s: %s\n", shown_name(shown.shown),
			shown.why);
}

void report_write_head(FILE *out)
{
	fputs("# cfgfs.report 1\n"
	      "# F state served path format schema cached usec\n"
	      "# D severity path doc line col pointer rule fingerprint "
	      "message\n"
	      "# P name count seconds p50_us p99_us\n",
	      out);
}

void report_write_files(FILE *out, struct judge *judge,
			const struct survey *survey, const char *directory)
{
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_entry *entry = &survey->entries[i];
		const char *path = relative(entry->path, directory);
		const struct verdict *verdict =
			entry->judgement ? entry->judgement->verdict : NULL;

		write_file(out, judge, entry, path);
		for (uint32_t j = 0; verdict && j < verdict->finding_count; j++)
			write_finding(out, verdict, &verdict->findings[j],
				      path);
	}
}

void report_write_end(FILE *out, struct judge *judge)
{
	write_profile(out, judge_profile(judge));
}
