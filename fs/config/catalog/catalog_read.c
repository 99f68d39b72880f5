/* The text of catalog.json to what catalog.c searches. */
#include "fs/config/catalog/catalog_parts.h"
#include "fs/config/glob_parse.h"
#include "validate/format.h"
#include "validate/formats/formats.h"
#include "validate/path.h"
#include "validate/text.h"

#include <errno.h>
#include <stdio.h>

enum { MAX_BYTES = 16 << 20, MAX_MEMBERS = 1 << 16 };

struct reader {
	struct catalog *catalog;
	struct doc *doc;
};

/* How many items of the arrays or objects that are `key` of every entry. */
static uint32_t count_members(const struct doc *doc, uint32_t list,
			      const char *key)
{
	uint32_t count = 0;

	for (uint32_t at = list + 1; at < doc->nodes[list].next;
	     at = doc->nodes[at].next) {
		const uint32_t value = doc_find(doc, at, span_of(key));

		if (value != DOC_NONE && node_is_container(&doc->nodes[value]))
			count += doc->nodes[value].size;
	}
	return count;
}

/* A URL that can be kept: printable ASCII, not too long. */
static bool is_good_url(const struct node *node)
{
	const struct span text = node_text(node);

	if (node->type != NODE_STRING || text.size > CATALOG_URL_MAX ||
	    !path_is_url(text))
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return false;
	return true;
}

static int add_url(struct reader *reader, const struct node *node)
{
	struct catalog *catalog = reader->catalog;

	if (!is_good_url(node))
		return 0;

	const struct span text = node_text(node);
	uint32_t *bucket =
		&catalog->url_buckets[doc_hash(catalog_last_part(text)) &
				      (CATALOG_BUCKETS - 1)];
	const char *copy = arena_text(&catalog->arena, text);

	if (!copy)
		return catalog->arena.error;
	catalog->urls[catalog->url_count] =
		(struct catalog_url){{copy, text.size}, *bucket};
	*bucket = catalog->url_count++;
	return 0;
}

static int add_versions(struct reader *reader, uint32_t entry)
{
	const struct node *nodes = reader->doc->nodes;
	const uint32_t versions =
		doc_find(reader->doc, entry, span_of("versions"));

	if (versions == DOC_NONE || nodes[versions].type != NODE_OBJECT)
		return 0;
	for (uint32_t key = versions + 1; key < nodes[versions].next;
	     key = nodes[nodes[key].next].next) {
		const int r = add_url(reader, &nodes[nodes[key].next]);

		if (r)
			return r;
	}
	return 0;
}

static bool is_wild(char c)
{
	return c == '*' || c == '?' || c == '[' || c == ']' || c == '\\';
}

static struct span last_name(struct span path)
{
	for (size_t i = path.size; i-- > 0;)
		if (path.data[i] == '/')
			return (struct span){path.data + i + 1,
					     path.size - i - 1};
	return path;
}

static bool has_wild(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (is_wild(text.data[i]))
			return true;
	return false;
}

/* The bytes behind the last one with a meaning: they stand for themselves. */
static struct span literal_tail(struct span name)
{
	size_t start = name.size;

	while (start > 0 && !is_wild(name.data[start - 1]))
		start--;
	return (struct span){name.data + start, name.size - start};
}

/* From the first dot on; empty if there is none. */
static struct span from_dot(struct span tail)
{
	const char *dot = tail.size ? memchr(tail.data, '.', tail.size) : NULL;

	return dot ? (struct span){dot, (size_t)(tail.data + tail.size - dot)}
		   : (struct span){"", 0};
}

/* Chains keep the order of the catalog, so that answers do. */
static void put_in_bucket(struct catalog *catalog, uint32_t *last, uint32_t key)
{
	const uint32_t bucket = key & (CATALOG_BUCKETS - 1);
	const uint32_t index = catalog->pattern_count++;

	catalog->patterns[index].key = key;
	catalog->patterns[index].next = CATALOG_NONE;
	if (catalog->buckets[bucket] == CATALOG_NONE)
		catalog->buckets[bucket] = index;
	else
		catalog->patterns[last[bucket]].next = index;
	last[bucket] = index;
}

