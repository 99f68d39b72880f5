#include "validate/suppress/comment.h"

#include "validate/text.h"

#include <errno.h>

static const char mark[] = "cfgfs:";

enum { MARK_SIZE = sizeof(mark) - 1, CANCEL_EVERY = 4096 };

static const struct comment_syntax syntaxes[] = {
	{"yaml", {"#", NULL}, NULL, NULL, true},
	{"toml", {"#", NULL}, NULL, NULL, false},
	{"ini", {"#", ";"}, NULL, NULL, false},
	{"env", {"#", NULL}, NULL, NULL, false},
	{"properties", {"#", "!"}, NULL, NULL, false},
	{"jsonc", {"//", NULL}, "/*", "*/", false},
	{"xml", {NULL, NULL}, "<!--", "-->", false},
};

const struct comment_syntax *comment_syntax_of(const char *format)
{
	for (size_t i = 0; i < array_size(syntaxes); i++)
		if (strcmp(syntaxes[i].format, format) == 0)
			return &syntaxes[i];
	return NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\r';
}

/* Do the bytes before `at` end with `word`? */
static bool ends_with(struct span source, size_t at, const char *word)
{
	const size_t size = strlen(word);

	return at >= size && memcmp(source.data + at - size, word, size) == 0;
}

/* Is it a comment up to the line's end, whose first word is at `at`? */
static bool begins_line_comment(const struct comment_syntax *syntax,
				struct span source, size_t at)
{
	while (at > 0 && is_blank(source.data[at - 1]))
		at--;
	for (size_t i = 0; i < array_size(syntax->lines); i++)
		if (syntax->lines[i] && ends_with(source, at, syntax->lines[i]))
			return true;
	return false;
}

static bool begins_block_comment(const struct comment_syntax *syntax,
				 struct span source, size_t at)
{
	if (!syntax->open)
		return false;
	while (at > 0 && is_space(source.data[at - 1]))
		at--;
	return ends_with(source, at, syntax->open);
}

/* Goes through the source once, whatever stands in it. */
struct search {
	const struct comment_syntax *syntax;
	struct span source;
	struct line_range line; /* of what was found last */
	size_t close;		/* the end of block comments behind it */
	bool has_close;
};

static size_t find(struct span source, size_t from, const char *word)
{
	const char *found = memmem(source.data + from, source.size - from, word,
				   strlen(word));

	return found ? (size_t)(found - source.data) : source.size;
}

/* From `from`, which is in the source or its end, on. */
static size_t find_mark(struct span source, size_t from)
{
	const struct span rest = {source.data + from, source.size - from};
	const char *found = text_find(rest, mark, 1);

	return found ? (size_t)(found - source.data) : source.size;
}

/* As lines are counted: a CR before it belongs to the line. */
static size_t find_newline(struct span source, size_t from)
{
	const char *found =
		from < source.size
			? memchr(source.data + from, '\n', source.size - from)
			: NULL;

	return found ? (size_t)(found - source.data) : source.size;
}

static void go_to(struct search *search, size_t at)
{
	const char *close = search->syntax->close;

	while (search->line.last < at &&
	       search->line.last < search->source.size) {
		search->line.first = search->line.last + 1;
		search->line.last = (uint32_t)find_newline(search->source,
							   search->line.first);
	}
	if (close && (!search->has_close || search->close < at)) {
		search->close = find(search->source, at, close);
		search->has_close = true;
	}
}

/* False: what stands there is no comment. */
static bool take(struct search *search, size_t at, struct comment *out)
{
	const struct comment_syntax *syntax = search->syntax;
	const struct span source = search->source;
	const bool is_block = begins_block_comment(syntax, source, at);

	if (!is_block && !begins_line_comment(syntax, source, at))
		return false;
	go_to(search, at);
	*out = (struct comment){
		.mark = (uint32_t)at,
		.text = (uint32_t)at + MARK_SIZE,
		.end = search->line.last,
		.behind = search->line.last,
		.line = search->line,
	};
	if (is_block && search->close < out->end)
		out->end = (uint32_t)search->close;
	if (is_block && search->close < source.size)
		out->behind = (uint32_t)(search->close + strlen(syntax->close));
	while (out->end > out->text && is_space(source.data[out->end - 1]))
		out->end--;
	return true;
}

static int append(struct comment_list *comments, struct arena *arena,
		  const struct comment *comment)
{
	if (comments->count == comments->capacity) {
		const uint32_t capacity =
			comments->capacity ? comments->capacity * 2 : 8;
		struct comment *list =
			arena_grow(arena, comments->list,
				   comments->capacity * sizeof(*list),
				   capacity * sizeof(*list));

		if (!list)
			return arena->error;
		comments->list = list;
		comments->capacity = capacity;
	}
	comments->list[comments->count++] = *comment;
	return 0;
}

