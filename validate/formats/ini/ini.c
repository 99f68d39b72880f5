/*
 * INI files. Sole user of ini.h; what inih decides and what we do is in
 * ini_dialect.h.
 *
 * inih never sees the file: of each line it gets a short stand-in that has the
 * line's grammar, and what it answers is mapped back to the bytes of the line,
 * whatever their length. A line is given to it together with the lines that
 * matter for it: a key in front if it may go on with that, a probe behind a
 * header.
 */
#include "validate/formats/formats.h"
#include "validate/formats/ini/ini_dialect.h"
#include "validate/formats/ini/ini_git.h"
#include "validate/formats/ini/ini_lines.h"
#include "validate/formats/pairs.h"
#include "validate/host.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>

enum { CANCEL_EVERY = 4096 };

/* What inih said about a line. */
enum said { SAID_NOTHING, SAID_KEY, SAID_MORE, SAID_SECTION, SAID_ERROR };

/* Bytes of a stand-in. */
struct range {
	size_t begin;
	size_t size;
};

/* The lines that inih gets for one line of the file. */
enum step { STEP_KEY, STEP_LINE, STEP_PROBE, STEP_END };

struct question {
	const struct ini_standin *line;
	const char *buffer; /* where inih keeps the line */
	enum step step;	    /* of the line that inih has now */
	enum step next;
	enum said said;
	struct range name; /* key or section */
	struct range value;
};

/* inih asks for a line, as if by fgets(). */
static char *give_line(char *buffer, int room, void *ctx)
{
	struct question *question = ctx;
	const struct ini_standin *line = question->line;
	struct span text = span_of("x=x");

	question->step = question->next;
	if (question->step == STEP_END)
		return NULL;
	if (question->step == STEP_LINE) {
		text = (struct span){line->text, line->size};
		question->buffer = buffer;
	}
	assert(room > INI_STANDIN_MAX + 1);
	(void)room;
	memcpy(buffer, text.data, text.size);
	memcpy(buffer + text.size, "\n", 2);
	question->next = question->step == STEP_LINE && line->text[0] != '['
				 ? STEP_END
				 : question->step + 1;
	return buffer;
}

/* inih has found a key, or more of a value. */
static int take_pair(void *ctx, const char *section, const char *name,
		     const char *value)
{
	struct question *question = ctx;

	if (question->step == STEP_PROBE) {
		question->said = SAID_SECTION;
		question->name = (struct range){1, strlen(section)};
	} else if (question->step == STEP_LINE) {
		/* Of a line that continues, `name` is not in the buffer. */
		const bool is_more = question->line->continues;

		question->said = is_more ? SAID_MORE : SAID_KEY;
		question->value = (struct range){
			(size_t)(value - question->buffer), strlen(value)};
		if (!is_more)
			question->name = (struct range){
				(size_t)(name - question->buffer),
				strlen(name)};
	}
	return 1;
}

/* What does inih say about this line? 0 or -ENOMEM. */
static int ask(const struct ini_standin *line, struct question *out)
{
	struct question question = {
		.line = line,
		.next = line->continues ? STEP_KEY : STEP_LINE,
	};
	const int r =
		ini_parse_stream(give_line, &question, take_pair, &question);

	if (r < 0)
		return -ENOMEM;
	if (r > 0)
		question.said = SAID_ERROR;
	*out = question;
	return 0;
}

/* The file while it is read. */
struct reading {
	struct parse *parse;
	const struct ini_dialect *dialect;
	struct pairs pairs;
	struct ini_lines lines;
	bool is_broken;	   /* a syntax error was found */
	bool has_key;	   /* of this section, whose value may go on */
	uint32_t indent;   /* of that key */
	uint32_t blanks;   /* lines since its value */
	char *more;	   /* value over several lines, or NULL */
	size_t more_room;  /* bytes there */
	bool said_missing; /* that the first section comes too late */
};

/* A part of a line: the bytes, and where they stand. */
struct part {
	struct span text;
	struct pair_place place;
};

static struct part part_of(const struct ini_line *line, size_t begin,
			   size_t end)
{
	const uint32_t from = ini_line_begin(line, (uint32_t)begin);
	const uint32_t to =
		end > begin ? ini_line_end(line, (uint32_t)end) : from;

	return (struct part){
		.text = {line->text.data + begin, end - begin},
		.place = {from, to - from, line->number},
	};
}

