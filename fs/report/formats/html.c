#include "fs/report/formats/formats.h"
#include "fs/report/quote.h"

#include <inttypes.h>

enum { BARS = 15 }; /* of one chart: what is rarest is left out */

struct bar {
	const char *name; /* borrowed */
	uint64_t count;
};

/* How often each name was seen, in the order of their first use. */
struct chart {
	struct bar *bars; /* owned */
	size_t count;
	size_t capacity;
	uint64_t total;
};

struct page {
	FILE *out;
	struct chart rules;
	struct chart formats;
	struct chart reasons;		  /* why files were skipped */
	const struct survey_entry *entry; /* whose findings are being listed */
};

static const char head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\"/>\n"
	"<meta http-equiv=\"Content-Security-Policy\" "
	"content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
	"<meta name=\"viewport\" content=\"width=device-width\"/>\n"
	"<title>cfgfs report</title>\n"
	"<style>\n"
	":root { color-scheme: light dark; --line: #8885 }\n"
	"body { font: 15px/1.5 system-ui, sans-serif; max-width: 70em; "
	"margin: 2em auto; padding: 0 1em }\n"
	"h2 { margin: 2em 0 .5em; font-size: 1.2em }\n"
	"h3 { margin: 1.5em 0 .3em; font-size: 1em; font-family: monospace }\n"
	"table { border-collapse: collapse; width: 100% }\n"
	"td, th { text-align: left; padding: .2em .6em; vertical-align: top; "
	"border-bottom: 1px solid var(--line); overflow-wrap: anywhere }\n"
	"td.n { text-align: right; white-space: nowrap; width: 6em }\n"
	"td.b { width: 50% }\n"
	"bdi, code { unicode-bidi: isolate; white-space: pre-wrap }\n"
	".all { display: flex; height: 1.6em; border-radius: .3em; "
	"overflow: hidden; background: var(--line) }\n"
	".one { height: 1.1em; border-radius: .2em; background: #4a7ebb }\n"
	".valid { background: #3c9a5f } .warning { background: #d9a514 }\n"
	".invalid { background: #c8372d } .error { background: #8e44ad }\n"
	".info { background: #4a7ebb } .skipped { background: #9aa0a6 }\n"
	".unchecked { background: #d0d4d8 }\n"
	".mark { display: inline-block; padding: 0 .5em; border-radius: .3em; "
	"color: #fff }\n"
	".mark.warning, .mark.unchecked { color: #222 }\n"
	"</style>\n"
	"</head>\n"
	"<body>\n"
	"<h1>cfgfs report</h1>\n";

static void count_name(struct chart *chart, const char *name)
{
	size_t i = 0;

	chart->total++;
	while (i < chart->count && strcmp(chart->bars[i].name, name) != 0)
		i++;
	if (i == chart->capacity) {
		const size_t capacity = i ? i * 2 : 32;
		struct bar *bars =
			realloc(chart->bars, capacity * sizeof(*bars));

		if (!bars)
			return; /* a bar is missing */
		chart->bars = bars;
		chart->capacity = capacity;
	}
	if (i == chart->count)
		chart->bars[chart->count++] = (struct bar){name, 0};
	chart->bars[i].count++;
}

static int compare_bars(const void *left, const void *right)
{
	const struct bar *a = left;
	const struct bar *b = right;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return strcmp(a->name, b->name);
}

static void write_bar(FILE *out, const struct bar *bar, uint64_t most)
{
	fputs("<tr><td><bdi>", out);
	quote_xml(out, bar->name);
	fprintf(out,
		"</bdi></td><td class=\"n\">%" PRIu64 "</td><td class=\"b\">"
		"<div class=\"one\" style=\"width: %.1f%%\"></div></td></tr>\n",
		bar->count, 100.0 * (double)bar->count / (double)most);
}

/* The longest bar is as wide as there is room. */
static void write_chart(FILE *out, const char *title, struct chart *chart)
{
	if (chart->count == 0)
		return;
	qsort(chart->bars, chart->count, sizeof(*chart->bars), compare_bars);
	fprintf(out, "<h2>%s</h2>\n<table>\n", title);
	for (size_t i = 0; i < chart->count && i < BARS; i++)
		write_bar(out, &chart->bars[i], chart->bars[0].count);
	if (chart->count > BARS)
		fprintf(out, "<tr><td>and %zu more</td></tr>\n",
			chart->count - BARS);
	fputs("</table>\n", out);
}

