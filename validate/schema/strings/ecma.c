#include "validate/schema/strings/ecma.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

/* ECMA's white space and line ends, as members of a class. */
#define SPACES                                                                 \
	"\\t\\n\\u000b\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029"      \
	"\\u202f\\u205f\\u3000\\ufeff"
#define NOT_SPACES                                                             \
	"\\u0000-\\u0008\\u000e-\\u001f!-\\u009f\\u00a1-\\u167f\\u1681-"       \
	"\\u1fff"                                                              \
	"\\u200b-\\u2027\\u202a-\\u202e\\u2030-\\u205e\\u2060-\\u2fff"         \
	"\\u3001-\\ufefe\\uff00-\\u{10ffff}"
#define LINE_ENDS "\\n\\r\\u2028\\u2029"

/* A pattern being rewritten. Every step writes at most STEP_MAX bytes. */
struct rewrite {
	struct span in;
	size_t at;
	char *out;
	size_t size;
	size_t capacity;
	const char *why;
	bool in_class;
	bool leads;	     /* is this the begin of what a lookbehind says? */
	unsigned depth;	     /* groups that are open */
	unsigned lookbehind; /* depth of the innermost lookbehind, or 0 */
};

enum { STEP_MAX = 256 };

static bool refuse(struct rewrite *rewrite, const char *why)
{
	rewrite->why = why;
	return false;
}

static bool reserve(struct rewrite *rewrite)
{
	if (rewrite->size + STEP_MAX <= rewrite->capacity)
		return true;

	const size_t capacity = rewrite->capacity * 2 + 2UL * STEP_MAX;
	char *out = realloc(rewrite->out, capacity);

	if (!out)
		return false;
	rewrite->out = out;
	rewrite->capacity = capacity;
	return true;
}

static bool put(struct rewrite *rewrite, struct span text)
{
	memcpy(rewrite->out + rewrite->size, text.data, text.size);
	rewrite->size += text.size;
	return true;
}

static bool put_text(struct rewrite *rewrite, const char *text)
{
	return put(rewrite, span_of(text));
}

/* Copy `size` bytes of the pattern, fewer at its end. */
static bool copy(struct rewrite *rewrite, size_t size)
{
	const size_t left = rewrite->in.size - rewrite->at;
	const struct span text = {rewrite->in.data + rewrite->at,
				  size < left ? size : left};

	rewrite->at += text.size;
	return put(rewrite, text);
}

/* The byte `ahead` of the current one, NUL past the end. */
static char peek(const struct rewrite *rewrite, size_t ahead)
{
	if (rewrite->at + ahead >= rewrite->in.size)
		return '\0';
	return rewrite->in.data[rewrite->at + ahead];
}

/* Four hex digits at `ahead`; -1 if there are none. */
static long hex_unit(const struct rewrite *rewrite, size_t ahead)
{
	char digits[5] = {0};

	for (size_t i = 0; i < 4; i++) {
		digits[i] = peek(rewrite, ahead + i);
		if (!isxdigit((unsigned char)digits[i]))
			return -1;
	}
	return strtol(digits, NULL, 16);
}

/* \uXXXX, two of which may make one code point, and \u{X}. */
static bool rewrite_unicode(struct rewrite *rewrite)
{
	const long high = hex_unit(rewrite, 2);

	if (high < 0xd800 || high > 0xdfff)
		return copy(rewrite, 2);

	const long low = peek(rewrite, 6) == '\\' && peek(rewrite, 7) == 'u'
				 ? hex_unit(rewrite, 8)
				 : -1;
	const long point = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	char text[8];

	if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
		return refuse(rewrite, "half of a surrogate pair");
	rewrite->at += 12;
	const unsigned bits = (unsigned)point;

	text[0] = (char)(unsigned char)(0xf0 | bits >> 18);
	text[1] = (char)(unsigned char)(0x80 | (bits >> 12 & 0x3f));
	text[2] = (char)(unsigned char)(0x80 | (bits >> 6 & 0x3f));
	text[3] = (char)(unsigned char)(0x80 | (bits & 0x3f));
	return put(rewrite, (struct span){text, 4});
}

