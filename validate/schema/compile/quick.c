#include "validate/schema/compile/quick_writer.h"

/* References inside references that are looked through. */
enum { DEPTH_MAX = 64 };

/* Steps of another block that are copied rather than called, in words. */
enum { COPY_MAX = 8 };

void quick_push(struct quick_writer *writer, uint32_t word)
{
	struct emitter *emitter = writer->emitter;
	uint32_t *slot = emitter->error
				 ? NULL
				 : list_add(&writer->pending, emitter->arena,
					    sizeof(*slot));

	if (slot)
		*slot = word;
	else
		emit_fail(emitter);
}

/* The head of a step of so many words. */
void quick_push_head(struct quick_writer *writer,
		     enum quick_operation operation, uint32_t width)
{
	quick_push(writer, operation | width << 8);
}

void quick_push_step(struct quick_writer *writer,
		     enum quick_operation operation, uint32_t operand)
{
	quick_push_head(writer, operation, 2);
	quick_push(writer, operand);
}

static uint32_t offset_of(const struct quick_writer *writer,
			  const uint32_t *code)
{
	return (uint32_t)(code - quick_code(writer, 0));
}

/* Copy the steps at `entry` if they are few. */
static bool copy_steps(struct quick_writer *writer, uint32_t entry)
{
	const uint32_t *words = writer->emitter->quick.data;
	uint32_t size = 0;

	while (quick_operation(words + entry + size) != QUICK_END &&
	       size <= COPY_MAX)
		size += quick_width(words + entry + size);
	if (size > COPY_MAX)
		return false;
	for (uint32_t i = 0; i < size; i++)
		quick_push(writer, words[entry + i]);
	return true;
}

/* The following add steps to the open list. false: no value is accepted. */

/* The same value against another block. */
static bool add_block(struct quick_writer *writer, uint32_t block,
		      enum node_type type)
{
	const uint32_t entry = quick_entry(writer, block, type);

	if (entry == QUICK_ACCEPT || entry == QUICK_REJECT)
		return entry == QUICK_ACCEPT;
	if (entry < QUICK_FIRST || !copy_steps(writer, entry & ~QUICK_LOOK))
		quick_push_step(writer, QUICK_CALL, block);
	return true;
}

static bool add_all(struct quick_writer *writer, const uint32_t *code,
		    enum node_type type)
{
	bool is_possible = true;

	for (uint32_t i = 0; is_possible && i < code[2]; i++)
		is_possible = add_block(writer, code[3 + i], type);
	return is_possible;
}

/* Push the branches that have to be asked; returns how many accept at once. */
static uint32_t push_branches(struct quick_writer *writer, const uint32_t *code,
			      enum node_type type)
{
	uint32_t accepted = 0;

	for (uint32_t i = 0; i < code[2]; i++) {
		const uint32_t entry = quick_entry(writer, code[3 + i], type);

		if (entry == QUICK_REJECT && !writer->is_cautious)
			continue;
		accepted += entry == QUICK_ACCEPT;
		quick_push(writer, code[3 + i]);
	}
	return accepted;
}

/* anyOf and oneOf: of the branches those that can be right for the type. */
static bool add_choice(struct quick_writer *writer, const uint32_t *code,
		       enum node_type type)
{
	const bool is_any = program_operation(code) == OPERATION_ANY_OF;
	const uint32_t start = writer->pending.count;

	quick_push_step(writer, is_any ? QUICK_ANY_OF : QUICK_ONE_OF, 0);

	const uint32_t accepted = push_branches(writer, code, type);
	uint32_t *words = writer->pending.data;

	if (writer->emitter->error)
		return true;

	const uint32_t count = writer->pending.count - start - 2;
	const uint32_t first = words[start + 2];

	words[start] += count << 8;
	words[start + 1] = count;
	if (writer->is_cautious)
		return true;
	if (!(is_any && accepted) && !(count == 1 && !accepted) && count &&
	    accepted < 2) {
		if (type == NODE_OBJECT)
			quick_pick(writer, start);
		return true;
	}
	/* Otherwise the answer is known, or it is that of one branch. */
	writer->pending.count = start;
	if (count == 1)
		return add_block(writer, first, type);
	return is_any && accepted;
}

