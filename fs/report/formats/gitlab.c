#include "fs/report/formats/formats.h"
#include "fs/report/quote.h"
#include "validate/digest.h"

struct gitlab {
	const struct output *output;
	bool has_written;
};

static int compare_paths(const void *key, const void *entry)
{
	return strcmp(key, ((const struct survey_entry *)entry)->path);
}

/* A file that an earlier path of the command line covers too: its issues are
 * there already, and no two may have one fingerprint. */
static bool is_repeated(const struct output *output,
			const struct output_item *item)
{
	for (const struct output_part *part = output->parts; part < item->part;
	     part++)
		if (part->judge == item->part->judge && part->survey->count &&
		    bsearch(item->entry->path, part->survey->entries,
			    part->survey->count, sizeof(struct survey_entry),
			    compare_paths))
			return true;
	return false;
}

static void write_fingerprint(FILE *out, const struct output_item *item)
{
	struct digest_builder builder;

	digest_begin(&builder);
	digest_add(&builder, span_of(item->path));
	digest_add(&builder, span_of(item->rule));
	digest_add_number(&builder, item->fingerprint);

	const struct digest digest = digest_end(&builder);

	for (size_t i = 0; i < 16; i++)
		fprintf(out, "%02x", digest.bytes[i]);
}

static void write_issue(void *ctx, const struct output_item *item)
{
	static const char *const severities[SEVERITY_COUNT] = {"major", "minor",
							       "info"};
	struct gitlab *gitlab = ctx;
	FILE *out = gitlab->output->file;

	if (is_repeated(gitlab->output, item))
		return;
	fputs(gitlab->has_written ? ",\n  {" : "\n  {", out);
	gitlab->has_written = true;
	quote_json_member(out, "description", item->message);
	fputs(", ", out);
	quote_json_member(out, "check_name", item->rule);
	fputs(", \"fingerprint\": \"", out);
	write_fingerprint(out, item);
	fprintf(out, "\", \"severity\": \"%s\", \"location\": {",
		severities[item->severity]);
	quote_json_member(out, "path", item->path);
	fprintf(out, ", \"lines\": {\"begin\": %u}}}",
		item->line ? item->line : 1);
}

void format_gitlab(const struct output *output)
{
	struct gitlab gitlab = {.output = output};

	fputc('[', output->file);
	output_visit(output, write_issue, &gitlab);
	fputs("\n]\n", output->file);
}
