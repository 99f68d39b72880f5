/* A baseline's bytes, read and checked. */
#include "fs/baseline/baseline.h"

#include "validate/path.h"
#include "validate/text.h"

#include <errno.h>
#include <stdlib.h>

struct reader {
	const struct doc *doc;
	struct findings *findings;
	struct baseline_maker maker;
};

static bool complain(struct reader *reader, uint32_t node, const char *message)
{
	findings_add(reader->findings, SEVERITY_ERROR, "config/baseline",
		     place_of_node(reader->doc, 0, node), "%s", message);
	return false;
}

/* Text of a node with a NUL behind it, NULL if the arena failed. */
static char *text_of(struct reader *reader, uint32_t node)
{
	return arena_text(reader->doc->arena,
			  node_text(doc_node(reader->doc, node)));
}

static bool read_count(struct reader *reader, uint32_t node, uint32_t *out)
{
	const struct node *value = &reader->doc->nodes[node];
	uint64_t count = 0;

	if (value->type != NODE_NUMBER || !(value->flags & NODE_INTEGER))
		return complain(reader, node,
				"how many findings: a whole number from 1");
	for (uint32_t i = 0; i < value->size && count < UINT32_MAX; i++) {
		const char digit = value->text[i];

		if (digit < '0' || digit > '9')
			return complain(
				reader, node,
				"how many findings: a whole number from 1");
		count = count * 10 + (uint64_t)(digit - '0');
	}
	if (count == 0 || count >= UINT32_MAX)
		return complain(reader, node,
				"how many findings: a whole number from 1 to "
				"4294967294");
	*out = (uint32_t)count;
	return true;
}

/* Rules that are no longer there do no harm. */
static bool read_entry(struct reader *reader, const char *path, uint32_t key)
{
	const char *rule = text_of(reader, key);
	struct rule_set rules = {0};
	uint32_t count;

	if (!rule)
		return false;
	if (rule_select(span_of(rule), &rules) == RULES_FIXED)
		return complain(reader, key,
				"findings of this rule are never suppressed; "
				"take it out");
	if (!read_count(reader, reader->doc->nodes[key].next, &count))
		return false;
	return baseline_add(&reader->maker, path, rule, count) == 0;
}

/* Call `read` for every key of an object, as long as it returns true. */
static bool for_keys(struct reader *reader, uint32_t object, const char *ctx,
		     bool (*read)(struct reader *reader, const char *ctx,
				  uint32_t key))
{
	const struct node *nodes = reader->doc->nodes;

	for (uint32_t key = object + 1; key < nodes[object].next;
	     key = nodes[nodes[key].next].next)
		if (!read(reader, ctx, key))
			return false;
	return true;
}

static bool is_object(const struct reader *reader, uint32_t node)
{
	return reader->doc->nodes[node].type == NODE_OBJECT;
}

static bool read_file(struct reader *reader, const char *ctx, uint32_t key)
{
	const uint32_t value = reader->doc->nodes[key].next;
	char *path = text_of(reader, key);
	char *tidy = text_of(reader, key);

	(void)ctx;
	if (!path || !tidy)
		return false;
	if (!path_tidy(tidy) || strcmp(path, tidy) != 0 || !*path ||
	    strlen(path) != reader->doc->nodes[key].size)
		return complain(reader, key,
				"not the path of a file from the root of the "
				"tree");
	if (!is_object(reader, value))
		return complain(reader, value,
				"an object of rules and counts belongs here");
	return for_keys(reader, value, path, read_entry);
}

static bool read_member(struct reader *reader, const char *ctx, uint32_t key)
{
	const struct node *nodes = reader->doc->nodes;
	const uint32_t value = nodes[key].next;
	const struct span name = node_text(&nodes[key]);

	(void)ctx;
	if (span_is(name, "version"))
		return (nodes[value].type == NODE_NUMBER &&
			span_is(node_text(&nodes[value]), "1")) ||
		       complain(reader, value,
				"a baseline of another version; only 1 is "
				"known");
	if (!span_is(name, "files"))
		return complain(reader, key,
				"a baseline has the keys version and files "
				"alone");
	if (!is_object(reader, value))
		return complain(reader, value,
				"an object of paths belongs here");
	return for_keys(reader, value, NULL, read_file);
}

static bool read_root(struct reader *reader, uint32_t root)
{
	if (!is_object(reader, root))
		return complain(reader, root,
				"a baseline is an object with version and "
				"files");
	if (!for_keys(reader, root, NULL, read_member))
		return false;
	if (doc_find(reader->doc, root, span_of("version")) == DOC_NONE ||
	    doc_find(reader->doc, root, span_of("files")) == DOC_NONE)
		return complain(reader, root,
				"a baseline has the keys version and files");
	return true;
}

/* "LINE:COLUMN: MESSAGE" of the first finding, owned; NULL: no memory. */
static char *describe(const struct findings *findings, struct span source)
{
	struct text_cursor cursor;
	char *text = NULL;

	if (findings->count == 0)
		return strdup("it needs more memory than the limit");
	text_cursor_init(&cursor, source);

	const struct position position =
		text_position(&cursor, findings->list[0].place.offset);

	return asprintf(&text, "%u:%u: %s", position.line, position.column,
			findings->list[0].message) < 0
		       ? NULL
		       : text;
}

static bool has_errors(const struct findings *findings)
{
	return findings->totals[SEVERITY_ERROR] > 0;
}

/* True and the maker filled, or a finding or the arena's error says why. */
static bool read_document(struct reader *reader, struct doc *doc,
			  const struct limits *limits)
{
	struct parse parse = {
		.source = doc->source,
		.limits = limits,
		.dialect = "",
		.doc = doc,
		.findings = reader->findings,
	};
	const size_t good = text_utf8_prefix(doc->source);

	if (good < doc->source.size) {
		findings_add(reader->findings, SEVERITY_ERROR, "encoding/utf-8",
			     place_at(0, (uint32_t)good, 1), "not UTF-8");
		return false;
	}
	return format_find("json")->read(&parse) == 0 &&
	       !has_errors(reader->findings) &&
	       read_root(reader, doc->documents[0].root);
}

int baseline_read(struct span text, const struct limits *limits,
		  struct baseline **out, char **why)
{
	struct arena arena;
	struct findings findings;
	struct doc doc;
	struct reader reader = {.doc = &doc, .findings = &findings};
	int r = -EBADMSG;

	*why = NULL;
	if (text.size > UINT32_MAX / 2) {
		*why = strdup("1:1: larger than 2 GiB");
		return *why ? -EBADMSG : -ENOMEM;
	}
	arena_init(&arena, limits->arena_bytes);
	findings_init(&findings, &arena, limits->findings);
	doc_init(&doc, &arena, text, limits->nodes);
	if (read_document(&reader, &doc, limits)) {
		r = baseline_make(&reader.maker, out);
	} else if (findings.count || arena.error == -E2BIG) {
		*why = describe(&findings, text);
		r = *why ? -EBADMSG : -ENOMEM;
	} else {
		r = -ENOMEM;
	}
	free(reader.maker.items);
	arena_release(&arena);
	return r;
}
