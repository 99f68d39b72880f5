#include "validate/formats/ini/ini_dialect.h"

enum {
	ERROR = SEVERITY_ERROR,
	WARNING = SEVERITY_WARNING,
	ALLOWED = PAIRS_ALLOWED
};

/*
 * Each as its own reader has it: inih, systemd, the Desktop Entry
 * specification, GKeyFile alone, git, MySQL (".cnf" files of unknown origin
 * may be OpenSSL's, hence "cnf"), OpenSSL, Python's configparser as it comes
 * and as Supervisor sets it up, the EditorConfig specification, npm, PHP,
 * uWSGI, Mercurial, Samba.
 */
static const struct ini_dialect dialects[] = {
	{
		.name = "",
		.comments = ";#",
		.inline_comments = ";",
		.separators = "=:",
		.continuation = INI_CONTINUE_INDENT,
		.traits = INI_INLINE_SPACED,
		.repeats = {WARNING, WARNING, NULL},
		.missing_section = ALLOWED,
	},
	{
		.name = "systemd",
		.comments = "#;",
		.inline_comments = "",
		.separators = "=",
		.header = INI_HEADER_END,
		.continuation = INI_CONTINUE_SPACE,
		.repeats = {ALLOWED, ALLOWED, NULL},
		.missing_section = ERROR,
	},
	{
		.name = "desktop",
		.comments = "#",
		.inline_comments = "",
		.separators = "=",
		.traits = INI_BARE_HEADER,
		.repeats = {ERROR, ERROR, NULL},
		.missing_section = ERROR,
	},
	{
		.name = "keyfile",
		.comments = "#",
		.inline_comments = "",
		.separators = "=",
		.traits = INI_BARE_HEADER,
		.repeats = {WARNING, ALLOWED, NULL},
		.missing_section = ERROR,
	},
	{
		.name = "gitconfig",
		.comments = "#;",
		.inline_comments = "",
		.separators = "=",
		.header = INI_HEADER_GIT,
		.traits = INI_NO_VALUE | INI_FOLD_KEYS,
		.repeats = {ALLOWED, ALLOWED, NULL},
		.missing_section = WARNING,
	},
	{
		.name = "mycnf",
		.comments = "#;",
		.inline_comments = "#",
		.separators = "=",
		.traits = INI_INLINE_UNQUOTED | INI_NO_VALUE | INI_UNQUOTE |
			  INI_TRIM_SECTION,
		.directives = {"!include", "!includedir"},
		.repeats = {ALLOWED, ALLOWED, NULL},
		.missing_section = ERROR,
	},
	{
		.name = "cnf",
		.comments = "#;",
		.inline_comments = "#",
		.separators = "=",
		.traits = INI_INLINE_UNQUOTED | INI_NO_VALUE | INI_UNQUOTE |
			  INI_TRIM_SECTION,
		.directives = {"!include", "!includedir"},
		.repeats = {ALLOWED, ALLOWED, NULL},
		.missing_section = ALLOWED,
	},
	{
		.name = "openssl",
		.comments = "#",
		.inline_comments = "#",
		.separators = "=",
		.continuation = INI_CONTINUE_BACKSLASH,
		.traits = INI_INLINE_UNQUOTED | INI_UNQUOTE | INI_TRIM_SECTION,
		.directives = {".include", ".pragma"},
		.repeats = {ALLOWED, ALLOWED, NULL},
		.missing_section = ALLOWED,
	},
	{
		.name = "setupcfg",
		.comments = "#;",
		.inline_comments = "",
		.separators = "=:",
		.header = INI_HEADER_LAST,
		.continuation = INI_CONTINUE_INDENT,
		.traits = INI_FOLD_KEYS | INI_KEEP_BLANKS,
		.repeats = {ERROR, ERROR, "DEFAULT"},
		.missing_section = ERROR,
	},
	{
		.name = "supervisor",
		.comments = "#;",
		.inline_comments = ";#",
		.separators = "=:",
		.header = INI_HEADER_LAST,
		.continuation = INI_CONTINUE_INDENT,
		.traits = INI_INLINE_SPACED | INI_FOLD_KEYS | INI_KEEP_BLANKS,
		.repeats = {WARNING, WARNING, "DEFAULT"},
		.missing_section = ERROR,
	},
	{
		.name = "editorconfig",
		.comments = "#;",
		.inline_comments = "",
		.separators = "=",
		.header = INI_HEADER_LAST,
		.traits = INI_FOLD_KEYS,
		.repeats = {ALLOWED, ALLOWED, NULL},
		.missing_section = ALLOWED,
	},
	{
		.name = "npmrc",
		.comments = "#;",
		.inline_comments = "",
		.separators = "=",
		.traits = INI_NO_VALUE | INI_UNQUOTE,
		.repeats = {WARNING, ALLOWED, NULL},
		.missing_section = ALLOWED,
	},
	{
		.name = "php",
		.comments = "#;",
		.inline_comments = ";",
		.separators = "=",
		.traits = INI_INLINE_UNQUOTED | INI_NO_VALUE | INI_UNQUOTE,
		.repeats = {ALLOWED, ALLOWED, NULL},
		.missing_section = ALLOWED,
	},
	{
		.name = "uwsgi",
		.comments = "#;",
		.inline_comments = "",
		.separators = "=",
		.traits = INI_NO_VALUE,
		.repeats = {ALLOWED, ALLOWED, NULL},
		.missing_section = WARNING,
	},
	{
		.name = "hg",
		.comments = "#;",
		.inline_comments = "",
		.separators = "=",
		.continuation = INI_CONTINUE_INDENT,
		.directives = {"%include", "%unset"},
		.repeats = {ALLOWED, ALLOWED, NULL},
		.missing_section = ALLOWED,
	},
	{
		.name = "samba",
		.comments = "#;",
		.inline_comments = "",
		.separators = "=",
		.continuation = INI_CONTINUE_BACKSLASH,
		.traits = INI_TRIM_SECTION | INI_FOLD_KEYS | INI_FOLD_SECTIONS,
		.repeats = {ALLOWED, ALLOWED, NULL},
		.missing_section = ALLOWED,
	},
};

