#include "validate/schema/compile/blocks.h"

#include <errno.h>
#include <stdio.h>

int location_of(struct compiler *compiler, struct source *source, uint32_t node,
		uint32_t *out)
{
	struct node_note *note = &source->notes[node];
	uint32_t parent = PROGRAM_NONE;
	uint32_t key;

	if (note->location == PROGRAM_NONE) {
		char digits[16];
		struct span label = span_of(source->path);
		const uint32_t up = note->origin.parent;

		if (up != DOC_NONE &&
		    source->doc.nodes[up].type == NODE_ARRAY) {
			snprintf(digits, sizeof(digits), "%u",
				 note->origin.label);
			label = span_of(digits);
		} else if (up != DOC_NONE) {
			label = key_text(&source->doc, note->origin.label);
		}
		if (up != DOC_NONE) {
			const int r =
				location_of(compiler, source, up, &parent);

			if (r)
				return r;
		}
		key = emit_key(&compiler->emitter, label);
		note->location = emit_location(&compiler->emitter, parent, key);
	}
	*out = note->location;
	return compiler->emitter.error;
}

int block_of(struct compiler *compiler, struct target target, uint32_t *out)
{
	const struct node *node = &target.source->doc.nodes[target.node];
	struct node_note *note = &target.source->notes[target.node];

	if (node->type == NODE_BOOL && node->flags & NODE_TRUE) {
		*out = PROGRAM_TRUE;
		return 0;
	}
	if (node->type != NODE_OBJECT && node->type != NODE_BOOL)
		return compile_error(compiler, target.source, target.node,
				     "a schema must be an object or a boolean");
	/* Other files have findings of their own. */
	if (compiler->examined && compiler->examined != target.source) {
		*out = PROGRAM_TRUE;
		return 0;
	}
	if (note->block == PROGRAM_NONE) {
		struct work *work = list_add(&compiler->work, &compiler->arena,
					     sizeof(*work));

		if (!work)
			return compiler->arena.error;
		note->block = emit_block(&compiler->emitter);
		*work = (struct work){target, note->block};
	}
	*out = note->block;
	return compiler->emitter.error;
}

int block_of_child(struct compiler *compiler, const struct subschema *schema,
		   uint32_t node, uint32_t *out)
{
	return block_of(compiler, target_child(&schema->target, node), out);
}

int blocks_of_items(struct compiler *compiler, const struct subschema *schema,
		    uint32_t array)
{
	const struct doc *doc = schema->doc;
	const uint32_t from = doc_resolve(doc, array);

	for (uint32_t at = from + 1; at < doc->nodes[from].next;
	     at = doc->nodes[at].next) {
		uint32_t block = PROGRAM_NONE;
		const int r = block_of_child(compiler, schema, at, &block);

		if (r)
			return r;
		emit_word(&compiler->emitter, block);
	}
	return compiler->emitter.error;
}

typedef int segment_writer(struct compiler *compiler,
			   const struct subschema *schema);

static segment_writer *const writers[SEGMENT_COUNT] = {
	[SEGMENT_NUMBER] = compile_number,
	[SEGMENT_STRING] = compile_string,
	[SEGMENT_ARRAY] = compile_array,
	[SEGMENT_OBJECT] = compile_object,
	[SEGMENT_APPLY] = compile_apply,
	[SEGMENT_UNEVALUATED] = compile_unevaluated,
};

static int write_segments(struct compiler *compiler,
			  const struct subschema *schema, struct block *block)
{
	struct emitter *emitter = &compiler->emitter;

	block->start[SEGMENT_ANY] = emit_position(emitter);

	int r = compile_any(compiler, schema, &block->kinds);

	for (uint32_t i = SEGMENT_NUMBER; r == 0 && i < SEGMENT_COUNT; i++) {
		block->start[i] = emit_position(emitter);
		r = writers[i](compiler, schema);
	}
	block->start[SEGMENT_COUNT] = emit_position(emitter);
	block->is_tracking = block->start[SEGMENT_UNEVALUATED] !=
			     block->start[SEGMENT_COUNT];
	return r;
}

/* A boolean schema that refuses everything. */
static int write_false(struct compiler *compiler, struct block *block)
{
	struct emitter *emitter = &compiler->emitter;

	block->is_false = true;
	block->start[SEGMENT_ANY] = emit_position(emitter);
	emit_begin(emitter, OPERATION_FALSE, KEYWORD_NOT);
	emit_end(emitter);
	for (uint32_t i = SEGMENT_NUMBER; i <= SEGMENT_COUNT; i++)
		block->start[i] = emit_position(emitter);
	return emitter->error;
}

static int write_block(struct compiler *compiler, struct target target,
		       uint32_t number)
{
	const struct node *node = &target.source->doc.nodes[target.node];
	struct block block = {.resource = target.resource};
	int r = location_of(compiler, target.source, target.node,
			    &block.location);

	if (r)
		return r;
	if (node->type == NODE_BOOL) {
		r = write_false(compiler, &block);
	} else {
		struct subschema schema;

		keywords_collect(compiler, target, &schema);
		r = write_segments(compiler, &schema, &block);
	}
	if (r == 0)
		r = compiler->emitter.error;
	if (r == 0)
		*emit_block_at(&compiler->emitter, number) = block;
	return r;
}

/* Write what was promised, and what that promises in turn. */
static int write_promised(struct compiler *compiler, uint32_t *done)
{
	for (; *done < compiler->work.count; ++*done) {
		const struct work work =
			((struct work *)compiler->work.data)[*done];
		const int r = write_block(compiler, work.target, work.block);

		/* One finding a subschema; the others may have theirs. */
		if (r && !(r == -EBADMSG && compiler->examined))
			return r;
		if (host_is_cancelled(compiler->host))
			return -ECANCELED;
	}
	return 0;
}

static bool is_wanted(const struct compiler *compiler, struct span name)
{
	return names_find(&compiler->dynamic_names, 0, name) != NAMES_NONE;
}

/* Every place that a dynamic reference could lead to needs its block. */
static int promise_dynamic(struct compiler *compiler)
{
	const struct anchor *anchors = compiler->anchors.data;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < compiler->anchors.count; i++) {
		struct target target = {NULL, anchors[i].node,
					anchors[i].resource};
		uint32_t block;

		if (!anchors[i].is_dynamic ||
		    !is_wanted(compiler, anchors[i].name))
			continue;
		target.source = resource_at(compiler, target.resource)->source;
		r = block_of(compiler, target, &block);
	}
	return r;
}

static void write_anchors(struct compiler *compiler)
{
	const struct anchor *anchors = compiler->anchors.data;

	for (uint32_t i = 0; i < compiler->anchors.count; i++) {
		const struct source *source =
			resource_at(compiler, anchors[i].resource)->source;
		const uint32_t name =
			is_wanted(compiler, anchors[i].name)
				? emit_key(&compiler->emitter, anchors[i].name)
				: PROGRAM_NONE;

		if (anchors[i].is_dynamic && name != PROGRAM_NONE)
			emit_anchor(
				&compiler->emitter,
				(struct program_anchor){
					name, anchors[i].resource,
					source->notes[anchors[i].node].block});
	}
}

int blocks_write(struct compiler *compiler)
{
	uint32_t done = 0;
	int r;

	do {
		r = write_promised(compiler, &done);
		if (r == 0)
			r = promise_dynamic(compiler);
	} while (r == 0 && done < compiler->work.count);
	if (r == 0)
		write_anchors(compiler);
	return r ? r : compiler->emitter.error;
}
