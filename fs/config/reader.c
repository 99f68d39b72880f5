/* What reading the parts of a configuration has in common. */
#include "fs/config/reader.h"

#include "validate/path.h"

/* Bytes of all strings that are kept; each counts 16 more. Without it a small
 * file could say much by aliases. */
enum { MAX_COST = 512 * 1024, COST_EACH = 16 };

struct arena *reader_arena(const struct reader *reader)
{
	return &reader->config->arena;
}

bool reader_is_full(const struct reader *reader)
{
	return reader->cost > MAX_COST;
}

void reader_count(struct reader *reader, uint32_t node)
{
	const bool was_full = reader_is_full(reader);

	reader->cost += COST_EACH;
	if (!node_is_container(doc_node(reader->doc, node)))
		reader->cost += doc_node(reader->doc, node)->size;
	if (reader_is_full(reader) && !was_full)
		findings_limit(reader->findings, "configuration",
			       place_of_node(reader->doc, 0, node), MAX_COST);
}

void reader_complain(struct reader *reader, const char *rule, uint32_t node,
		     const char *message)
{
	findings_add(reader->findings, SEVERITY_ERROR, rule,
		     place_of_node(reader->doc, 0, node), "%s", message);
}

uint32_t reader_find_array(const struct reader *reader, uint32_t object,
			   const char *key)
{
	const uint32_t value = doc_find(reader->doc, object, span_of(key));

	if (value == DOC_NONE ||
	    doc_node(reader->doc, value)->type != NODE_ARRAY)
		return DOC_NONE;
	return doc_resolve(reader->doc, value);
}

uint32_t reader_find_string(const struct reader *reader, uint32_t object,
			    const char *key)
{
	const uint32_t value = doc_find(reader->doc, object, span_of(key));

	if (value == DOC_NONE ||
	    doc_node(reader->doc, value)->type != NODE_STRING)
		return DOC_NONE;
	return value;
}

/* Only that, for a column costs a walk along the line. */
static uint32_t line_of(struct reader *reader, uint32_t node)
{
	const size_t offset = reader->doc->nodes[node].offset;
	const char *source = reader->doc->source.data;
	const char *newline;

	if (offset < reader->scanned) {
		reader->scanned = 0;
		reader->line = 1;
	}
	while ((newline = memchr(source + reader->scanned, '\n',
				 offset - reader->scanned))) {
		reader->scanned = (size_t)(newline - source) + 1;
		reader->line++;
	}
	reader->scanned = offset;
	return reader->line;
}

static void check_braces(struct reader *reader, uint32_t node)
{
	const struct span text = node_text(doc_node(reader->doc, node));
	const char *open = text.size ? memchr(text.data, '{', text.size) : NULL;

	if (open && memchr(open, ',', (size_t)(text.data + text.size - open)))
		findings_add(reader->findings, SEVERITY_WARNING,
			     "config/pattern",
			     place_of_node(reader->doc, 0, node),
			     "braces have no meaning in a pattern; write a "
			     "pattern for each");
}

static int read_glob(struct reader *reader, uint32_t node, const char *label,
		     struct glob_list *out)
{
	const struct node *text = doc_node(reader->doc, node);
	const struct glob_place place = {label, line_of(reader, node)};
	enum glob_fault fault = GLOB_FINE;

	if (text->type != NODE_STRING)
		return 0;
	reader_count(reader, node);

	const int r = glob_list_add(out, node_text(text), place, &fault);

	if (r)
		return r;
	if (fault != GLOB_FINE)
		reader_complain(reader, "config/pattern", node,
				glob_fault_text(fault));
	check_braces(reader, node);
	return 0;
}

int reader_globs(struct reader *reader, uint32_t array, const char *label,
		 struct glob_list *out)
{
	const struct node *nodes = reader->doc->nodes;

	if (array == DOC_NONE)
		return 0;
	for (uint32_t at = array + 1;
	     at < nodes[array].next && !reader_is_full(reader);
	     at = nodes[at].next) {
		const int r = read_glob(reader, at, label, out);

		if (r)
			return r;
	}
	return 0;
}

int reader_path(struct reader *reader, struct span text, const char **out)
{
	char *path = arena_text(reader_arena(reader), text);

	*out = NULL;
	if (!path)
		return reader_arena(reader)->error;
	if (!memchr(text.data, '\0', text.size) && path_tidy(path))
		*out = path;
	return 0;
}

int reader_entries(struct reader *reader, uint32_t array,
		   int (*read)(struct reader *reader, uint32_t object))
{
	const struct node *nodes = reader->doc->nodes;

	if (array == DOC_NONE)
		return 0;
	for (uint32_t at = array + 1;
	     at < nodes[array].next && !reader_is_full(reader);
	     at = nodes[at].next) {
		const uint32_t object = doc_resolve(reader->doc, at);

		reader_count(reader, object);
		if (nodes[object].type != NODE_OBJECT)
			continue;

		const int r = read(reader, object);

		if (r)
			return r;
	}
	return 0;
}

void *reader_room(struct reader *reader, uint32_t array, size_t size)
{
	const size_t count =
		array == DOC_NONE ? 0 : reader->doc->nodes[array].size;

	return arena_alloc(reader_arena(reader), count * size);
}
