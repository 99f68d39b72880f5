#include "validate/formats/xml/xml_words.h"

enum { NAMES_LOOKED_AT = 8 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Anything but the bytes of ASCII that no name has. */
static bool is_in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == ':' || c == '-' ||
	       c == '.' || (unsigned char)c >= 0x80;
}

struct span xml_words_name(struct span source, size_t at)
{
	const size_t begin = at < source.size ? at : source.size;

	while (at < source.size && is_in_name(source.data[at]))
		at++;
	return (struct span){source.data + begin, at > begin ? at - begin : 0};
}

static struct span from(struct span source, size_t at)
{
	return (struct span){source.data + at, source.size - at};
}

/* A tag, or a piece of one, while it is walked through. */
struct walk {
	struct span source;
	size_t at;
	size_t stop; /* do not go on from here */
	size_t name; /* of the attribute that is being read */
	size_t name_size;
	bool in_value;
	bool has_equals;
	bool is_done; /* the attribute is read */
};

static void skip_blanks(struct walk *walk)
{
	while (walk->at < walk->stop && is_blank(walk->source.data[walk->at]))
		walk->at++;
}

static void skip_name(struct walk *walk)
{
	while (walk->at < walk->stop && is_in_name(walk->source.data[walk->at]))
		walk->at++;
}

/* Behind the value at `at`, which is in quotes; false if it has no end. */
static bool skip_value(struct walk *walk)
{
	const char *begin = walk->source.data + walk->at + 1;
	const char *end = memchr(begin, begin[-1], walk->stop - walk->at - 1);

	walk->in_value = !end;
	walk->at = end ? (size_t)(end - walk->source.data) + 1 : walk->stop;
	return end != NULL;
}

/* name="value"; false when it stops inside. */
static bool walk_attribute(struct walk *walk)
{
	skip_blanks(walk);
	walk->is_done = false;
	walk->name = walk->at;
	walk->has_equals = false;
	skip_name(walk);
	walk->name_size = walk->at - walk->name;
	skip_blanks(walk);
	if (walk->at >= walk->stop || walk->source.data[walk->at] != '=')
		return false;
	walk->has_equals = true;
	walk->at++;
	skip_blanks(walk);
	if (walk->at >= walk->stop ||
	    !strchr("\"'", walk->source.data[walk->at]))
		return false;
	walk->is_done = skip_value(walk);
	return walk->is_done;
}

/* Walk from the '<' of a tag to `stop`. */
static struct walk walk_tag(struct span source, size_t token, size_t stop)
{
	struct walk walk = {.source = source, .at = token + 1, .stop = stop};

	skip_name(&walk);
	while (walk.at < stop && walk_attribute(&walk))
		;
	return walk;
}

static struct xml_mistake at_byte(const char *words, size_t at)
{
	return (struct xml_mistake){words, at, 1};
}

static struct xml_mistake at_attribute(const char *words,
				       const struct walk *walk)
{
	return (struct xml_mistake){words, walk->name, walk->name_size};
}

static struct xml_mistake in_start_tag(struct span source, size_t token,
				       size_t at)
{
	const struct walk walk = walk_tag(source, token, at);
	const char c = source.data[at];

	if (walk.in_value && c == '<')
		return at_byte("write '&lt;' for a '<' in a value, or close "
			       "the quote before it",
			       at);
	if (walk.in_value)
		return at_byte("write '&amp;' for an '&'; a reference is "
			       "'&name;' or '&#number;'",
			       at);
	if (walk.is_done && is_in_name(c))
		return at_byte("attributes need white space between them", at);
	if (walk.has_equals && !walk.is_done && walk.name_size)
		return at_attribute("the value of an attribute needs quotes: "
				    "name=\"value\"",
				    &walk);
	if (walk.name_size && !walk.is_done)
		return at_attribute("an attribute needs a value: "
				    "name=\"value\"",
				    &walk);
	if (c == '<')
		return at_byte("the tag before has no '>'", at);
	return at_byte("expected an attribute or the '>' of the tag", at);
}

static struct xml_mistake in_markup(struct span source, size_t token, size_t at)
{
	const struct span text = from(source, token);

	if (span_starts(text, "<!--"))
		return at_byte("'--' cannot stand inside a comment", at);
	if (span_starts(text, "<!"))
		return at_byte("expected '<!--' or '<![CDATA['", at);
	if (span_starts(text, "<?"))
		return at_byte("a processing instruction is '<?name ...?>'",
			       at);
	if (span_starts(text, "</"))
		return at_byte(at == token + 1
				       ? "a closing tag without an opening "
					 "one: remove it"
				       : "a closing tag is '</name>'",
			       at);
	if (at <= token + 1)
		return at_byte("write '&lt;' for a '<'; a tag has its name "
			       "right behind it",
			       token);
	return in_start_tag(source, token, at);
}

