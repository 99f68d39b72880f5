#include "validate/formats/yaml/yaml_template.h"

/* Bytes of one construct; how many beginnings are looked at (linear time). */
enum { LONGEST = 4096, MOST = 256 };

static const struct {
	char open[3];
	char close[3];
	const char *reason;
} constructs[] = {
	{"{{", "}}",
	 "a template (Helm, Go or Jinja): not YAML until filled in"},
	{"{%", "%}", "a template (Jinja): not YAML until filled in"},
	{"{#", "#}", "a template (Jinja): not YAML until filled in"},
	{"<%", "%>", "a template (ERB): not YAML until filled in"},
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* In the place of a line, of a value, or right behind another construct. */
static bool stands_alone(struct span source, size_t at)
{
	size_t before = at;

	while (before && (source.data[before - 1] == ' ' ||
			  source.data[before - 1] == '\t'))
		before--;
	if (before == 0 || is_space(source.data[before - 1]))
		return true;
	if (before < at && strchr(":-?,", source.data[before - 1]))
		return true;
	return source.data[before - 1] == '[' || source.data[before - 1] == '}';
}

/* Closed soon, and not empty. */
static bool is_closed(struct span source, size_t at, const char *close)
{
	size_t size = source.size - at;

	if (size > LONGEST)
		size = LONGEST;

	const char *text = source.data + at;
	const char *end = memmem(text, size, close, 2);

	while (text < end && (is_space(*text) || *text == '-'))
		text++;
	return end && text < end && *text != '{' && *text != '"';
}

static const char *reason_at(struct span source, size_t at)
{
	const struct span text = {source.data + at, source.size - at};

	for (size_t i = 0; i < array_size(constructs); i++) {
		if (!span_starts(text, constructs[i].open))
			continue;
		return stands_alone(source, at) &&
				       is_closed(source, at + 2,
						 constructs[i].close)
			       ? constructs[i].reason
			       : NULL;
	}
	return NULL;
}

const char *yaml_template_reason(struct span source, size_t from, size_t to)
{
	const char *reason = NULL;
	int looked_at = 0;

	if (to > source.size)
		to = source.size;
	for (size_t at = from; !reason && at < to && looked_at < MOST; at++) {
		if (source.data[at] != '{' && source.data[at] != '<')
			continue;
		reason = reason_at(source, at);
		looked_at++;
	}
	return reason;
}
