#include "validate/formats/ini/ini_git.h"

#include "validate/formats/ini/ini_dialect.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_byte(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

bool ini_git_is_key(struct span name)
{
	if (!name.size || !is_letter(name.data[0]))
		return false;
	for (size_t i = 1; i < name.size; i++)
		if (!is_name_byte(name.data[i]))
			return false;
	return true;
}

static void fail_header(struct ini_git_header *header, size_t at,
			const char *problem)
{
	header->problem = problem;
	header->problem_at = at;
}

/* Behind the closing quote of a subsection, or 0. */
static size_t skip_quoted(struct span text, size_t at)
{
	for (at++; at < text.size && text.data[at] != '"'; at++)
		if (text.data[at] == '\\')
			at++;
	return at < text.size ? at + 1 : 0;
}

void ini_git_header(struct span text, struct ini_git_header *out)
{
	size_t at = 1;

	*out = (struct ini_git_header){.size = text.size};
	while (at < text.size &&
	       (is_name_byte(text.data[at]) || text.data[at] == '.'))
		at++;
	out->folded = at - 1;
	if (at > 1 && at < text.size && ini_is_space(text.data[at])) {
		while (at < text.size && ini_is_space(text.data[at]))
			at++;
		out->is_spaced =
			at > out->folded + 2 || text.data[at - 1] != ' ';
		if (at == text.size || text.data[at] != '"') {
			fail_header(out, at,
				    "expected '[section]' or '[section "
				    "\"subsection\"]'");
			return;
		}

		const size_t behind = skip_quoted(text, at);

		if (!behind) {
			fail_header(out, at,
				    "the quote of the subsection is not "
				    "closed");
			return;
		}
		at = behind;
	}
	if (at == text.size)
		fail_header(out, 0, "missing ']' behind the section's name");
	else if (text.data[at] != ']')
		fail_header(out, at,
			    "a section's name has letters, digits, '-' and "
			    "'.' only; other names go in quotes: [section "
			    "\"subsection\"]");
	else if (at == 1)
		fail_header(out, 0, "the section has no name");
	out->name = (struct span){text.data + 1, at - 1};
	out->size = at + (at < text.size);
}

/*
 * The value is read twice: to learn its size (`out` is NULL), and to write
 * it. White space is kept in `size`, but counts only if more follows.
 */
struct decoder {
	struct span source;
	size_t at;
	char *out;
	size_t size;
	size_t kept;
	size_t begin;
	size_t end;
	size_t quote_at;
	bool in_quote;
	bool in_comment;
	bool was_quoted;
	const char *problem;
	size_t problem_at;
};

static void put(struct decoder *decoder, char c)
{
	if (decoder->out)
		decoder->out[decoder->size] = c;
	decoder->size++;
}

/* Something that is no white space: what came before counts. */
static void keep(struct decoder *decoder, size_t from, size_t to)
{
	if (decoder->end == 0)
		decoder->begin = from;
	decoder->end = to;
	decoder->kept = decoder->size;
}

/* Bytes of the line end at `at`: 0 if there is none. */
static size_t line_end(const struct decoder *decoder, size_t at)
{
	const struct span source = decoder->source;

	if (at < source.size && source.data[at] == '\n')
		return 1;
	return at + 1 < source.size && source.data[at] == '\r' &&
			       source.data[at + 1] == '\n'
		       ? 2
		       : 0;
}

static void take_escape(struct decoder *decoder)
{
	static const char names[] = "tbn\\\"";
	static const char values[] = "\t\b\n\\\"";
	const size_t at = decoder->at;
	const size_t newline = line_end(decoder, at + 1);

	decoder->kept = decoder->size;
	decoder->at += 1 + newline;
	if (newline || decoder->at >= decoder->source.size)
		return;

	const char c = decoder->source.data[decoder->at];
	const char *name = c ? strchr(names, c) : NULL;

	decoder->at++;
	if (name) {
		put(decoder, values[name - names]);
		keep(decoder, at, decoder->at);
	} else if (!decoder->problem) {
		decoder->problem = "unknown escape; write \\\\ for a backslash";
		decoder->problem_at = at;
	}
}

static void take_byte(struct decoder *decoder)
{
	const size_t at = decoder->at;
	const char c = decoder->source.data[at];

	if (decoder->in_comment) {
		decoder->at++;
	} else if (ini_is_space(c) && !decoder->in_quote) {
		if (decoder->size)
			put(decoder, c);
		decoder->at++;
	} else if ((c == ';' || c == '#') && !decoder->in_quote) {
		decoder->in_comment = true;
	} else if (c == '\\') {
		take_escape(decoder);
	} else {
		decoder->at++;
		if (c == '"') {
			decoder->in_quote = !decoder->in_quote;
			decoder->quote_at = at;
			decoder->was_quoted = true;
		} else {
			put(decoder, c);
		}
		keep(decoder, at, at + 1);
	}
}

static void decode(struct decoder *decoder)
{
	while (decoder->at < decoder->source.size &&
	       !line_end(decoder, decoder->at))
		take_byte(decoder);
	if (decoder->in_quote && !decoder->problem) {
		decoder->problem = "the quote is not closed in its line";
		decoder->problem_at = decoder->quote_at;
	}
}

int ini_git_value(struct arena *arena, struct span source, size_t at,
		  struct ini_git_value *out)
{
	struct decoder size = {.source = source, .at = at, .begin = at};
	struct decoder text = size;

	decode(&size);
	text.out = arena_alloc(arena, size.size + 1);
	if (!text.out)
		return arena->error;
	decode(&text);
	*out = (struct ini_git_value){
		.text = {text.out, text.kept},
		.begin = text.begin,
		.end = text.end ? text.end : text.begin,
		.next = text.at,
		.is_quoted = text.was_quoted,
		.problem = text.problem,
		.problem_at = text.problem_at,
	};
	return 0;
}