/* General categories by their long names. */
static const struct {
	const char *name;
	const char *category;
} categories[] = {
	{"Letter", "L"},
	{"Cased_Letter", "L&"},
	{"LC", "L&"},
	{"Uppercase_Letter", "Lu"},
	{"Lowercase_Letter", "Ll"},
	{"Titlecase_Letter", "Lt"},
	{"Modifier_Letter", "Lm"},
	{"Other_Letter", "Lo"},
	{"Mark", "M"},
	{"Combining_Mark", "M"},
	{"Nonspacing_Mark", "Mn"},
	{"Spacing_Mark", "Mc"},
	{"Enclosing_Mark", "Me"},
	{"Number", "N"},
	{"Decimal_Number", "Nd"},
	{"digit", "Nd"},
	{"Letter_Number", "Nl"},
	{"Other_Number", "No"},
	{"Punctuation", "P"},
	{"punct", "P"},
	{"Connector_Punctuation", "Pc"},
	{"Dash_Punctuation", "Pd"},
	{"Open_Punctuation", "Ps"},
	{"Close_Punctuation", "Pe"},
	{"Initial_Punctuation", "Pi"},
	{"Final_Punctuation", "Pf"},
	{"Other_Punctuation", "Po"},
	{"Symbol", "S"},
	{"Math_Symbol", "Sm"},
	{"Currency_Symbol", "Sc"},
	{"Modifier_Symbol", "Sk"},
	{"Other_Symbol", "So"},
	{"Separator", "Z"},
	{"Space_Separator", "Zs"},
	{"Line_Separator", "Zl"},
	{"Paragraph_Separator", "Zp"},
	{"Other", "C"},
	{"Control", "Cc"},
	{"cntrl", "Cc"},
	{"Format", "Cf"},
	{"Surrogate", "Cs"},
	{"Private_Use", "Co"},
	{"Unassigned", "Cn"},
};

/* \p{...} and \P{...}. */
static bool rewrite_property(struct rewrite *rewrite)
{
	size_t end = rewrite->at + 3;
	size_t start = end;

	if (peek(rewrite, 2) != '{')
		return refuse(rewrite, "\\p without {");
	for (; end < rewrite->in.size && rewrite->in.data[end] != '}'; end++)
		if (rewrite->in.data[end] == '=')
			start = end + 1;
	if (end == rewrite->in.size || end - rewrite->at > STEP_MAX / 2)
		return refuse(rewrite, "\\p{ without }");

	const struct span name = {rewrite->in.data + start, end - start};

	copy(rewrite, 3);
	rewrite->at = end;
	for (size_t i = 0; i < array_size(categories); i++)
		if (span_is(name, categories[i].name))
			return put_text(rewrite, categories[i].category) &&
			       copy(rewrite, 1);
	return put(rewrite, name) && copy(rewrite, 1);
}

/* A set of characters inside or outside of a class. */
static bool put_set(struct rewrite *rewrite, const char *outside,
		    const char *inside)
{
	rewrite->at += 2;
	return put_text(rewrite, rewrite->in_class ? inside : outside);
}

static bool rewrite_escape(struct rewrite *rewrite)
{
	const char c = peek(rewrite, 1);

	switch (c) {
	case '\0':
		if (rewrite->at + 1 >= rewrite->in.size)
			return refuse(rewrite, "a backslash at the end");
		return copy(rewrite, 2);
	case 'u':
		return rewrite_unicode(rewrite);
	case 'p':
	case 'P':
		return rewrite_property(rewrite);
	case 's':
		return put_set(rewrite, "[" SPACES "]", SPACES);
	case 'S':
		return put_set(rewrite, "[^" SPACES "]", NOT_SPACES);
	case 'v':
		return put_set(rewrite, "\\u000b", "\\u000b");
	default:
		break;
	}
	/* Every other letter of PCRE2 is one that ECMA does not know. */
	if (isalpha((unsigned char)c) && !strchr("bBcdDfknrtwWx", c))
		return refuse(rewrite, "an escape that ECMA-262 has not");
	if (isalpha((unsigned char)c) || isdigit((unsigned char)c) ||
	    ispunct((unsigned char)c))
		return copy(rewrite, 2);
	return copy(rewrite, 1);
}

