#include "fs/config/glob_parse.h"

#include <ctype.h>

const char *glob_fault_text(enum glob_fault fault)
{
	static const char *const texts[] = {
		[GLOB_FINE] = "",
		[GLOB_EMPTY] = "the pattern, or a part of it between two '/', "
			       "is empty; it can never match",
		[GLOB_OPEN_BRACKET] = "'[' without ']'; write '\\[' for the "
				      "character itself",
		[GLOB_UNKNOWN_CLASS] =
			"unknown character class; there are alnum, alpha, "
			"blank, cntrl, digit, graph, lower, print, punct, "
			"space, upper and xdigit",
		[GLOB_LONE_BACKSLASH] = "'\\' at the end; write '\\\\' for the "
					"character itself",
		[GLOB_RELATIVE_STEP] =
			"'.' or '..' as a part of a path never matches; "
			"patterns begin at the root of the tree",
		[GLOB_TOO_MUCH] = "too many patterns; the rest is left out",
	};

	return texts[fault];
}

/* A pattern being read. Room for its tokens is taken beforehand. */
struct reader {
	const char *at;
	const char *end;
	struct arena *arena;
	struct glob_token *tokens;
	size_t token_count;
	bool is_done; /* the segment read last is the last one */
	enum glob_fault fault;
};

static int is_blank(int c)
{
	return c == ' ' || c == '\t';
}

/* As git has it: no vertical tab, no form feed. */
static int is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const struct {
	const char *name;
	int (*test)(int c);
} classes[] = {
	{"alnum", isalnum},  {"alpha", isalpha}, {"blank", is_blank},
	{"cntrl", iscntrl},  {"digit", isdigit}, {"graph", isgraph},
	{"lower", islower},  {"print", isprint}, {"punct", ispunct},
	{"space", is_space}, {"upper", isupper}, {"xdigit", isxdigit},
};

static void set_add(struct glob_set *set, uint8_t low, uint8_t high)
{
	for (unsigned byte = low; byte <= high; byte++)
		set->bits[byte / 32] |= UINT32_C(1) << (byte % 32);
}

static bool set_add_class(struct glob_set *set, struct span name)
{
	for (size_t i = 0; i < array_size(classes); i++) {
		if (!span_is(name, classes[i].name))
			continue;
		for (uint8_t c = 0; c < 128; c++)
			if (classes[i].test(c))
				set_add(set, c, c);
		return true;
	}
	return false;
}

/*
 * Behind "[:": add the class and go behind ":]". False if this is no class
 * but a `[` like any other character; a fault may be set.
 */
static bool read_class(struct reader *reader, struct glob_set *set)
{
	const char *name = reader->at + 1;
	const char *close = memchr(name, ']', (size_t)(reader->end - name));

	if (!close) {
		reader->fault = GLOB_OPEN_BRACKET;
		return true;
	}
	if (close == name || close[-1] != ':')
		return false;
	if (!set_add_class(set,
			   (struct span){name, (size_t)(close - name) - 1}))
		reader->fault = GLOB_UNKNOWN_CLASS;
	reader->at = close + 1;
	return true;
}

/* One character of a set, which a backslash may stand before. */
static uint8_t read_member(struct reader *reader)
{
	if (*reader->at == '\\')
		reader->at++;
	if (reader->at == reader->end) {
		reader->fault = GLOB_OPEN_BRACKET;
		return 0;
	}
	return (uint8_t)*reader->at++;
}

/* A character, a range, or a class. */
static void read_item(struct reader *reader, struct glob_set *set)
{
	if (reader->end - reader->at >= 2 && reader->at[0] == '[' &&
	    reader->at[1] == ':') {
		reader->at++;
		if (read_class(reader, set))
			return;
		reader->at--;
	}

	const uint8_t low = read_member(reader);

	set_add(set, low, low);
	if (reader->end - reader->at < 2 || reader->at[0] != '-' ||
	    reader->at[1] == ']')
		return;
	reader->at++;
	set_add(set, low, read_member(reader));
}

/* Behind `[`: the set up to its `]`. A `]` that comes first is a member. */
static void read_set(struct reader *reader, struct glob_set *set)
{
	const bool is_negated = reader->at < reader->end &&
				(*reader->at == '!' || *reader->at == '^');

	*set = (struct glob_set){{0}};
	reader->at += is_negated;
	for (bool is_first = true; !reader->fault; is_first = false) {
		if (reader->at == reader->end) {
			reader->fault = GLOB_OPEN_BRACKET;
			return;
		}
		if (*reader->at == ']' && !is_first)
			break;
		read_item(reader, set);
	}
	if (reader->fault)
		return;
	reader->at++;
	for (size_t i = 0; is_negated && i < array_size(set->bits); i++)
		set->bits[i] = ~set->bits[i];
}

