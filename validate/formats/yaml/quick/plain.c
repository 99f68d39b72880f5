#include "validate/formats/yaml/quick/reader.h"

/* May a plain scalar begin here? */
static bool begins_plain(const struct quick *quick, bool is_flow)
{
	switch (*quick->at) {
	case '-':
		return !quick_is_gap(quick, quick->at + 1);
	case '?':
	case ':':
		return !is_flow && !quick_is_gap(quick, quick->at + 1);
	default:
		return !quick_byte_is(*quick->at, BYTE_NO_START | BYTE_BLANK |
							  BYTE_BREAK |
							  BYTE_BAD);
	}
}

/* Does this colon end a plain scalar, or (in flow) break it? */
static bool is_end_colon(const struct quick *quick, const char *at,
			 unsigned stops)
{
	return quick_is_gap(quick, at + 1) ||
	       (stops && (quick_byte_is(at[1], stops) || at[1] == '?'));
}

/* Where a plain scalar ends; blanks behind it do not belong to it. */
static const char *plain_end(const struct quick *quick, unsigned stops)
{
	const unsigned ends =
		stops | BYTE_BLANK | BYTE_BREAK | BYTE_BAD | BYTE_COLON;
	const char *at = quick->at;
	const char *text_end = at;

	for (;;) {
		const char *from = at;

		while (at < quick->end && !quick_byte_is(*at, ends))
			at++;
		if (at > from)
			text_end = at;
		if (at == quick->end)
			return text_end;
		if (*at == ':') {
			if (is_end_colon(quick, at, stops))
				return text_end;
			text_end = ++at;
			continue;
		}
		at = quick_skip_blanks(quick, at);
		if (at == quick->end || *at == '#' ||
		    quick_byte_is(*at, stops | BYTE_BREAK | BYTE_BAD))
			return text_end;
	}
}

/*
 * Does the scalar surely end on this line? To go on, all bytes up to its column
 * below would have to be blank; one look tells in most cases that they are not.
 */
static inline bool ends_on_line(const struct quick *quick)
{
	const ptrdiff_t reach = (ptrdiff_t)quick->top->column + 1;
	const char *at = quick_skip_blanks(quick, quick->at);

	return !quick_sees(quick, at, BYTE_BREAK) || quick->end - at <= reach ||
	       !quick_byte_is(at[reach], BYTE_BLANK | BYTE_BREAK);
}

/* Does the line at `at` belong to the scalar above? */
static bool is_continued(const struct quick *quick)
{
	return quick->at < quick->end && *quick->at != '#' &&
	       quick->at - quick->line > quick->top->column &&
	       !quick_is_marker(quick);
}

/* Step over one more line of the scalar; *is_over: there is none. */
static int read_line(struct quick *quick, bool *is_over)
{
	const char *text_end = quick->at;
	const char *line = quick->line;

	*is_over = true;
	if (ends_on_line(quick))
		return 0;
	quick->at = quick_skip_blanks(quick, text_end);
	if (quick_next_text(quick))
		return QUICK_LEFT;
	*is_over = !is_continued(quick);
	if (*is_over) {
		quick->at = text_end;
		quick->line = line;
		return 0;
	}
	quick->at = plain_end(quick, 0);
	return 0;
}

/* What follows the first line of a plain scalar in a block. */
static int read_lines(struct quick *quick, struct yaml_placed *scalar)
{
	const char *first_end = quick->at;
	struct arena *arena = quick->tree.arena;
	bool is_over = false;
	struct span raw;
	char *copy;
	int r = 0;

	while (!r && !is_over)
		r = read_line(quick, &is_over);
	if (r || quick->at == first_end)
		return r;
	raw.data = scalar->text.data;
	raw.size = (size_t)(quick->at - raw.data);
	copy = arena_alloc(arena, raw.size);
	if (!copy)
		return QUICK_LEFT;
	scalar->text = (struct span){copy, quick_fold(raw, copy)};
	scalar->end = quick_offset(quick, quick->at);
	arena_trim(arena, copy, raw.size, scalar->text.size);
	return 0;
}

int quick_plain(struct quick *quick, unsigned stops, struct yaml_placed *out)
{
	const char *start = quick->at;

	if (!begins_plain(quick, stops))
		return QUICK_LEFT;
	quick->at = plain_end(quick, stops);
	*out = (struct yaml_placed){
		.start = quick_offset(quick, start),
		.end = quick_offset(quick, quick->at),
		.text = {start, (size_t)(quick->at - start)},
		.is_plain = true,
	};
	return stops || ends_on_line(quick) ? 0 : read_lines(quick, out);
}
