#include "fs/config/config_parts.h"
#include "fs/config/reader.h"

#include "validate/path.h"

#include <stdio.h>

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
		reader_complain(reader, "config/schema", node,
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
	*out = arena_text(reader_arena(reader), text);
	return *out ? 0 : reader_arena(reader)->error;
}

/* A path from the root, a URL, or "none": NULL. */
static int read_schema_path(struct reader *reader, uint32_t node,
			    const char **out)
{
	const struct span text = node_text(doc_node(reader->doc, node));

	*out = NULL;
	reader_count(reader, node);
	if (span_is(text, "none"))
		return 0;
	if (path_is_url(text))
		return read_schema_url(reader, node, out);

	const int r = reader_path(reader, text, out);

	if (r == 0 && (!*out || !**out)) {
		reader_complain(
			reader, "config/schema", node,
			"not the path of a file in this tree; it starts at "
			"the root of the tree and stays in it");
		*out = NULL;
	}
	return r;
}

static int read_pair(struct reader *reader, uint32_t key, struct when_pair *out)
{
	const uint32_t value = reader->doc->nodes[key].next;

	reader_count(reader, key);
	reader_count(reader, value);
	out->pointer_key = arena_text(reader_arena(reader),
				      node_text(doc_node(reader->doc, key)));
	out->value = arena_text(reader_arena(reader),
				node_text(doc_node(reader->doc, value)));
	return out->pointer_key && out->value ? 0 : reader_arena(reader)->error;
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
		reader_arena(reader), nodes[object].size * sizeof(*pairs));

	if (!pairs)
		return reader_arena(reader)->error;
	for (uint32_t key = object + 1;
	     key < nodes[object].next && !reader_is_full(reader);
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
	const uint32_t files = reader_find_array(reader, object, "files");
	const uint32_t path = reader_find_string(reader, object, "schema");
	const uint32_t when = doc_find(reader->doc, object, span_of("when"));
	struct config_schema *entry = &config->schemas[config->schema_count];

	if (path == DOC_NONE)
		return 0;
	if (files == DOC_NONE && !has_pairs(reader->doc, when)) {
		reader_complain(
			reader, "config/schema", object,
			"an entry needs 'files' or 'when' to say what it is "
			"for");
		return 0;
	}
	*entry = (struct config_schema){.has_files = files != DOC_NONE,
					.when_before = config->when_count};
	glob_list_init(&entry->files, reader_arena(reader));

	int r = reader_globs(reader, files, CONFIG_FILE, &entry->files);

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
	const uint32_t name = reader_find_string(reader, object, "format");
	const uint32_t dialect = reader_find_string(reader, object, "dialect");
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
		reader_complain(reader, "config/format", dialect,
				"the format has no dialect of that name");
	return out->dialect != NULL;
}

static int read_format_entry(struct reader *reader, uint32_t object)
{
	struct config *config = reader->config;
	struct config_format *entry = &config->formats[config->format_count];

	glob_list_init(&entry->files, reader_arena(reader));

	const int r =
		reader_globs(reader, reader_find_array(reader, object, "files"),
			     CONFIG_FILE, &entry->files);

	if (r == 0 && read_choice(reader, object, &entry->choice))
		config->format_count++;
	return r;
}

/* Count what config_check_needs() will compare. */
static void count_needs(struct reader *reader, uint32_t object)
{
	const struct node *nodes = reader->doc->nodes;
	const uint32_t id = reader_find_string(reader, object, "id");
	const uint32_t needs = reader_find_array(reader, object, "needs");

	if (id != DOC_NONE)
		reader_count(reader, id);
	if (needs == DOC_NONE)
		return;
	for (uint32_t at = needs + 1;
	     at < nodes[needs].next && !reader_is_full(reader);
	     at = nodes[at].next)
		reader_count(reader, at);
}

/* Nothing of it is run, so only its patterns are looked at. */
static int read_check(struct reader *reader, uint32_t object)
{
	struct glob_list files;

	count_needs(reader, object);
	glob_list_init(&files, reader_arena(reader));

	int r = reader_globs(reader, reader_find_array(reader, object, "files"),
			     CONFIG_FILE, &files);

	glob_list_init(&files, reader_arena(reader));
	if (r == 0)
		r = reader_globs(reader,
				 reader_find_array(reader, object, "inputs"),
				 CONFIG_FILE, &files);
	reader->config->check_count++;
	return r;
}

static int read_schemas(struct reader *reader, uint32_t root)
{
	struct config *config = reader->config;
	const uint32_t array = reader_find_array(reader, root, "schemas");

	config->schemas = reader_room(reader, array, sizeof(*config->schemas));
	config->when = reader_room(reader, array, sizeof(*config->when));
	if (!config->schemas || !config->when)
		return reader_arena(reader)->error;
	return reader_entries(reader, array, read_schema_entry);
}

static int read_formats(struct reader *reader, uint32_t root)
{
	struct config *config = reader->config;
	const uint32_t array = reader_find_array(reader, root, "formats");

	config->formats = reader_room(reader, array, sizeof(*config->formats));
	if (!config->formats)
		return reader_arena(reader)->error;
	return reader_entries(reader, array, read_format_entry);
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
	reader_count(reader, key);
	reader_count(reader, value);
	map->prefix = arena_text(reader_arena(reader),
				 node_text(doc_node(reader->doc, key)));
	if (!map->prefix)
		return reader_arena(reader)->error;

	const int r = reader_path(reader, node_text(node), &map->folder);

	if (r)
		return r;
	if (map->folder)
		config->map_count++;
	else
		reader_complain(
			reader, "config/map", value,
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

	config->maps = arena_alloc(reader_arena(reader),
				   nodes[object].size * sizeof(*config->maps));
	if (!config->maps)
		return reader_arena(reader)->error;
	for (uint32_t key = object + 1;
	     key < nodes[object].next && !reader_is_full(reader);
	     key = nodes[nodes[key].next].next) {
		const int r = read_map(reader, key);

		if (r)
			return r;
	}
	return 0;
}

static int read_catalog(struct reader *reader, uint32_t root)
{
	const uint32_t node = reader_find_string(reader, root, "catalog");
	const char *folder = NULL;

	if (node == DOC_NONE)
		return 0;
	reader_count(reader, node);

	const int r = reader_path(
		reader, node_text(doc_node(reader->doc, node)), &folder);

	if (r)
		return r;
	if (!folder)
		reader_complain(
			reader, "config/catalog", node,
			"not the path of a folder in this tree; it starts at "
			"the root of the tree and stays in it");
	reader->config->catalog_folder = folder;
	return 0;
}

static int read_checks(struct reader *reader, uint32_t root)
{
	const uint32_t array = reader_find_array(reader, root, "checks");
	const int r = reader_entries(reader, array, read_check);

	if (r || array == DOC_NONE || reader_is_full(reader))
		return r;
	return config_check_needs(reader->doc, array, reader->findings);
}

static int read_ignore(struct reader *reader, uint32_t root)
{
	return reader_globs(reader, reader_find_array(reader, root, "ignore"),
			    CONFIG_IGNORED_BY CONFIG_FILE,
			    &reader->config->ignore);
}

int config_read(struct config *config, const struct doc *doc,
		struct findings *findings)
{
	static int (*const steps[])(struct reader * reader,
				    uint32_t root) = {read_maps,
						      read_catalog,
						      read_schemas,
						      read_formats,
						      read_checks,
						      config_read_policy,
						      config_read_suppress,
						      config_read_baseline,
						      config_read_remote,
						      read_ignore};
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
