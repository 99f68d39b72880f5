#include "validate/schema/evaluate/evaluation.h"
#include "validate/schema/number.h"
#include "validate/schema/strings/content.h"
#include "validate/schema/strings/format_check.h"

#include <errno.h>

bool evaluate_false(struct evaluation *evaluation, const uint32_t *code,
		    const struct subject *subject)
{
	return evaluation_report(evaluation, subject, code, subject->at, 0);
}

/* Untyped text is compared with every constant: it can be several things. */
static bool is_one_of_untyped(const struct evaluation *evaluation,
			      const uint32_t *code, const struct node *node)
{
	const struct node *constants = evaluation->program->constants.nodes;
	uint32_t at = code[3];

	for (uint32_t i = 0; i < code[2]; i++) {
		if (equal_untyped(node_text(node), &constants[at]))
			return true;
		at = constants[at].next;
	}
	return false;
}

static bool is_one_of(struct evaluation *evaluation, const uint32_t *code,
		      const struct subject *subject)
{
	const struct equal_value value = {evaluation->doc, subject->index};
	const uint32_t *table = code + 5;
	const uint32_t mask = code[4];
	uint32_t at =
		subject->node->type == NODE_STRING
			? subject->node->hash
			: equal_hash_within(evaluation->doc, subject->index,
					    &evaluation->budget);

	for (at = program_spread(at); table[at & mask]; at++) {
		const struct equal_value constant = {
			&evaluation->program->constants, table[at & mask] - 1};

		if (equal_values(constant, value, &evaluation->budget))
			return true;
		if (!evaluation_spend(evaluation, 1))
			return false;
	}
	return false;
}

/* A key is a string, whatever YAML sees in it. */
static bool is_one_of_names(const struct evaluation *evaluation,
			    const uint32_t *code, const struct node *key)
{
	const struct node *constants = evaluation->program->constants.nodes;
	uint32_t at = code[3];

	for (uint32_t i = 0; i < code[2]; i++) {
		if (constants[at].type == NODE_STRING &&
		    span_equal(node_text(&constants[at]), node_text(key)))
			return true;
		at = constants[at].next;
	}
	return false;
}

bool evaluate_enum(struct evaluation *evaluation, const uint32_t *code,
		   const struct subject *subject)
{
	const struct node *node = subject->node;
	bool is_good;

	if (node->flags & NODE_UNTYPED)
		is_good = is_one_of_untyped(evaluation, code, node);
	else if (subject->kinds == KIND_STRING && node->type != NODE_STRING)
		is_good = is_one_of_names(evaluation, code, node);
	else
		is_good = is_one_of(evaluation, code, subject);
	return is_good ||
	       evaluation_report(evaluation, subject, code, subject->at, 0);
}

/*
 * Less than, equal to or greater than 0, as the value is to the limit of the
 * instruction; false if it is no number that can be compared.
 */
static bool compare(const struct evaluation *evaluation, const uint32_t *code,
		    const struct subject *subject, int *order)
{
	const struct span text = node_text(subject->node);
	const int64_t limit = (int64_t)((uint64_t)code[5] << 32 | code[4]);
	struct number number;
	struct number bound;
	int64_t value;

	if (code[3] && number_small(text, &value)) {
		*order = (value > limit) - (value < limit);
		return true;
	}
	if (!number_read(text, &number) || number.class == NUMBER_NAN ||
	    !number_read(
		    node_text(&evaluation->program->constants.nodes[code[2]]),
		    &bound))
		return false;
	*order = number_compare(&number, &bound);
	return true;
}

bool evaluate_minimum(struct evaluation *evaluation, const uint32_t *code,
		      const struct subject *subject)
{
	int order;

	if (compare(evaluation, code, subject, &order) && order >= 0)
		return true;
	return evaluation_report(evaluation, subject, code, subject->at, 0);
}

bool evaluate_maximum(struct evaluation *evaluation, const uint32_t *code,
		      const struct subject *subject)
{
	int order;

	if (compare(evaluation, code, subject, &order) && order <= 0)
		return true;
	return evaluation_report(evaluation, subject, code, subject->at, 0);
}