static bool add_not(struct quick_writer *writer, uint32_t block,
		    enum node_type type)
{
	const uint32_t entry = quick_entry(writer, block, type);

	if (!writer->is_cautious && entry == QUICK_REJECT)
		return true;
	if (!writer->is_cautious && entry == QUICK_ACCEPT)
		return false;
	quick_push_step(writer, QUICK_NOT, block);
	return true;
}

static bool add_if(struct quick_writer *writer, const uint32_t *code,
		   enum node_type type)
{
	const uint32_t entry = quick_entry(writer, code[2], type);

	if (entry == QUICK_ACCEPT || entry == QUICK_REJECT) {
		const uint32_t block = code[entry == QUICK_ACCEPT ? 3 : 4];

		if (!writer->is_cautious)
			return block == PROGRAM_NONE ||
			       add_block(writer, block, type);
	}
	quick_push_head(writer, QUICK_IF, 4);
	quick_push(writer, code[2]);
	quick_push(writer, code[3] == PROGRAM_NONE ? PROGRAM_TRUE : code[3]);
	quick_push(writer, code[4] == PROGRAM_NONE ? PROGRAM_TRUE : code[4]);
	return true;
}

/* Of the constants only those of the type count. */
static bool add_enum(struct quick_writer *writer, const uint32_t *code,
		     enum node_type type)
{
	const struct node *nodes = writer->emitter->constants.nodes;
	uint32_t at = code[3];
	uint32_t count = 0;
	unsigned flags = 0;

	for (uint32_t i = 0; i < code[2]; i++, at = nodes[at].next) {
		if (nodes[at].type != type)
			continue;
		count++;
		flags |= nodes[at].flags & NODE_TRUE ? 2 : 1;
	}
	if (!count)
		return false;
	if (type == NODE_NULL || (type == NODE_BOOL && flags == 3))
		return true;
	quick_push_step(writer,
			type == NODE_STRING ? QUICK_STRINGS : QUICK_INSTRUCTION,
			offset_of(writer, code));
	return true;
}

/* Instructions that mean a step; QUICK_INSTRUCTION is for all others. */
static const struct {
	enum quick_operation operation;
	bool is_limit; /* its operand is the instruction's first, else itself */
} plain_steps[OPERATION_COUNT] = {
	[OPERATION_MIN_LENGTH] = {QUICK_MIN_LENGTH, true},
	[OPERATION_MAX_LENGTH] = {QUICK_MAX_LENGTH, true},
	[OPERATION_PATTERN] = {QUICK_PATTERN, true},
	[OPERATION_FORMAT] = {QUICK_FORMAT, true},
	[OPERATION_MIN_ITEMS] = {QUICK_LEAST, true},
	[OPERATION_MAX_ITEMS] = {QUICK_MOST, true},
	[OPERATION_MIN_PROPERTIES] = {QUICK_LEAST, true},
	[OPERATION_MAX_PROPERTIES] = {QUICK_MOST, true},
	[OPERATION_PROPERTY_NAMES] = {QUICK_NAMES, true},
	[OPERATION_UNIQUE_ITEMS] = {QUICK_UNIQUE, false},
};

/* Are only a few members asked for, and nothing of the others? */
static bool has_few_names(const uint32_t *code)
{
	const struct program_slot *slots = program_slots(code);
	uint32_t count = 0;

	if (code[3] != PROGRAM_NONE || code[4])
		return false;
	for (uint32_t i = 0; i <= code[5] && count <= QUICK_NAMED_MAX; i++)
		count += slots[i].key != PROGRAM_NONE;
	return count <= QUICK_NAMED_MAX;
}

static void push_slot(struct quick_writer *writer,
		      const struct program_slot *slot)
{
	quick_push(writer, slot->hash);
	quick_push(writer, slot->key);
	quick_push(writer, slot->block);
	quick_push(writer, slot->required);
}

