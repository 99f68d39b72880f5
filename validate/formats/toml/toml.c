#include "validate/formats/toml/toml_internal.h"

bool toml_skip_newline(struct toml *toml)
{
	if (toml_peek(toml) == '\r') {
		if (toml->end - toml->at < 2 || toml->at[1] != '\n')
			return toml_fail(toml, toml->at, 1,
					 "a carriage return without a line "
					 "feed behind it; lines end with LF or "
					 "CRLF");
		toml->at++;
	}
	toml->at++;
	toml->line++;
	return true;
}

bool toml_skip_comment(struct toml *toml)
{
	toml->at = toml_skip_plain(toml->at, toml->end);

	const int next = toml_peek(toml);

	if (next == -1 || next == '\n' || next == '\r')
		return true;
	return toml_fail(toml, toml->at, 1,
			 "a control character in a comment; remove it");
}

/* Nothing but a comment may follow on the line. */
static bool end_line(struct toml *toml)
{
	toml_skip_blank(toml);
	if (toml_peek(toml) == '#' && !toml_skip_comment(toml))
		return false;

	const int next = toml_peek(toml);

	if (next == -1)
		return true;
	if (next == '\n' || next == '\r')
		return toml_skip_newline(toml);
	return toml_fail(toml, toml->at, 1,
			 "the line should end here; write every key and every "
			 "header on a line of its own");
}

/* `#:schema NAME` among the comments before the first statement. */
static void note_schema(struct toml *toml, struct span comment)
{
	static const char directive[] = "#:schema";
	const size_t skip = sizeof(directive) - 1;

	if (toml->document.schema.data || !span_starts(comment, directive) ||
	    comment.size == skip ||
	    (comment.data[skip] != ' ' && comment.data[skip] != '\t'))
		return;

	struct span name = {comment.data + skip, comment.size - skip};

	while (name.size && (*name.data == ' ' || *name.data == '\t')) {
		name.data++;
		name.size--;
	}
	while (name.size && (name.data[name.size - 1] == ' ' ||
			     name.data[name.size - 1] == '\t'))
		name.size--;
	if (name.size == 0)
		return;
	toml->document.schema = name;
	toml->document.schema_offset = toml_offset(toml, name.data);
}

static bool read_comment(struct toml *toml)
{
	const char *start = toml->at;

	if (!toml_skip_comment(toml))
		return false;
	if (!toml->has_statement)
		note_schema(toml,
			    (struct span){start, (size_t)(toml->at - start)});
	return end_line(toml);
}

/* A table that a part of a key makes. */
static struct toml_item *put_table(struct toml *toml, struct toml_item *table,
				   const struct toml_key *key,
				   enum toml_origin origin)
{
	struct toml_item *item = toml_new(
		toml, key, origin, toml->parse->source.data + key->offset);

	if (!item)
		return NULL;
	item->type = NODE_OBJECT;
	item->length = key->length;
	return toml_put(toml, table, item) ? item : NULL;
}

/* Why a key with dots cannot go through `item`. */
static const char *dotted_obstacle(const struct toml_item *item)
{
	if (item->type != NODE_OBJECT && item->origin != TOML_LIST)
		return " as a value; it cannot have keys of its own";
	if (item->origin == TOML_LIST)
		return " as an array of tables; add the key below its [[...]]";
	if (item->origin == TOML_INLINE)
		return " as an inline table, which is complete; add the key "
		       "inside its braces";
	return " by its own header; add the key below that header";
}

/* The table that a part of a dotted key before the last one stands for. */
static struct toml_item *descend_dotted(struct toml *toml,
					struct toml_item *table,
					const struct toml_key *key)
{
	const char *at = toml->parse->source.data + key->offset;
	struct toml_item *item = toml_find(table, key);

	if (!toml_enter(toml, at, key->length))
		return NULL;
	if (!item)
		return put_table(toml, table, key, TOML_DOTTED);
	/*
	 * Dotted keys that made a table and those that find it are below the
	 * same header: no other header leads to it.
	 */
	if (item->origin == TOML_IMPLICIT)
		item->origin = TOML_DOTTED;
	if (item->origin == TOML_DOTTED)
		return item;
	toml_clash(toml, key, item, dotted_obstacle(item));
	return NULL;
}

/* The last part of a key and its table; the '=' or what is there is next. */
static struct toml_item *read_dotted(struct toml *toml, struct toml_item *table,
				     struct toml_key *key)
{
	while (table) {
		if (!toml_read_key(toml, key))
			return NULL;
		toml_skip_blank(toml);
		if (toml_peek(toml) != '.')
			return table;
		toml->at++;
		toml_skip_blank(toml);
		table = descend_dotted(toml, table, key);
	}
	return NULL;
}

