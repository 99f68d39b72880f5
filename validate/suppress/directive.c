#include "validate/suppress/directive.h"

static const struct {
	const char *name;
	enum directive_kind kind;
} directives[] = {
	{"disable-line", DIRECTIVE_LINE},
	{"disable-next-line", DIRECTIVE_NEXT_LINE},
	{"disable-file", DIRECTIVE_FILE},
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span behind(struct span text, size_t size)
{
	return (struct span){text.data + size, text.size - size};
}

static struct span skip_blanks(struct span text)
{
	while (text.size && is_blank(*text.data))
		text = behind(text, 1);
	return text;
}

/* The bytes before the first blank or stop character. */
static struct span take_word(struct span text, char stop)
{
	size_t size = 0;

	while (size < text.size && !is_blank(text.data[size]) &&
	       text.data[size] != stop)
		size++;
	return (struct span){text.data, size};
}

static bool fail(struct directive_fault *fault, struct span where,
		 const char *message)
{
	*fault = (struct directive_fault){message, where};
	return false;
}

static bool find_kind(struct span word, enum directive_kind *out)
{
	for (size_t i = 0; i < array_size(directives); i++) {
		if (span_is(word, directives[i].name)) {
			*out = directives[i].kind;
			return true;
		}
	}
	return false;
}

/* Behind the list stands nothing, or a reason. A comment of XML cannot have two
 * dashes, so one is enough. */
static bool is_end(struct span rest, struct span rule)
{
	const bool has_blank = rest.data > rule.data + rule.size;

	return rest.size == 0 || (has_blank && span_starts(rest, "-"));
}

static bool read_rules(struct span rest, struct span *out,
		       struct directive_fault *fault)
{
	const char *start = rest.data;

	for (;;) {
		const struct span rule = take_word(rest, ',');

		if (rule.size == 0 || span_starts(rule, "-"))
			return fail(fault, (struct span){rest.data, 1},
				    "a rule is missing here, such as "
				    "schema/type or schema/*");
		rest = skip_blanks(behind(rest, rule.size));
		*out = (struct span){start,
				     (size_t)(rule.data + rule.size - start)};
		if (is_end(rest, rule))
			return true;
		if (*rest.data != ',')
			return fail(fault, take_word(rest, ','),
				    "put a comma between rules, or ' -- ' "
				    "before a reason");
		rest = skip_blanks(behind(rest, 1));
	}
}

bool directive_read(struct span text, struct directive *out,
		    struct directive_fault *fault)
{
	struct directive directive;

	text = skip_blanks(text);

	const struct span word = take_word(text, '=');

	if (!find_kind(word, &directive.kind))
		return fail(fault, word,
			    "not a directive; there are disable-line=RULE, "
			    "disable-next-line=RULE and disable-file=RULE");
	text = skip_blanks(behind(text, word.size));
	if (!span_starts(text, "="))
		return fail(fault, word,
			    "say which rules: write '=' and their names "
			    "behind it");
	if (!read_rules(skip_blanks(behind(text, 1)), &directive.rules, fault))
		return false;
	*out = directive;
	return true;
}

bool directive_next_rule(struct span *rules, struct span *rule)
{
	while (rules->size && (is_blank(*rules->data) || *rules->data == ','))
		*rules = behind(*rules, 1);
	*rule = take_word(*rules, ',');
	*rules = behind(*rules, rule->size);
	return rule->size > 0;
}
