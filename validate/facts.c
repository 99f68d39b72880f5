#include "validate/facts.h"

#include "validate/digest.h"
#include "validate/text.h"

#include <stdio.h>
#include <strings.h>

/* Raise when the facts of a content change, or how they are packed. */
enum { FACTS_VERSION = 1, BINARY_BYTES = 8192 };

/* What editors call a format in a modeline. */
static const struct {
	const char *name; /* matched without ASCII case */
	const char *format;
	const char *dialect;
} modeline_names[] = {
	{"yaml", "yaml", ""},
	{"json", "json", ""},
	{"jsonc", "jsonc", "jsonc"},
	{"json5", "", ""},
	{"toml", "toml", ""},
	{"dosini", "ini", ""},
	{"ini", "ini", ""},
	{"conf-toml", "toml", ""},
	{"systemd", "ini", "systemd"},
	{"gitconfig", "ini", "gitconfig"},
	{"xml", "xml", ""},
	{"nxml", "xml", ""},
	{"conf-windows", "ini", ""},
	{"jproperties", "properties", "properties"},
};

/* Does the first line that is no comment begin with one of INI? */
static bool begins_with_header(struct span content)
{
	const char *at = content.data;
	const char *end = at + content.size;

	while (at < end && *at != '[') {
		if (*at == '#' || *at == ';') {
			at = memchr(at, '\n', (size_t)(end - at));
			if (!at)
				return false;
		} else if (*at != ' ' && (*at < '\t' || *at > '\r')) {
			return false;
		}
		at++;
	}
	return at < end;
}

/* Behind byte order marks, and the NUL that UTF-16 has in front of ASCII. */
static struct span without_marks(struct span content)
{
	size_t marks = text_bom_size(content);

	if (span_starts(content, "\xff\xfe"))
		marks = 2;
	else if (span_starts(content, "\xfe\xff"))
		marks = 3;
	if (marks > content.size)
		marks = content.size;
	return (struct span){content.data + marks, content.size - marks};
}

enum { MODELINE_LINES = 5, MODELINE_BYTES = 1024 };

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* What is named but not known here does not count. */
static uint8_t by_word(const char *word, const char *end)
{
	const char *stop = word;

	while (stop < end && is_word(*stop))
		stop++;

	const size_t size = (size_t)(stop - word);

	for (size_t i = 0; i < array_size(modeline_names); i++)
		if (strlen(modeline_names[i].name) == size &&
		    strncasecmp(modeline_names[i].name, word, size) == 0)
			return *modeline_names[i].format ? (uint8_t)(i + 1) : 0;
	return 0;
}

/* "vim: set ft=yaml :" and "vim:filetype=yaml" */
static uint8_t by_vim(struct span line)
{
	static const char *const keys[] = {"filetype=", "ft="};
	const char *end = line.data + line.size;
	const char *vim = text_find(line, "vim:", 0);

	if (!vim || (vim > line.data && is_word(vim[-1])))
		return 0;
	for (size_t i = 0; i < array_size(keys); i++) {
		const char *at = memmem(vim, (size_t)(end - vim), keys[i],
					strlen(keys[i]));

		if (at && !is_word(at[-1]))
			return by_word(at + strlen(keys[i]), end);
	}
	return 0;
}

/* "-*- yaml -*-" and "-*- mode: yaml; ... -*-", on the first two lines */
static uint8_t by_emacs(struct span line)
{
	const char *end = line.data + line.size;
	const char *mark = text_find(line, "-*-", 1);

	if (!mark)
		return 0;
	mark += 3;

	const char *mode = memmem(mark, (size_t)(end - mark), "mode:", 5);

	mark = mode ? mode + 5 : mark;
	while (mark < end && *mark == ' ')
		mark++;
	return by_word(mark, end);
}

static struct span take_line(struct span *rest)
{
	const char *newline = memchr(rest->data, '\n', rest->size);
	const size_t size =
		newline ? (size_t)(newline - rest->data) : rest->size;
	const struct span line = {rest->data, size};

	rest->data += newline ? size + 1 : size;
	rest->size -= newline ? size + 1 : size;
	return line;
}

