/* What the configuration says of a cache that machines share. */
#include "fs/config/reader.h"

/* Texts and switches alike, as they stand there. */
static int read_field(struct reader *reader, uint32_t object,
		      enum sharing_field field)
{
	const uint32_t value =
		doc_find(reader->doc, object, span_of(sharing_name(field)));
	const struct node *node;

	if (value == DOC_NONE)
		return 0;
	node = doc_node(reader->doc, value);
	if (node->type != NODE_STRING && node->type != NODE_BOOL)
		return 0;
	reader_count(reader, value);
	reader->config->sharing.texts[field] =
		arena_text(reader_arena(reader), node_text(node));
	return reader->config->sharing.texts[field]
		       ? 0
		       : reader_arena(reader)->error;
}

/* The object that is the value of `key`, DOC_NONE if there is none. */
static uint32_t find_object(const struct reader *reader, uint32_t object,
			    const char *key)
{
	const uint32_t value = doc_find(reader->doc, object, span_of(key));

	if (value == DOC_NONE ||
	    doc_node(reader->doc, value)->type != NODE_OBJECT)
		return DOC_NONE;
	return doc_resolve(reader->doc, value);
}

int config_read_remote(struct reader *reader, uint32_t root)
{
	uint32_t object = DOC_NONE;
	int r = 0;

	if (doc_node(reader->doc, root)->type == NODE_OBJECT)
		object = find_object(reader, doc_resolve(reader->doc, root),
				     "cache");
	if (object != DOC_NONE)
		object = find_object(reader, object, "remote");
	for (int i = 0; r == 0 && object != DOC_NONE && i < SHARING_FIELDS; i++)
		r = read_field(reader, object, (enum sharing_field)i);
	return r;
}

const struct sharing *config_sharing(const struct config *config)
{
	return config->sharing.texts[SHARING_URL] ? &config->sharing : NULL;
}

bool config_is_trusted(const struct config *config)
{
	const char *file = config->settings->config_file;

	return config->settings->trust_config || (file && *file == '/');
}