/* Is the escape at the current place a set, that no range can begin with? */
static bool is_set(const struct rewrite *rewrite)
{
	const char c = peek(rewrite, 1);

	return peek(rewrite, 0) == '\\' && c && strchr("sSdDwWpP", c);
}

static bool rewrite_in_class(struct rewrite *rewrite)
{
	const char c = peek(rewrite, 0);
	bool is_good;

	if (c == ']')
		rewrite->in_class = false;
	/* PCRE2 would take [: for the begin of a named class. */
	if (c == '[')
		put_text(rewrite, "\\");
	if (c != '\\')
		return copy(rewrite, 1);

	const bool was_set = is_set(rewrite);

	is_good = rewrite_escape(rewrite);
	if (is_good && was_set && peek(rewrite, 0) == '-' &&
	    peek(rewrite, 1) != ']')
		put_text(rewrite, "\\");
	return is_good;
}

/* What may follow "(": nothing special, or one of ECMA's "(?". */
static bool rewrite_group(struct rewrite *rewrite)
{
	const char c = peek(rewrite, 2);

	if (peek(rewrite, 1) == '*')
		return refuse(rewrite, "nothing to repeat after (");
	if (peek(rewrite, 1) != '?')
		return copy(rewrite, 1);
	if (!c || !strchr(":=!<", c))
		return refuse(rewrite, "a group (? that ECMA-262 has not");
	if (c == '<' && peek(rewrite, 3) && strchr("=!", peek(rewrite, 3))) {
		rewrite->lookbehind = rewrite->depth;
		rewrite->leads = true;
		return copy(rewrite, 4);
	}
	return copy(rewrite, 3);
}

/* Length of a quantifier at the current place, 0 if there is none. */
static size_t quantifier_size(const struct rewrite *rewrite)
{
	size_t size = 1;

	if (peek(rewrite, 0) && strchr("*+?", peek(rewrite, 0)))
		return 1;
	if (peek(rewrite, 0) != '{' ||
	    !isdigit((unsigned char)peek(rewrite, 1)))
		return 0;
	while (isdigit((unsigned char)peek(rewrite, size)))
		size++;
	if (peek(rewrite, size) == ',')
		size++;
	while (isdigit((unsigned char)peek(rewrite, size)))
		size++;
	return peek(rewrite, size) == '}' ? size + 1 : 0;
}

/* The begin of a class. */
static bool rewrite_class(struct rewrite *rewrite)
{
	/* PCRE2 forgets what is repeated if it is a class of nothing. */
	if (peek(rewrite, 1) == ']') {
		rewrite->at += 2;
		return put_text(rewrite, "[^\\u0000-\\u{10ffff}]");
	}
	rewrite->in_class = true;
	copy(rewrite, 1);
	if (peek(rewrite, 0) == '^')
		return copy(rewrite, 1);
	/* It would take [: for the begin of a named class here, too. */
	if (peek(rewrite, 0) && strchr(":.=", peek(rewrite, 0)))
		put_text(rewrite, "\\");
	return true;
}

static bool rewrite_plain(struct rewrite *rewrite)
{
	const char c = peek(rewrite, 0);
	const size_t quantifier = quantifier_size(rewrite);

	if (quantifier) {
		size_t size = quantifier;

		if (peek(rewrite, size) == '?')
			size++;
		rewrite->at += size;
		if (peek(rewrite, 0) == '+')
			return refuse(rewrite, "nothing to repeat before +");
		rewrite->at -= size;
		if (size > STEP_MAX / 2)
			return refuse(rewrite, "a quantifier that is too long");
		return copy(rewrite, size);
	}
	switch (c) {
	case '\\':
		return rewrite_escape(rewrite);
	case '.':
		rewrite->at++;
		return put_text(rewrite, "[^" LINE_ENDS "]");
	case '(':
		rewrite->depth++;
		return rewrite_group(rewrite);
	case ')':
		if (rewrite->lookbehind == rewrite->depth)
			rewrite->lookbehind = 0;
		rewrite->depth -= rewrite->depth > 0;
		return copy(rewrite, 1);
	case '|':
		rewrite->leads = rewrite->lookbehind &&
				 rewrite->lookbehind == rewrite->depth;
		return copy(rewrite, 1);
	case '[':
		return rewrite_class(rewrite);
	default:
		return copy(rewrite, 1);
	}
}