bool evaluate_exclusive_minimum(struct evaluation *evaluation,
				const uint32_t *code,
				const struct subject *subject)
{
	int order;

	if (compare(evaluation, code, subject, &order) && order > 0)
		return true;
	return evaluation_report(evaluation, subject, code, subject->at, 0);
}

bool evaluate_exclusive_maximum(struct evaluation *evaluation,
				const uint32_t *code,
				const struct subject *subject)
{
	int order;

	if (compare(evaluation, code, subject, &order) && order < 0)
		return true;
	return evaluation_report(evaluation, subject, code, subject->at, 0);
}

static int is_multiple(const struct evaluation *evaluation,
		       const uint32_t *code, struct span text)
{
	const int64_t divisor = (int64_t)((uint64_t)code[5] << 32 | code[4]);
	struct number number;
	struct number by;
	int64_t value;

	if (code[3] && number_small(text, &value))
		return value % divisor == 0;
	if (!number_read(text, &number) ||
	    !number_read(
		    node_text(&evaluation->program->constants.nodes[code[2]]),
		    &by))
		return 0;
	return number_is_multiple(&number, &by);
}

bool evaluate_multiple_of(struct evaluation *evaluation, const uint32_t *code,
			  const struct subject *subject)
{
	const int r = is_multiple(evaluation, code, node_text(subject->node));

	if (r < 0)
		return evaluation_stop(evaluation, STOP_DIGITS, subject->at);
	return r ||
	       evaluation_report(evaluation, subject, code, subject->at, 0);
}

static uint32_t count_code_points(struct span text)
{
	uint32_t count = 0;

	for (size_t i = 0; i < text.size; i++)
		count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
	return count;
}

/* Bytes bound code points on both sides: mostly nothing is to be counted. */
bool evaluate_min_length(struct evaluation *evaluation, const uint32_t *code,
			 const struct subject *subject)
{
	const struct span text = node_text(subject->node);

	if (text.size >= (uint64_t)code[2] * 4 ||
	    (text.size >= code[2] && count_code_points(text) >= code[2]))
		return true;
	return evaluation_report(evaluation, subject, code, subject->at, 0);
}

bool evaluate_max_length(struct evaluation *evaluation, const uint32_t *code,
			 const struct subject *subject)
{
	const struct span text = node_text(subject->node);

	if (text.size <= code[2] || count_code_points(text) <= code[2])
		return true;
	return evaluation_report(evaluation, subject, code, subject->at, 0);
}

bool evaluate_pattern(struct evaluation *evaluation, const uint32_t *code,
		      const struct subject *subject)
{
	if (evaluation_match(evaluation, code[2], node_text(subject->node),
			     subject->at))
		return true;
	return evaluation_report(evaluation, subject, code, subject->at, 0);
}

bool evaluate_format(struct evaluation *evaluation, const uint32_t *code,
		     const struct subject *subject)
{
	if (format_check(code[2], node_text(subject->node)))
		return true;
	return evaluation_report(evaluation, subject, code, subject->at, 0);
}

bool evaluate_base64(struct evaluation *evaluation, const uint32_t *code,
		     const struct subject *subject)
{
	if (content_is_base64(node_text(subject->node)))
		return true;
	return evaluation_report(evaluation, subject, code, subject->at, 0);
}

bool evaluate_json(struct evaluation *evaluation, const uint32_t *code,
		   const struct subject *subject)
{
	const struct span text = node_text(subject->node);
	const struct arena *arena = evaluation->run->arena;

	/* A step is about as much work as reading 16 bytes. */
	if (!evaluation_spend(evaluation, text.size / 16))
		return false;

	const int r = content_is_json(text, code[2],
				      arena->limit_bytes - arena->used_bytes,
				      evaluation->run->host);

	if (r > 0)
		return true;
	if (r == 0)
		return evaluation_report(evaluation, subject, code, subject->at,
					 0);
	return evaluation_stop(evaluation, r == -E2BIG ? STOP_CONTENT : r,
			       subject->at);
}
