#include "validate/formats/formats.h"

#include "validate/text.h"

enum { NAME_POINTS = 60 };

/* Bytes of the UTF-8 sequence that begins with `first`, 1 if none does. */
static size_t point_size(unsigned char first)
{
	if (first < 0xc2 || first > 0xf4)
		return 1;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Is a code point, given as its bytes, harmless on a terminal? */
static bool is_shown(const unsigned char *point, size_t size)
{
	if (size == 1)
		return point[0] >= 0x20 && point[0] < 0x7f;
	if (text_utf8_prefix((struct span){(const char *)point, size}) < size)
		return false;
	if (point[0] == 0xc2)
		return point[1] > 0xa0; /* C1 controls, no-break space */
	if (point[0] == 0xe2 && point[1] == 0x80)
		return (point[2] & 0x3f) >= 0x10 && /* zero width, bidi */
		       !(point[2] >= 0xa8 && point[2] <= 0xaf);
	if (point[0] == 0xe2 && point[1] == 0x81)
		return point[2] < 0xa0; /* invisible operators, isolates */
	return !(point[0] == 0xef && point[1] == 0xbb && point[2] == 0xbf);
}

void formats_show_name(struct span name, char shown[static FORMATS_NAME_SIZE])
{
	size_t at = 0;
	size_t size = 0;

	for (int points = 0; at < name.size && points < NAME_POINTS; points++) {
		const unsigned char *point =
			(const unsigned char *)name.data + at;
		const size_t width = point_size(point[0]);

		if (width <= name.size - at && is_shown(point, width)) {
			memcpy(shown + size, point, width);
			size += width;
			at += width;
		} else {
			shown[size++] = '?';
			at++;
			while (at < name.size &&
			       ((unsigned char)name.data[at] & 0xc0) == 0x80)
				at++;
		}
	}
	memcpy(shown + size, at < name.size ? "..." : "",
	       at < name.size ? 4 : 1);
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
	if (findings->count < findings->max_count) {
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