/* The part that a range of the stand-in stands for; `empty` if it is empty. */
static struct part part_of_range(const struct ini_line *line,
				 const struct ini_standin *standin,
				 struct range range, size_t empty)
{
	if (range.size == 0)
		return part_of(line, empty, empty);
	return part_of(line, standin->source[range.begin].begin,
		       standin->source[range.begin + range.size - 1].end);
}

static void syntax_error(struct reading *reading, struct pair_place place,
			 const char *message)
{
	reading->is_broken = true;
	findings_add(reading->parse->findings, SEVERITY_ERROR, "syntax/ini",
		     place_at(0, place.offset, place.length), "%s", message);
}

static int begin_section(struct reading *reading, struct part part,
			 size_t folded)
{
	struct pair_name name;

	reading->has_key = false;
	if (part.text.size == 0) {
		syntax_error(reading, part.place, "the section has no name");
		return 0;
	}

	const int r = pairs_name(&reading->pairs, part.text, folded, part.place,
				 &name);

	return r ? r : pairs_add_section(&reading->pairs, name);
}

/* What stands behind the ']' of a header. */
static void look_behind(struct reading *reading, const struct ini_line *line,
			const struct ini_standin *standin)
{
	const struct ini_dialect *dialect = reading->dialect;
	const size_t from = (size_t)standin->close + 1;
	const struct span rest = ini_trim(
		(struct span){line->text.data + from, line->text.size - from});
	const size_t begin = (size_t)(rest.data - line->text.data);
	const struct pair_place place =
		part_of(line, begin, begin + rest.size).place;

	if (rest.size == 0)
		return;
	if (ini_has(dialect, INI_BARE_HEADER))
		syntax_error(reading, place, "nothing may follow the ']'");
	else if (rest.data[0] != '#' && rest.data[0] != ';')
		findings_add(reading->parse->findings, SEVERITY_WARNING,
			     "ini/after-section",
			     place_at(0, place.offset, place.length),
			     "the text behind the ']' is ignored; put it in a "
			     "line of its own");
}

static int take_section(struct reading *reading, const struct ini_line *line,
			const struct ini_standin *standin,
			const struct question *answer)
{
	const struct ini_dialect *dialect = reading->dialect;
	struct part part =
		part_of_range(line, standin, answer->name, standin->start);

	if (ini_has(dialect, INI_TRIM_SECTION)) {
		const struct span name = ini_trim(part.text);
		const size_t begin = (size_t)(name.data - line->text.data);

		part = part_of(line, begin, begin + name.size);
	}
	if (part.text.size == 0)
		part.place =
			part_of(line, standin->start, standin->close + 1).place;
	look_behind(reading, line, standin);
	return begin_section(
		reading, part,
		ini_has(dialect, INI_FOLD_SECTIONS) ? part.text.size : 0);
}

/* A key before the first section is said once: the rest follows from it. */
static void check_has_section(struct reading *reading, struct pair_place place)
{
	const int severity = reading->dialect->missing_section;

	if (severity < 0 || reading->pairs.section_count ||
	    reading->said_missing)
		return;
	reading->said_missing = true;
	findings_add(reading->parse->findings, (enum severity)severity,
		     "ini/no-section", place_at(0, place.offset, place.length),
		     "the key is in no section; put a '[section]' line before "
		     "it");
}

static bool is_quoted(struct span text)
{
	return text.size >= 2 &&
	       (text.data[0] == '"' || text.data[0] == '\'') &&
	       text.data[text.size - 1] == text.data[0];
}

/* Keep a key; its value is there, but for the quotes. */
static int add_entry(struct reading *reading, const struct part *name,
		     struct pair *entry)
{
	const bool folds = ini_has(reading->dialect, INI_FOLD_KEYS);
	const int r = pairs_name(&reading->pairs, name->text,
				 folds ? name->text.size : 0, name->place,
				 &entry->name);

	if (r)
		return r;
	if (ini_has(reading->dialect, INI_UNQUOTE) && is_quoted(entry->value)) {
		entry->value.data++;
		entry->value.size -= 2;
		entry->flags |= NODE_QUOTED;
	}
	reading->has_key = true;
	reading->blanks = 0;
	reading->more = NULL;
	check_has_section(reading, name->place);
	return pairs_add(&reading->pairs, entry);
}

static int take_key(struct reading *reading, const struct ini_line *line,
		    const struct ini_standin *standin,
		    const struct question *answer)
{
	const struct part name =
		part_of_range(line, standin, answer->name, standin->start);
	struct part value =
		part_of_range(line, standin, answer->value, standin->value);

	if (name.text.size == 0) {
		syntax_error(
			reading,
			part_of(line, standin->start, standin->start + 1).place,
			"expected a key in front of the separator");
		return 0;
	}
	if (standin->is_bare)
		value = (struct part){span_of("true"), name.place};

	struct pair entry = {.value = value.text, .value_place = value.place};

	reading->indent = standin->start;
	return add_entry(reading, &name, &entry);
}