/* The last lines of the content, as one piece. */
static struct span tail_of(struct span content)
{
	const size_t first = content.size > MODELINE_BYTES
				     ? content.size - MODELINE_BYTES
				     : 0;
	size_t at = content.size - 1; /* where the last line ends */

	for (int i = 0; i < MODELINE_LINES; i++) {
		const char *newline =
			memrchr(content.data + first, '\n', at - first);

		if (!newline)
			return (struct span){content.data + first,
					     content.size - first};
		at = (size_t)(newline - content.data);
	}
	return (struct span){content.data + at + 1, content.size - at - 1};
}

static uint8_t by_modeline(struct span content)
{
	struct span head = content;
	struct span tail = tail_of(content);
	uint8_t choice = 0;

	if (head.size > MODELINE_BYTES)
		head.size = MODELINE_BYTES;
	for (int i = 0; i < MODELINE_LINES && head.size && !choice; i++) {
		const struct span line = take_line(&head);

		choice = by_vim(line);
		if (!choice && i < 2)
			choice = by_emacs(line);
	}
	while (tail.size && !choice)
		choice = by_vim(take_line(&tail));
	return choice;
}

/*
 * Every way to name a schema inside a file has this word in it, unless it is
 * written with escapes or in UTF-16.
 */
static bool may_refer(struct span content)
{
	return text_find(content, "schema", 2) ||
	       memchr(content.data, '\\', content.size) ||
	       memchr(content.data, '\0', content.size);
}

static bool is_binary(struct span content)
{
	const size_t size =
		content.size < BINARY_BYTES ? content.size : BINARY_BYTES;

	return memchr(content.data, '\0', size) != NULL;
}

struct content_facts content_facts_of(struct span content)
{
	if (!content.data || content.size == 0)
		return (struct content_facts){0};

	const struct span text = without_marks(content);

	return (struct content_facts){
		.has_bytes = true,
		.has_header = begins_with_header(content),
		.has_tag = span_starts(text, "<"),
		.has_declaration = span_starts(text, "<?xml ") ||
				   span_starts(text, "<!DOCTYPE "),
		.is_binary = is_binary(content),
		.may_refer = may_refer(content),
		.modeline = by_modeline(content),
	};
}

struct format_choice content_facts_modeline(const struct content_facts *facts)
{
	const size_t index = facts->modeline;

	if (index == 0 || index > array_size(modeline_names))
		return (struct format_choice){NULL, ""};
	return (struct format_choice){
		format_find(modeline_names[index - 1].format),
		modeline_names[index - 1].dialect};
}

uint32_t content_facts_pack(const struct content_facts *facts)
{
	return (uint32_t)facts->has_bytes | (uint32_t)facts->has_header << 1 |
	       (uint32_t)facts->has_tag << 2 |
	       (uint32_t)facts->has_declaration << 3 |
	       (uint32_t)facts->is_binary << 4 |
	       (uint32_t)facts->may_refer << 5 | (uint32_t)facts->modeline << 8;
}

bool content_facts_unpack(uint32_t number, struct content_facts *out)
{
	const struct content_facts facts = {
		.has_bytes = number & 1,
		.has_header = number >> 1 & 1,
		.has_tag = number >> 2 & 1,
		.has_declaration = number >> 3 & 1,
		.is_binary = number >> 4 & 1,
		.may_refer = number >> 5 & 1,
		.modeline = (uint8_t)(number >> 8),
	};

	if (content_facts_pack(&facts) != number ||
	    facts.modeline > array_size(modeline_names))
		return false;
	*out = facts;
	return true;
}

/* With the names, so that nobody has to think of it who adds one. */
uint64_t content_facts_version(void)
{
	uint64_t version = FACTS_VERSION;

	for (size_t i = 0; i < array_size(modeline_names); i++) {
		char text[64];
		const int size = snprintf(
			text, sizeof(text), "%016llx %s %s %s",
			(unsigned long long)version, modeline_names[i].name,
			modeline_names[i].format, modeline_names[i].dialect);

		version = digest_checksum((struct span){text, (size_t)size});
	}
	return version;
}