static bool skip_equals(struct toml *toml, const struct toml_key *key)
{
	if (toml_peek(toml) != '=')
		return toml_fail(toml, toml->parse->source.data + key->offset,
				 key->length,
				 "'=' and a value should follow this key; "
				 "quote a key that has other characters than "
				 "A-Z a-z 0-9 _ -");
	toml->at++;
	toml_skip_blank(toml);
	return true;
}

/* What stands from there up to here will not be in the doc. */
static bool drop(struct toml *toml, const char *start)
{
	toml->result = doc_drop(toml->parse->doc, toml_offset(toml, start),
				(uint32_t)(toml->at - start));
	return toml->result == 0;
}

bool toml_read_pair(struct toml *toml, struct toml_item *table)
{
	const uint32_t depth = toml->depth;
	const char *start = toml->at;
	struct toml_key key;

	table = read_dotted(toml, table, &key);
	if (!table || !skip_equals(toml, &key))
		return false;

	const struct toml_item *first = toml_find(table, &key);

	if (first &&
	    !toml_repeat(toml, &key, first, "; rename or remove one of them"))
		return false;

	struct toml_item *value = toml_read_value(toml, &key);

	toml->depth = depth;
	if (!value)
		return false;
	if (!first && !toml_put(toml, table, value))
		return false;
	return !(first || toml->table->is_lost) || drop(toml, start);
}

/* Why a header cannot go through `item`, NULL if it can. */
static const char *header_obstacle(const struct toml_item *item)
{
	if (item->origin == TOML_INLINE)
		return " as an inline table, which is complete; add to it "
		       "inside its braces";
	if (item->origin != TOML_VALUE)
		return NULL;
	if (item->type == NODE_ARRAY)
		return " as an array, which is complete; add to it inside its "
		       "brackets";
	return " as a value; it cannot have tables below it";
}

/* The table that a part of a header before the last one stands for. */
static struct toml_item *descend_header(struct toml *toml,
					struct toml_item *table,
					const struct toml_key *key)
{
	const char *at = toml->parse->source.data + key->offset;
	struct toml_item *item = toml_find(table, key);

	if (!toml_enter(toml, at, key->length))
		return NULL;
	if (!item)
		return put_table(toml, table, key, TOML_IMPLICIT);

	const char *obstacle = header_obstacle(item);

	if (obstacle) {
		toml_clash(toml, key, item, obstacle);
		return NULL;
	}
	if (item->origin != TOML_LIST)
		return item;
	return toml_enter(toml, at, key->length) ? item->last : NULL;
}

/* A header as it stands in the file. */
struct header {
	const char *start;
	struct toml_item *parent;
	struct toml_key key; /* its last part */
	bool is_list;
};

/* An item that stands where the header does. */
static struct toml_item *new_item(struct toml *toml,
				  const struct header *header,
				  const struct toml_key *key,
				  enum node_type type)
{
	struct toml_item *item = toml_new(
		toml, key, type == NODE_ARRAY ? TOML_LIST : TOML_HEADER,
		header->start);

	if (item) {
		item->type = (uint8_t)type;
		item->length = (uint32_t)(toml->at - header->start);
	}
	return item;
}

/* A table that was only named so far gets its own header. */
static void claim_table(struct toml *toml, struct toml_item *table,
			const struct header *header)
{
	table->origin = TOML_HEADER;
	table->offset = toml_offset(toml, header->start);
	table->length = (uint32_t)(toml->at - header->start);
	*table->key = header->key;
}

static const char *repeat_of(const struct toml_item *first, bool is_list)
{
	if (first->origin == TOML_LIST)
		return " as an array of tables; write [[...]] for one more "
		       "element";
	if (first->type != NODE_OBJECT)
		return " as a value; it cannot be a table too";
	if (is_list)
		return " as a table; it cannot be an array of tables too";
	if (first->origin == TOML_INLINE)
		return " as an inline table; put all its keys in one place";
	return " as a table; put all its keys in one place";
}

/* What follows goes where it cannot clash with more than was meant. */
static struct toml_item *repeat_table(struct toml *toml,
				      struct toml_item *first,
				      const struct header *header)
{
	const bool is_open =
		first->origin == TOML_HEADER || first->origin == TOML_DOTTED;

	if (!toml_repeat(toml, &header->key, first,
			 repeat_of(first, header->is_list)))
		return NULL;
	if (!header->is_list && is_open)
		return first;

	struct toml_item *lost = new_item(toml, header, NULL, NODE_OBJECT);

	if (lost)
		lost->is_lost = true;
	return lost;
}