static void add_named(struct quick_writer *writer, const uint32_t *code)
{
	const struct program_slot *slots = program_slots(code);
	const uint32_t start = writer->pending.count;
	uint32_t count = 0;

	quick_push_head(writer, QUICK_NAMED, 0);
	quick_push(writer, 0);
	quick_push(writer, (1u << code[2]) - 1);
	for (uint32_t i = 0; i <= code[5]; i++) {
		if (slots[i].key == PROGRAM_NONE)
			continue;
		push_slot(writer, &slots[i]);
		count++;
	}
	if (writer->emitter->error)
		return;

	uint32_t *words = (uint32_t *)writer->pending.data + start;

	words[0] += (QUICK_NAMED_HEAD + count * SLOT_WORDS) << 8;
	words[1] = count;
}

static void add_plain(struct quick_writer *writer, const uint32_t *code)
{
	const enum operation operation = program_operation(code);
	enum quick_operation step = plain_steps[operation].operation;
	uint32_t operand = plain_steps[operation].is_limit
				   ? code[2]
				   : offset_of(writer, code);

	if (operation == OPERATION_ITEMS &&
	    (code[4] || code[2] == PROGRAM_NONE)) {
		step = QUICK_ITEMS_LISTED;
	} else if (operation == OPERATION_ITEMS) {
		step = QUICK_ITEMS;
		operand = code[2];
	} else if (operation == OPERATION_MEMBERS && has_few_names(code)) {
		add_named(writer, code);
		return;
	} else if (operation == OPERATION_MEMBERS &&
		   code[2] <= QUICK_REQUIRED_MAX) {
		step = QUICK_MEMBERS;
	} else if (step == QUICK_END) {
		step = QUICK_INSTRUCTION;
	}
	quick_push_step(writer, step, operand);
}

static bool add_instruction(struct quick_writer *writer, const uint32_t *code,
			    enum node_type type)
{
	const enum operation operation = program_operation(code);

	if (operation == OPERATION_FALSE)
		return false;
	if (operation == OPERATION_ENUM)
		return add_enum(writer, code, type);
	if (operation == OPERATION_REF)
		return add_block(writer, code[2], type);
	if (operation == OPERATION_ALL_OF)
		return add_all(writer, code, type);
	if (operation == OPERATION_ANY_OF || operation == OPERATION_ONE_OF)
		return add_choice(writer, code, type);
	if (operation == OPERATION_NOT)
		return add_not(writer, code[2], type);
	if (operation == OPERATION_IF)
		return add_if(writer, code, type);
	add_plain(writer, code);
	return true;
}

static bool add_segment(struct quick_writer *writer, const struct block *block,
			enum segment segment, enum node_type type)
{
	const uint32_t end = block->start[segment + 1];

	for (uint32_t at = block->start[segment]; at < end;
	     at += quick_code(writer, at)[1])
		if (!add_instruction(writer, quick_code(writer, at), type))
			return false;
	return true;
}

/* What `type` asks of the value's type. */
static bool add_kinds(struct quick_writer *writer, uint8_t kinds,
		      enum node_type type)
{
	static const uint8_t wanted[] = {
		[NODE_NULL] = KIND_NULL,     [NODE_BOOL] = KIND_BOOLEAN,
		[NODE_NUMBER] = KIND_NUMBER, [NODE_STRING] = KIND_STRING,
		[NODE_ARRAY] = KIND_ARRAY,   [NODE_OBJECT] = KIND_OBJECT,
	};

	if (!kinds || kinds & wanted[type])
		return true;
	if (type != NODE_NUMBER || !(kinds & (KIND_INTEGER | KIND_LITERAL)))
		return false;
	quick_push_head(writer,
			kinds & KIND_INTEGER ? QUICK_WHOLE : QUICK_LITERAL, 1);
	return true;
}

