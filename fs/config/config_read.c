#include "fs/config/config_parts.h"

#include "validate/path.h"

#include <stdio.h>

/* Bytes of all strings that are kept; each counts 16 more. Without it a small
 * file could say much by aliases. */
enum { MAX_COST = 512 * 1024, COST_EACH = 16 };

struct reader {
	struct config *config;
	const struct doc *doc;
	struct findings *findings;
	size_t cost;
	uint32_t line; /* of the byte at `scanned` */
	size_t scanned;
};

static struct arena *arena_of(const struct reader *reader)
{
	return &reader->config->arena;
}

static bool is_full(const struct reader *reader)
{
	return reader->cost > MAX_COST;
}

/* Count a string or an entry; says once that there are too many. */
static void count_cost(struct reader *reader, uint32_t node)
{
	const bool was_full = is_full(reader);

	reader->cost += COST_EACH;
	if (!node_is_container(doc_node(reader->doc, node)))
		reader->cost += doc_node(reader->doc, node)->size;
	if (is_full(reader) && !was_full)
		findings_limit(reader->findings, "configuration",
			       place_of_node(reader->doc, 0, node), MAX_COST);
}

static void complain(struct reader *reader, const char *rule, uint32_t node,
		     const char *message)
{
	findings_add(reader->findings, SEVERITY_ERROR, rule,
		     place_of_node(reader->doc, 0, node), "%s", message);
}

/* The array that is the value of `key`, DOC_NONE if there is none. */
static uint32_t find_array(const struct reader *reader, uint32_t object,
			   const char *key)
{
	const uint32_t value = doc_find(reader->doc, object, span_of(key));

	if (value == DOC_NONE ||
	    doc_node(reader->doc, value)->type != NODE_ARRAY)
		return DOC_NONE;
	return doc_resolve(reader->doc, value);
}

/* The string that is the value of `key`, DOC_NONE if there is none. */
static uint32_t find_string(const struct reader *reader, uint32_t object,
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
	count_cost(reader, node);

	const int r = glob_list_add(out, node_text(text), place, &fault);

	if (r)
		return r;
	if (fault != GLOB_FINE)
		complain(reader, "config/pattern", node,
			 glob_fault_text(fault));
	check_braces(reader, node);
	return 0;
}

static int read_globs(struct reader *reader, uint32_t array, const char *label,
		      struct glob_list *out)
{
	const struct node *nodes = reader->doc->nodes;

	if (array == DOC_NONE)
		return 0;
	for (uint32_t at = array + 1;
	     at < nodes[array].next && !is_full(reader); at = nodes[at].next) {
		const int r = read_glob(reader, at, label, out);

		if (r)
			return r;
	}
	return 0;
}

/* A tidy path from the root, "" for it; NULL: it is no path in the tree. */
static int read_path(struct reader *reader, struct span text, const char **out)
{
	char *path = arena_text(arena_of(reader), text);

	*out = NULL;
	if (!path)
		return arena_of(reader)->error;
	if (!memchr(text.data, '\0', text.size) && path_tidy(path))
		*out = path;
	return 0;
}

/* The places of URLs are read before what uses them. */
static bool knows_urls(const struct config *config)
{
	return config->settings->map_count || config->settings->catalog ||
	       config->map_count || config->catalog_folder;
}

/* Whether it leads anywhere is told at each file that needs it. */
static int read_schema_url(struct reader *reader, uint32_t node,
			   const char **out)
{
	const struct span text = node_text(doc_node(reader->doc, node));

	if (memchr(text.data, '\0', text.size)) {
		complain(reader, "config/schema", node,
			 "a URL has no NUL character");
		return 0;
	}
	if (!knows_urls(reader->config))
		findings_add(reader->findings, SEVERITY_WARNING,
			     "config/schema",
			     place_of_node(reader->doc, 0, node),
			     "the schema is named by a URL; nothing is "
			     "fetched: say with 'map' or 'catalog' where a "
			     "copy lies, or name the path of one");
	*out = arena_text(arena_of(reader), text);
	return *out ? 0 : arena_of(reader)->error;
}

