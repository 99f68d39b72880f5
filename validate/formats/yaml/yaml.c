#include "validate/formats/yaml/yaml.h"

#include "validate/formats/formats.h"
#include "validate/formats/yaml/quick/quick.h"
#include "validate/formats/yaml/yaml_head.h"
#include "validate/formats/yaml/yaml_place.h"
#include "validate/formats/yaml/yaml_problem.h"
#include "validate/formats/yaml/yaml_template.h"
#include "validate/formats/yaml/yaml_tree.h"
#include "validate/host.h"

#include <errno.h>
#include <yaml.h>

enum {
	EVENTS_PER_POLL = 1024,	  /* between looks at the cancel flag */
	LONGEST_DIRECTIVE = 1024, /* bytes: every tag copies its prefix */
};

struct reader {
	struct parse *parse;
	struct yaml_tree tree;
	struct yaml_marks marks;
	yaml_parser_t parser;
};

/* What all values have; marks are asked for in order. */
static struct yaml_value value_of(struct reader *reader,
				  const yaml_event_t *event,
				  const yaml_char_t *anchor,
				  const yaml_char_t *tag)
{
	struct yaml_value value = {
		.anchor = (const char *)anchor,
		.tag = (const char *)tag,
	};

	value.start =
		yaml_place_offset(&reader->marks, event->start_mark.index);
	value.end = yaml_place_offset(&reader->marks, event->end_mark.index);
	return value;
}

static int on_scalar(struct reader *reader, const yaml_event_t *event)
{
	const yaml_scalar_style_t style = event->data.scalar.style;
	struct yaml_value value =
		value_of(reader, event, event->data.scalar.anchor,
			 event->data.scalar.tag);

	value.text.data = (const char *)event->data.scalar.value;
	value.text.size = event->data.scalar.length;
	value.is_plain = style == YAML_PLAIN_SCALAR_STYLE;
	value.is_quoted = style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
			  style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	return yaml_tree_scalar(&reader->tree, &value);
}

static int on_alias(struct reader *reader, const yaml_event_t *event)
{
	const struct yaml_value value =
		value_of(reader, event, event->data.alias.anchor, NULL);

	return yaml_tree_alias(&reader->tree, &value);
}

static int on_sequence(struct reader *reader, const yaml_event_t *event)
{
	struct yaml_value value =
		value_of(reader, event, event->data.sequence_start.anchor,
			 event->data.sequence_start.tag);

	value.is_flow =
		event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	return yaml_tree_open(&reader->tree, &value);
}

static int on_mapping(struct reader *reader, const yaml_event_t *event)
{
	struct yaml_value value =
		value_of(reader, event, event->data.mapping_start.anchor,
			 event->data.mapping_start.tag);

	value.is_object = true;
	value.is_flow =
		event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
	return yaml_tree_open(&reader->tree, &value);
}

static int on_event(struct reader *reader, const yaml_event_t *event)
{
	struct yaml_tree *tree = &reader->tree;
	struct yaml_value value;

	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(reader, event);
	case YAML_ALIAS_EVENT:
		return on_alias(reader, event);
	case YAML_SEQUENCE_START_EVENT:
		return on_sequence(reader, event);
	case YAML_MAPPING_START_EVENT:
		return on_mapping(reader, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		value = value_of(reader, event, NULL, NULL);
		return yaml_tree_close(tree, value.end);
	case YAML_DOCUMENT_START_EVENT:
		value = value_of(reader, event, NULL, NULL);
		yaml_tree_begin_document(tree, value.start);
		return 0;
	case YAML_DOCUMENT_END_EVENT:
		value = value_of(reader, event, NULL, NULL);
		return yaml_tree_end_document(tree, value.end);
	case YAML_STREAM_END_EVENT:
		return yaml_tree_end_stream(tree);
	case YAML_STREAM_START_EVENT:
	case YAML_NO_EVENT:
		return 0;
	}
	return 0;
}

static uint32_t line_end(struct span source, uint32_t offset)
{
	while (offset < source.size && source.data[offset] != '\n')
		offset++;
	return offset;
}