int comments_find(const struct comment_syntax *syntax, struct span source,
		  struct arena *arena, struct comment_list *out)
{
	struct comment_list comments = {0};
	struct search search = {.syntax = syntax, .source = source};
	size_t at;

	*out = comments;
	if (!source.data || source.size == 0)
		return 0;
	at = find_mark(source, 0);
	search.line.last = (uint32_t)find_newline(source, 0);
	while (at < source.size) {
		struct comment comment;

		if (take(&search, at, &comment)) {
			const int r = append(&comments, arena, &comment);

			if (r)
				return r;
		}
		at = find_mark(source, at + MARK_SIZE);
	}
	*out = comments;
	return 0;
}

/* The first comment whose mark is not before that offset. */
static uint32_t first_from(const struct comment_list *comments, uint32_t offset)
{
	uint32_t low = 0;
	uint32_t high = comments->count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (comments->list[middle].mark < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * The first one from there on that is no text yet. Ranges can lie over each
 * other, so the way over what is text is made short for the next time.
 */
static uint32_t next_open(struct comment_list *comments, uint32_t from)
{
	struct comment *list = comments->list;
	uint32_t open = from;

	while (open < comments->count && list[open].is_text)
		open = list[open].skip;
	while (from < open) {
		const uint32_t next = list[from].skip;

		list[from].skip = open;
		from = next;
	}
	return open;
}

static void cover(struct comment_list *comments, uint32_t from, uint32_t to)
{
	uint32_t i = next_open(comments, first_from(comments, from));

	while (i < comments->count && comments->list[i].mark < to) {
		comments->list[i].is_text = true;
		comments->list[i].skip = i + 1;
		i = next_open(comments, i + 1);
	}
}

static void cover_node(const struct comment_syntax *syntax, struct span source,
		       const struct node *node, struct comment_list *comments)
{
	uint32_t from = node->offset;

	if (node_is_container(node) || node->type == NODE_ALIAS ||
	    node->length < MARK_SIZE)
		return;
	/* Behind the sign of a block of text there may be a comment. */
	if (syntax->has_text_blocks && from < source.size &&
	    (source.data[from] == '|' || source.data[from] == '>'))
		from = (uint32_t)find_newline(source, from);
	cover(comments, from, node->offset + node->length);
}

int comments_prove(const struct comment_syntax *syntax, const struct doc *doc,
		   const struct host *host, struct comment_list *comments)
{
	for (uint32_t i = 0; i < doc->count; i++) {
		if (i % CANCEL_EVERY == 0 && host_is_cancelled(host))
			return -ECANCELED;
		cover_node(syntax, doc->source, &doc->nodes[i], comments);
	}
	for (uint32_t i = 0; i < doc->dropped_count; i++)
		cover(comments, doc->dropped[i].offset,
		      doc->dropped[i].offset + doc->dropped[i].length);
	return 0;
}

static bool starts_at(struct span source, size_t at, const char *word)
{
	return word && source.size - at >= strlen(word) &&
	       memcmp(source.data + at, word, strlen(word)) == 0;
}

/* Behind the comment at `at`; `at` itself if there is none. */
static size_t skip_comment(const struct comment_syntax *syntax,
			   struct span source, size_t at)
{
	for (size_t i = 0; i < array_size(syntax->lines); i++)
		if (starts_at(source, at, syntax->lines[i]))
			return find_newline(source, at);
	if (starts_at(source, at, syntax->open)) {
		const size_t close = find(source, at, syntax->close);

		return close < source.size ? close + strlen(syntax->close)
					   : close;
	}
	return at;
}

/* Behind blanks, line ends and comments. */
static size_t skip_empty(const struct comment_syntax *syntax,
			 struct span source, size_t at)
{
	while (at < source.size) {
		const size_t next = is_space(source.data[at])
					    ? at + 1
					    : skip_comment(syntax, source, at);

		if (next == at)
			break;
		at = next;
	}
	return at;
}

static struct line_range line_around(struct span source, size_t at)
{
	size_t first = at;

	if (at == source.size)
		return (struct line_range){1, 0};
	while (first > 0 && source.data[first - 1] != '\n')
		first--;
	return (struct line_range){(uint32_t)first,
				   (uint32_t)find_newline(source, at)};
}

struct line_range comment_next_line(struct line_finder *finder,
				    const struct comment *comment)
{
	const struct span source = finder->source;

	if (comment->behind < finder->from || comment->behind >= finder->to) {
		const size_t end = find_newline(source, comment->behind);
		const size_t at = skip_empty(finder->syntax, source, end);

		finder->from = comment->behind;
		finder->to = (uint32_t)at;
		finder->found = line_around(source, at);
	}
	return finder->found;
}