static bool rewrite_next(struct rewrite *rewrite)
{
	return rewrite->in_class ? rewrite_in_class(rewrite)
				 : rewrite_plain(rewrite);
}

/* A character, an escape or a whole class. */
static int rewrite_atom(struct rewrite *rewrite)
{
	do {
		if (!reserve(rewrite))
			return -ENOMEM;
		if (!rewrite_next(rewrite))
			return -EBADMSG;
	} while (rewrite->in_class && rewrite->at < rewrite->in.size);
	return 0;
}

/* The quantifier at the current place, taken off: at least how often. */
static int take_least(struct rewrite *rewrite, unsigned long *least)
{
	const char *text = rewrite->in.data + rewrite->at;
	const bool is_counted = *text == '{';
	const size_t size = quantifier_size(rewrite);

	*least = *text == '+';
	if (is_counted) {
		char *end;

		*least = strtoul(text + 1, &end, 10);
		if (size > STEP_MAX / 2 || *least > UINT16_MAX ||
		    (*end == ',' && end[1] != '}' &&
		     strtoul(end + 1, NULL, 10) < *least)) {
			refuse(rewrite, "numbers of a quantifier out of order "
					"or too large");
			return -EBADMSG;
		}
	}
	rewrite->at += size;
	if (peek(rewrite, 0) == '?')
		rewrite->at++;
	if (!quantifier_size(rewrite))
		return 0;
	refuse(rewrite, "nothing to repeat before a quantifier");
	return -EBADMSG;
}

/*
 * PCRE2 wants to know how long that is what it looks behind for. An atom that
 * leads there needs to be found no more often than it must: nothing is said
 * of what comes before it.
 */
static int rewrite_leading(struct rewrite *rewrite)
{
	const char c = peek(rewrite, 0);
	const bool is_word_end = c == '\\' && (peek(rewrite, 1) | 0x20) == 'b';
	unsigned long least;
	int r;

	rewrite->leads = false;
	r = rewrite_atom(rewrite);
	if (r || is_word_end || strchr("()|^$", c) || !quantifier_size(rewrite))
		return r;
	r = take_least(rewrite, &least);
	if (r || !reserve(rewrite))
		return r ? r : -ENOMEM;
	/* What need not be there goes with {0}: it still has to be right. */
	rewrite->leads = least == 0;
	rewrite->size += (size_t)snprintf(rewrite->out + rewrite->size,
					  STEP_MAX, "{%lu}", least);
	return 0;
}

/* One step: what stands at the current place and belongs together. */
static int rewrite_step(struct rewrite *rewrite)
{
	if (rewrite->leads)
		return rewrite_leading(rewrite);
	if (!reserve(rewrite))
		return -ENOMEM;
	return rewrite_next(rewrite) ? 0 : -EBADMSG;
}

int ecma_rewrite(struct span pattern, char **out, size_t *out_size,
		 const char **why)
{
	struct rewrite rewrite = {.in = pattern};
	int r = 0;

	while (r == 0 && rewrite.at < pattern.size)
		r = rewrite_step(&rewrite);
	if (r == 0 && !reserve(&rewrite))
		r = -ENOMEM;
	if (r) {
		free(rewrite.out);
		*why = rewrite.why;
		return r;
	}
	rewrite.out[rewrite.size] = '\0';
	*out = rewrite.out;
	*out_size = rewrite.size;
	return 0;
}
