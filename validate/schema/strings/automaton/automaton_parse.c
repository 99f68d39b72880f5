#include "validate/schema/strings/automaton/automaton_build.h"
#include "validate/schema/strings/code_point.h"

#include <ctype.h>
#include <errno.h>

enum {
	DEPTH_MAX = 24,	  /* groups inside groups */
	ATOMS_MAX = 4096, /* that are read, again for every repetition */
	NAMES_MAX = 8,	  /* of groups */
	NAME_SIZE_MAX = 32,
	ENDLESS = UINT16_MAX,
};

/* Whatever is not understood here, or is wrong, is left to the engine. */
struct parser {
	struct span rest;
	struct build *build;
	uint32_t depth;
	uint32_t atoms;
	struct span names[NAMES_MAX];
	uint32_t name_count;
};

static bool parse_alternatives(struct parser *parser, struct fragment *out);

static char peek(const struct parser *parser, size_t ahead)
{
	if (ahead >= parser->rest.size)
		return '\0';
	return parser->rest.data[ahead];
}

static void skip(struct parser *parser, size_t size)
{
	parser->rest.data += size;
	parser->rest.size -= size;
}

static bool take(struct parser *parser, char c)
{
	if (!parser->rest.size || peek(parser, 0) != c)
		return false;
	skip(parser, 1);
	return true;
}

/* The value of a hex digit, 16 if it is none. */
static uint32_t hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	if (c >= 'A' && c <= 'F')
		return (uint32_t)(c - 'A') + 10;
	return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10 : 16;
}

/* Exactly `digits` hex digits. */
static bool take_hex(struct parser *parser, size_t digits, uint32_t *out)
{
	*out = 0;
	for (size_t i = 0; i < digits; i++) {
		const uint32_t value = hex_value(peek(parser, i));

		if (value > 15)
			return false;
		*out = *out * 16 + value;
	}
	skip(parser, digits);
	return true;
}

/* Of an escape that stands for one character, what is behind its letter. */
static bool take_code(struct parser *parser, char letter, uint32_t *out)
{
	const char next = peek(parser, 0);

	switch (letter) {
	case 'x':
		return take_hex(parser, 2, out);
	case 'u':
		/* Halves of pairs are left to the engine. */
		return take_hex(parser, 4, out) && (*out >> 11) != 0x1b;
	case '0':
		*out = 0;
		return !isdigit((unsigned char)next);
	case 'c':
		if (!isalpha((unsigned char)next))
			return false;
		*out = (uint32_t)next & 31;
		skip(parser, 1);
		return true;
	default:
		return false;
	}
}

/* Behind a backslash: the character that is meant. */
static bool take_escaped(struct parser *parser, bool in_class, uint32_t *out)
{
	static const char letters[] = "nrtfv";
	static const char meanings[] = "\n\r\t\f\v";
	const char c = peek(parser, 0);
	const char *letter = c ? strchr(letters, c) : NULL;

	if (!c)
		return false;
	skip(parser, 1);
	if (letter) {
		*out = (unsigned char)meanings[letter - letters];
		return true;
	}
	if (c == 'b' && in_class) {
		*out = '\b';
		return true;
	}
	if (ispunct((unsigned char)c)) {
		*out = (unsigned char)c;
		return true;
	}
	return take_code(parser, c, out);
}

/* \d, \W and so on, taken off and added to the set. */
static bool take_named(struct parser *parser, struct charset *set)
{
	const char c = peek(parser, 1);

	if (peek(parser, 0) != '\\' || !c || !strchr("dDwWsS", c))
		return false;
	/* The capital is what the small letter is not. */
	charset_add_named(set, (char)(c | 0x20), !(c & 0x20));
	skip(parser, 2);
	return true;
}

/* One character of a class. */
static bool take_member(struct parser *parser, uint32_t *out)
{
	if (take(parser, '\\'))
		return take_escaped(parser, true, out);
	if (!parser->rest.size || peek(parser, 0) == '\0')
		return false;
	*out = code_point_take(&parser->rest);
	return *out < CODE_POINT_BROKEN;
}