const struct ini_dialect *ini_dialect_find(const char *name)
{
	for (size_t i = 0; i < array_size(dialects); i++)
		if (strcmp(dialects[i].name, name) == 0)
			return &dialects[i];
	return &dialects[0];
}

struct span ini_trim(struct span text)
{
	while (text.size && ini_is_space(text.data[0])) {
		text.data++;
		text.size--;
	}
	while (text.size && ini_is_space(text.data[text.size - 1]))
		text.size--;
	return text;
}

/* Is `c` one of the bytes of `set`? NUL never is. */
static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* A line while its stand-in is made. */
struct scan {
	const struct ini_dialect *dialect;
	const char *line;
	size_t end; /* without white space behind */
	struct ini_standin *out;
};

static void put(struct scan *scan, char c, size_t begin, size_t end)
{
	struct ini_standin *out = scan->out;

	out->text[out->size] = c;
	out->source[out->size].begin = (uint32_t)begin;
	out->source[out->size].end = (uint32_t)end;
	out->size++;
}

/* What is between two bytes that decide. */
static void put_gap(struct scan *scan, size_t begin, size_t end)
{
	const struct span core =
		ini_trim((struct span){scan->line + begin, end - begin});
	const size_t from = core.size ? (size_t)(core.data - scan->line) : end;
	const size_t to = from + core.size;

	if (from > begin)
		put(scan, ' ', begin, from);
	if (to > from)
		put(scan, 'x', from, to);
	if (end > to)
		put(scan, ' ', to, end);
}

/* Inside which quote is one behind `c`? NUL: none. */
static char next_quote(char quote, char c)
{
	if (quote == c)
		return '\0';
	if (quote)
		return quote;
	return c;
}