/* What tells without matching that a pattern does not fit. */
static void add_hints(struct catalog_pattern *pattern, struct span text)
{
	const struct span name = last_name(text);
	const struct span above = {
		text.data,
		text.size == name.size ? 0 : text.size - name.size - 1};
	const struct span parent = last_name(above);

	pattern->tail = literal_tail(name);
	pattern->parent = (struct span){NULL, 0};
	if (parent.size && !has_wild(parent))
		pattern->parent = parent;
	pattern->names_folders = above.size > 0 && !span_is(above, "**");
}

/* As it is matched: a pattern with folders is for the end of a path. */
static struct span normalise(struct arena *arena, struct span text)
{
	const char *copy;
	size_t size;

	while (span_starts(text, "/")) {
		text.data++;
		text.size--;
	}
	if (!memchr(text.data, '/', text.size) || span_starts(text, "**/"))
		return (struct span){arena_text(arena, text), text.size};
	copy = arena_printf(arena, "**/%.*s", (int)text.size, text.data);
	size = copy ? strlen(copy) : 0;
	return (struct span){copy, size};
}

static int add_pattern(struct catalog *catalog, struct span written,
		       uint32_t *last)
{
	struct catalog_pattern *pattern =
		&catalog->patterns[catalog->pattern_count];
	enum glob_fault fault = GLOB_FINE;

	if (written.size == 0 || written.size >= GLOB_PATH_SIZE ||
	    written.data[0] == '!' || memchr(written.data, '\0', written.size))
		return 0;

	const struct span text = normalise(&catalog->arena, written);

	if (!text.data)
		return catalog->arena.error;

	const int r = glob_parse(text, &catalog->arena, &pattern->glob, &fault);

	if (r || fault != GLOB_FINE)
		return r;
	pattern->entry = catalog->entry_count;
	add_hints(pattern, text);

	const struct span name = last_name(text);

	put_in_bucket(catalog, last,
		      has_wild(name)
			      ? catalog_key_of_end(from_dot(pattern->tail),
						   pattern->parent)
			      : catalog_key_of_name(name));
	return 0;
}

static int add_patterns(struct reader *reader, uint32_t entry, uint32_t *last)
{
	const struct node *nodes = reader->doc->nodes;
	const uint32_t list =
		doc_find(reader->doc, entry, span_of("fileMatch"));

	if (list == DOC_NONE || nodes[list].type != NODE_ARRAY)
		return 0;
	for (uint32_t at = list + 1; at < nodes[list].next;
	     at = nodes[at].next) {
		const int r = nodes[at].type == NODE_STRING
				      ? add_pattern(reader->catalog,
						    node_text(&nodes[at]), last)
				      : 0;

		if (r)
			return r;
	}
	return 0;
}

static int add_entry(struct reader *reader, uint32_t at, uint32_t *last)
{
	struct catalog *catalog = reader->catalog;
	const uint32_t url = doc_find(reader->doc, at, span_of("url"));
	const uint32_t name = doc_find(reader->doc, at, span_of("name"));
	struct span text = span_of("unnamed");
	char shown[FORMATS_NAME_SIZE];

	if (url == DOC_NONE || !is_good_url(&reader->doc->nodes[url]))
		return 0;
	if (name != DOC_NONE && reader->doc->nodes[name].type == NODE_STRING)
		text = node_text(&reader->doc->nodes[name]);
	formats_show_name(text, shown);

	struct catalog_entry *entry = &catalog->entries[catalog->entry_count];

	entry->origin = arena_printf(&catalog->arena, "catalog: %s", shown);
	entry->url = arena_text(&catalog->arena,
				node_text(&reader->doc->nodes[url]));
	if (!entry->origin || !entry->url)
		return catalog->arena.error;

	int r = add_url(reader, &reader->doc->nodes[url]);

	if (r == 0)
		r = add_versions(reader, at);
	if (r == 0)
		r = add_patterns(reader, at, last);
	catalog->entry_count++;
	return r;
}

static int refuse(char why[CATALOG_WHY_SIZE], const char *text)
{
	snprintf(why, CATALOG_WHY_SIZE, "%s", text);
	return -EBADMSG;
}