static bool is_control(struct span text)
{
	const unsigned char c = (unsigned char)text.data[0];

	return (c < 0x20 && !is_blank(text.data[0])) ||
	       span_starts(text, "\xef\xbf\xbe") ||
	       span_starts(text, "\xef\xbf\xbf");
}

struct xml_mistake xml_words_invalid(struct span source, size_t token,
				     size_t at)
{
	if (at >= source.size)
		return xml_words_unclosed(source, token);
	if (is_control(from(source, at)))
		return at_byte("a control character that XML does not allow; "
			       "remove it",
			       at);
	if (token > at)
		token = at;
	switch (source.data[token]) {
	case '<':
		return in_markup(source, token, at);
	case '&':
		return (struct xml_mistake){
			"write '&amp;' for an '&'; a reference is '&name;' or "
			"'&#number;'",
			token, at > token ? at - token : 1};
	default:
		return at_byte(
			span_starts(from(source, at), "]") ||
					span_starts(from(source, at), ">")
				? "write ']]&gt;' for a ']]>' in text"
				: "this cannot stand here",
			at);
	}
}

struct xml_mistake xml_words_unclosed(struct span source, size_t token)
{
	const struct span text = from(source, token);
	const struct xml_mistake tag = {
		"the tag is not closed: '>' is missing", token,
		xml_words_name(source, token + 1).size + 1};

	if (span_starts(text, "<!--"))
		return (struct xml_mistake){
			"the comment is not closed: '-->' is missing", token,
			4};
	if (span_starts(text, "<![CDATA["))
		return (struct xml_mistake){
			"the CDATA section is not closed: ']]>' is missing",
			token, 9};
	if (span_starts(text, "<!"))
		return (struct xml_mistake){
			"the declaration is not closed: '>' is missing", token,
			2};
	if (span_starts(text, "<?"))
		return (struct xml_mistake){
			"the processing instruction is not closed: '?>' is "
			"missing",
			token, 2};
	if (span_starts(text, "&"))
		return (struct xml_mistake){
			"write '&amp;' for an '&'; a reference ends with ';'",
			token, 1};
	if (span_starts(text, "<") &&
	    walk_tag(source, token, source.size).in_value)
		return (struct xml_mistake){
			"the quote of a value in this tag is not closed",
			tag.offset, tag.length};
	return tag;
}

/* Is `word` with this name behind it written anywhere before `end`? */
static bool is_written(struct span source, size_t end, const char *word,
		       struct span name)
{
	const char *at = source.data;
	const char *stop = source.data + end;
	const size_t size = strlen(word);

	while ((at = memmem(at, (size_t)(stop - at), word, size))) {
		at += size;
		if ((size_t)(stop - at) > name.size &&
		    memcmp(at, name.data, name.size) == 0 &&
		    !is_in_name(at[name.size]))
			return true;
	}
	return false;
}

static bool lacks_prefix(struct span source, size_t end, struct span name)
{
	const char *colon =
		name.size ? memchr(name.data, ':', name.size) : NULL;
	const struct span prefix = {name.data,
				    colon ? (size_t)(colon - name.data) : 0};

	return colon && !span_is(prefix, "xml") && !span_is(prefix, "xmlns") &&
	       !is_written(source, end, "xmlns:", prefix);
}

static size_t tag_end(struct span source, size_t tag)
{
	struct walk walk = {
		.source = source, .at = tag + 1, .stop = source.size};

	skip_name(&walk);
	while (walk.at < walk.stop && walk_attribute(&walk))
		;
	return walk.at;
}

struct span xml_words_prefixed(struct span source, size_t tag)
{
	const struct span own = xml_words_name(source, tag + 1);
	const size_t end = tag_end(source, tag);
	struct walk walk = {
		.source = source, .at = tag + 1 + own.size, .stop = end};

	if (lacks_prefix(source, end, own))
		return own;
	for (int i = 0; i < NAMES_LOOKED_AT && walk_attribute(&walk); i++) {
		const struct span name = {source.data + walk.name,
					  walk.name_size};

		if (lacks_prefix(source, end, name))
			return name;
	}
	return own;
}

static bool is_known(struct span source, size_t end, struct span name)
{
	static const char *const names[] = {"amp", "lt", "gt", "quot", "apos"};

	for (size_t i = 0; i < array_size(names); i++)
		if (span_is(name, names[i]))
			return true;
	return name.size == 0 || is_written(source, end, "<!ENTITY ", name);
}

struct span xml_words_reference(struct span source, size_t tag)
{
	const size_t end = tag_end(source, tag);
	const char *at = source.data + tag;
	const char *stop = source.data + end;

	for (int i = 0; i < NAMES_LOOKED_AT; i++) {
		at = memchr(at, '&', (size_t)(stop - at));
		if (!at)
			break;

		const struct span name =
			xml_words_name(source, (size_t)(++at - source.data));

		if (!is_known(source, tag, name))
			return (struct span){at - 1, name.size + 2};
	}
	return (struct span){source.data + tag, 1};
}