/* Room for a value that goes on; it doubles, so the time is linear. */
static bool make_room(struct reading *reading, struct span value, size_t size)
{
	const size_t room = size * 2 + 64;

	if (reading->more && size <= reading->more_room)
		return true;

	char *larger = arena_alloc(reading->parse->doc->arena, room);

	if (!larger)
		return false;
	if (value.size)
		memcpy(larger, value.data, value.size);
	reading->more = larger;
	reading->more_room = room;
	return true;
}

/* More of the value of the last key: a line of text, as configparser has it. */
static int take_more(struct reading *reading, const struct ini_line *line,
		     const struct ini_standin *standin,
		     const struct question *answer)
{
	const struct part part =
		part_of_range(line, standin, answer->value, standin->start);
	const size_t newlines = 1 + (ini_has(reading->dialect, INI_KEEP_BLANKS)
					     ? reading->blanks
					     : 0);
	struct pair *entry =
		&reading->pairs.entries[reading->pairs.entry_count - 1];
	const size_t size = entry->value.size + newlines + part.text.size;

	if (!make_room(reading, entry->value, size))
		return reading->parse->doc->arena->error;
	memset(reading->more + entry->value.size, '\n', newlines);
	if (part.text.size)
		memcpy(reading->more + entry->value.size + newlines,
		       part.text.data, part.text.size);
	entry->value = (struct span){reading->more, size};
	if (entry->value_place.length == 0)
		entry->value_place = part.place;
	entry->value_place.length = part.place.offset + part.place.length -
				    entry->value_place.offset;
	reading->blanks = 0;
	return 0;
}

static void take_error(struct reading *reading, const struct ini_line *line,
		       const struct ini_standin *standin)
{
	const struct ini_dialect *dialect = reading->dialect;
	const char first = line->text.data[standin->start];
	const char *message = "expected 'key = value' or '[section]'";

	if (first == '[')
		message = dialect->header == INI_HEADER_END
				  ? "expected a ']' at the end of the line"
				  : "missing ']' behind the section's name";
	else if (first == ';' || first == '#')
		message = first == ';' ? "expected 'key = value' or "
					 "'[section]'; comments begin with '#'"
				       : "expected 'key = value' or "
					 "'[section]'; comments begin with ';'";
	syntax_error(reading, part_of(line, standin->start, standin->end).place,
		     message);
}

/* "!include /etc/my.cnf.d": no key, and not followed. */
static bool is_directive(const struct ini_dialect *dialect, struct span line)
{
	const struct span core = ini_trim(line);

	for (size_t i = 0; i < array_size(dialect->directives); i++) {
		const char *word = dialect->directives[i];
		const size_t size = word ? strlen(word) : 0;

		if (size && span_starts(core, word) &&
		    (core.size == size || ini_is_space(core.data[size]) ||
		     core.data[size] == '='))
			return true;
	}
	return false;
}

static bool continues(const struct reading *reading, struct span line)
{
	uint32_t indent = 0;

	if (!reading->has_key ||
	    reading->dialect->continuation != INI_CONTINUE_INDENT)
		return false;
	while (indent < line.size && ini_is_space(line.data[indent]))
		indent++;
	return indent > reading->indent;
}

static int read_line(struct reading *reading, const struct ini_line *line)
{
	struct ini_standin standin;
	struct question answer;

	if (is_directive(reading->dialect, line->text))
		return 0;
	ini_standin_make(reading->dialect, line->text,
			 continues(reading, line->text), &standin);
	reading->blanks += standin.size == 0;
	if (standin.size == 0)
		return 0;
	if (ask(&standin, &answer))
		return -ENOMEM;
	switch (answer.said) {
	case SAID_KEY:
		return take_key(reading, line, &standin, &answer);
	case SAID_MORE:
		return take_more(reading, line, &standin, &answer);
	case SAID_SECTION:
		return take_section(reading, line, &standin, &answer);
	case SAID_ERROR:
		take_error(reading, line, &standin);
		return 0;
	case SAID_NOTHING:
		break;
	}
	return 0;
}