/* A character, or a range of them. */
static bool take_range(struct parser *parser, struct charset *set)
{
	uint32_t first;
	uint32_t last;

	if (!take_member(parser, &first))
		return false;
	last = first;
	if (peek(parser, 0) == '-' && peek(parser, 1) != ']') {
		skip(parser, 1);
		/* The end of a range that is a set is left to the engine. */
		if (peek(parser, 0) == '\\' && peek(parser, 1) &&
		    strchr("dDwWsSpP", peek(parser, 1)))
			return false;
		if (!take_member(parser, &last) || last < first)
			return false;
	}
	charset_add(set, first, last);
	return true;
}

/* Behind the opening bracket. */
static bool parse_class(struct parser *parser, struct fragment *out)
{
	const bool is_negated = take(parser, '^');
	struct charset set;

	charset_init(&set);
	while (!take(parser, ']')) {
		if (!take_named(parser, &set)) {
			if (!take_range(parser, &set))
				return false;
			continue;
		}
		/* No range begins with a set: the hyphen is one. */
		if (peek(parser, 0) == '-' && peek(parser, 1) != ']' &&
		    take(parser, '-'))
			charset_add(&set, '-', '-');
	}
	if (is_negated)
		charset_negate(&set);
	return fragment_charset(parser->build, &set, out);
}

/* No two groups have one name; but a group can be read again. */
static bool add_name(struct parser *parser, struct span name)
{
	for (uint32_t i = 0; i < parser->name_count; i++) {
		if (parser->names[i].data == name.data)
			return true;
		if (span_equal(parser->names[i], name))
			return false;
	}
	if (parser->name_count == NAMES_MAX)
		return false;
	parser->names[parser->name_count++] = name;
	return true;
}

/* The name of a group, behind "(?<". */
static bool take_name(struct parser *parser)
{
	struct span name = {parser->rest.data, 0};

	while (isalnum((unsigned char)peek(parser, 0)) ||
	       peek(parser, 0) == '_') {
		skip(parser, 1);
		name.size++;
	}
	return name.size && name.size <= NAME_SIZE_MAX &&
	       !isdigit((unsigned char)*name.data) && take(parser, '>') &&
	       add_name(parser, name);
}

/* What stands between "(" and the alternatives, if it is understood. */
static bool take_group_kind(struct parser *parser)
{
	if (!take(parser, '?'))
		return peek(parser, 0) != '*';
	if (take(parser, '<'))
		return take_name(parser);
	return take(parser, ':');
}

static bool parse_group(struct parser *parser, struct fragment *out)
{
	if (parser->depth == DEPTH_MAX || !take_group_kind(parser))
		return false;
	parser->depth++;
	if (!parse_alternatives(parser, out))
		return false;
	parser->depth--;
	return take(parser, ')');
}

static bool parse_anchor(struct parser *parser, char c, struct fragment *out)
{
	struct build *build = parser->build;

	if (!fragment_position(build, out))
		return false;
	positions_join(c == '^' ? &build->starts : &build->ends, &out->first);
	return true;
}

static bool parse_character(struct parser *parser, struct fragment *out)
{
	struct charset set;
	uint32_t point = 0;

	charset_init(&set);
	if (take(parser, '.')) {
		charset_add_named(&set, '.', false);
	} else if (!take_named(parser, &set)) {
		if (take(parser, '\\')) {
			if (!take_escaped(parser, false, &point))
				return false;
		} else {
			point = code_point_take(&parser->rest);
		}
		if (point >= CODE_POINT_BROKEN)
			return false;
		charset_add(&set, point, point);
	}
	return fragment_charset(parser->build, &set, out);
}

static bool parse_atom(struct parser *parser, struct fragment *out)
{
	const char c = peek(parser, 0);

	if (++parser->atoms > ATOMS_MAX)
		return false;
	switch (c) {
	case '(':
		skip(parser, 1);
		return parse_group(parser, out);
	case '[':
		skip(parser, 1);
		return parse_class(parser, out);
	case '^':
	case '$':
		skip(parser, 1);
		return parse_anchor(parser, c, out);
	case '\0':
	case '*':
	case '+':
	case '?':
	case '{':
	case '}':
	case ']':
		return false;
	default:
		return parse_character(parser, out);
	}
}

/* How often. */
struct times {
	uint32_t least;
	uint32_t most; /* or ENDLESS */
};

static bool take_number(struct parser *parser, uint32_t *out)
{
	*out = 0;
	if (!isdigit((unsigned char)peek(parser, 0)))
		return false;
	while (isdigit((unsigned char)peek(parser, 0)) && *out < ENDLESS) {
		*out = *out * 10 + (uint32_t)(peek(parser, 0) - '0');
		skip(parser, 1);
	}
	return *out <= POSITIONS_MAX;
}

