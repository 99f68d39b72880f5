#include "validate/schema/evaluate/evaluation.h"
#include "validate/schema/evaluate/message.h"
#include "validate/schema/number.h"

#include <errno.h>

/* Blocks inside blocks; what exceeds it is most likely an endless $ref. */
enum { DEPTH_MAX = 2048 };

/* Violations that are kept; the rest is only counted. */
enum { VIOLATIONS_MAX = 100000 };

operation_function *const operations[OPERATION_COUNT] = {
	[OPERATION_FALSE] = evaluate_false,
	[OPERATION_ENUM] = evaluate_enum,
	[OPERATION_MINIMUM] = evaluate_minimum,
	[OPERATION_MAXIMUM] = evaluate_maximum,
	[OPERATION_EXCLUSIVE_MINIMUM] = evaluate_exclusive_minimum,
	[OPERATION_EXCLUSIVE_MAXIMUM] = evaluate_exclusive_maximum,
	[OPERATION_MULTIPLE_OF] = evaluate_multiple_of,
	[OPERATION_MIN_LENGTH] = evaluate_min_length,
	[OPERATION_MAX_LENGTH] = evaluate_max_length,
	[OPERATION_PATTERN] = evaluate_pattern,
	[OPERATION_FORMAT] = evaluate_format,
	[OPERATION_BASE64] = evaluate_base64,
	[OPERATION_JSON] = evaluate_json,
	[OPERATION_MIN_ITEMS] = evaluate_min_items,
	[OPERATION_MAX_ITEMS] = evaluate_max_items,
	[OPERATION_UNIQUE_ITEMS] = evaluate_unique_items,
	[OPERATION_ITEMS] = evaluate_items,
	[OPERATION_CONTAINS] = evaluate_contains,
	[OPERATION_MIN_PROPERTIES] = evaluate_min_properties,
	[OPERATION_MAX_PROPERTIES] = evaluate_max_properties,
	[OPERATION_MEMBERS] = evaluate_members,
	[OPERATION_PROPERTY_NAMES] = evaluate_property_names,
	[OPERATION_DEPENDENT_REQUIRED] = evaluate_dependent_required,
	[OPERATION_DEPENDENT_SCHEMA] = evaluate_dependent_schema,
	[OPERATION_REF] = evaluate_ref,
	[OPERATION_DYNAMIC_REF] = evaluate_dynamic_ref,
	[OPERATION_UNRESOLVED] = evaluate_unresolved,
	[OPERATION_ALL_OF] = evaluate_all_of,
	[OPERATION_ANY_OF] = evaluate_any_of,
	[OPERATION_ONE_OF] = evaluate_one_of,
	[OPERATION_NOT] = evaluate_not,
	[OPERATION_IF] = evaluate_if,
	[OPERATION_UNEVALUATED_ITEMS] = evaluate_unevaluated_items,
	[OPERATION_UNEVALUATED_PROPERTIES] = evaluate_unevaluated_properties,
};

bool evaluation_stop(struct evaluation *evaluation, int stop, uint32_t at)
{
	if (!evaluation->stop) {
		evaluation->stop = stop;
		evaluation->stop_at = at;
	}
	return false;
}

bool evaluation_spend(struct evaluation *evaluation, uint64_t steps)
{
	const uint64_t left = evaluation->budget.steps;

	if (evaluation->stop)
		return false;
	if (steps > left) {
		evaluation->budget.steps = 0;
		return evaluation_stop(evaluation, STOP_STEPS,
				       evaluation->run->root);
	}
	evaluation->budget.steps = left - steps;
	if ((left ^ evaluation->budget.steps) >> 12 &&
	    host_is_cancelled(evaluation->run->host))
		return evaluation_stop(evaluation, -ECANCELED,
				       evaluation->run->root);
	return true;
}

bool evaluation_report_as(struct evaluation *evaluation,
			  const struct subject *subject, const uint32_t *code,
			  enum keyword keyword, uint32_t at, uint32_t detail)
{
	struct violation *violation;

	if (!evaluation->is_explaining ||
	    evaluation->violations.count == VIOLATIONS_MAX)
		return false;
	violation = list_add(&evaluation->violations, evaluation->run->arena,
			     sizeof(*violation));
	if (!violation)
		return evaluation_stop(evaluation,
				       evaluation->run->arena->error, at);
	*violation = (struct violation){
		.code = code ? (uint32_t)(code - evaluation->program->code)
			     : PROGRAM_NONE,
		.block = subject->block,
		.at = at,
		.detail = detail,
		.level = evaluation->level,
		.keyword = keyword,
	};
	return false;
}

