#include "validate/formats/ini/ini_lines.h"

static bool next_physical(struct ini_lines *lines, struct span *out)
{
	if (lines->at >= lines->source.size)
		return false;

	const char *start = lines->source.data + lines->at;
	const size_t left = lines->source.size - lines->at;
	const char *newline = memchr(start, '\n', left);
	const size_t size = newline ? (size_t)(newline - start) : left;

	*out = (struct span){start, size};
	lines->at += size + (newline != NULL);
	lines->number++;
	return true;
}

/* A line that is joined while it grows. */
struct join {
	struct ini_line line;
	char *text;
	size_t capacity;
	uint32_t piece_capacity;
};

static bool append(struct arena *arena, struct join *join, struct span text)
{
	const size_t size = join->line.text.size + text.size;

	if (size > join->capacity || !join->text) {
		const size_t capacity = size * 2 + 64;
		char *grown =
			arena_grow(arena, join->text, join->capacity, capacity);

		if (!grown)
			return false;
		join->text = grown;
		join->capacity = capacity;
	}
	if (text.size)
		memcpy(join->text + join->line.text.size, text.data, text.size);
	join->line.text = (struct span){join->text, size};
	return true;
}

static bool append_piece(struct ini_lines *lines, struct join *join,
			 struct span text)
{
	struct ini_line *line = &join->line;

	if (line->piece_count == join->piece_capacity) {
		const uint32_t capacity = line->piece_count * 2 + 4;
		struct ini_piece *pieces =
			arena_grow(lines->arena, line->pieces,
				   join->piece_capacity * sizeof(*pieces),
				   capacity * sizeof(*pieces));

		if (!pieces)
			return false;
		line->pieces = pieces;
		join->piece_capacity = capacity;
	}
	line->pieces[line->piece_count++] =
		(struct ini_piece){(uint32_t)line->text.size,
				   (uint32_t)(text.data - lines->source.data)};
	return append(lines->arena, join, text);
}

/* Does a backslash that is not itself escaped end the line? */
static bool is_continued(const struct ini_lines *lines, struct span *text)
{
	size_t size = text->size;
	size_t count = 0;

	if (lines->dialect->continuation != INI_CONTINUE_BACKSLASH &&
	    lines->dialect->continuation != INI_CONTINUE_SPACE)
		return false;
	if (size && text->data[size - 1] == '\r')
		size--;
	while (count < size && text->data[size - 1 - count] == '\\')
		count++;
	if (count % 2 == 0)
		return false;
	text->size = size - 1;
	return true;
}

static bool is_comment(const struct ini_lines *lines, struct span text)
{
	const struct span core = ini_trim(text);

	return core.size && core.data[0] &&
	       strchr(lines->dialect->comments, core.data[0]);
}

/* systemd looks over comments between lines that are joined. */
static bool next_joined(struct ini_lines *lines, struct span *text)
{
	bool is_there = next_physical(lines, text);

	while (is_there && lines->dialect->continuation == INI_CONTINUE_SPACE &&
	       is_comment(lines, *text))
		is_there = next_physical(lines, text);
	return is_there;
}

static int join(struct ini_lines *lines, struct span text, struct ini_line *out)
{
	const bool with_space =
		lines->dialect->continuation == INI_CONTINUE_SPACE;
	struct join join = {.line = {.number = lines->number}};
	bool is_open = true;

	while (is_open) {
		const bool is_more = is_continued(lines, &text);

		if (!append_piece(lines, &join, text) ||
		    (is_more && with_space &&
		     !append(lines->arena, &join, span_of(" "))))
			return lines->arena->error;
		is_open = is_more && next_joined(lines, &text);
	}
	*out = join.line;
	return 1;
}

int ini_lines_next(struct ini_lines *lines, struct ini_line *out)
{
	struct span text;
	struct span shorter;

	if (!next_physical(lines, &text))
		return 0;
	shorter = text;
	if (is_continued(lines, &shorter) && !is_comment(lines, text))
		return join(lines, text, out);
	*out = (struct ini_line){
		.text = text,
		.whole = {0, (uint32_t)(text.data - lines->source.data)},
		.number = lines->number,
	};
	return 1;
}

void ini_lines_skip(struct ini_lines *lines, size_t offset)
{
	struct span skipped;

	while (lines->at <= offset && next_physical(lines, &skipped))
		;
}

uint32_t ini_line_begin(const struct ini_line *line, uint32_t at)
{
	uint32_t low = 0;
	uint32_t high = line->piece_count;

	if (line->piece_count == 0)
		return line->whole.source + at;
	while (high - low > 1) {
		const uint32_t middle = low + (high - low) / 2;

		if (line->pieces[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return line->pieces[low].source + (at - line->pieces[low].at);
}

uint32_t ini_line_end(const struct ini_line *line, uint32_t at)
{
	return at ? ini_line_begin(line, at - 1) + 1 : ini_line_begin(line, 0);
}
