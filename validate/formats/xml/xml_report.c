#include "validate/formats/xml/xml_report.h"

#include "validate/formats/formats.h"
#include "validate/formats/xml/xml_words.h"

/* A name as messages may print it. */
struct shown {
	char text[FORMATS_NAME_SIZE];
};

static struct shown show(struct span name)
{
	struct shown shown;

	formats_show_name(name, shown.text);
	return shown;
}

static struct span span_of_name(const struct xml_state *state,
				struct xml_name name)
{
	return (struct span){state->parse->source.data + name.offset,
			     name.size};
}

static struct span rest_of(const struct xml_state *state, uint32_t offset)
{
	const struct span source = state->parse->source;

	return (struct span){source.data + offset, source.size - offset};
}

static uint32_t line_of(const struct xml_state *state, uint32_t offset)
{
	const char *at = state->parse->source.data;
	const char *end = at + offset;
	uint32_t line = 1;

	while ((at = memchr(at, '\n', (size_t)(end - at)))) {
		at++;
		line++;
	}
	return line;
}

static struct place place_of(uint32_t offset, size_t length)
{
	return place_at(0, offset, length ? (uint32_t)length : 1);
}

void xml_report(struct xml_state *state, uint32_t offset, uint32_t length,
		const char *words)
{
	findings_add(state->parse->findings, SEVERITY_ERROR, "syntax/xml",
		     place_of(offset, length), "%s", words);
}

static void report_mistake(struct xml_state *state, struct xml_mistake mistake)
{
	xml_report(state, (uint32_t)mistake.offset, (uint32_t)mistake.length,
		   mistake.words);
}

void xml_report_mismatch(struct xml_state *state, uint32_t offset)
{
	const struct xml_name open = state->open[state->depth - 1];
	const struct span found = xml_words_name(state->parse->source, offset);

	findings_add(state->parse->findings, SEVERITY_ERROR, "syntax/xml",
		     place_of(offset, found.size),
		     "expected '</%s>' for the element of line %u, found "
		     "'</%s>'",
		     show(span_of_name(state, open)).text,
		     line_of(state, open.offset), show(found).text);
}

void xml_report_end(struct xml_state *state)
{
	struct xml_name open = {0};

	if (state->depth)
		open = state->open[state->depth - 1];
	if (open.size)
		findings_add(state->parse->findings, SEVERITY_ERROR,
			     "syntax/xml", place_of(open.offset, open.size),
			     "the element is never closed: '</%s>' is missing",
			     show(span_of_name(state, open)).text);
	else
		xml_report(state, (uint32_t)state->parse->source.size, 1,
			   "there is no element in the file; XML needs one "
			   "that holds all the others");
}

void xml_report_junk(struct xml_state *state, uint32_t offset)
{
	const struct span rest = rest_of(state, offset);
	const struct span name =
		xml_words_name(state->parse->source, offset + 1);
	const struct shown root = show(span_of_name(state, state->root));
	const uint32_t line = line_of(state, state->root.offset);

	if (span_starts(rest, "</"))
		xml_report(state, offset, 2,
			   "a closing tag without an opening one: remove it");
	else if (span_starts(rest, "<") && name.size)
		findings_add(state->parse->findings, SEVERITY_ERROR,
			     "syntax/xml", place_of(offset, name.size + 1),
			     "a second outermost element; the first, '%s' of "
			     "line %u, must hold all others",
			     root.text, line);
	else
		findings_add(state->parse->findings, SEVERITY_ERROR,
			     "syntax/xml", place_of(offset, 1),
			     "nothing may follow the outermost element '%s' "
			     "of line %u",
			     root.text, line);
}

void xml_report_entity(struct xml_state *state, uint32_t offset)
{
	const struct span source = state->parse->source;
	const struct span reference = xml_words_reference(source, offset);
	const uint32_t at = (uint32_t)(reference.data - source.data);
	const struct span name = xml_words_name(source, at + 1);

	findings_add(state->parse->findings, SEVERITY_ERROR, "syntax/xml",
		     place_of(at, reference.size),
		     "the entity '%s' is not declared; XML itself knows only "
		     "amp, lt, gt, quot and apos: write the character",
		     reference.size > 1 ? show(name).text : "?");
}

void xml_report_repeated(struct xml_state *state, uint32_t offset)
{
	const struct span name = xml_words_name(state->parse->source, offset);

	if (name.size == 0)
		xml_report(state, offset, 1,
			   "two attributes of this tag have one name in one "
			   "namespace; remove one of them");
	else
		findings_add(state->parse->findings, SEVERITY_ERROR,
			     "syntax/xml", place_of(offset, name.size),
			     "the attribute '%s' is already in this tag; "
			     "remove one of them",
			     show(name).text);
}

/* Bytes of "&name;" at `offset`: the mistake is in what it stands for. */
static uint32_t reference_size(const struct xml_state *state, uint32_t offset)
{
	const struct span rest = rest_of(state, offset);
	const struct span name = xml_words_name(rest, 1);

	return span_starts(rest, "&") && name.size &&
			       name.size + 1 < rest.size &&
			       rest.data[name.size + 1] == ';'
		       ? (uint32_t)name.size + 2
		       : 0;
}

void xml_report_invalid(struct xml_state *state, uint32_t offset)
{
	const struct span source = state->parse->source;
	const uint32_t token = state->token < offset ? state->token : offset;
	const bool is_tag = span_starts(rest_of(state, token), "<");
	const uint32_t reference = reference_size(state, offset);

	if (state->in_doctype)
		xml_report(state, offset, 1,
			   "this cannot stand in a document type");
	else if (state->depth == 0 && state->root_end)
		xml_report_junk(state, token);
	else if (state->depth == 0 && !is_tag)
		xml_report(state, offset, 1,
			   "text before the outermost element; an XML file "
			   "begins with a tag");
	else if (reference)
		xml_report(state, offset, reference,
			   "the text of this entity cannot stand here");
	else
		report_mistake(state, xml_words_invalid(source, token, offset));
}

void xml_report_unclosed(struct xml_state *state, uint32_t offset)
{
	const uint32_t reference = reference_size(state, offset);

	if (reference)
		xml_report(state, offset, reference,
			   "the text of this entity ends too early");
	else
		report_mistake(state, xml_words_unclosed(state->parse->source,
							 offset));
}

void xml_report_namespace(struct xml_state *state, uint32_t offset,
			  bool is_unbound)
{
	const struct span source = state->parse->source;
	const struct span name = xml_words_prefixed(source, offset);

	findings_add(state->parse->findings, SEVERITY_WARNING, "xml/namespace",
		     place_of((uint32_t)(name.data - source.data), name.size),
		     is_unbound
			     ? "the prefix of '%s' has no namespace: declare "
			       "it with xmlns:PREFIX=\"...\""
			     : "in the tag of '%s' a namespace is declared "
			       "that XML keeps for itself, or none at all",
		     show(name).text);
}