bool evaluation_report(struct evaluation *evaluation,
		       const struct subject *subject, const uint32_t *code,
		       uint32_t at, uint32_t detail)
{
	return evaluation_report_as(evaluation, subject, code,
				    program_keyword(code), at, detail);
}

/* Whoever comes first compiles; others may do so beside it, for nothing. */
static int compile_pattern(const struct schema *program, uint32_t number,
			   struct pattern **out)
{
	char why[PATTERN_WHY_SIZE];
	struct pattern *mine = NULL;
	struct pattern *first = NULL;
	const int r = pattern_compile(
		program_text(program, program->pattern_keys[number]), &mine,
		why);

	if (r)
		return r;
	if (atomic_compare_exchange_strong(&program->patterns[number], &first,
					   mine)) {
		*out = mine;
		return 0;
	}
	pattern_free(mine);
	*out = first;
	return 0;
}

static int match(struct evaluation *evaluation, uint32_t number,
		 struct span text)
{
	const struct schema *program = evaluation->program;
	struct pattern *pattern = atomic_load_explicit(
		&program->patterns[number], memory_order_acquire);

	if (!pattern) {
		const int r = compile_pattern(program, number, &pattern);

		if (r)
			return r;
	}
	return pattern_match(pattern, text, &evaluation->memory);
}

bool evaluation_match(struct evaluation *evaluation, uint32_t pattern,
		      struct span text, uint32_t at)
{
	if (!evaluation_spend(evaluation, 4 + text.size / 16))
		return false;

	const int r = match(evaluation, pattern, text);

	if (r >= 0)
		return r > 0;
	return evaluation_stop(evaluation, r == -E2BIG ? STOP_PATTERN : r, at);
}

static uint8_t kinds_of_number(const struct node *node)
{
	struct number number;

	if (node->flags & NODE_INTEGER)
		return KIND_NUMBER | KIND_INTEGER | KIND_LITERAL;
	if (number_read(node_text(node), &number) && number_is_integer(&number))
		return KIND_NUMBER | KIND_INTEGER;
	return KIND_NUMBER;
}

/* Untyped text is all that it can be read as. */
static uint8_t kinds_of_untyped(const struct node *node)
{
	const struct span text = node_text(node);
	uint8_t kinds = KIND_STRING;
	struct number number;

	if (equal_boolean(text) >= 0)
		kinds |= KIND_BOOLEAN;
	if (!number_is_json(text) || !number_read(text, &number))
		return kinds;
	kinds |= KIND_NUMBER;
	if (number_is_integer(&number))
		kinds |= KIND_INTEGER | KIND_LITERAL;
	return kinds;
}

static uint8_t kinds_of(const struct node *node)
{
	switch ((enum node_type)node->type) {
	case NODE_NULL:
		return KIND_NULL;
	case NODE_BOOL:
		return KIND_BOOLEAN;
	case NODE_NUMBER:
		return kinds_of_number(node);
	case NODE_STRING:
		return node->flags & NODE_UNTYPED ? kinds_of_untyped(node)
						  : KIND_STRING;
	case NODE_ARRAY:
		return KIND_ARRAY;
	case NODE_OBJECT:
		return KIND_OBJECT;
	case NODE_ALIAS:
		break;
	}
	return 0;
}

static bool run_segment(struct evaluation *evaluation,
			const struct block *block, enum segment segment,
			const struct subject *subject)
{
	const uint32_t *code =
		evaluation->program->code + block->start[segment];
	const uint32_t *end =
		evaluation->program->code + block->start[segment + 1];
	bool is_good = true;

	for (; code < end; code += code[1]) {
		if (!evaluation_spend(evaluation, 1))
			return false;
		if (operations[program_operation(code)](evaluation, code,
							subject))
			continue;
		is_good = false;
		if (!evaluation->is_explaining)
			return false;
	}
	return is_good;
}

static bool run_segments(struct evaluation *evaluation,
			 const struct block *block,
			 const struct subject *subject)
{
	static const uint8_t kinds[SEGMENT_COUNT] = {
		[SEGMENT_ANY] = UINT8_MAX,	[SEGMENT_NUMBER] = KIND_NUMBER,
		[SEGMENT_STRING] = KIND_STRING, [SEGMENT_ARRAY] = KIND_ARRAY,
		[SEGMENT_OBJECT] = KIND_OBJECT, [SEGMENT_APPLY] = UINT8_MAX,
		[SEGMENT_UNEVALUATED] = 0,
	};
	bool is_good = true;

	for (uint32_t i = 0; i < SEGMENT_UNEVALUATED; i++) {
		if (!(kinds[i] & subject->kinds) ||
		    block->start[i] == block->start[i + 1])
			continue;
		if (run_segment(evaluation, block, (enum segment)i, subject))
			continue;
		is_good = false;
		if (!evaluation->is_explaining)
			return false;
	}
	/* What is not evaluated is known only if all before succeeded. */
	return is_good &&
	       run_segment(evaluation, block, SEGMENT_UNEVALUATED, subject);
}