/* A path from the root, a URL, or "none": NULL. */
static int read_schema_path(struct reader *reader, uint32_t node,
			    const char **out)
{
	const struct span text = node_text(doc_node(reader->doc, node));

	*out = NULL;
	count_cost(reader, node);
	if (span_is(text, "none"))
		return 0;
	if (path_is_url(text))
		return read_schema_url(reader, node, out);

	const int r = read_path(reader, text, out);

	if (r == 0 && (!*out || !**out)) {
		complain(reader, "config/schema", node,
			 "not the path of a file in this tree; it starts at "
			 "the root of the tree and stays in it");
		*out = NULL;
	}
	return r;
}

static int read_pair(struct reader *reader, uint32_t key, struct when_pair *out)
{
	const uint32_t value = reader->doc->nodes[key].next;

	count_cost(reader, key);
	count_cost(reader, value);
	out->pointer_key = arena_text(arena_of(reader),
				      node_text(doc_node(reader->doc, key)));
	out->value = arena_text(arena_of(reader),
				node_text(doc_node(reader->doc, value)));
	return out->pointer_key && out->value ? 0 : arena_of(reader)->error;
}

static bool is_plain_pair(const struct doc *doc, uint32_t key)
{
	return !node_is_container(doc_node(doc, key)) &&
	       !node_is_container(doc_node(doc, doc->nodes[key].next));
}

static int read_when(struct reader *reader, uint32_t when,
		     struct when_rule *out)
{
	const struct node *nodes = reader->doc->nodes;
	const uint32_t object = doc_resolve(reader->doc, when);
	struct when_pair *pairs = arena_alloc(
		arena_of(reader), nodes[object].size * sizeof(*pairs));

	if (!pairs)
		return arena_of(reader)->error;
	for (uint32_t key = object + 1;
	     key < nodes[object].next && !is_full(reader);
	     key = nodes[nodes[key].next].next) {
		if (!is_plain_pair(reader->doc, key))
			continue;

		const int r = read_pair(reader, key, &pairs[out->pair_count]);

		if (r)
			return r;
		out->pair_count++;
	}
	out->pairs = pairs;
	return 0;
}

static bool has_pairs(const struct doc *doc, uint32_t when)
{
	return when != DOC_NONE && doc_node(doc, when)->type == NODE_OBJECT &&
	       doc_node(doc, when)->size > 0;
}

/* The content that an entry is for, if it says so. */
static int add_when(struct reader *reader, uint32_t when,
		    struct config_schema *entry)
{
	struct config *config = reader->config;

	if (!has_pairs(reader->doc, when))
		return 0;
	if (config->when_count == PLAN_WHEN_MAX) {
		findings_limit(reader->findings, "when",
			       place_of_node(reader->doc, 0, when),
			       PLAN_WHEN_MAX);
		return 0;
	}

	struct when_rule *rule = &config->when[config->when_count];

	*rule = (struct when_rule){.schema = entry->schema};
	entry->is_when = true;
	config->when_count++;
	return read_when(reader, when, rule);
}

static int read_schema_entry(struct reader *reader, uint32_t object)
{
	struct config *config = reader->config;
	const uint32_t files = find_array(reader, object, "files");
	const uint32_t path = find_string(reader, object, "schema");
	const uint32_t when = doc_find(reader->doc, object, span_of("when"));
	struct config_schema *entry = &config->schemas[config->schema_count];

	if (path == DOC_NONE)
		return 0;
	if (files == DOC_NONE && !has_pairs(reader->doc, when)) {
		complain(reader, "config/schema", object,
			 "an entry needs 'files' or 'when' to say what it is "
			 "for");
		return 0;
	}
	*entry = (struct config_schema){.has_files = files != DOC_NONE,
					.when_before = config->when_count};
	glob_list_init(&entry->files, arena_of(reader));

	int r = read_globs(reader, files, CONFIG_FILE, &entry->files);

	if (r == 0)
		r = read_schema_path(reader, path, &entry->schema);
	if (r == 0)
		r = add_when(reader, when, entry);
	if (r == 0)
		config->schema_count++;
	return r;
}

