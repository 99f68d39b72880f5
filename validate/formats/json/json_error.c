/*
 * What is said about text that is not JSON. All of it is off the path of good
 * files, so the text is looked at again and in peace. Nothing of a value is
 * ever quoted, only punctuation.
 */
#include "validate/formats/json/json_reader.h"

#include <strings.h>

static const char no_comments[] =
	"comments are not allowed in JSON: remove it, or name the file .jsonc "
	"if its reader allows them";

int json_broken(struct json_reader *reader, const char *at, size_t length,
		const char *message)
{
	findings_add(reader->parse->findings, SEVERITY_ERROR, "syntax/json",
		     place_at(reader->document, json_offset(reader, at),
			      (uint32_t)length),
		     "%s", message);
	return JSON_BROKEN;
}

static int broken_here(struct json_reader *reader, const char *message)
{
	return json_broken(reader, reader->at, 1, message);
}

int json_broken_utf8(struct json_reader *reader, const char *at)
{
	return json_broken(reader, at, 1,
			   "not valid UTF-8; save the file as UTF-8");
}

static bool starts_with(const struct json_reader *reader, const char *text)
{
	const struct span rest = {reader->at,
				  (size_t)(reader->end - reader->at)};

	return span_starts(rest, text);
}

static bool is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c == '$';
}

/* Lines of NDJSON can be wrong by the million: only those shown are counted. */
static uint32_t line_of(const struct json_reader *reader, uint32_t offset)
{
	const struct findings *findings = reader->parse->findings;
	uint32_t line = 1;

	if (findings->count == findings->max_count)
		return 0;
	for (uint32_t i = 0; i < offset; i++)
		line += reader->start[i] == '\n';
	return line;
}

/*
 * Things that have no place outside strings anywhere: NULL if what stands at
 * reader->at is none of them.
 */
static const char *never_allowed(const struct json_reader *reader)
{
	static const struct {
		const char *start;
		const char *message;
	} cases[] = {
		{"//", no_comments},
		{"/*", no_comments},
		{"#", "comments are not allowed in JSON: remove it"},
		{"'", "strings need double quotes, not single ones"},
		{"`", "strings need double quotes, not backquotes"},
		{"\xe2\x80\x9c", "strings need straight double quotes"},
		{"\xe2\x80\x9d", "strings need straight double quotes"},
		{"\xc2\xa0", "a no-break space: write a plain one"},
		{"\xef\xbb\xbf", "a byte order mark: remove it"},
		{"\\", "a backslash outside of a string: remove it"},
	};

	for (size_t i = 0; i < array_size(cases); i++) {
		const bool is_comment = cases[i].message == no_comments;

		if (starts_with(reader, cases[i].start) &&
		    !(is_comment && reader->is_jsonc))
			return cases[i].message;
	}
	return NULL;
}

/* The text stops while something is still open. */
static int ends_early(struct json_reader *reader)
{
	const char *what = reader->is_ndjson ? "line" : "file";
	const struct place place =
		place_at(reader->document, json_offset(reader, reader->end), 1);

	if (reader->container == DOC_NONE) {
		findings_add(reader->parse->findings, SEVERITY_ERROR,
			     "syntax/json", place,
			     "the %s is empty; JSON needs a value", what);
		return JSON_BROKEN;
	}

	const struct node *node = &reader->doc->nodes[reader->container];

	findings_add(reader->parse->findings, SEVERITY_ERROR, "syntax/json",
		     place,
		     "the %s ends too early: the '%c' of line %u is not closed",
		     what, reader->in_object ? '{' : '[',
		     line_of(reader, node->offset));
	return JSON_BROKEN;
}

static bool is_word(const struct json_reader *reader, const char *word)
{
	const size_t size = strlen(word);

	return (size_t)(reader->end - reader->at) >= size &&
	       strncasecmp(reader->at, word, size) == 0;
}

static const char *explain_word(const struct json_reader *reader)
{
	static const char *const lower[] = {"true", "false", "null"};
	static const char *const foreign[] = {"nan", "inf", "undefined",
					      "none"};

	for (size_t i = 0; i < array_size(lower); i++)
		if (is_word(reader, lower[i]) && !starts_with(reader, lower[i]))
			return "true, false and null are written in lower case";
	for (size_t i = 0; i < array_size(foreign); i++)
		if (is_word(reader, foreign[i]))
			return "JSON has no such value: write null, a number "
			       "or a string";
	return "expected a value: strings need double quotes, and the only "
	       "bare words are true, false and null";
}

int json_expected_value(struct json_reader *reader)
{
	const int c = json_peek(reader);
	const char *message = never_allowed(reader);

	if (c < 0)
		return ends_early(reader);
	if (message)
		return broken_here(reader, message);
	if (is_letter(c))
		return broken_here(reader, explain_word(reader));
	if (c == '+')
		return broken_here(reader,
				   "a number cannot start with '+': remove it");
	if (c == '.')
		return broken_here(reader, "a number cannot start with '.': "
					   "write a 0 before it");
	if (c == ',')
		return broken_here(reader, "expected a value, found ',': a "
					   "value is missing or the comma is "
					   "too much");
	if (c == '}' || c == ']')
		return broken_here(reader, "expected a value before the "
					   "closing bracket");
	return broken_here(reader, "expected a value");
}