/* With marks of its own, that the caller gets if it succeeds. */
static bool run_tracking(struct evaluation *evaluation,
			 const struct block *block,
			 const struct subject *subject)
{
	struct subject own = *subject;

	own.marks = scratch_push_marks(evaluation, subject);
	if (own.marks == PROGRAM_NONE)
		return false;

	const bool is_good = run_segments(evaluation, block, &own);

	if (is_good)
		scratch_merge(evaluation, own.marks, subject->marks, subject);
	scratch_pop(evaluation, own.marks);
	return is_good;
}

static bool run_block(struct evaluation *evaluation,
		      const struct subject *subject)
{
	const struct block *block =
		&evaluation->program->blocks[subject->block];

	if (block->kinds && !(block->kinds & subject->kinds))
		return evaluation_report_as(evaluation, subject, NULL,
					    KEYWORD_TYPE, subject->at,
					    block->kinds);
	if (block->is_tracking && node_is_container(subject->node))
		return run_tracking(evaluation, block, subject);
	return run_segments(evaluation, block, subject);
}

/* Remember which resources were entered on the way, for dynamic names. */
static bool enter_scope(struct evaluation *evaluation, uint32_t resource)
{
	struct list *scopes = &evaluation->scopes;
	const uint32_t *entered = scopes->data;
	uint32_t *scope;

	if (scopes->count && entered[scopes->count - 1] == resource)
		return true;
	scope = list_add(scopes, evaluation->run->arena, sizeof(*scope));
	if (!scope)
		return evaluation_stop(evaluation,
				       evaluation->run->arena->error,
				       evaluation->run->root);
	*scope = resource;
	return true;
}

static bool enter_block(struct evaluation *evaluation,
			const struct subject *subject)
{
	const struct schema *program = evaluation->program;
	const uint32_t scopes = evaluation->scopes.count;
	bool is_good;

	if (evaluation->depth == DEPTH_MAX)
		return evaluation_stop(evaluation, STOP_DEPTH, subject->at);
	if (!evaluation_spend(evaluation, 1))
		return false;
	if (program->anchor_count &&
	    !enter_scope(evaluation, program->blocks[subject->block].resource))
		return false;
	evaluation->depth++;
	is_good = run_block(evaluation, subject);
	evaluation->depth--;
	evaluation->scopes.count = scopes;
	return is_good && !evaluation->stop;
}

/*
 * Whatever YAML sees in a key, as a name it is a string. A list or mapping as
 * key has no text.
 */
static void become_name(struct subject *subject)
{
	static const struct node nameless = {.type = NODE_NULL, .text = ""};

	subject->kinds = KIND_STRING;
	if (node_is_container(subject->node))
		subject->node = &nameless;
}

/* What must not be there must not, whatever a program makes of it. */
static bool passes_by_tag(struct evaluation *evaluation, uint32_t block,
			  const struct node *node)
{
	if (!(node->flags & NODE_CUSTOM_TAG) || evaluation->run->holds_tagged ||
	    evaluation->program->blocks[block].is_false)
		return false;
	evaluation->tags_met++;
	return true;
}

bool evaluate_fully(struct evaluation *evaluation, uint32_t block,
		    uint32_t child)
{
	const bool is_key = evaluation->doc->nodes[child].flags & NODE_KEY;
	struct subject subject = {
		.at = child,
		.index = doc_resolve(evaluation->doc, child),
		.block = block,
		.marks = PROGRAM_NONE,
	};

	if (block == PROGRAM_TRUE)
		return true;
	subject.node = &evaluation->doc->nodes[subject.index];
	if (is_key)
		become_name(&subject);
	else if (passes_by_tag(evaluation, block, subject.node))
		return true;
	else
		subject.kinds = kinds_of(subject.node);
	evaluation->level++;

	const bool is_good = enter_block(evaluation, &subject);

	evaluation->level--;
	return is_good;
}

bool evaluate_child(struct evaluation *evaluation, uint32_t block,
		    uint32_t child)
{
	return evaluation->is_quick ? quick_hold(evaluation, block, child)
				    : evaluate_fully(evaluation, block, child);
}

