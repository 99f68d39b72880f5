#include "validate/excerpt/excerpt.h"

#include "validate/decode.h"
#include "validate/excerpt/line.h"
#include "validate/excerpt/mask.h"

/* Bytes on each side of a caret that are looked at, however long the line. */
enum { WINDOW_BYTES = 2048 };

/* Everything that the reader understood of it becomes known. */
static int read_keys(const struct excerpt_request *request, struct arena *arena,
		     struct findings *findings, struct excerpt_source *out)
{
	const struct format *format = request->choice.format;
	struct doc doc;
	struct parse parse = {
		.source = out->text,
		.limits = request->limits,
		.dialect = request->choice.dialect,
		.doc = &doc,
		.findings = findings,
	};

	doc_init(&doc, arena, out->text, request->limits->nodes);

	const int r = format->read(&parse);

	if (r)
		return r;
	out->shown = mask_make(&doc, findings, format->name, arena);
	return out->shown ? 0 : arena->error;
}

static int hide_all(struct arena *arena, struct excerpt_source *out)
{
	uint8_t *shown = arena_alloc(arena, out->text.size + 1);

	if (!shown)
		return arena->error;
	memset(shown, 0, out->text.size + 1);
	out->shown = shown;
	return 0;
}

int excerpt_open(const struct excerpt_request *request, struct arena *arena,
		 struct excerpt_source *out)
{
	const struct format *format = request->choice.format;
	struct excerpt_source source = {
		.text = request->content, .line = 1, .column = 1};
	struct findings findings;
	bool is_text = false;
	int r = 0;

	findings_init(&findings, arena, request->limits->findings);
	if (format) {
		r = decode_content(format, arena, &findings, &source.text);
		is_text = r > 0;
	}
	if (r < 0)
		return r;
	r = 0;
	if (!request->show_values)
		r = is_text ? read_keys(request, arena, &findings, &source)
			    : hide_all(arena, &source);
	if (r == 0)
		*out = source;
	return r;
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Go on to a line; false: there are not so many. */
static bool seek_line(struct excerpt_source *source, uint32_t line)
{
	const struct span text = source->text;

	if (line < source->line) {
		source->line = source->column = 1;
		source->line_start = source->offset = 0;
	}
	while (source->line < line) {
		const char *newline =
			memchr(text.data + source->line_start, '\n',
			       text.size - source->line_start);

		if (!newline)
			return false;
		source->line++;
		source->line_start = (size_t)(newline - text.data) + 1;
		source->column = 1;
		source->offset = source->line_start;
	}
	return true;
}

/* The offset `columns` code points behind another, within the line. */
static size_t step(struct span text, size_t at, uint32_t columns)
{
	while (columns > 0 && at < text.size && text.data[at] != '\n') {
		at++;
		while (at < text.size && is_continuation(text.data[at]))
			at++;
		columns--;
	}
	return at;
}

static void seek_column(struct excerpt_source *source, uint32_t column)
{
	if (column < source->column) {
		source->column = 1;
		source->offset = source->line_start;
	}
	source->offset =
		step(source->text, source->offset, column - source->column);
	source->column = column;
}

/* As far back as is looked at, at the start of a code point. */
static size_t window_start(const struct excerpt_source *source)
{
	size_t from = source->line_start;

	if (source->offset - from > WINDOW_BYTES)
		from = source->offset - WINDOW_BYTES;
	while (from < source->offset &&
	       is_continuation(source->text.data[from]))
		from++;
	return from;
}

/* The end of the line, or of what is looked at of it. */
static size_t window_end(const struct excerpt_source *source, bool *is_cut)
{
	const struct span text = source->text;
	size_t left = text.size - source->offset;

	*is_cut = left > WINDOW_BYTES;
	if (*is_cut)
		left = WINDOW_BYTES;

	const char *from = text.data + source->offset;
	const char *newline = left ? memchr(from, '\n', left) : NULL;
	size_t end = source->offset + left;

	if (newline) {
		*is_cut = false;
		end = (size_t)(newline - text.data);
	}
	while (*is_cut && end > source->offset &&
	       is_continuation(text.data[end]))
		end--;
	while (!*is_cut && end > source->line_start &&
	       text.data[end - 1] == '\r')
		end--;
	return end;
}

int excerpt_line(struct excerpt_source *source, struct excerpt_place place,
		 struct arena *arena, struct excerpt *out)
{
	if (place.line == 0 || !seek_line(source, place.line))
		return 0;
	seek_column(source, place.column ? place.column : 1);

	struct line_piece piece = {0};
	const size_t from = window_start(source);
	const size_t end = window_end(source, &piece.is_cut_right);
	const uint32_t length = place.length ? place.length : 1;

	if (end < from)
		return 0;
	piece.text = (struct span){source->text.data + from, end - from};
	piece.shown = source->shown ? source->shown + from : NULL;
	piece.is_cut_left = from > source->line_start;
	piece.caret = source->offset - from;
	piece.caret_end = step(piece.text, piece.caret, length);
	return line_show(&piece, place.max_columns, arena, out);
}