static bool add_contents(struct quick_writer *writer, uint32_t number,
			 enum node_type type)
{
	static const enum segment segments[] = {
		[NODE_NULL] = SEGMENT_ANY,	[NODE_BOOL] = SEGMENT_ANY,
		[NODE_NUMBER] = SEGMENT_NUMBER, [NODE_STRING] = SEGMENT_STRING,
		[NODE_ARRAY] = SEGMENT_ARRAY,	[NODE_OBJECT] = SEGMENT_OBJECT,
	};
	const struct block block = *emit_block_at(writer->emitter, number);

	if (!add_kinds(writer, block.kinds, type))
		return false;
	if (block.is_tracking && (type == NODE_ARRAY || type == NODE_OBJECT)) {
		quick_push_step(writer, QUICK_FULL, number);
		return true;
	}
	return add_segment(writer, &block, SEGMENT_ANY, type) &&
	       (segments[type] == SEGMENT_ANY ||
		add_segment(writer, &block, segments[type], type)) &&
	       add_segment(writer, &block, SEGMENT_APPLY, type);
}

/* Is the list all about the value itself, not about what is in it? */
static bool is_look(const uint32_t *words, uint32_t size)
{
	for (uint32_t at = 0; at < size; at += quick_width(words + at))
		if (quick_operation(words + at) > QUICK_STRINGS)
			return false;
	return true;
}

/* Move the open list, which begins at `start`, to the finished ones. */
static uint32_t finish_list(struct quick_writer *writer, uint32_t start)
{
	struct emitter *emitter = writer->emitter;
	const uint32_t entry = emitter->quick.count;
	const uint32_t *words = writer->pending.data;

	if (writer->pending.count == start)
		return QUICK_ACCEPT;
	for (uint32_t i = start; i < writer->pending.count; i++)
		emit_quick(emitter, words[i]);
	emit_quick(emitter, QUICK_END);
	return is_look(words + start, writer->pending.count - start)
		       ? entry | QUICK_LOOK
		       : entry;
}

/* QUICK_BUSY or QUICK_UNKNOWN: it can only be called. */
uint32_t quick_entry(struct quick_writer *writer, uint32_t block,
		     enum node_type type)
{
	uint32_t *entry = &writer->blocks[block].entry[type];
	const uint32_t start = writer->pending.count;

	if (*entry != QUICK_UNKNOWN || writer->depth == DEPTH_MAX ||
	    writer->emitter->error)
		return *entry;
	*entry = QUICK_BUSY;
	writer->depth++;

	const bool is_possible = add_contents(writer, block, type);
	const bool is_open =
		writer->is_cautious && writer->pending.count > start;

	if (!is_possible && is_open)
		quick_push_head(writer, QUICK_REFUSE, 1);
	*entry = is_possible || is_open ? finish_list(writer, start)
					: QUICK_REJECT;
	writer->depth--;
	writer->pending.count = start;
	return *entry;
}

static bool has_unresolved(const struct emitter *emitter)
{
	const uint32_t *code = emitter->code.data;

	for (uint32_t at = 0; at < emitter->code.count; at += code[at + 1])
		if (program_operation(code + at) == OPERATION_UNRESOLVED)
			return true;
	return false;
}

void quick_write(struct emitter *emitter)
{
	const uint32_t count = emitter->blocks.count;
	struct quick_writer writer = {.emitter = emitter};

	if (emitter->error || emitter->anchors.count)
		return;
	for (uint32_t i = 0; i < QUICK_FIRST; i++)
		emit_quick(emitter, QUICK_END);
	writer.blocks =
		arena_alloc(emitter->arena, count * sizeof(*writer.blocks));
	if (!writer.blocks) {
		emit_fail(emitter);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t type = 0; type < NODE_ALIAS; type++)
			writer.blocks[i].entry[type] = QUICK_UNKNOWN;
		writer.blocks[i].entry[NODE_ALIAS] = QUICK_ALIAS;
		writer.blocks[i].unused = 0;
	}
	writer.is_cautious = has_unresolved(emitter);
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t type = 0; type < NODE_ALIAS; type++)
			(void)quick_entry(&writer, i, (enum node_type)type);
	emitter->quick_blocks = writer.blocks;
}