static bool take_counts(struct parser *parser, struct times *times)
{
	if (!take_number(parser, &times->least))
		return false;
	times->most = times->least;
	if (take(parser, ',')) {
		times->most = ENDLESS;
		if (peek(parser, 0) != '}' &&
		    !take_number(parser, &times->most))
			return false;
	}
	return take(parser, '}') && times->least <= times->most;
}

/* A quantifier, {1, 1} if there is none; false: not one that ECMA has. */
static bool take_times(struct parser *parser, struct times *times)
{
	*times = (struct times){1, 1};
	if (take(parser, '*'))
		*times = (struct times){0, ENDLESS};
	else if (take(parser, '+'))
		*times = (struct times){1, ENDLESS};
	else if (take(parser, '?'))
		*times = (struct times){0, 1};
	else if (!take(parser, '{'))
		return true;
	else if (!take_counts(parser, times))
		return false;
	/* Greedy or not, what matches is the same. */
	take(parser, '?');
	return !peek(parser, 0) || !strchr("*+?{", peek(parser, 0));
}

/*
 * The atom that begins at `begin`, once read, so often: it is read again for
 * every further time.
 */
static bool repeat(struct parser *parser, struct span begin,
		   const struct times *times, struct fragment *fragment)
{
	const struct span end = parser->rest;
	const bool is_endless = times->most == ENDLESS;
	const uint32_t count = !is_endless	  ? times->most
			       : times->least > 1 ? times->least
						  : 1;
	struct fragment once = *fragment;

	if (count == 0)
		*fragment = fragment_empty();
	for (uint32_t i = 1; i <= count; i++) {
		parser->rest = begin;
		if (i > 1 && !parse_atom(parser, &once))
			return false;
		if (is_endless && i == count)
			fragment_loop(parser->build, &once);
		once.is_nullable |= i > times->least;
		*fragment =
			i == 1 ? once
			       : fragment_then(parser->build, fragment, &once);
	}
	parser->rest = end;
	return true;
}

static bool parse_piece(struct parser *parser, struct fragment *out)
{
	const struct span begin = parser->rest;
	const bool is_anchor = peek(parser, 0) == '^' || peek(parser, 0) == '$';
	struct span atom;
	struct times times;

	if (!parse_atom(parser, out))
		return false;
	atom = parser->rest;
	if (!take_times(parser, &times))
		return false;
	if (atom.data == parser->rest.data)
		return true;
	return !is_anchor && repeat(parser, begin, &times, out);
}

static bool parse_sequence(struct parser *parser, struct fragment *out)
{
	*out = fragment_empty();
	while (parser->rest.size && peek(parser, 0) != '|' &&
	       peek(parser, 0) != ')') {
		struct fragment piece;

		if (!parse_piece(parser, &piece))
			return false;
		*out = fragment_then(parser->build, out, &piece);
	}
	return true;
}

static bool parse_alternatives(struct parser *parser, struct fragment *out)
{
	if (!parse_sequence(parser, out))
		return false;
	while (take(parser, '|')) {
		struct fragment other;

		if (!parse_sequence(parser, &other))
			return false;
		*out = fragment_either(out, &other);
	}
	return true;
}

/*
 * Anchors are read like characters, so none may follow another at the same
 * place: there is one start and one end of the text.
 */
static bool has_anchor_pairs(const struct build *build)
{
	struct positions both = build->starts;

	positions_join(&both, &build->ends);
	for (uint32_t i = 0; i < build->count; i++) {
		struct positions self = {{0}};

		positions_add(&self, i);
		if (positions_meet(&self, &build->starts) &&
		    positions_meet(&build->follow[i], &build->starts))
			return true;
		if (positions_meet(&self, &build->ends) &&
		    positions_meet(&build->follow[i], &both))
			return true;
	}
	return false;
}

int automaton_parse(struct span pattern, struct build *build,
		    struct fragment *out)
{
	struct parser parser = {.rest = pattern, .build = build};

	build->count = 0;
	build->charset_count = 0;
	build->starts = (struct positions){{0}};
	build->ends = (struct positions){{0}};
	if (!parse_alternatives(&parser, out) || parser.rest.size ||
	    has_anchor_pairs(build))
		return -ENOTSUP;
	return 0;
}
