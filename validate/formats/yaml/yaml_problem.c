#include "validate/formats/yaml/yaml_problem.h"

#include "validate/text.h"

/*
 * libyaml's words and ours. `context` narrows it down where one problem has
 * several causes. Between `message` and `rest` stands the number of the line
 * where the construct began.
 */
struct wording {
	const char *words;
	const char *context;
	const char *message;
	const char *rest; /* NULL: no line number */
};

static const struct wording wordings[] = {
	{"mapping values are not allowed in this context", NULL,
	 "unexpected ':' here; quote the value or check the indentation above",
	 NULL},
	{"mapping keys are not allowed in this context", NULL,
	 "unexpected '?' here; quote the text or begin a line with it", NULL},
	{"block sequence entries are not allowed in this context", NULL,
	 "unexpected '-' here; begin a line with it or quote the text", NULL},
	{"could not find expected ':'", NULL,
	 "no ':' follows the key that begins on line ",
	 "; add it, or check indentation and quotes there"},
	{"found unexpected end of stream", "while scanning a quoted scalar",
	 "the quoted text that begins on line ", " is never closed"},
	{"found unexpected document indicator",
	 "while scanning a quoted scalar",
	 "the quoted text that begins on line ",
	 " is not closed before this document marker"},
	{"did not find expected ',' or ']'", NULL,
	 "expected ',' or ']' in the list that begins on line ", ""},
	{"did not find expected ',' or '}'", NULL,
	 "expected ',' or '}' in the mapping that begins on line ", ""},
	{"did not find expected key", "while parsing a block mapping",
	 "this does not fit the mapping that begins on line ",
	 "; check indentation and quotes here and above"},
	{"did not find expected '-' indicator", NULL,
	 "expected '-' as in the list that begins on line ",
	 "; check the indentation"},
	{"did not find expected node content", NULL,
	 "expected a value here; write one, or quote the text", NULL},
	{"did not find expected <document start>", NULL,
	 "text behind the end of the document; check the indentation, or begin "
	 "a new document with '---'",
	 NULL},
	{"found a tab character that violates indentation", NULL,
	 "a tab cannot indent YAML; use spaces", NULL},
	{"found a tab character where an indentation space is expected", NULL,
	 "a tab cannot indent YAML; use spaces", NULL},
	{"found an indentation indicator equal to 0", NULL,
	 "the indentation of a text block is 1 to 9", NULL},
	{"did not find expected comment or line break",
	 "while scanning a block scalar",
	 "nothing may follow '|' or '>' on the line; write the text below",
	 NULL},
	{"found unknown escape character", NULL,
	 "unknown escape in a double quoted text; write '\\\\' for a "
	 "backslash, or use single quotes",
	 NULL},
	{"did not find expected hexdecimal number", NULL,
	 "the escape needs more hexadecimal digits", NULL},
	{"found invalid Unicode character escape code", NULL,
	 "the escape names no Unicode character", NULL},
	{"did not find expected alphabetic or numeric character",
	 "while scanning an anchor",
	 "the name of an anchor consists of letters, digits, '_' and '-'; "
	 "quote the text if '&' belongs to it",
	 NULL},
	{"did not find expected alphabetic or numeric character",
	 "while scanning an alias",
	 "the name of an alias consists of letters, digits, '_' and '-'; quote "
	 "the text if '*' belongs to it",
	 NULL},
	{"found undefined tag handle", NULL,
	 "the tag's handle is not declared by a %TAG line", NULL},
	{"found incompatible YAML document", NULL,
	 "only YAML 1.1 and 1.2 are known", NULL},
	{"found duplicate %YAML directive", NULL,
	 "a second %YAML line for one document", NULL},
	{"found duplicate %TAG directive", NULL,
	 "a second %TAG line for one handle", NULL},
	{"found unknown directive name", NULL,
	 "a line that begins with '%' is a directive, and this one is not "
	 "known; quote or indent the text",
	 NULL},
	{"control characters are not allowed", NULL,
	 "a control character that YAML does not allow; remove it, or write it "
	 "as an escape in double quotes",
	 NULL},
};

static const struct wording *find_wording(const struct yaml_problem *problem)
{
	for (size_t i = 0; i < array_size(wordings); i++) {
		const struct wording *wording = &wordings[i];

		if (strcmp(wording->words, problem->words) == 0 &&
		    (!wording->context ||
		     strcmp(wording->context, problem->context) == 0))
			return wording;
	}
	return NULL;
}

/* "cannot start any token": the byte tells why. */
static const char *explain_byte(struct span source, uint32_t offset)
{
	switch (offset < source.size ? source.data[offset] : 0) {
	case '\t':
		return "a tab cannot indent YAML; use spaces";
	case '@':
	case '`':
		return "'@' and '`' cannot begin a text; quote it";
	case '%':
		return "'%' cannot begin a text; quote it";
	default:
		return "this character cannot begin a value; quote the text";
	}
}

static uint32_t line_at(struct span source, uint32_t offset)
{
	struct text_cursor cursor;

	text_cursor_init(&cursor, source);
	return text_position(&cursor, offset).line;
}

void yaml_problem_report(struct parse *parse, uint32_t document,
			 const struct yaml_problem *problem)
{
	const struct place place = place_at(document, problem->offset, 1);
	const struct wording *wording = find_wording(problem);

	if (wording && wording->rest) {
		findings_add(parse->findings, SEVERITY_ERROR, "syntax/yaml",
			     place, "%s%u%s", wording->message,
			     line_at(parse->source, problem->context_offset),
			     wording->rest);
		return;
	}

	const char *message = wording ? wording->message : problem->words;

	if (strcmp(problem->words,
		   "found character that cannot start any token") == 0)
		message = explain_byte(parse->source, problem->offset);
	findings_add(parse->findings, SEVERITY_ERROR, "syntax/yaml", place,
		     "%s", message);
}
