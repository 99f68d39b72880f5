#include "validate/schema/compile/compiler.h"

#include "validate/format.h"
#include "validate/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static int say(struct compiler *compiler, const char *text)
{
	char *why = strdup(text);

	if (!why)
		return -ENOMEM;
	/* References and keys of the schema may hold anything. */
	text_make_plain(why);
	*compiler->why = why;
	return -EBADMSG;
}

int compile_error_at(struct compiler *compiler, const char *path,
		     struct span text, size_t offset, const char *message)
{
	struct text_cursor cursor;

	text_cursor_init(&cursor, text);

	const struct position position = text_position(&cursor, offset);
	const char *why = arena_printf(&compiler->arena, "%s:%u:%u: %s", path,
				       position.line, position.column, message);

	return why ? say(compiler, why) : compiler->arena.error;
}

int compile_error(struct compiler *compiler, const struct source *source,
		  uint32_t node, const char *format, ...)
{
	char message[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	if (source != compiler->examined)
		return compile_error_at(
			compiler, source->path, source->doc.source,
			source->doc.nodes[node].offset, message);
	findings_add(compiler->findings, SEVERITY_ERROR,
		     "schema/invalid-schema",
		     place_of_node(&source->doc, compiler->document, node),
		     "%s", message);
	return -EBADMSG;
}

/* Note for the children of a container whose they are. */
static void note_children(struct source *source, uint32_t container)
{
	const struct node *nodes = source->doc.nodes;
	const bool is_object = nodes[container].type == NODE_OBJECT;
	uint32_t number = 0;

	for (uint32_t at = container + 1; at < nodes[container].next;
	     number++) {
		const uint32_t value = is_object ? nodes[at].next : at;

		source->notes[at].origin = (struct origin){container, number};
		if (is_object)
			source->notes[value].origin =
				(struct origin){container, at};
		at = nodes[value].next;
	}
}

/* The same for all of the file. Linear. */
static int note_origins(struct compiler *compiler, struct source *source)
{
	const struct node *nodes = source->doc.nodes;
	const uint32_t count = source->doc.count;
	struct node_note *notes =
		arena_alloc(&compiler->arena, count * sizeof(*notes));

	if (!notes)
		return compiler->arena.error;
	for (uint32_t i = 0; i < count; i++)
		notes[i] = (struct node_note){
			.origin = {DOC_NONE, 0},
			.location = PROGRAM_NONE,
			.block = PROGRAM_NONE,
			.resource = PROGRAM_NONE,
		};
	source->notes = notes;
	for (uint32_t i = 0; i < count; i++)
		if (node_is_container(&nodes[i]))
			note_children(source, i);
	return 0;
}

/* Repeated keys are bad style in a schema, but the last one counts. */
static bool is_fatal(const struct raw_finding *finding)
{
	return finding->severity == SEVERITY_ERROR &&
	       strncmp(finding->rule, "key/", 4) != 0;
}

static bool is_readable(const struct parse *parse)
{
	for (uint32_t i = 0; i < parse->findings->count; i++)
		if (is_fatal(&parse->findings->list[i]))
			return false;
	return parse->doc->document_count > 0 &&
	       parse->doc->documents[0].root != DOC_NONE;
}

/* Say what the reader found, or that it found nothing. */
static int report_unreadable(struct compiler *compiler, const char *path,
			     const struct parse *parse)
{
	const struct findings *findings = parse->findings;

	for (uint32_t i = 0; i < findings->count; i++) {
		const struct raw_finding *finding = &findings->list[i];

		if (is_fatal(finding))
			return compile_error_at(compiler, path, parse->source,
						finding->place.offset,
						finding->message);
	}
	return compile_error_at(compiler, path, parse->source, 0,
				"there is no schema in this file");
}

/* URLs have no extension to go by; schemas are JSON then. */
static struct format_choice choose_format(const char *path)
{
	const struct format_choice choice =
		format_detect(path, (struct span){"", 0});

	if (choice.format && !choice.format->is_syntax_only)
		return choice;
	return (struct format_choice){format_find("json"), ""};
}

static int parse_source(struct compiler *compiler, struct span text,
			struct source *source)
{
	const struct format_choice choice = choose_format(source->path);
	const size_t bom = text_bom_size(text);
	struct findings findings;
	struct parse parse = {
		.source = {text.data + bom, text.size - bom},
		.limits = &compiler->limits,
		.host = compiler->host,
		.dialect = choice.dialect,
		.doc = &source->doc,
		.findings = &findings,
	};
	const size_t good = text_utf8_prefix(parse.source);

	if (good < parse.source.size)
		return compile_error_at(compiler, source->path, parse.source,
					good, "not valid UTF-8");
	findings_init(&findings, &compiler->arena, compiler->limits.findings);
	doc_init(&source->doc, &compiler->arena, parse.source,
		 compiler->limits.nodes);

	const int r = choice.format->read(&parse);

	if (r)
		return r;
	if (!is_readable(&parse))
		return report_unreadable(compiler, source->path, &parse);

	const uint32_t root = parse.doc->documents[0].root;

	source->root = doc_resolve(&source->doc, root);
	return 0;
}

static struct source *add_source(struct compiler *compiler, const char *path,
				 const char *uri)
{
	struct source *source = arena_alloc(&compiler->arena, sizeof(*source));
	struct source **slot = list_add(&compiler->sources, &compiler->arena,
					sizeof(struct source *));

	if (!source || !slot)
		return NULL;
	*source = (struct source){.path = path, .uri = uri};
	*slot = source;
	return source;
}

int load_text(struct compiler *compiler, struct span text, const char *path,
	      const char *uri, struct source **out)
{
	struct source *source = add_source(compiler, path, uri);

	if (!source)
		return compiler->arena.error;

	int r = parse_source(compiler, text, source);

	if (r == 0)
		r = note_origins(compiler, source);
	if (r)
		return r;
	*out = source;
	return 0;
}

int load_doc(struct compiler *compiler, const struct doc *doc, uint32_t root,
	     const char *uri, struct source **out)
{
	/* It has no path that another file could have. */
	struct source *source = add_source(compiler, "", uri);

	if (!source)
		return compiler->arena.error;
	source->doc = *doc;
	source->root = doc_resolve(doc, root);
	*out = source;
	return note_origins(compiler, source);
}

int load_file(struct compiler *compiler, const char *path, const char *uri,
	      struct source **out)
{
	struct source **sources = compiler->sources.data;
	struct span text;

	for (uint32_t i = 0; i < compiler->sources.count; i++) {
		if (strcmp(sources[i]->path, path) == 0) {
			*out = sources[i];
			return 0;
		}
	}
	if (!compiler->host || !compiler->host->read)
		return -ENOENT;

	const int r = compiler->host->read(compiler->host->ctx, path, &text);

	return r ? r : load_text(compiler, text, path, uri, out);
}