int json_expected_key(struct json_reader *reader)
{
	const int c = json_peek(reader);
	const char *message = never_allowed(reader);

	if (c < 0)
		return ends_early(reader);
	if (c == '\'' || is_letter(c) || (c >= '0' && c <= '9'))
		return broken_here(reader, "keys need double quotes");
	if (message)
		return broken_here(reader, message);
	if (c == ',')
		return broken_here(reader, "expected a key, found ',': remove "
					   "the comma");
	return broken_here(reader, "expected a key in double quotes or '}'");
}

int json_expected_colon(struct json_reader *reader)
{
	const int c = json_peek(reader);
	const char *message = never_allowed(reader);

	if (c < 0)
		return ends_early(reader);
	if (message)
		return broken_here(reader, message);
	if (c == '=')
		return broken_here(reader, "expected ':' after a key, not '='");
	return broken_here(reader, "expected ':' after a key");
}

int json_expected_comma(struct json_reader *reader)
{
	const int c = json_peek(reader);
	const char *message = never_allowed(reader);
	const bool in_object = reader->in_object;

	if (c < 0)
		return ends_early(reader);
	if (message)
		return broken_here(reader, message);
	if (c == (in_object ? ']' : '}')) {
		const uint32_t opening =
			reader->doc->nodes[reader->container].offset;

		findings_add(reader->parse->findings, SEVERITY_ERROR,
			     "syntax/json",
			     place_at(reader->document,
				      json_offset(reader, reader->at), 1),
			     "expected ',' or '%c' after a value, found '%c': "
			     "the '%c' of line %u is not closed",
			     in_object ? '}' : ']', c, in_object ? '{' : '[',
			     line_of(reader, opening));
		return JSON_BROKEN;
	}
	return broken_here(reader, in_object
					   ? "expected ',' or '}' after a value"
					   : "expected ',' or ']' after a "
					     "value");
}

int json_expected_end(struct json_reader *reader)
{
	const int c = json_peek(reader);
	const char *message = never_allowed(reader);

	if (message)
		return broken_here(reader, message);
	if (c == '}' || c == ']')
		return broken_here(reader, "a closing bracket without an "
					   "opening one: remove it");
	if (c == ',')
		return broken_here(reader, "a comma after the value of the "
					   "file: remove it");
	if (reader->is_ndjson)
		return broken_here(reader, "a second value on the line: begin "
					   "a new line");
	return broken_here(reader, "text after the value of the file: JSON has "
				   "one value a file, .ndjson one a line");
}

int json_broken_number(struct json_reader *reader, const char *number)
{
	const char *digits = number + (*number == '-');
	const char *at = reader->at;
	const char before = at[-1];
	const int c = json_peek(reader);

	if (at == digits)
		return broken_here(reader, "expected a digit after '-'");
	if (before == '.' && (c < '0' || c > '9'))
		return broken_here(reader, "expected a digit after '.'");
	if (c >= '0' && c <= '9')
		return json_broken(reader, digits, 1,
				   "a number cannot start with 0: remove the "
				   "leading zeros or put it in double quotes");
	if ((c == 'x' || c == 'X') && at == digits + 1 && before == '0')
		return broken_here(reader, "JSON has no hexadecimal numbers: "
					   "write it in decimal");
	if (before == 'e' || before == 'E' || before == '+' || before == '-')
		return broken_here(reader, "expected a digit in the exponent");
	return broken_here(reader, "a number cannot go on like this: remove "
				   "it or put all of it in double quotes");
}

static int broken_escape(struct json_reader *reader, const char *at)
{
	if (at[1] == 'u')
		return json_broken(reader, at, 2,
				   "\\u needs four hexadecimal digits");
	return json_broken(reader, at, 2,
			   "unknown escape in a string: write \\\\ for a "
			   "backslash");
}

int json_broken_string(struct json_reader *reader, const char *quote,
		       const char *at)
{
	const size_t length = (size_t)(at - quote);

	if (at == reader->end || (*at == '\\' && at + 1 == reader->end))
		return json_broken(reader, quote, length,
				   "the string is not closed: '\"' is missing");
	switch (*at) {
	case '\\':
		return broken_escape(reader, at);
	case '\n':
	case '\r':
		return json_broken(reader, quote, length,
				   "the string is not closed on its line: "
				   "'\"' is missing, or write \\n for a line "
				   "break");
	case '\t':
		return json_broken(reader, at, 1,
				   "a tab in a string: write \\t");
	default:
		return json_broken(reader, at, 1,
				   "a control character in a string: write it "
				   "as \\u and four hexadecimal digits");
	}
}