/* The formats that have variants; one of them may be what the name means. */
static const struct {
	const char *format;
	const char *dialect;
	bool is_default;
} dialects[] = {
	{"ini", "systemd", false},
	{"ini", "desktop", false},
	{"ini", "gitconfig", false},
	{"ini", "mycnf", false},
	{"ini", "setupcfg", false},
	{"ini", "editorconfig", false},
	{"ini", "keyfile", false},
	{"ini", "openssl", false},
	{"ini", "supervisor", false},
	{"ini", "npmrc", false},
	{"ini", "php", false},
	{"ini", "uwsgi", false},
	{"ini", "hg", false},
	{"ini", "samba", false},
	{"jsonc", "jsonc", true},
	{"ndjson", "ndjson", true},
	{"properties", "properties", true},
};

/* NULL if the format has no such variant; `name` data NULL: the usual one. */
static const char *find_dialect(const struct format *format, struct span name)
{
	for (size_t i = 0; i < array_size(dialects); i++) {
		if (strcmp(dialects[i].format, format->name) != 0)
			continue;
		if (name.data ? span_is(name, dialects[i].dialect)
			      : dialects[i].is_default)
			return dialects[i].dialect;
	}
	return name.data ? NULL : "";
}

static void complain_format(struct reader *reader, uint32_t node)
{
	char names[256] = "";
	const struct format *format;

	for (size_t i = 0; (format = format_at(i)); i++) {
		const size_t used = strlen(names);

		snprintf(names + used, sizeof(names) - used, "%s%s",
			 used ? ", " : "", format->name);
	}
	findings_add(reader->findings, SEVERITY_ERROR, "config/format",
		     place_of_node(reader->doc, 0, node),
		     "no format of that name; there are %s", names);
}

/* False if the entry names what there is not; a finding says so. */
static bool read_choice(struct reader *reader, uint32_t object,
			struct format_choice *out)
{
	const uint32_t name = find_string(reader, object, "format");
	const uint32_t dialect = find_string(reader, object, "dialect");
	struct span variant = {NULL, 0};

	if (name == DOC_NONE)
		return false;
	out->format = NULL;
	for (size_t i = 0; !out->format && format_at(i); i++)
		if (span_is(node_text(doc_node(reader->doc, name)),
			    format_at(i)->name))
			out->format = format_at(i);
	if (!out->format) {
		complain_format(reader, name);
		return false;
	}
	if (dialect != DOC_NONE)
		variant = node_text(doc_node(reader->doc, dialect));
	out->dialect = find_dialect(out->format, variant);
	if (!out->dialect)
		complain(reader, "config/format", dialect,
			 "the format has no dialect of that name");
	return out->dialect != NULL;
}

static int read_format_entry(struct reader *reader, uint32_t object)
{
	struct config *config = reader->config;
	struct config_format *entry = &config->formats[config->format_count];

	glob_list_init(&entry->files, arena_of(reader));

	const int r = read_globs(reader, find_array(reader, object, "files"),
				 CONFIG_FILE, &entry->files);

	if (r == 0 && read_choice(reader, object, &entry->choice))
		config->format_count++;
	return r;
}

/* Count what config_check_needs() will compare. */
static void count_needs(struct reader *reader, uint32_t object)
{
	const struct node *nodes = reader->doc->nodes;
	const uint32_t id = find_string(reader, object, "id");
	const uint32_t needs = find_array(reader, object, "needs");

	if (id != DOC_NONE)
		count_cost(reader, id);
	if (needs == DOC_NONE)
		return;
	for (uint32_t at = needs + 1;
	     at < nodes[needs].next && !is_full(reader); at = nodes[at].next)
		count_cost(reader, at);
}

/* Nothing of it is run, so only its patterns are looked at. */
static int read_check(struct reader *reader, uint32_t object)
{
	struct glob_list files;

	count_needs(reader, object);
	glob_list_init(&files, arena_of(reader));

	int r = read_globs(reader, find_array(reader, object, "files"),
			   CONFIG_FILE, &files);

	glob_list_init(&files, arena_of(reader));
	if (r == 0)
		r = read_globs(reader, find_array(reader, object, "inputs"),
			       CONFIG_FILE, &files);
	reader->config->check_count++;
	return r;
}

