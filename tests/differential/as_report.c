/*
 * What `check -f json` printed (standard input), in the form of a `.report`
 * without the columns that tell how an answer was come by: so the two can be
 * compared as text.
 */
#include "fs/report/report.h"
#include "validate/format.h"

#include <stdio.h>

static char *read_all(FILE *in, size_t *size)
{
	char *bytes = NULL;
	char piece[65536];
	size_t more;
	FILE *out = open_memstream(&bytes, size);

	while (out && (more = fread(piece, 1, sizeof(piece), in)) > 0)
		fwrite(piece, 1, more, out);
	if (!out || fclose(out))
		return NULL;
	return bytes;
}

static void print_member(const struct doc *doc, uint32_t object,
			 const char *name)
{
	const uint32_t at = doc_find(doc, object, span_of(name));

	putchar('\t');
	if (at == DOC_NONE)
		return;

	const struct span text = node_text(doc_node(doc, at));
	auto_free char *copy = strndup(text.data, text.size);

	report_write_field(stdout, copy ? copy : "");
}

static void print_finding(const struct doc *doc, uint32_t file,
			  uint32_t finding)
{
	static const char *const names[] = {"doc",     "line", "col",
					    "pointer", "rule", "fingerprint",
					    "message"};

	putchar('D');
	print_member(doc, finding, "severity");
	print_member(doc, file, "path");
	for (size_t i = 0; i < array_size(names); i++)
		print_member(doc, finding, names[i]);
	putchar('\n');
}

static void print_file(const struct doc *doc, uint32_t file)
{
	const uint32_t findings = doc_find(doc, file, span_of("findings"));

	putchar('F');
	print_member(doc, file, "state");
	print_member(doc, file, "path");
	print_member(doc, file, "format");
	print_member(doc, file, "schema");
	putchar('\n');
	if (findings == DOC_NONE)
		return;

	const struct node *list = doc_node(doc, findings);

	for (uint32_t at = findings + 1; at < list->next;
	     at = doc->nodes[at].next)
		print_finding(doc, file, at);
}

static bool print_files(const struct doc *doc)
{
	const uint32_t files = doc->document_count
				       ? doc_find(doc, doc->documents[0].root,
						  span_of("files"))
				       : DOC_NONE;

	if (files == DOC_NONE)
		return false;

	const struct node *list = doc_node(doc, files);

	for (uint32_t at = files + 1; at < list->next; at = doc->nodes[at].next)
		print_file(doc, at);
	return true;
}

int main(void)
{
	const struct limits limits = LIMITS_DEFAULT;
	size_t size = 0;
	auto_free char *bytes = read_all(stdin, &size);
	const struct span source = {bytes, size};
	struct findings findings;
	struct arena arena;
	struct doc doc;

	if (!bytes)
		return 1;
	arena_init(&arena, limits.arena_bytes);
	findings_init(&findings, &arena, 1);
	doc_init(&doc, &arena, source, limits.nodes);

	struct parse parse = {.source = source,
			      .limits = &limits,
			      .dialect = "",
			      .doc = &doc,
			      .findings = &findings};
	const bool is_read = format_find("json")->read(&parse) == 0 &&
			     findings.count == 0 && print_files(&doc);

	arena_release(&arena);
	return is_read ? 0 : 1;
}
