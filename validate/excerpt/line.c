#include "validate/excerpt/line.h"

#include "validate/excerpt/width.h"
#include "validate/text.h"

enum {
	TAB_COLUMNS = 4,
	CELL_BYTES = 4, /* the longest: an octal escape, a tab */
	CUT_COLUMNS = 3,
};

/* What is drawn as one: a character, an escape, or `***`. */
struct cell {
	char bytes[CELL_BYTES];
	uint8_t size;
	uint8_t width;
	bool is_under; /* the underline is below it */
};

struct cells {
	const struct line_piece *piece;
	struct cell *list;
	size_t count;
	uint32_t columns;
	bool has_shown; /* something that is neither hidden nor white space */
};

static void add(struct cells *cells, struct cell cell, size_t from, size_t to)
{
	const struct line_piece *piece = cells->piece;

	/* A caret between two bytes of a cell is below all of it. */
	cell.is_under = from < piece->caret_end && to > piece->caret;
	cells->columns += cell.width;
	cells->list[cells->count++] = cell;
}

static struct cell plain(struct span bytes, uint32_t width)
{
	struct cell cell = {.size = (uint8_t)bytes.size,
			    .width = (uint8_t)width};

	memcpy(cell.bytes, bytes.data, bytes.size);
	return cell;
}

static struct cell escaped(unsigned char byte)
{
	const char digits[] = {'\\', (char)('0' + (byte >> 6)),
			       (char)('0' + ((byte >> 3) & 7)),
			       (char)('0' + (byte & 7))};

	return plain((struct span){digits, sizeof(digits)}, sizeof(digits));
}

/* One code point, or the bytes of one that would do harm. */
static size_t add_shown(struct cells *cells, size_t at)
{
	const struct span text = cells->piece->text;
	const struct span rest = {text.data + at, text.size - at};
	size_t size;
	const uint32_t code = text_point(rest, &size);

	cells->has_shown = cells->has_shown || (code != ' ' && code != '\t');
	if (code == '\t' && size) {
		add(cells,
		    plain((struct span){"    ", TAB_COLUMNS}, TAB_COLUMNS), at,
		    at + 1);
		return at + 1;
	}
	if (size && !text_is_deceptive(code)) {
		add(cells,
		    plain((struct span){rest.data, size}, width_of(code)), at,
		    at + size);
		return at + size;
	}
	for (size_t i = 0; i < (size ? size : 1); i++)
		add(cells, escaped((unsigned char)rest.data[i]), at,
		    at + (size ? size : 1));
	return at + (size ? size : 1);
}

static bool is_blank(const struct line_piece *piece, size_t at)
{
	return piece->text.data[at] == ' ' || piece->text.data[at] == '\t';
}

static bool is_hidden(const struct line_piece *piece, size_t at)
{
	return piece->shown && !piece->shown[at] && !is_blank(piece, at);
}

/* The end of a run that begins hidden; white space within belongs to it. */
static size_t hidden_end(const struct line_piece *piece, size_t at)
{
	size_t end = at;

	while (at < piece->text.size && (!piece->shown[at])) {
		if (!is_blank(piece, at))
			end = at + 1;
		at++;
	}
	return end;
}

static void fill(struct cells *cells)
{
	const struct line_piece *piece = cells->piece;
	const struct cell stars = {.bytes = "***", .size = 3, .width = 3};

	for (size_t at = 0; at < piece->text.size;) {
		if (!is_hidden(piece, at)) {
			at = add_shown(cells, at);
			continue;
		}

		const size_t end = hidden_end(piece, at);

		add(cells, stars, at, end);
		at = end;
	}
}

/* Cells from `first` up to `end`, and what is left out. */
struct view {
	size_t first;
	size_t end;
	uint32_t columns;
};

static void grow_right(const struct cells *cells, struct view *view,
		       uint32_t max_columns)
{
	while (view->end < cells->count &&
	       view->columns + cells->list[view->end].width <= max_columns)
		view->columns += cells->list[view->end++].width;
}

static void grow_left(const struct cells *cells, struct view *view,
		      uint32_t max_columns)
{
	while (view->first > 0 &&
	       view->columns + cells->list[view->first - 1].width <=
		       max_columns)
		view->columns += cells->list[--view->first].width;
}

static size_t first_under(const struct cells *cells)
{
	size_t i = 0;

	while (i < cells->count && !cells->list[i].is_under)
		i++;
	return i;
}

/* A third of the room goes to what is before the caret, if there is so much;
 * the rest to what is below and behind it; what is over to the left again. */
static struct view choose_view(const struct cells *cells, uint32_t max_columns)
{
	const size_t caret = first_under(cells);
	struct view view = {caret, caret, 0};

	if (cells->columns <= max_columns)
		return (struct view){0, cells->count, cells->columns};
	max_columns -= 2 * CUT_COLUMNS;
	grow_left(cells, &view, max_columns / 3);
	grow_right(cells, &view, max_columns);
	grow_left(cells, &view, max_columns);
	return view;
}

static void measure(const struct cells *cells, struct view view,
		    struct excerpt *out)
{
	bool is_found = false;

	for (size_t i = view.first; i < view.end; i++) {
		const struct cell *cell = &cells->list[i];

		is_found = is_found || cell->is_under;
		if (!is_found)
			out->indent += cell->width;
		else if (cell->is_under)
			out->underline += cell->width;
	}
	if (out->underline == 0)
		out->underline = 1;
}

static int draw(const struct cells *cells, uint32_t max_columns,
		struct arena *arena, struct excerpt *out)
{
	const struct line_piece *piece = cells->piece;
	const struct view view = choose_view(cells, max_columns);
	const bool has_left = piece->is_cut_left || view.first > 0;
	const bool has_right = piece->is_cut_right || view.end < cells->count;
	const size_t size = (view.end - view.first) * CELL_BYTES;
	char *text = arena_alloc(arena, size + sizeof("......"));
	char *end = text;

	if (!text)
		return arena->error;
	if (has_left)
		end = stpcpy(end, "...");
	*out = (struct excerpt){.text = text,
				.indent = has_left ? CUT_COLUMNS : 0};
	for (size_t i = view.first; i < view.end; i++)
		end = mempcpy(end, cells->list[i].bytes, cells->list[i].size);
	while (!has_right && end > text && end[-1] == ' ')
		end--;
	stpcpy(end, has_right ? "..." : "");
	measure(cells, view, out);
	return 1;
}

int line_show(const struct line_piece *piece, uint32_t max_columns,
	      struct arena *arena, struct excerpt *out)
{
	/* A byte makes at most one cell. */
	struct cells cells = {
		.piece = piece,
		.list = arena_alloc(arena, (piece->text.size + 1) *
						   sizeof(struct cell))};

	if (!cells.list)
		return arena->error;
	fill(&cells);
	if (!cells.has_shown)
		return 0;
	return draw(&cells, max_columns, arena, out);
}