static struct toml_item *define_table(struct toml *toml,
				      const struct header *header)
{
	struct toml_item *item = toml_find(header->parent, &header->key);

	if (!item) {
		item = new_item(toml, header, &header->key, NODE_OBJECT);
		if (!item || !toml_put(toml, header->parent, item))
			return NULL;
		return item;
	}
	if (item->origin != TOML_IMPLICIT)
		return repeat_table(toml, item, header);
	claim_table(toml, item, header);
	return item;
}

/* The array of tables of a [[header]], made if there is none. */
static struct toml_item *define_list(struct toml *toml,
				     const struct header *header)
{
	struct toml_item *list =
		new_item(toml, header, &header->key, NODE_ARRAY);

	return list && toml_put(toml, header->parent, list) ? list : NULL;
}

static struct toml_item *define_element(struct toml *toml,
					const struct header *header)
{
	struct toml_item *list = toml_find(header->parent, &header->key);

	if (list && list->type == NODE_ARRAY && list->origin == TOML_VALUE) {
		toml_clash(toml, &header->key, list, header_obstacle(list));
		return NULL;
	}
	if (list && list->origin != TOML_LIST)
		return repeat_table(toml, list, header);
	if (!list)
		list = define_list(toml, header);

	struct toml_item *table =
		list ? new_item(toml, header, NULL, NODE_OBJECT) : NULL;

	if (table)
		toml_append(list, table);
	return table;
}

static bool close_header(struct toml *toml, const struct header *header)
{
	const size_t size = header->is_list ? 2 : 1;

	if ((size_t)(toml->end - toml->at) < size ||
	    memcmp(toml->at, "]]", size) != 0)
		return toml_fail(
			toml, toml->at, 1,
			header->is_list
				? "this header should end with ']]' here; "
				  "quote a name that has other characters than "
				  "A-Z a-z 0-9 _ -"
				: "this header should end with ']' here; quote "
				  "a name that has other characters than A-Z "
				  "a-z 0-9 _ -");
	toml->at += size;
	return true;
}

static bool read_header_key(struct toml *toml, struct header *header)
{
	header->parent = toml->root;
	while (header->parent) {
		toml_skip_blank(toml);
		if (!toml_read_key(toml, &header->key))
			return false;
		toml_skip_blank(toml);
		if (toml_peek(toml) != '.')
			return true;
		toml->at++;
		header->parent =
			descend_header(toml, header->parent, &header->key);
	}
	return false;
}

static bool read_header(struct toml *toml)
{
	struct header header = {.start = toml->at++};

	header.is_list = toml_peek(toml) == '[';
	toml->at += header.is_list;
	toml->depth = 1;
	if (!read_header_key(toml, &header) || !close_header(toml, &header))
		return false;

	const char *key = toml->parse->source.data + header.key.offset;

	if (!toml_enter(toml, key, header.key.length) ||
	    (header.is_list && !toml_enter(toml, key, header.key.length)))
		return false;
	toml->table = header.is_list ? define_element(toml, &header)
				     : define_table(toml, &header);
	return toml->table && end_line(toml);
}

static bool read_line(struct toml *toml)
{
	toml_skip_blank(toml);
	switch (toml_peek(toml)) {
	case -1:
	case '\n':
	case '\r':
		return end_line(toml);
	case '#':
		return read_comment(toml);
	case '[':
		toml->has_statement = true;
		return read_header(toml);
	default:
		toml->has_statement = true;
		return toml_read_pair(toml, toml->table) && end_line(toml);
	}
}

static bool read_file(struct toml *toml)
{
	toml->root = toml_new(toml, NULL, TOML_HEADER, toml->at);
	if (!toml->root)
		return false;
	toml->root->type = NODE_OBJECT;
	toml->root->length = (uint32_t)toml->parse->source.size;
	toml->table = toml->root;
	while (toml->at < toml->end)
		if (!read_line(toml))
			return false;
	return toml_emit(toml);
}

int read_toml(struct parse *parse)
{
	const uint32_t max_depth = parse->limits->depth;
	struct toml toml = {
		.parse = parse,
		.at = parse->source.data,
		.end = parse->source.data + parse->source.size,
		.line = 1,
		.depth = 1,
		.max_depth =
			max_depth < TOML_DEPTH_MAX ? max_depth : TOML_DEPTH_MAX,
		.document = {.root = DOC_NONE},
	};

	toml.repeats_end = &toml.repeats;
	if (!read_file(&toml) && toml.result)
		return toml.result;
	if (!toml_report_repeats(&toml))
		return toml.result;

	const int r = doc_add_document(parse->doc, toml.document);

	return r ? r : parse->doc->arena->error;
}
