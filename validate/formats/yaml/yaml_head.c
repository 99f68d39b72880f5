#include "validate/formats/yaml/yaml_head.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span behind(struct span text, size_t size)
{
	return (struct span){text.data + size, text.size - size};
}

static struct span skip_blanks(struct span text)
{
	while (text.size && is_blank(text.data[0]))
		text = behind(text, 1);
	return text;
}

/* Step over blanks and `word`. */
static bool skip_word(struct span *text, const char *word)
{
	*text = skip_blanks(*text);
	if (!span_starts(*text, word))
		return false;
	*text = behind(*text, strlen(word));
	return true;
}

/* A name ends at the first blank or control character. */
static struct span name_of(struct span text)
{
	size_t size = 0;

	text = skip_blanks(text);
	while (size < text.size && (unsigned char)text.data[size] > ' ')
		size++;
	return (struct span){size ? text.data : NULL, size};
}

/* `text` is what follows the `#` on its line. */
static struct span schema_of_comment(struct span text)
{
	struct span rest = text;

	if (skip_word(&rest, "$schema") && skip_word(&rest, ":"))
		return name_of(rest);
	rest = text;
	if (skip_word(&rest, "yaml-language-server") && skip_word(&rest, ":") &&
	    skip_word(&rest, "$schema") && skip_word(&rest, "="))
		return name_of(rest);
	return (struct span){0};
}

/* The bytes up to the next line feed or carriage return. */
static struct span line_of(struct span text)
{
	size_t size = 0;

	while (size < text.size && text.data[size] != '\n' &&
	       text.data[size] != '\r')
		size++;
	return (struct span){text.data, size};
}

/* What follows the `#` of a line's comment; data NULL: it has none. */
static struct span comment_of(struct span line)
{
	for (size_t i = 0; i < line.size; i++)
		if (line.data[i] == '#' &&
		    (i == 0 || is_blank(line.data[i - 1])))
			return behind(line, i + 1);
	return (struct span){0};
}

struct span yaml_head_schema(struct span head)
{
	while (head.size) {
		const struct span line = line_of(head);
		const struct span comment = comment_of(line);
		const struct span name = schema_of_comment(comment);

		if (name.data)
			return name;
		head = behind(head,
			      line.size + (line.size < head.size ? 1 : 0));
	}
	return (struct span){0};
}

size_t yaml_head_bom(struct span source)
{
	struct span rest = source;

	while (rest.size) {
		const struct span line = line_of(rest);
		const struct span text = skip_blanks(line);

		if (span_starts(line, "\xef\xbb\xbf"))
			return source.size - rest.size;
		if (text.size && text.data[0] != '#')
			break;
		rest = behind(rest,
			      line.size + (line.size < rest.size ? 1 : 0));
	}
	return source.size;
}

/* Line ends of YAML 1.1, as libyaml sees them: also NEL, LS and PS. */
static bool begins_line(struct span source, size_t at)
{
	const struct span before = {source.data, at};
	const char *end = source.data + at;

	if (at == 0 || end[-1] == '\n' || end[-1] == '\r')
		return true;
	return (before.size >= 2 && memcmp(end - 2, "\xc2\x85", 2) == 0) ||
	       (before.size >= 3 && (memcmp(end - 3, "\xe2\x80\xa8", 3) == 0 ||
				     memcmp(end - 3, "\xe2\x80\xa9", 3) == 0));
}

static bool is_directive(struct span source, size_t at)
{
	const struct span text = behind(source, at);

	return begins_line(source, at) &&
	       (span_starts(text, "%TAG") || span_starts(text, "%YAML"));
}

struct yaml_directives yaml_head_directives(struct span source,
					    uint32_t max_count)
{
	struct yaml_directives found = {0};
	size_t at = 0;

	while (at < source.size && found.count <= max_count) {
		const char *sign =
			memchr(source.data + at, '%', source.size - at);

		if (!sign)
			break;
		at = (size_t)(sign - source.data);
		if (is_directive(source, at)) {
			const size_t size = line_of(behind(source, at)).size;

			found.count++;
			found.last = at;
			if (size > found.longest)
				found.longest = size;
		}
		at++;
	}
	return found;
}