/* Call `read` for every object of an array. */
static int read_entries(struct reader *reader, uint32_t array,
			int (*read)(struct reader *reader, uint32_t object))
{
	const struct node *nodes = reader->doc->nodes;

	if (array == DOC_NONE)
		return 0;
	for (uint32_t at = array + 1;
	     at < nodes[array].next && !is_full(reader); at = nodes[at].next) {
		const uint32_t object = doc_resolve(reader->doc, at);

		count_cost(reader, object);
		if (nodes[object].type != NODE_OBJECT)
			continue;

		const int r = read(reader, object);

		if (r)
			return r;
	}
	return 0;
}

/* Room for all entries of an array. */
static void *make_room(struct reader *reader, uint32_t array, size_t size)
{
	const size_t count =
		array == DOC_NONE ? 0 : reader->doc->nodes[array].size;

	return arena_alloc(arena_of(reader), count * size);
}

static int read_schemas(struct reader *reader, uint32_t root)
{
	struct config *config = reader->config;
	const uint32_t array = find_array(reader, root, "schemas");

	config->schemas = make_room(reader, array, sizeof(*config->schemas));
	config->when = make_room(reader, array, sizeof(*config->when));
	if (!config->schemas || !config->when)
		return arena_of(reader)->error;
	return read_entries(reader, array, read_schema_entry);
}

static int read_formats(struct reader *reader, uint32_t root)
{
	struct config *config = reader->config;
	const uint32_t array = find_array(reader, root, "formats");

	config->formats = make_room(reader, array, sizeof(*config->formats));
	if (!config->formats)
		return arena_of(reader)->error;
	return read_entries(reader, array, read_format_entry);
}

static int read_map(struct reader *reader, uint32_t key)
{
	struct config *config = reader->config;
	const uint32_t value =
		doc_resolve(reader->doc, reader->doc->nodes[key].next);
	const struct node *node = &reader->doc->nodes[value];
	struct config_map *map = &config->maps[config->map_count];

	if (!is_plain_pair(reader->doc, key))
		return 0;
	count_cost(reader, key);
	count_cost(reader, value);
	map->prefix = arena_text(arena_of(reader),
				 node_text(doc_node(reader->doc, key)));
	if (!map->prefix)
		return arena_of(reader)->error;

	const int r = read_path(reader, node_text(node), &map->folder);

	if (r)
		return r;
	if (map->folder)
		config->map_count++;
	else
		complain(reader, "config/map", value,
			 "not the path of a folder in this tree; it starts at "
			 "the root of the tree and stays in it");
	return 0;
}

static int read_maps(struct reader *reader, uint32_t root)
{
	struct config *config = reader->config;
	const struct node *nodes = reader->doc->nodes;
	const uint32_t value = doc_find(reader->doc, root, span_of("map"));

	if (value == DOC_NONE ||
	    doc_node(reader->doc, value)->type != NODE_OBJECT)
		return 0;

	const uint32_t object = doc_resolve(reader->doc, value);

	config->maps = arena_alloc(arena_of(reader),
				   nodes[object].size * sizeof(*config->maps));
	if (!config->maps)
		return arena_of(reader)->error;
	for (uint32_t key = object + 1;
	     key < nodes[object].next && !is_full(reader);
	     key = nodes[nodes[key].next].next) {
		const int r = read_map(reader, key);

		if (r)
			return r;
	}
	return 0;
}

static int read_catalog(struct reader *reader, uint32_t root)
{
	const uint32_t node = find_string(reader, root, "catalog");
	const char *folder = NULL;

	if (node == DOC_NONE)
		return 0;
	count_cost(reader, node);

	const int r = read_path(reader, node_text(doc_node(reader->doc, node)),
				&folder);

	if (r)
		return r;
	if (!folder)
		complain(reader, "config/catalog", node,
			 "not the path of a folder in this tree; it starts at "
			 "the root of the tree and stays in it");
	reader->config->catalog_folder = folder;
	return 0;
}

static int read_checks(struct reader *reader, uint32_t root)
{
	const uint32_t array = find_array(reader, root, "checks");
	const int r = read_entries(reader, array, read_check);

	if (r || array == DOC_NONE || is_full(reader))
		return r;
	return config_check_needs(reader->doc, array, reader->findings);
}