/* The value that git reads behind the '=' at the end of `name`. */
static int take_git_value(struct reading *reading, const struct part *name,
			  size_t at)
{
	const struct span source = reading->parse->source;
	struct ini_git_value value;
	const int r =
		ini_git_value(reading->parse->doc->arena, source, at, &value);

	if (r)
		return r;
	ini_lines_skip(&reading->lines, value.next);
	if (value.problem) {
		syntax_error(reading,
			     (struct pair_place){(uint32_t)value.problem_at, 1,
						 name->place.line},
			     value.problem);
		return 0;
	}

	struct pair entry = {
		.value = value.text,
		.value_place = {(uint32_t)value.begin,
				(uint32_t)(value.end - value.begin),
				name->place.line},
		.flags = value.is_quoted ? NODE_QUOTED : 0,
	};

	return add_entry(reading, name, &entry);
}

static int take_git_key(struct reading *reading, const struct ini_line *line)
{
	struct ini_standin standin;
	struct question answer;

	ini_standin_make(reading->dialect, line->text, false, &standin);
	if (ask(&standin, &answer))
		return -ENOMEM;
	if (answer.said != SAID_KEY)
		return 0;

	const struct part name =
		part_of_range(line, &standin, answer.name, standin.start);
	struct pair entry = {.value = span_of("true"),
			     .value_place = name.place};

	if (!ini_git_is_key(name.text)) {
		syntax_error(reading,
			     name.text.size ? name.place
					    : part_of(line, standin.start,
						      standin.start + 1)
						      .place,
			     "expected 'key = value' or '[section]'; a key has "
			     "letters, digits and '-' only, a letter first");
		return 0;
	}
	if (standin.is_bare)
		return add_entry(reading, &name, &entry);
	return take_git_value(reading, &name,
			      ini_line_begin(line, standin.value));
}

/* [a   "b"] is [a "b"]. */
static int take_git_section(struct reading *reading,
			    const struct ini_line *line,
			    const struct ini_git_header *header)
{
	struct part part = part_of(line, 1, 1 + header->name.size);

	if (header->is_spaced) {
		const char *quote = memchr(part.text.data, '"', part.text.size);
		const size_t rest =
			part.text.size - (size_t)(quote - part.text.data);
		struct arena *arena = reading->parse->doc->arena;
		char *name = arena_alloc(arena, header->folded + 1 + rest);

		if (!name)
			return arena->error;
		memcpy(name, part.text.data, header->folded);
		name[header->folded] = ' ';
		memcpy(name + header->folded + 1, quote, rest);
		part.text = (struct span){name, header->folded + 1 + rest};
	}
	return begin_section(reading, part, header->folded);
}

/* Headers, then a key: git lets them share a line. */
static int read_git_line(struct reading *reading, const struct ini_line *line)
{
	const char *source = reading->parse->source.data;
	struct ini_line rest = *line;

	for (;;) {
		struct ini_git_header header;

		rest.text = ini_trim(rest.text);
		rest.whole.source = (uint32_t)(rest.text.data - source);
		if (rest.text.size == 0)
			return 0;
		if (rest.text.data[0] != '[')
			return take_git_key(reading, &rest);
		ini_git_header(rest.text, &header);
		if (header.problem) {
			syntax_error(reading,
				     part_of(&rest, header.problem_at,
					     rest.text.size)
					     .place,
				     header.problem);
			return 0;
		}

		const int r = take_git_section(reading, &rest, &header);

		if (r)
			return r;
		rest.text.data += header.size;
		rest.text.size -= header.size;
	}
}

static int read_lines(struct reading *reading)
{
	const bool is_git = reading->dialect->header == INI_HEADER_GIT;
	struct ini_line line;
	int r = ini_lines_next(&reading->lines, &line);

	for (uint32_t i = 1; r == 1 && !reading->pairs.is_full; i++) {
		r = is_git ? read_git_line(reading, &line)
			   : read_line(reading, &line);
		if (r == 0 && i % CANCEL_EVERY == 0 &&
		    host_is_cancelled(reading->parse->host))
			r = -ECANCELED;
		if (r == 0)
			r = ini_lines_next(&reading->lines, &line);
	}
	return r < 0 ? r : 0;
}

int read_ini(struct parse *parse)
{
	const struct ini_dialect *dialect = ini_dialect_find(parse->dialect);
	struct reading reading = {
		.parse = parse,
		.dialect = dialect,
		.pairs = {.parse = parse, .policy = dialect->repeats},
		.lines = {.arena = parse->doc->arena,
			  .dialect = dialect,
			  .source = parse->source},
	};
	const int r = read_lines(&reading);

	return r ? r : pairs_finish(&reading.pairs, reading.is_broken);
}