static void read_stars(struct reader *reader, struct glob_token *token)
{
	token->kind = GLOB_TOKEN_STAR;
	while (reader->at < reader->end && *reader->at == '*')
		reader->at++;
}

static int read_bracket(struct reader *reader, struct glob_token *token)
{
	struct glob_set *set = arena_alloc(reader->arena, sizeof(*set));

	if (!set)
		return reader->arena->error;
	read_set(reader, set);
	token->kind = GLOB_TOKEN_SET;
	token->set = set;
	return 0;
}

static int read_token(struct reader *reader)
{
	struct glob_token *token = &reader->tokens[reader->token_count++];
	const char c = *reader->at++;

	*token = (struct glob_token){.kind = GLOB_TOKEN_BYTE,
				     .byte = (uint8_t)c};
	switch (c) {
	case '*':
		read_stars(reader, token);
		break;
	case '?':
		token->kind = GLOB_TOKEN_ANY;
		break;
	case '[':
		return read_bracket(reader, token);
	case '\\':
		if (reader->at == reader->end)
			reader->fault = GLOB_LONE_BACKSLASH;
		else
			token->byte = (uint8_t)*reader->at++;
		break;
	default:
		break;
	}
	return 0;
}

/* A `/`, also one that a backslash stands before, ends a segment. */
static bool is_at_slash(const struct reader *reader)
{
	const char *at = reader->at;

	return at < reader->end &&
	       (*at == '/' ||
		(*at == '\\' && at + 1 < reader->end && at[1] == '/'));
}

static bool is_step(struct span text)
{
	return span_is(text, ".") || span_is(text, "..");
}

static bool is_any_depth(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] != '*')
			return false;
	return text.size >= 2;
}

static int read_segment(struct reader *reader, struct glob_segment *out)
{
	const char *start = reader->at;
	const size_t first = reader->token_count;

	while (reader->at < reader->end && !is_at_slash(reader) &&
	       !reader->fault) {
		const int r = read_token(reader);

		if (r)
			return r;
	}

	const struct span text = {start, (size_t)(reader->at - start)};

	if (!reader->fault && text.size == 0)
		reader->fault = GLOB_EMPTY;
	else if (!reader->fault && is_step(text))
		reader->fault = GLOB_RELATIVE_STEP;
	*out = (struct glob_segment){
		.tokens = reader->tokens + first,
		.token_count = (uint32_t)(reader->token_count - first),
		.takes_any_depth = is_any_depth(text),
	};
	reader->is_done = !is_at_slash(reader);
	if (!reader->is_done)
		reader->at += *reader->at == '/' ? 1 : 2;
	return 0;
}

/* Take `!` and the `/` at either end away, and note what they mean. */
static struct span read_frame(struct span text, struct glob *out)
{
	out->is_negated = span_starts(text, "!");
	text.data += out->is_negated;
	text.size -= out->is_negated;
	out->directory_only = text.size && text.data[text.size - 1] == '/';
	text.size -= out->directory_only;
	out->is_anchored =
		text.size && memchr(text.data, '/', text.size) != NULL;
	if (span_starts(text, "/")) {
		text.data++;
		text.size--;
	}
	return text;
}

static size_t count_segments(struct span text)
{
	size_t count = 1;

	for (size_t i = 0; i < text.size; i++)
		count += text.data[i] == '/';
	return count;
}

int glob_parse(struct span pattern, struct arena *arena, struct glob *out,
	       enum glob_fault *fault)
{
	struct glob glob = {0};
	const struct span text = read_frame(pattern, &glob);
	struct reader reader = {
		.at = text.data, .end = text.data + text.size, .arena = arena};
	const size_t most = count_segments(text);
	struct glob_segment *segments =
		arena_alloc(arena, most * sizeof(*segments));

	if (!segments)
		return arena->error;
	reader.tokens =
		arena_alloc(arena, (text.size + 1) * sizeof(*reader.tokens));
	if (!reader.tokens)
		return arena->error;
	while (!reader.is_done && !reader.fault) {
		const int r =
			read_segment(&reader, &segments[glob.segment_count++]);

		if (r)
			return r;
	}
	*fault = reader.fault;
	glob.segments = segments;
	*out = glob;
	return 0;
}
