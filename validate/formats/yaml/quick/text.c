#include "validate/formats/yaml/quick/reader.h"
#include "validate/formats/yaml/yaml_place.h"

/* Line ends at the end of a text block. */
enum tail { TAIL_ONE, TAIL_NONE, TAIL_ALL };

struct text {
	const char *body; /* behind the line of `|` */
	const char *end;  /* of its last line */
	uint32_t indent;  /* 0: not known yet */
	bool is_folded;
	enum tail tail;
};

static bool take_tail(struct quick *quick, struct text *text)
{
	if (quick->at == quick->end || (*quick->at != '+' && *quick->at != '-'))
		return false;
	text->tail = *quick->at == '+' ? TAIL_ALL : TAIL_NONE;
	quick->at++;
	return true;
}

/* The line of `|` or `>`: both signs behind it in any order. */
static int read_head(struct quick *quick, struct text *text)
{
	const int32_t parent = quick->top->column;
	bool has_tail;
	int r;

	*text = (struct text){.is_folded = *quick->at == '>'};
	quick->at++;
	has_tail = take_tail(quick, text);
	if (quick->at < quick->end && *quick->at >= '1' && *quick->at <= '9') {
		text->indent = (uint32_t)(*quick->at - '0') +
			       (uint32_t)(parent > 0 ? parent : 0);
		quick->at++;
		if (!has_tail)
			take_tail(quick, text);
	}
	r = quick_end_line(quick);
	text->body = quick->at;
	return r;
}

static bool is_space_before(const struct quick *quick, const struct text *text)
{
	return quick->at < quick->end && *quick->at == ' ' &&
	       (!text->indent || quick->at - quick->line < text->indent);
}

/*
 * Over empty lines and the indentation of the next one. The first time this
 * finds out how deep the text is indented: by the widest of these lines.
 */
static int skip_empty_lines(struct quick *quick, struct text *text)
{
	const int32_t parent = quick->top->column;
	uint32_t widest = (uint32_t)(parent > 0 ? parent + 1 : 1);

	for (;;) {
		uint32_t column;

		text->end = quick->at;
		while (is_space_before(quick, text))
			quick->at++;
		column = (uint32_t)(quick->at - quick->line);
		if (column > widest)
			widest = column;
		if (!quick_sees(quick, quick->at, BYTE_BREAK))
			break;
		if (quick_take_break(quick))
			return QUICK_LEFT;
	}
	if (quick->at < quick->end && *quick->at == '\t' &&
	    (!text->indent || quick->at - quick->line < text->indent))
		return QUICK_LEFT;
	if (!text->indent)
		text->indent = widest;
	return 0;
}

/* Find the end; `at` goes to the line that does not belong to the text. */
static int measure(struct quick *quick, struct text *text)
{
	int r = skip_empty_lines(quick, text);

	while (!r && quick->at < quick->end &&
	       quick->at - quick->line == text->indent) {
		quick->at = quick_find_break(quick->at, quick->end);
		r = quick_take_break(quick);
		if (!r)
			r = skip_empty_lines(quick, text);
	}
	quick->at = text->end;
	return r;
}

/* What is written so far, and what lies between it and the next line. */
struct writer {
	char *to;
	uint32_t empty;	   /* lines */
	bool has_break;	   /* of the last line with text */
	bool was_indented; /* it begins with a blank */
};

static void put_breaks(struct writer *writer, uint32_t count)
{
	memset(writer->to, '\n', count);
	writer->to += count;
}

static void put_line(struct writer *writer, struct span line, bool is_folded)
{
	const bool is_indented = quick_byte_is(line.data[0], BYTE_BLANK);

	if (is_folded && writer->has_break && !is_indented &&
	    !writer->was_indented) {
		if (!writer->empty)
			*writer->to++ = ' ';
	} else {
		put_breaks(writer, writer->has_break);
	}
	put_breaks(writer, writer->empty);
	memcpy(writer->to, line.data, line.size);
	writer->to += line.size;
	writer->empty = 0;
	writer->was_indented = is_indented;
}

/* The line at `at` without indentation and line end. */
static struct span line_of(const struct text *text, const char *at)
{
	const size_t left = (size_t)(text->end - at);
	const char *feed = memchr(at, '\n', left);
	const char *end = feed ? feed : text->end;
	const char *start = at;

	if (feed && feed > at && feed[-1] == '\r')
		end--;
	while (start < end && *start == ' ' && start - at < text->indent)
		start++;
	return (struct span){start, (size_t)(end - start)};
}

/* The text, written to `to`, which has room for all its lines. */
static size_t write_text(const struct text *text, char *to)
{
	struct writer writer = {.to = to};
	const char *at = text->body;

	while (at < text->end) {
		const struct span line = line_of(text, at);

		at = line.data + line.size;
		if (line.size)
			put_line(&writer, line, text->is_folded);
		else
			writer.empty++;
		if (line.size)
			writer.has_break = at < text->end;
		at += at < text->end && *at == '\r';
		at += at < text->end;
	}
	if (text->tail != TAIL_NONE)
		put_breaks(&writer, writer.has_break);
	if (text->tail == TAIL_ALL)
		put_breaks(&writer, writer.empty);
	return (size_t)(writer.to - to);
}

int quick_text(struct quick *quick)
{
	struct arena *arena = quick->tree.arena;
	struct yaml_placed value = {.start = quick_offset(quick, quick->at)};
	struct text text;
	size_t size;
	char *copy;
	int r = read_head(quick, &text);

	if (!r)
		r = measure(quick, &text);
	if (r)
		return r;
	size = (size_t)(text.end - text.body);
	copy = arena_alloc(arena, size);
	if (!copy)
		return QUICK_LEFT;
	value.text = (struct span){copy, write_text(&text, copy)};
	arena_trim(arena, copy, size, value.text.size);
	value.end = yaml_place_end(quick->tree.parse->source, value.start,
				   quick_offset(quick, text.end));
	return yaml_tree_placed(&quick->tree, &value);
}
