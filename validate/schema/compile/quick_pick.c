#include "validate/schema/compile/quick_writer.h"

/* Names that are looked at, and strings that a table may hold. */
enum { NAMES_MAX = 32, STRINGS_MAX = 1024 };

/* Branches held against each other by one member. */
struct contest {
	struct quick_writer *writer;
	uint32_t blocks[QUICK_BRANCHES_MAX];
	uint32_t count;
	bool is_any;
	uint32_t key; /* of the member */
	/* By branch: the instruction with its strings or none; must it be? */
	uint32_t strings[QUICK_BRANCHES_MAX];
	uint64_t required;
};

/* How many branches a name tells something about. */
struct name {
	uint32_t key;
	uint32_t count;
};

struct names {
	struct name list[NAMES_MAX];
	uint32_t count;
};

/* The slots of a step that asks for members; NULL: it does not. */
static const struct program_slot *slots_of(const struct quick_writer *writer,
					   const uint32_t *step,
					   uint32_t *count)
{
	if (quick_operation(step) == QUICK_NAMED) {
		*count = step[1];
		return quick_named(step);
	}
	if (quick_operation(step) != QUICK_MEMBERS)
		return NULL;

	const uint32_t *code = quick_code(writer, step[1]);

	*count = code[5] + 1;
	return program_slots(code);
}

/* The instruction of the strings that a block allows; PROGRAM_NONE: not so. */
static uint32_t strings_of(struct quick_writer *writer, uint32_t block)
{
	const uint32_t entry = quick_entry(writer, block, NODE_STRING);
	const uint32_t *step = quick_steps(writer, entry);

	if (entry < QUICK_FIRST || quick_operation(step) != QUICK_STRINGS)
		return PROGRAM_NONE;
	return step[1];
}

typedef void slot_visitor(struct contest *contest, void *ctx, uint32_t branch,
			  struct program_slot slot);

/* Visit the members that a branch asks for with a set of strings. */
static void visit_branch(struct contest *contest, uint32_t branch,
			 slot_visitor *visit, void *ctx)
{
	struct quick_writer *writer = contest->writer;
	uint32_t at = quick_entry(writer, contest->blocks[branch], NODE_OBJECT);

	if (at < QUICK_FIRST)
		return;
	while (quick_operation(quick_steps(writer, at)) != QUICK_END) {
		uint32_t count = 0;

		(void)slots_of(writer, quick_steps(writer, at), &count);
		for (uint32_t i = 0; i < count; i++) {
			/* Visitors write steps, which may move all others. */
			const struct program_slot slot = slots_of(
				writer, quick_steps(writer, at), &count)[i];

			if (slot.key != PROGRAM_NONE &&
			    slot.block != PROGRAM_NONE)
				visit(contest, ctx, branch, slot);
		}
		at += quick_width(quick_steps(writer, at));
	}
}

static void count_name(struct contest *contest, void *ctx, uint32_t branch,
		       struct program_slot slot)
{
	struct names *names = ctx;
	uint32_t i = 0;

	(void)branch;
	if (strings_of(contest->writer, slot.block) == PROGRAM_NONE)
		return;
	while (i < names->count && names->list[i].key != slot.key)
		i++;
	if (i == NAMES_MAX)
		return;
	if (i == names->count)
		names->list[names->count++] = (struct name){slot.key, 0};
	names->list[i].count++;
}

static void note_branch(struct contest *contest, void *ctx, uint32_t branch,
			struct program_slot slot)
{
	const uint32_t strings = strings_of(contest->writer, slot.block);

	(void)ctx;
	if (slot.key != contest->key || strings == PROGRAM_NONE)
		return;
	contest->strings[branch] = strings;
	if (slot.required != PROGRAM_NONE)
		contest->required |= UINT64_C(1) << branch;
}

/* The name that tells most branches apart; false: none does. */
static bool choose_name(struct contest *contest)
{
	struct names names = {.count = 0};
	uint32_t best = 1;

	for (uint32_t i = 0; i < contest->count; i++)
		visit_branch(contest, i, count_name, &names);
	for (uint32_t i = 0; i < names.count; i++) {
		if (names.list[i].count > best) {
			best = names.list[i].count;
			contest->key = names.list[i].key;
		}
	}
	for (uint32_t i = 0; best > 1 && i < contest->count; i++) {
		contest->strings[i] = PROGRAM_NONE;
		visit_branch(contest, i, note_branch, NULL);
	}
	return best > 1;
}

static uint32_t count_strings(const struct contest *contest)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < contest->count; i++)
		if (contest->strings[i] != PROGRAM_NONE)
			count += quick_code(contest->writer,
					    contest->strings[i])[2];
	return count;
}