bool evaluate_same(struct evaluation *evaluation, uint32_t block,
		   const struct subject *subject, uint32_t marks)
{
	struct subject same = *subject;

	if (evaluation->is_quick && marks == PROGRAM_NONE)
		return quick_hold(evaluation, block, subject->index);
	if (block == PROGRAM_TRUE)
		return true;
	same.block = block;
	same.marks = marks;
	return enter_block(evaluation, &same);
}

bool evaluate_quietly(struct evaluation *evaluation, uint32_t block,
		      const struct subject *subject)
{
	const bool was_explaining = evaluation->is_explaining;
	uint32_t marks = PROGRAM_NONE;

	if (subject->marks != PROGRAM_NONE) {
		marks = scratch_push_marks(evaluation, subject);
		if (marks == PROGRAM_NONE)
			return false;
	}
	evaluation->is_explaining = false;

	const bool is_good = evaluate_same(evaluation, block, subject, marks);

	evaluation->is_explaining = was_explaining;
	if (is_good && marks != PROGRAM_NONE)
		scratch_merge(evaluation, marks, subject->marks, subject);
	scratch_pop(evaluation, marks);
	return is_good;
}

static void report_stop(const struct evaluation *evaluation)
{
	const struct schema_run *run = evaluation->run;
	struct place place =
		place_of_node(run->doc, run->document, evaluation->stop_at);

	if (node_is_container(&run->doc->nodes[evaluation->stop_at]))
		place.length = 1;
	switch ((enum stop)evaluation->stop) {
	case STOP_STEPS:
		findings_limit(run->findings, "steps", place, run->max_steps);
		break;
	case STOP_DEPTH:
		findings_limit(run->findings, "schema-depth", place, DEPTH_MAX);
		break;
	case STOP_PATTERN:
		findings_undecided(run->findings, "limit/pattern", place,
				   "cannot be decided: a pattern of the schema "
				   "takes too many steps");
		break;
	case STOP_CONTENT:
		findings_undecided(run->findings, "limit/content", place,
				   "cannot be decided: the JSON text in it is "
				   "too large or too deeply nested");
		break;
	case STOP_UNRESOLVED:
		findings_undecided(
			run->findings, "schema/unresolved", place,
			"cannot be decided: the schema refers to %.200s, which "
			"is not at hand; nothing is fetched: say with --map or "
			"--catalog where a copy lies",
			program_text(evaluation->program,
				     evaluation->unresolved)
				.data);
		break;
	case STOP_DIGITS:
		findings_undecided(run->findings, "limit/digits", place,
				   "cannot be decided: the number has too many "
				   "digits for multipleOf");
		break;
	}
}

/* The second run, which says what is wrong. */
static int explain(struct evaluation *evaluation)
{
	const struct schema_run *run = evaluation->run;

	evaluation->is_explaining = true;
	evaluation->budget = (struct equal_budget){run->max_steps, 0};
	evaluation->scratch.used = 0;
	evaluation->scopes.count = 0;
	(void)evaluate_child(evaluation, evaluation->program->entry, run->root);
	if (evaluation->stop < 0)
		return evaluation->stop;
	return messages_add(evaluation);
}

/* By the full form, and explained if it is not valid. */
static int evaluate_in_full(struct evaluation *evaluation)
{
	if (!evaluation->stop &&
	    evaluate_child(evaluation, evaluation->program->entry,
			   evaluation->run->root))
		return 0;
	if (evaluation->stop < 0)
		return evaluation->stop;
	if (!evaluation->stop)
		return explain(evaluation);
	report_stop(evaluation);
	return 0;
}

static int evaluate(struct evaluation *evaluation, bool is_quick_enough)
{
	const int r = is_quick_enough ? 0 : evaluate_in_full(evaluation);

	pattern_memory_free(evaluation->memory);
	return r ? r : evaluation->run->arena->error;
}

int schema_evaluate_fully(const struct schema *schema,
			  const struct schema_run *run)
{
	struct evaluation evaluation = {.program = schema,
					.run = run,
					.doc = run->doc,
					.budget = {run->max_steps, 0}};

	return evaluate(&evaluation, false);
}

int schema_evaluate(const struct schema *schema, const struct schema_run *run)
{
	struct evaluation evaluation = {.program = schema,
					.run = run,
					.doc = run->doc,
					.budget = {run->max_steps, 0}};

	return evaluate(&evaluation, quick_evaluate(&evaluation));
}
