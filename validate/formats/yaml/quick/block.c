#include "validate/formats/yaml/quick/reader.h"

/* At `- `, `-` and the end of the line. */
static bool is_entry(const struct quick *quick)
{
	return quick->at < quick->end && *quick->at == '-' &&
	       quick_is_gap(quick, quick->at + 1);
}

/* Open a list or mapping that begins at `start`, on the present line. */
static int open_level(struct quick *quick, const char *start, bool is_list)
{
	const struct yaml_value value = {
		.start = quick_offset(quick, start),
		.is_object = !is_list,
	};

	if (quick->top == quick->levels + QUICK_LEVELS - 1)
		return QUICK_LEFT;
	*++quick->top = (struct quick_level){
		.column = (int32_t)(start - quick->line),
		.is_list = is_list,
	};
	return yaml_tree_open(&quick->tree, &value);
}

/* The value that was awaited has not come. */
static int fill_gap(struct quick *quick, struct quick_level *level)
{
	if (!level->awaits)
		return 0;
	level->awaits = false;
	return quick_add_null(quick, level->gap);
}

static int close_level(struct quick *quick)
{
	const int r = fill_gap(quick, quick->top);

	quick->top--;
	return r ? r : yaml_tree_close(&quick->tree, quick->tree.end);
}

void quick_begin_blocks(struct quick *quick)
{
	quick->top = quick->levels;
	*quick->top = (struct quick_level){.column = -1, .awaits = true};
}

int quick_end_blocks(struct quick *quick, uint32_t offset)
{
	int r = 0;

	while (!r && quick->top > quick->levels)
		r = close_level(quick);
	quick->top->gap = offset;
	return r ? r : fill_gap(quick, quick->top);
}

/*
 * A list at the column of its mapping ends where the next key begins. No other
 * two levels have one column.
 */
static bool ends_list(const struct quick *quick)
{
	const struct quick_level *top = quick->top;

	return top[-1].column == top->column && !is_entry(quick);
}

/* Close the levels that a line at that column does not belong to. */
static int close_deeper(struct quick *quick, int32_t column)
{
	int r = 0;

	while (!r && (quick->top->column > column ||
		      (quick->top->column == column && ends_list(quick))))
		r = close_level(quick);
	return r;
}

/* Behind `-` or `key:`: the value comes on lines below. */
static int await_value(struct quick *quick, struct quick_level *level)
{
	level->awaits = true;
	return quick_end_line(quick);
}

static int read_flow(struct quick *quick)
{
	const int r = quick_flow(quick);

	return r ? r : quick_end_line(quick);
}

/* A value to the end of its line, or of its own lines. */
static int read_value(struct quick *quick)
{
	struct yaml_placed value;
	int r;

	switch (*quick->at) {
	case '|':
	case '>':
		return quick_text(quick);
	case '[':
	case '{':
		return read_flow(quick);
	default:
		r = quick_scalar(quick, 0, &value);
		if (!r)
			r = yaml_tree_placed(&quick->tree, &value);
		return r ? r : quick_end_line(quick);
	}
}

/* The `:` behind a scalar that is a key; NULL: it is none. */
static const char *find_colon(const struct quick *quick)
{
	const char *at = quick_skip_blanks(quick, quick->at);

	if (at == quick->end || *at != ':' || !quick_is_gap(quick, at + 1))
		return NULL;
	return at;
}

/* A pair of the open mapping, whose key has been read. */
static int read_pair(struct quick *quick, const struct yaml_placed *key,
		     const char *colon)
{
	struct quick_level *level = quick->top;
	int r;

	if (!quick_is_key(quick, key, colon))
		return QUICK_LEFT;
	r = yaml_tree_placed(&quick->tree, key);
	if (r)
		return r;
	quick->at = quick_skip_blanks(quick, colon + 1);
	level->gap = quick_offset(quick, colon + 1);
	if (quick_is_rest_empty(quick, quick->at)) {
		quick->at = colon + 1;
		return await_value(quick, level);
	}
	return read_value(quick);
}

/* A line of the open mapping. */
static int read_key(struct quick *quick)
{
	struct yaml_placed key;
	const int r = quick_scalar(quick, 0, &key);
	const char *colon;

	if (r)
		return r;
	colon = find_colon(quick);
	return colon ? read_pair(quick, &key, colon) : QUICK_LEFT;
}

/* A scalar, or the first key of a mapping. */
static int read_scalar_or_mapping(struct quick *quick)
{
	const char *start = quick->at;
	struct yaml_placed value;
	const char *colon;
	int r = quick_scalar(quick, 0, &value);

	if (r)
		return r;
	colon = find_colon(quick);
	if (colon) {
		r = open_level(quick, start, false);
		return r ? r : read_pair(quick, &value, colon);
	}
	r = yaml_tree_placed(&quick->tree, &value);
	return r ? r : quick_end_line(quick);
}

/* What begins a line or follows `- `, but no further `- `. */
static int read_node(struct quick *quick)
{
	switch (*quick->at) {
	case '|':
	case '>':
	case '[':
	case '{':
		return read_value(quick);
	default:
		return read_scalar_or_mapping(quick);
	}
}

/* At the `-` of the open list; more lists may begin on the line. */
static int read_entry(struct quick *quick)
{
	int r = 0;

	while (!r) {
		struct quick_level *level = quick->top;
		const char *behind = quick->at + 1;

		level->gap = quick_offset(quick, behind);
		quick->at = behind;
		while (quick->at < quick->end && *quick->at == ' ')
			quick->at++;
		if (quick_is_rest_empty(quick, quick->at)) {
			quick->at = behind;
			return await_value(quick, level);
		}
		if (!is_entry(quick))
			return read_node(quick);
		r = open_level(quick, quick->at, true);
	}
	return r;
}

static int read_list_or_node(struct quick *quick)
{
	int r;

	if (!is_entry(quick))
		return read_node(quick);
	r = open_level(quick, quick->at, true);
	return r ? r : read_entry(quick);
}

/* A line at the column of the open level. */
static int continue_level(struct quick *quick, struct quick_level *level)
{
	int r;

	if (level->is_list && !is_entry(quick))
		return QUICK_LEFT;
	if (!level->is_list && is_entry(quick)) {
		if (!level->awaits)
			return QUICK_LEFT;
		level->awaits = false;
		return read_list_or_node(quick);
	}
	r = fill_gap(quick, level);
	if (r)
		return r;
	return level->is_list ? read_entry(quick) : read_key(quick);
}

int quick_block(struct quick *quick)
{
	const int32_t column = (int32_t)(quick->at - quick->line);
	const int r = close_deeper(quick, column);

	if (r)
		return r;
	if (quick->top->column == column)
		return continue_level(quick, quick->top);
	if (!quick->top->awaits)
		return QUICK_LEFT;
	quick->top->awaits = false;
	return read_list_or_node(quick);
}