static void write_states(FILE *out, const struct output_counts *counts)
{
	static const enum state order[] = {STATE_VALID,	  STATE_WARNING,
					   STATE_INVALID, STATE_ERROR,
					   STATE_SKIPPED, STATE_UNCHECKED};

	fprintf(out, "<h2>%zu files</h2>\n<div class=\"all\">", counts->files);
	for (size_t i = 0; i < array_size(order); i++)
		if (counts->by_state[order[i]])
			fprintf(out,
				"<div class=\"%s\" style=\"flex: %zu\"></div>",
				state_name(order[i]),
				counts->by_state[order[i]]);
	fputs("</div>\n<p>", out);
	for (size_t i = 0; i < array_size(order); i++)
		if (counts->by_state[order[i]])
			fprintf(out, "<span class=\"mark %s\">%zu %s</span>\n",
				state_name(order[i]),
				counts->by_state[order[i]],
				state_name(order[i]));
	fputs("</p>\n", out);
}

static void write_totals(FILE *out, const struct output_counts *counts)
{
	fprintf(out, "<p>%zu from the cache", counts->cached);
	for (int i = 0; i < SEVERITY_COUNT; i++)
		fprintf(out, "; %s: %" PRIu64, severity_name((enum severity)i),
			counts->by_severity[i]);
	if (counts->suppressed)
		fprintf(out, "; suppressed: %" PRIu64, counts->suppressed);
	fputs("</p>\n", out);
}

static void count_item(void *ctx, const struct output_item *item)
{
	count_name(&((struct page *)ctx)->rules, item->rule);
}

static void count_entry(struct page *page, const struct survey_entry *entry)
{
	const struct judgement *judgement = entry->judgement;

	if (!judgement)
		return;
	if (*judgement->format)
		count_name(&page->formats, judgement->format);
	if (entry->state == STATE_SKIPPED)
		count_name(&page->reasons,
			   verdict_text(judgement->verdict,
					judgement->verdict->reason));
}

static void count_all(struct page *page, const struct output *output)
{
	output_visit(output, count_item, page);
	for (size_t i = 0; i < output->part_count; i++) {
		const struct survey *survey = output->parts[i].survey;

		for (size_t j = 0; j < survey->count; j++)
			count_entry(page, &survey->entries[j]);
	}
}

static void end_file(const struct page *page)
{
	if (!page->entry)
		return;
	fputs("</table>\n", page->out);
	if (output_dropped(page->entry))
		fprintf(page->out, "<p>%u more not listed</p>\n",
			output_dropped(page->entry));
}

static void begin_file(struct page *page, const struct output_item *item)
{
	const char *state = state_name(item->entry->state);

	end_file(page);
	page->entry = item->entry;
	fprintf(page->out, "<h3><span class=\"mark %s\">%s</span> <bdi>", state,
		state);
	quote_xml(page->out, item->path);
	fputs("</bdi></h3>\n<table>\n", page->out);
}

static void write_item(void *ctx, const struct output_item *item)
{
	struct page *page = ctx;
	FILE *out = page->out;

	if (page->entry != item->entry)
		begin_file(page, item);
	fputs("<tr><td class=\"n\">", out);
	if (item->line)
		fprintf(out, "%u:%u", item->line, item->column);
	fprintf(out, "</td><td><span class=\"mark %s\">%s</span></td><td><bdi>",
		severity_name(item->severity), severity_name(item->severity));
	quote_xml(out, item->message);
	fputs("</bdi></td><td><code>", out);
	quote_xml(out, item->pointer);
	fputs("</code></td><td><code>", out);
	quote_xml(out, item->rule);
	fputs("</code></td></tr>\n", out);
}

static void write_findings(struct page *page, const struct output *output)
{
	if (page->rules.total == 0)
		return;
	fputs("<h2>Findings</h2>\n", page->out);
	output_visit(output, write_item, page);
	end_file(page);
}

void format_html(const struct output *output)
{
	struct page page = {.out = output->file};
	const struct output_counts counts = output_count(output);

	count_all(&page, output);
	fputs(head, page.out);
	write_states(page.out, &counts);
	write_totals(page.out, &counts);
	write_chart(page.out, "Findings by rule", &page.rules);
	write_chart(page.out, "Files by format", &page.formats);
	write_chart(page.out, "Not checked, and why", &page.reasons);
	write_findings(&page, output);
	fputs("<p>Made by cfgfs ", page.out);
	quote_xml(page.out, output->version);
	fputs(".</p>\n</body>\n</html>\n", page.out);
	free(page.rules.bars);
	free(page.formats.bars);
	free(page.reasons.bars);
}
