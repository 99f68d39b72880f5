#include "validate/schema/evaluate/evaluation.h"

bool evaluate_min_items(struct evaluation *evaluation, const uint32_t *code,
			const struct subject *subject)
{
	return subject->node->size >= code[2] ||
	       evaluation_report(evaluation, subject, code, subject->at, 0);
}

bool evaluate_max_items(struct evaluation *evaluation, const uint32_t *code,
			const struct subject *subject)
{
	return subject->node->size <= code[2] ||
	       evaluation_report(evaluation, subject, code, subject->at, 0);
}

/* One item against the block that its number gives it. */
static bool evaluate_item(struct evaluation *evaluation, const uint32_t *code,
			  const struct subject *subject, uint32_t number,
			  uint32_t item)
{
	const bool is_rest = number >= code[4];
	const uint32_t block = is_rest ? code[2] : code[5 + number];

	scratch_mark(evaluation, subject->marks, number);
	if (is_rest && evaluation->program->blocks[block].is_false)
		return evaluation_report_as(evaluation, subject, code,
					    (enum keyword)code[3], item,
					    code[4]);
	return evaluate_child(evaluation, block, item);
}

bool evaluate_items(struct evaluation *evaluation, const uint32_t *code,
		    const struct subject *subject)
{
	const uint32_t end = subject->node->next;
	bool is_good = true;
	uint32_t number = 0;

	for (uint32_t at = subject->index + 1; at < end; number++) {
		if (number >= code[4] && code[2] == PROGRAM_NONE)
			return is_good;
		if (!evaluation_spend(evaluation, 1))
			return false;
		if (!evaluate_item(evaluation, code, subject, number, at)) {
			is_good = false;
			if (!evaluation->is_explaining)
				return false;
			/* Too many items: say so once. */
			if (number >= code[4] &&
			    evaluation->program->blocks[code[2]].is_false)
				return false;
		}
		at = evaluation->doc->nodes[at].next;
	}
	return is_good;
}

bool evaluate_contains(struct evaluation *evaluation, const uint32_t *code,
		       const struct subject *subject)
{
	const bool was_explaining = evaluation->is_explaining;
	const bool is_marking = code[5] && subject->marks != PROGRAM_NONE;
	const uint32_t tags = evaluation->tags_met;
	uint32_t number = 0;
	uint32_t matches = 0;

	evaluation->is_explaining = false;
	for (uint32_t at = subject->index + 1; at < subject->node->next;
	     number++) {
		if (!evaluation_spend(evaluation, 1))
			break;
		if (evaluate_child(evaluation, code[2], at)) {
			matches++;
			if (is_marking)
				scratch_mark(evaluation, subject->marks,
					     number);
		}
		/* Enough, unless there can be too many. */
		if (!is_marking && matches >= code[3] &&
		    (code[4] == PROGRAM_NONE || matches > code[4]))
			break;
		at = evaluation->doc->nodes[at].next;
	}
	evaluation->is_explaining = was_explaining;
	if (evaluation->stop)
		return false;
	if (matches >= code[3] &&
	    (matches <= code[4] || evaluation->tags_met != tags))
		return true;
	return evaluation_report(evaluation, subject, code, subject->at,
				 matches);
}

/* Items seen so far: hash in the high half, node + 1 in the low one. */
struct seen {
	uint32_t table; /* in scratch */
	uint32_t mask;
};

/* Add an item; the node of an equal one seen before, or DOC_NONE. */
static uint32_t add_item(struct evaluation *evaluation, struct seen seen,
			 uint32_t item)
{
	const uint32_t hash =
		equal_hash_within(evaluation->doc, item, &evaluation->budget);
	uint32_t at = program_spread(hash) & seen.mask;
	uint64_t *table = evaluation->scratch.words + seen.table;

	for (; table[at]; at = (at + 1) & seen.mask) {
		const uint32_t other = (uint32_t)table[at] - 1;

		if (!evaluation_spend(evaluation, 1))
			return DOC_NONE;
		if (table[at] >> 32 == hash &&
		    equal_values((struct equal_value){evaluation->doc, other},
				 (struct equal_value){evaluation->doc, item},
				 &evaluation->budget))
			return other;
	}
	table[at] = (uint64_t)hash << 32 | (item + 1);
	return DOC_NONE;
}

static bool find_repeats(struct evaluation *evaluation, const uint32_t *code,
			 const struct subject *subject, struct seen seen)
{
	bool is_good = true;

	for (uint32_t at = subject->index + 1; at < subject->node->next;
	     at = evaluation->doc->nodes[at].next) {
		if (!evaluation_spend(evaluation, 1))
			return false;

		const uint32_t first = add_item(evaluation, seen, at);

		if (first == DOC_NONE)
			continue;
		is_good =
			evaluation_report(evaluation, subject, code, at, first);
		if (!evaluation->is_explaining)
			return false;
	}
	/* Hashing and comparing stop silently when the steps are used up. */
	return evaluation_spend(evaluation, 1) && is_good;
}

/* Two that look the same may become different, and the reverse. */
static bool has_tagged_items(const struct evaluation *evaluation,
			     const struct subject *subject)
{
	const struct doc *doc = evaluation->doc;

	if (evaluation->run->holds_tagged)
		return false;
	for (uint32_t at = subject->index + 1; at < subject->node->next;
	     at = doc->nodes[at].next)
		if (doc_node(doc, at)->flags & NODE_CUSTOM_TAG)
			return true;
	return false;
}

bool evaluate_unique_items(struct evaluation *evaluation, const uint32_t *code,
			   const struct subject *subject)
{
	uint32_t size = 4;
	struct seen seen;

	if (subject->node->size < 2 || has_tagged_items(evaluation, subject))
		return true;
	while (size < (uint64_t)subject->node->size * 2)
		size *= 2;
	seen.mask = size - 1;
	seen.table = scratch_push(evaluation, size);
	if (seen.table == PROGRAM_NONE)
		return false;

	const bool is_good = find_repeats(evaluation, code, subject, seen);

	scratch_pop(evaluation, seen.table);
	return is_good;
}

bool evaluate_unevaluated_items(struct evaluation *evaluation,
				const uint32_t *code,
				const struct subject *subject)
{
	const bool is_false = evaluation->program->blocks[code[2]].is_false;
	bool is_good = true;
	uint32_t number = 0;

	if (subject->node->type != NODE_ARRAY)
		return true;
	for (uint32_t at = subject->index + 1; at < subject->node->next;
	     number++, at = evaluation->doc->nodes[at].next) {
		if (!evaluation_spend(evaluation, 1))
			return false;
		if (scratch_is_marked(evaluation, subject->marks, number))
			continue;
		if (is_false)
			is_good = evaluation_report(evaluation, subject, code,
						    at, number);
		else if (!evaluate_child(evaluation, code[2], at))
			is_good = false;
		if (!is_good && !evaluation->is_explaining)
			return false;
	}
	scratch_mark_all(evaluation, subject->marks, subject);
	return is_good;
}