static void read_rule(struct reader *reader, uint32_t node,
		      struct rule_set *out)
{
	const struct span rule = node_text(doc_node(reader->doc, node));

	count_cost(reader, node);
	switch (rule_select(rule, out)) {
	case RULES_FREE:
		return;
	case RULES_FIXED:
		complain(reader, "config/rule", node,
			 "findings of this rule are never suppressed");
		return;
	case RULES_UNKNOWN:
		break;
	}

	const struct span meant = rule_suggest(rule);

	findings_add(reader->findings, SEVERITY_ERROR, "config/rule",
		     place_of_node(reader->doc, 0, node),
		     "no rule or group of this name%s%.*s%s",
		     meant.data ? "; did you mean '" : "", (int)meant.size,
		     meant.data ? meant.data : "", meant.data ? "'?" : "");
}

static int read_suppress_entry(struct reader *reader, uint32_t object)
{
	const struct node *nodes = reader->doc->nodes;
	struct config *config = reader->config;
	struct config_suppress *entry =
		&config->suppress[config->suppress_count];
	const uint32_t rules = find_array(reader, object, "rules");
	const uint32_t reason = find_string(reader, object, "reason");

	*entry = (struct config_suppress){.reason = ""};
	glob_list_init(&entry->files, arena_of(reader));
	if (rules == DOC_NONE)
		return 0;
	for (uint32_t at = rules + 1;
	     at < nodes[rules].next && !is_full(reader); at = nodes[at].next)
		read_rule(reader, at, &entry->rules);
	if (reason != DOC_NONE) {
		count_cost(reader, reason);
		entry->reason =
			arena_text(arena_of(reader),
				   node_text(doc_node(reader->doc, reason)));
		if (!entry->reason)
			return arena_of(reader)->error;
	}
	config->suppress_count++;
	return read_globs(reader, find_array(reader, object, "files"),
			  CONFIG_FILE, &entry->files);
}

static int read_suppress(struct reader *reader, uint32_t root)
{
	struct config *config = reader->config;
	const uint32_t array = find_array(reader, root, "suppress");

	config->suppress = make_room(reader, array, sizeof(*config->suppress));
	if (!config->suppress)
		return arena_of(reader)->error;
	return read_entries(reader, array, read_suppress_entry);
}

static int read_baseline(struct reader *reader, uint32_t root)
{
	const uint32_t node = find_string(reader, root, "baseline");
	char *path;

	if (node == DOC_NONE)
		return 0;
	count_cost(reader, node);
	path = arena_text(arena_of(reader),
			  node_text(doc_node(reader->doc, node)));
	if (!path)
		return arena_of(reader)->error;
	if (strlen(path) != doc_node(reader->doc, node)->size ||
	    !path_tidy(path) || !*path)
		complain(reader, "config/baseline", node,
			 "not the path of a file in this tree; it starts at "
			 "the root of the tree and stays in it");
	else
		reader->config->baseline_path = path;
	return 0;
}

static int read_ignore(struct reader *reader, uint32_t root)
{
	return read_globs(reader, find_array(reader, root, "ignore"),
			  CONFIG_IGNORED_BY CONFIG_FILE,
			  &reader->config->ignore);
}

int config_read(struct config *config, const struct doc *doc,
		struct findings *findings)
{
	static int (*const steps[])(struct reader * reader, uint32_t root) = {
		read_maps,   read_catalog,  read_schemas,  read_formats,
		read_checks, read_suppress, read_baseline, read_ignore};
	struct reader reader = {
		.config = config, .doc = doc, .findings = findings, .line = 1};

	if (doc->document_count > 1)
		findings_add(findings, SEVERITY_ERROR, "config/documents",
			     place_at(1, doc->documents[1].offset, 1),
			     "a second document; the configuration is one");
	if (doc->document_count == 0 || doc->documents[0].root == DOC_NONE)
		return 0;
	for (size_t i = 0; i < array_size(steps); i++) {
		const int r = steps[i](&reader, doc->documents[0].root);

		if (r)
			return r;
	}
	return 0;
}