/* Where an inline comment begins, or the end. */
static size_t find_comment(const struct scan *scan, size_t at)
{
	const struct ini_dialect *dialect = scan->dialect;
	const bool is_spaced = ini_has(dialect, INI_INLINE_SPACED);
	char quote = '\0';
	char before = 'x';

	if (!dialect->inline_comments[0])
		return scan->end;
	for (; at < scan->end; at++) {
		const char c = scan->line[at];

		if (!quote && is_one_of(c, dialect->inline_comments) &&
		    (!is_spaced || ini_is_space(before)))
			return at;
		if (ini_has(dialect, INI_INLINE_UNQUOTED) &&
		    (c == '"' || c == '\'') && before != '\\')
			quote = next_quote(quote, c);
		if (before == '\\' && c == '\\')
			before = 'x'; /* an escaped one escapes nothing */
		else
			before = c;
	}
	return scan->end;
}

static size_t find_separator(const struct scan *scan, size_t at)
{
	while (at < scan->end &&
	       !is_one_of(scan->line[at], scan->dialect->separators))
		at++;
	return at;
}

static size_t find_close(const struct scan *scan, size_t at)
{
	const char *from = scan->line + at;
	const size_t size = scan->end - at;
	const char *close = scan->dialect->header == INI_HEADER_FIRST
				    ? memchr(from, ']', size)
				    : memrchr(from, ']', size);

	if (!close || (scan->dialect->header == INI_HEADER_END &&
		       close != scan->line + scan->end - 1))
		return scan->end;
	return (size_t)(close - scan->line);
}

/*
 * What stands from `at` on: a byte that decides at `mark`, if no comment is
 * before it, and a comment at `comment`; `scan->end` says that there is none.
 * The comment's text stays: inih 55 has no comments in lines that continue.
 */
static void put_rest(struct scan *scan, size_t at, size_t mark, size_t comment)
{
	if (mark < comment) {
		put_gap(scan, at, mark);
		put(scan, scan->line[mark], mark, mark + 1);
		at = mark + 1;
	}
	put_gap(scan, at, comment);
	if (comment < scan->end) {
		put(scan, ' ', comment, comment);
		put(scan, ';', comment, comment + 1);
		put_gap(scan, comment + 1, scan->end);
	}
}

static void put_header(struct scan *scan, size_t start)
{
	const size_t comment = find_comment(scan, start + 1);
	const size_t close = find_close(scan, start + 1);

	scan->out->close = (uint32_t)close;
	put(scan, '[', start, start + 1);
	put_rest(scan, start + 1, close, comment);
}

static void put_pair(struct scan *scan, size_t start)
{
	const size_t comment = find_comment(scan, start);
	const size_t separator = find_separator(scan, start);

	if (separator >= comment && ini_has(scan->dialect, INI_NO_VALUE)) {
		scan->out->is_bare = true;
		scan->out->value = (uint32_t)comment;
		put_gap(scan, start, comment);
		put(scan, '=', comment, comment);
		return;
	}
	scan->out->value = (uint32_t)(separator + (separator < scan->end));
	put_rest(scan, start, separator, comment);
}

void ini_standin_make(const struct ini_dialect *dialect, struct span line,
		      bool continues, struct ini_standin *out)
{
	const struct span core = ini_trim(line);
	const size_t start = core.size ? (size_t)(core.data - line.data) : 0;
	struct scan scan = {.dialect = dialect,
			    .line = line.data,
			    .end = start + core.size,
			    .out = out};

	out->size = 0;
	out->start = (uint32_t)start;
	out->end = (uint32_t)scan.end;
	out->value = out->end;
	out->close = out->end;
	out->continues = continues;
	out->is_bare = false;
	if (core.size == 0)
		return;
	if (continues)
		put(&scan, ' ', start, start);
	if (is_one_of(core.data[0], dialect->comments))
		put(&scan, ';', start, scan.end);
	else if (core.data[0] == '[' && !continues)
		put_header(&scan, start);
	else
		put_pair(&scan, start);
}