/* libyaml's view of why it gave up. */
static struct yaml_problem problem_of(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	struct yaml_problem problem = {
		.words = parser->problem ? parser->problem : "not YAML",
		.context = parser->context ? parser->context : "",
	};

	/* What its decoder refuses has no mark. */
	if (parser->error == YAML_READER_ERROR)
		problem.offset = (uint32_t)parser->problem_offset;
	else
		problem.offset = yaml_place_offset(&reader->marks,
						   parser->problem_mark.index);
	problem.context_offset =
		yaml_place_offset(&reader->marks, parser->context_mark.index);
	return problem;
}

/* Because of a template, or of a mistake? */
static int on_failure(struct reader *reader)
{
	const struct span source = reader->parse->source;
	struct yaml_tree *tree = &reader->tree;

	if (reader->parser.error == YAML_MEMORY_ERROR)
		return -ENOMEM;

	const struct yaml_problem problem = problem_of(reader);

	if (!tree->skip)
		tree->skip = yaml_template_reason(
			source, tree->judged, line_end(source, problem.offset));
	if (!tree->skip)
		yaml_problem_report(reader->parse, tree->doc->document_count,
				    &problem);
	return YAML_TREE_STOP;
}

static int read_events(struct reader *reader)
{
	bool is_last = false;
	int r = 0;

	for (unsigned n = 0; !r && !is_last; n++) {
		yaml_event_t event release_by(yaml_event_delete);

		if (!yaml_parser_parse(&reader->parser, &event))
			return on_failure(reader);
		r = on_event(reader, &event);
		is_last = event.type == YAML_STREAM_END_EVENT;
		if (n % EVENTS_PER_POLL == 0 &&
		    host_is_cancelled(reader->parse->host))
			return -ECANCELED;
	}
	return r;
}

static int check_directives(struct reader *reader)
{
	const uint32_t limit = reader->parse->limits->directives;
	const struct yaml_directives found =
		yaml_head_directives(reader->parse->source, limit);

	if (found.count > limit)
		return yaml_tree_limit(&reader->tree, "directives",
				       (uint32_t)found.last, limit);
	if (found.longest > LONGEST_DIRECTIVE)
		return yaml_tree_limit(&reader->tree, "directive-bytes",
				       (uint32_t)found.last, LONGEST_DIRECTIVE);
	return 0;
}

/*
 * libyaml counts a late byte order mark as indentation. It gets empty lines in
 * its place, of as many bytes.
 */
static int hide_bom(struct reader *reader, struct span *source)
{
	const size_t bom = yaml_head_bom(*source);
	char *copy;

	if (bom == source->size)
		return 0;
	copy = arena_text(reader->tree.arena, *source);
	if (!copy)
		return reader->tree.arena->error;
	memset(copy + bom, '\n', 3);
	source->data = copy;
	return 0;
}

static int read_stream(struct reader *reader)
{
	struct span source = reader->parse->source;
	int r = check_directives(reader);

	if (!r)
		r = hide_bom(reader, &source);
	if (r)
		return r;
	if (!source.size) /* libyaml asks for a pointer */
		return yaml_tree_end_stream(&reader->tree);
	yaml_place_init(&reader->marks, source);
	if (!yaml_parser_initialize(&reader->parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader->parser,
				     (const unsigned char *)source.data,
				     source.size);
	r = read_events(reader);
	yaml_parser_delete(&reader->parser);
	return r;
}

int yaml_read_by_library(struct parse *parse)
{
	struct reader reader = {.parse = parse};
	int r;

	yaml_tree_init(&reader.tree, parse);
	r = read_stream(&reader);
	parse->skip = reader.tree.skip;
	return r == YAML_TREE_STOP ? yaml_tree_abandon(&reader.tree) : r;
}

int read_yaml(struct parse *parse)
{
	const int r = quick_read(parse);

	return r == QUICK_LEFT ? yaml_read_by_library(parse) : r;
}

const char *read_yaml_version(void)
{
	return yaml_get_version_string();
}
