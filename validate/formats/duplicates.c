#include "validate/formats/formats.h"

#include "validate/text.h"

enum { NAME_POINTS = 60, URL_POINTS = 100 };

/* `shown` has room for `most` code points, "..." and the terminator. */
static void show(struct span name, int most, char *shown)
{
	size_t at = 0;
	size_t size = 0;

	for (int points = 0; at < name.size && points < most; points++) {
		const struct span rest = {name.data + at, name.size - at};
		size_t width;

		if (text_is_plain(rest, &width)) {
			memcpy(shown + size, rest.data, width);
			size += width;
		} else {
			shown[size++] = '?';
		}
		at += width;
	}
	memcpy(shown + size, at < name.size ? "..." : "",
	       at < name.size ? 4 : 1);
}

void formats_show_name(struct span name, char shown[static FORMATS_NAME_SIZE])
{
	show(name, NAME_POINTS, shown);
}

void formats_show_url(struct span url, char shown[static FORMATS_URL_SIZE])
{
	show(url, URL_POINTS, shown);
}

/* Lines are counted on from the last one asked for. */
struct line_counter {
	struct span source;
	uint32_t offset;
	uint32_t line;
};

static uint32_t line_of(struct line_counter *counter, uint32_t offset)
{
	if (offset < counter->offset) {
		counter->offset = 0;
		counter->line = 1;
	}
	while (counter->offset < offset) {
		const char *from = counter->source.data + counter->offset;
		const char *newline =
			memchr(from, '\n', offset - counter->offset);

		if (!newline) {
			counter->offset = offset;
			break;
		}
		counter->offset += (uint32_t)(newline - from) + 1;
		counter->line++;
	}
	return counter->line;
}

struct report {
	struct parse *parse;
	uint32_t document;
	struct line_counter lines;
};

static void report_pair(void *ctx, uint32_t first, uint32_t second)
{
	struct report *report = ctx;
	struct findings *findings = report->parse->findings;
	const struct doc *doc = report->parse->doc;
	char name[FORMATS_NAME_SIZE] = "";
	uint32_t line = 0;

	/* Findings that are only counted need no text: time stays linear. */
	if (findings_would_keep(findings, "key/duplicate",
				doc->nodes[second].offset)) {
		formats_show_name(node_text(doc_node(doc, second)), name);
		line = line_of(&report->lines, doc->nodes[first].offset);
	}
	findings_add(findings, SEVERITY_ERROR, "key/duplicate",
		     place_of_node(doc, report->document, second),
		     "the key '%s' is already on line %u; remove one of them",
		     name, line);
}

int formats_report_duplicates(struct parse *parse, uint32_t object,
			      uint32_t document)
{
	struct report report = {
		.parse = parse,
		.document = document,
		.lines = {.source = parse->doc->source, .line = 1},
	};

	return doc_visit_duplicates(parse->doc, object, report_pair, &report);
}