/* Branches that do not ask for the member as a set of strings. */
static uint64_t free_branches(const struct contest *contest)
{
	uint64_t set = 0;

	for (uint32_t i = 0; i < contest->count; i++)
		if (contest->strings[i] == PROGRAM_NONE)
			set |= UINT64_C(1) << i;
	return set;
}

static uint64_t all_branches(const struct contest *contest)
{
	return UINT64_MAX >> (64 - contest->count);
}

static struct quick_set set_of(uint64_t set)
{
	return (struct quick_set){(uint32_t)set, (uint32_t)(set >> 32)};
}

/* The strings of one branch into the table. */
static void add_strings(const struct contest *contest, uint32_t branch,
			struct quick_pick *table, uint32_t mask)
{
	struct emitter *emitter = contest->writer->emitter;
	const uint32_t *code =
		quick_code(contest->writer, contest->strings[branch]);
	const struct node *nodes = emitter->constants.nodes;
	const uint64_t bit = UINT64_C(1) << branch;
	uint32_t node = code[3];

	for (uint32_t i = 0; i < code[2]; i++, node = nodes[node].next) {
		const uint32_t hash = nodes[node].hash;
		uint32_t at = program_spread(hash) & mask;

		if (nodes[node].type != NODE_STRING)
			continue;

		const uint32_t key = emit_key(emitter, node_text(&nodes[node]));

		while (table[at].key != PROGRAM_NONE && table[at].key != key)
			at = (at + 1) & mask;
		table[at].hash = hash;
		table[at].key = key;
		table[at].branches.low |= (uint32_t)bit;
		table[at].branches.high |= (uint32_t)(bit >> 32);
	}
}

static void push_set(struct quick_writer *writer, uint64_t set)
{
	quick_push(writer, set_of(set).low);
	quick_push(writer, set_of(set).high);
}

static void push_table(const struct contest *contest,
		       const struct quick_pick *table, uint32_t mask)
{
	struct quick_writer *writer = contest->writer;

	for (uint32_t i = 0; i <= mask; i++) {
		quick_push(writer, table[i].hash);
		quick_push(writer, table[i].key);
		quick_push(writer, table[i].branches.low);
		quick_push(writer, table[i].branches.high);
	}
}

static void push_pick(const struct contest *contest,
		      const struct quick_pick *table, uint32_t mask)
{
	struct quick_writer *writer = contest->writer;
	const struct program_key *keys = writer->emitter->keys.data;

	quick_push_head(writer, QUICK_PICK,
			QUICK_PICK_HEAD + (mask + 1) * QUICK_PICK_WORDS + 1 +
				contest->count);
	quick_push(writer, keys[contest->key].hash);
	quick_push(writer, contest->key);
	quick_push(writer, contest->is_any);
	push_set(writer, all_branches(contest) & ~contest->required);
	quick_push(writer, mask);
	push_table(contest, table, mask);
	quick_push(writer, contest->count);
	for (uint32_t i = 0; i < contest->count; i++)
		quick_push(writer, contest->blocks[i]);
}

/* Make the table and put it in the place of the step at `start`. */
static void replace(const struct contest *contest, uint32_t start)
{
	struct quick_writer *writer = contest->writer;
	const struct quick_set others = set_of(free_branches(contest));
	uint32_t size = 4;

	while (size < count_strings(contest) * 2)
		size *= 2;

	struct quick_pick *table =
		arena_alloc(writer->emitter->arena, size * sizeof(*table));

	if (!table) {
		emit_fail(writer->emitter);
		return;
	}
	for (uint32_t i = 0; i < size; i++)
		table[i] = (struct quick_pick){0, PROGRAM_NONE, others};
	for (uint32_t i = 0; i < contest->count; i++)
		if (contest->strings[i] != PROGRAM_NONE)
			add_strings(contest, i, table, size - 1);
	writer->pending.count = start;
	push_pick(contest, table, size - 1);
}

void quick_pick(struct quick_writer *writer, uint32_t start)
{
	const uint32_t *step = (uint32_t *)writer->pending.data + start;
	struct contest contest = {
		.writer = writer,
		.count = step[1],
		.is_any = quick_operation(step) == QUICK_ANY_OF,
	};

	if (contest.count > QUICK_BRANCHES_MAX)
		return;
	memcpy(contest.blocks, step + 2, contest.count * sizeof(uint32_t));
	if (choose_name(&contest) && count_strings(&contest) <= STRINGS_MAX &&
	    !writer->emitter->error)
		replace(&contest, start);
}
