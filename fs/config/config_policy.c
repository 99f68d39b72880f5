/* What the configuration says of files that are not valid. */
#include "fs/config/reader.h"

/* The schema lets no other word through; `otherwise` where the key is not. */
static enum policy read_word(struct reader *reader, uint32_t object,
			     const char *key, enum policy otherwise)
{
	const uint32_t node = reader_find_string(reader, object, key);
	enum policy policy = otherwise;

	if (node != DOC_NONE)
		policy_parse(node_text(doc_node(reader->doc, node)), &policy);
	return policy;
}

static int read_entry(struct reader *reader, uint32_t object)
{
	struct config *config = reader->config;
	struct config_policy *entry = &config->policies[config->policy_count];

	entry->on_invalid =
		read_word(reader, object, "on_invalid", POLICY_SERVE);
	entry->on_error =
		read_word(reader, object, "on_error", entry->on_invalid);
	glob_list_init(&entry->files, reader_arena(reader));
	config->policy_count++;
	return reader_globs(reader, reader_find_array(reader, object, "files"),
			    CONFIG_FILE, &entry->files);
}

int config_read_policy(struct reader *reader, uint32_t root)
{
	struct config *config = reader->config;
	const uint32_t array = reader_find_array(reader, root, "policy");

	config->policies =
		reader_room(reader, array, sizeof(*config->policies));
	if (!config->policies)
		return reader_arena(reader)->error;
	return reader_entries(reader, array, read_entry);
}
