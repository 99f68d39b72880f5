/* What the configuration says of findings that do not count. */
#include "fs/config/reader.h"

static void read_rule(struct reader *reader, uint32_t node,
		      struct rule_set *out)
{
	const struct span rule = node_text(doc_node(reader->doc, node));

	reader_count(reader, node);
	switch (rule_select(rule, out)) {
	case RULES_FREE:
		return;
	case RULES_FIXED:
		reader_complain(reader, "config/rule", node,
				"findings of this rule are never suppressed");
		return;
	case RULES_UNKNOWN:
		break;
	}

	struct span meant = {NULL, 0};

	if (findings_would_keep(reader->findings, "config/rule", 0))
		meant = rule_suggest(rule);

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
	const uint32_t rules = reader_find_array(reader, object, "rules");
	const uint32_t reason = reader_find_string(reader, object, "reason");

	*entry = (struct config_suppress){.reason = ""};
	glob_list_init(&entry->files, reader_arena(reader));
	if (rules == DOC_NONE)
		return 0;
	for (uint32_t at = rules + 1;
	     at < nodes[rules].next && !reader_is_full(reader);
	     at = nodes[at].next)
		read_rule(reader, at, &entry->rules);
	if (reason != DOC_NONE) {
		reader_count(reader, reason);
		entry->reason =
			arena_text(reader_arena(reader),
				   node_text(doc_node(reader->doc, reason)));
		if (!entry->reason)
			return reader_arena(reader)->error;
	}
	config->suppress_count++;
	return reader_globs(reader, reader_find_array(reader, object, "files"),
			    CONFIG_FILE, &entry->files);
}

int config_read_suppress(struct reader *reader, uint32_t root)
{
	struct config *config = reader->config;
	const uint32_t array = reader_find_array(reader, root, "suppress");

	config->suppress =
		reader_room(reader, array, sizeof(*config->suppress));
	if (!config->suppress)
		return reader_arena(reader)->error;
	return reader_entries(reader, array, read_suppress_entry);
}

int config_read_baseline(struct reader *reader, uint32_t root)
{
	const uint32_t node = reader_find_string(reader, root, "baseline");
	const char *path;

	if (node == DOC_NONE)
		return 0;
	reader_count(reader, node);

	const int r = reader_path(
		reader, node_text(doc_node(reader->doc, node)), &path);

	if (r)
		return r;
	if (path && *path)
		reader->config->baseline_path = path;
	else
		reader_complain(reader, "config/baseline", node,
				"not the path of a file in this tree; it "
				"starts at the root of the tree and stays in "
				"it");
	return 0;
}
