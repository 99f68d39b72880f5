#include "validate/formats/yaml/quick/reader.h"

static int open_flow(struct quick *quick)
{
	const struct yaml_value value = {
		.start = quick_offset(quick, quick->at),
		.is_object = *quick->at == '{',
		.is_flow = true,
	};

	quick->at++;
	return yaml_tree_open(&quick->tree, &value);
}

static int close_flow(struct quick *quick)
{
	quick->at++;
	return yaml_tree_close(&quick->tree, quick_offset(quick, quick->at));
}

/*
 * Go to the next byte that counts, over line ends and comments; there must be
 * one. At the begin of a line it may not look like a document's mark.
 */
static int find_token(struct quick *quick)
{
	const char *from = quick->at;
	int r = 0;

	quick->at = quick_skip_blanks(quick, from);
	if (quick->at == quick->end)
		return QUICK_LEFT;
	if (*quick->at == '#' && quick->at == from)
		return QUICK_LEFT;
	if (!quick_is_rest_empty(quick, quick->at))
		return 0;
	r = quick_find_content(quick);
	if (r || quick->at == quick->end)
		return QUICK_LEFT;
	return quick->at == quick->line && strchr("-.", *quick->at) ? QUICK_LEFT
								    : 0;
}

/* The key of a pair and its colon, which stands on the same line. */
static int read_key(struct quick *quick)
{
	struct yaml_placed key;
	int r = quick_scalar(quick, BYTE_FLOW, &key);

	if (r)
		return r;
	quick->at = quick_skip_blanks(quick, quick->at);
	if (quick->at == quick->end || *quick->at != ':' ||
	    !quick_is_key(quick, &key, quick->at))
		return QUICK_LEFT;
	if (key.is_plain && !quick_is_gap(quick, quick->at + 1))
		return QUICK_LEFT;
	quick->at++;
	r = yaml_tree_placed(&quick->tree, &key);
	return r ? r : find_token(quick);
}

/* A scalar, or the begin of a list or mapping. */
static int read_value(struct quick *quick, bool *is_open)
{
	struct yaml_placed value;
	int r;

	*is_open = *quick->at == '[' || *quick->at == '{';
	if (*is_open)
		return open_flow(quick);
	r = quick_scalar(quick, BYTE_FLOW, &value);
	return r ? r : yaml_tree_placed(&quick->tree, &value);
}

/* What stands between commas. *is_open: a list or mapping begins there. */
static int read_item(struct quick *quick, bool *is_open)
{
	int r;

	if (!yaml_tree_is_in_object(&quick->tree))
		return read_value(quick, is_open);
	r = read_key(quick);
	if (r)
		return r;
	if (*quick->at != ',' && *quick->at != '}')
		return read_value(quick, is_open);
	*is_open = false;
	return quick_add_null(quick, quick_offset(quick, quick->at));
}

int quick_flow(struct quick *quick)
{
	const uint32_t outside = quick->tree.depth;
	bool is_open = true; /* a list or mapping just began, or a comma was */
	int r = open_flow(quick);

	while (!r && quick->tree.depth > outside) {
		const char closing =
			yaml_tree_is_in_object(&quick->tree) ? '}' : ']';

		r = find_token(quick);
		if (r)
			return r;
		if (*quick->at == closing) {
			is_open = false;
			r = close_flow(quick);
		} else if (is_open) {
			r = read_item(quick, &is_open);
		} else if (*quick->at == ',') {
			is_open = true;
			quick->at++;
		} else {
			return QUICK_LEFT;
		}
	}
	return r;
}