/* Every file is compared with what has one ending: that must end. */
static int make_room(struct reader *reader, uint32_t list,
		     char why[CATALOG_WHY_SIZE])
{
	struct catalog *catalog = reader->catalog;
	struct arena *arena = &catalog->arena;
	const struct doc *doc = reader->doc;
	const uint32_t entries = doc->nodes[list].size;
	const uint32_t patterns = count_members(doc, list, "fileMatch");
	const uint32_t urls = entries + count_members(doc, list, "versions");

	if (entries > MAX_MEMBERS || patterns > MAX_MEMBERS ||
	    urls > MAX_MEMBERS)
		return refuse(why, "it has more than 65,536 entries, patterns "
				   "or URLs");
	catalog->entries =
		arena_alloc(arena, entries * sizeof(*catalog->entries));
	catalog->patterns =
		arena_alloc(arena, patterns * sizeof(*catalog->patterns));
	catalog->urls = arena_alloc(arena, urls * sizeof(*catalog->urls));
	return catalog->entries && catalog->patterns && catalog->urls
		       ? 0
		       : arena->error;
}

static int read_entries(struct reader *reader, uint32_t list,
			char why[CATALOG_WHY_SIZE])
{
	struct catalog *catalog = reader->catalog;
	const struct node *nodes = reader->doc->nodes;
	uint32_t last[CATALOG_BUCKETS];
	const int r = make_room(reader, list, why);

	if (r)
		return r;
	memset(catalog->buckets, 0xff, sizeof(catalog->buckets));
	memset(catalog->url_buckets, 0xff, sizeof(catalog->url_buckets));
	for (uint32_t at = list + 1; at < nodes[list].next;
	     at = nodes[at].next) {
		const int added = nodes[at].type == NODE_OBJECT
					  ? add_entry(reader, at, last)
					  : 0;

		if (added)
			return added;
	}
	return 0;
}

/* The first thing that its reader found wrong. */
static int refuse_finding(char why[CATALOG_WHY_SIZE], struct span source,
			  const struct raw_finding *finding)
{
	struct text_cursor cursor;

	text_cursor_init(&cursor, source);

	const struct position position =
		text_position(&cursor, finding->place.offset);

	snprintf(why, CATALOG_WHY_SIZE, "line %u, column %u: %.160s",
		 position.line, position.column, finding->message);
	return -EBADMSG;
}

/* Repeated keys are no reason to do without a catalog. */
static const struct raw_finding *find_error(const struct findings *findings)
{
	for (uint32_t i = 0; i < findings->count; i++)
		if (findings->list[i].severity == SEVERITY_ERROR &&
		    strncmp(findings->list[i].rule, "key/", 4) != 0)
			return &findings->list[i];
	return NULL;
}

static int read_doc(struct catalog *catalog, struct span text,
		    struct arena *arena, char why[CATALOG_WHY_SIZE])
{
	const struct limits limits = LIMITS_DEFAULT;
	struct findings findings;
	struct doc doc;
	struct parse parse = {.source = text,
			      .limits = &limits,
			      .dialect = "",
			      .doc = &doc,
			      .findings = &findings};
	struct reader reader = {catalog, &doc};

	findings_init(&findings, arena, limits.findings);
	doc_init(&doc, arena, text, limits.nodes);

	const int r = format_find("json")->read(&parse);
	const struct raw_finding *error = find_error(&findings);

	if (r)
		return r;
	if (error)
		return refuse_finding(why, text, error);
	if (doc.document_count == 0 || doc.documents[0].root == DOC_NONE)
		return refuse(why, "it is empty");

	const uint32_t list =
		doc_find(&doc, doc.documents[0].root, span_of("schemas"));

	if (list == DOC_NONE || doc.nodes[list].type != NODE_ARRAY)
		return refuse(why, "it has no list 'schemas'");
	return read_entries(&reader, list, why);
}

int catalog_read(struct catalog *catalog, struct span text,
		 char why[CATALOG_WHY_SIZE])
{
	const size_t bom = text_bom_size(text);
	struct arena arena;

	text.data += bom;
	text.size -= bom;
	if (text.size > MAX_BYTES)
		return refuse(why, "it is larger than 16 MiB");
	if (text_utf8_prefix(text) < text.size)
		return refuse(why, "it is not UTF-8");
	arena_init(&arena, CATALOG_ARENA_MAX);

	const int r = read_doc(catalog, text, &arena, why);

	arena_release(&arena);
	return r;
}
