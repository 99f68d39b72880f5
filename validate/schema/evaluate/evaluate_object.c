#include "validate/schema/evaluate/evaluation.h"

bool evaluate_min_properties(struct evaluation *evaluation,
			     const uint32_t *code,
			     const struct subject *subject)
{
	return subject->node->size >= code[2] ||
	       evaluation_report(evaluation, subject, code, subject->at, 0);
}

bool evaluate_max_properties(struct evaluation *evaluation,
			     const uint32_t *code,
			     const struct subject *subject)
{
	return subject->node->size <= code[2] ||
	       evaluation_report(evaluation, subject, code, subject->at, 0);
}

/* An instruction OPERATION_MEMBERS at work. */
struct members {
	const uint32_t *code;
	const struct subject *subject;
	const struct program_slot *slots;
	uint32_t mask;
	uint32_t found; /* in scratch: a bit for each required key */
};

/* One member of the subject. */
struct member {
	uint32_t key;
	uint32_t value;
	uint32_t number;
	struct span name;
	uint32_t hash;
};

static const struct program_slot *find_slot(const struct evaluation *evaluation,
					    const struct members *members,
					    const struct member *member)
{
	for (uint32_t at = program_spread(member->hash);; at++) {
		const struct program_slot *slot =
			&members->slots[at & members->mask];

		if (slot->key == PROGRAM_NONE)
			return NULL;
		if (slot->hash == member->hash &&
		    span_equal(program_text(evaluation->program, slot->key),
			       member->name))
			return slot;
	}
}

/* Hold a value against a block; that nothing may be there is the key's fault.
 */
static bool evaluate_member(struct evaluation *evaluation,
			    const struct members *members,
			    const struct member *member, enum keyword keyword,
			    uint32_t block)
{
	scratch_mark(evaluation, members->subject->marks, member->number);
	if (evaluation->program->blocks[block].is_false)
		return evaluation_report_as(evaluation, members->subject,
					    members->code, keyword, member->key,
					    0);
	return evaluate_child(evaluation, block, member->value);
}

/* Every pattern that the name matches; *is_known if there is one. */
static bool evaluate_patterns(struct evaluation *evaluation,
			      const struct members *members,
			      const struct member *member, bool *is_known)
{
	const uint32_t *pattern = members->code + MEMBERS_HEAD;
	bool is_good = true;

	for (uint32_t i = 0; i < members->code[4]; i++, pattern += 2) {
		if (!evaluation_match(evaluation, pattern[0], member->name,
				      member->key)) {
			if (evaluation->stop)
				return false;
			continue;
		}
		*is_known = true;
		if (!evaluate_member(evaluation, members, member,
				     KEYWORD_PATTERN_PROPERTIES, pattern[1]))
			is_good = false;
		if (!is_good && !evaluation->is_explaining)
			return false;
	}
	return is_good;
}

static bool hold(struct evaluation *evaluation, const struct members *members,
		 const struct member *member)
{
	const struct program_slot *slot =
		find_slot(evaluation, members, member);
	bool is_known = false;
	bool is_good = true;

	if (slot && slot->required != PROGRAM_NONE)
		scratch_mark(evaluation, members->found, slot->required);
	if (slot && slot->block != PROGRAM_NONE) {
		is_known = true;
		is_good = evaluate_member(evaluation, members, member,
					  KEYWORD_PROPERTIES, slot->block);
	}
	if (!is_good && !evaluation->is_explaining)
		return false;
	if (members->code[4] &&
	    !evaluate_patterns(evaluation, members, member, &is_known))
		is_good = false;
	if (is_known || members->code[3] == PROGRAM_NONE || evaluation->stop)
		return is_good;
	return evaluate_member(evaluation, members, member,
			       KEYWORD_ADDITIONAL_PROPERTIES, members->code[3]);
}

static bool check_required(struct evaluation *evaluation,
			   const struct members *members)
{
	const struct subject *subject = members->subject;
	bool is_good = true;

	if (!members->code[2])
		return true;
	for (uint32_t i = 0; i <= members->mask; i++) {
		const struct program_slot *slot = &members->slots[i];

		if (slot->key == PROGRAM_NONE ||
		    slot->required == PROGRAM_NONE ||
		    scratch_is_marked(evaluation, members->found,
				      slot->required))
			continue;
		is_good = evaluation_report_as(evaluation, subject,
					       members->code, KEYWORD_REQUIRED,
					       subject->at, slot->key);
		if (!evaluation->is_explaining)
			return false;
	}
	return is_good;
}

static bool hold_all(struct evaluation *evaluation,
		     const struct members *members)
{
	const struct doc *doc = evaluation->doc;
	const struct subject *subject = members->subject;
	struct member member = {0};
	bool is_good = true;

	for (uint32_t at = subject->index + 1; at < subject->node->next;
	     member.number++) {
		const struct node *key = doc_node(doc, at);

		if (!evaluation_spend(evaluation, 1))
			return false;
		member.key = at;
		member.value = doc->nodes[at].next;
		member.name = evaluation_key(evaluation, at);
		member.hash = node_is_container(key) ? doc_hash(member.name)
						     : key->hash;
		if (!hold(evaluation, members, &member)) {
			is_good = false;
			if (!evaluation->is_explaining)
				return false;
		}
		at = doc->nodes[member.value].next;
	}
	return is_good;
}

bool evaluate_members(struct evaluation *evaluation, const uint32_t *code,
		      const struct subject *subject)
{
	struct members members = {.code = code,
				  .subject = subject,
				  .slots = program_slots(code),
				  .mask = code[5],
				  .found = PROGRAM_NONE};
	bool is_good;

	if (code[2] > subject->node->size && !evaluation->is_explaining)
		return false;
	if (code[2]) {
		members.found = scratch_push(evaluation, code[2] / 64 + 1);
		if (members.found == PROGRAM_NONE)
			return false;
	}
	is_good = hold_all(evaluation, &members);
	if (is_good || evaluation->is_explaining)
		is_good = check_required(evaluation, &members) && is_good;
	scratch_pop(evaluation, members.found);
	return is_good;
}

bool evaluate_property_names(struct evaluation *evaluation,
			     const uint32_t *code,
			     const struct subject *subject)
{
	const struct doc *doc = evaluation->doc;
	bool is_good = true;

	for (uint32_t at = subject->index + 1; at < subject->node->next;
	     at = doc->nodes[doc->nodes[at].next].next) {
		if (!evaluation_spend(evaluation, 1))
			return false;
		if (evaluate_child(evaluation, code[2], at))
			continue;
		is_good = false;
		if (!evaluation->is_explaining)
			return false;
	}
	return is_good;
}

/* The key of that name, DOC_NONE if there is none. */
static uint32_t find_key(struct evaluation *evaluation,
			 const struct subject *subject, uint32_t key)
{
	const struct program_key *wanted = &evaluation->program->keys[key];
	const struct doc *doc = evaluation->doc;

	if (!evaluation_spend(evaluation, subject->node->size / 4))
		return DOC_NONE;
	for (uint32_t at = subject->index + 1; at < subject->node->next;
	     at = doc->nodes[doc->nodes[at].next].next) {
		const struct node *node = doc_node(doc, at);

		if (!node_is_container(node) && node->hash == wanted->hash &&
		    span_equal(node_text(node),
			       (struct span){wanted->text, wanted->size}))
			return at;
	}
	return DOC_NONE;
}

bool evaluate_dependent_required(struct evaluation *evaluation,
				 const uint32_t *code,
				 const struct subject *subject)
{
	const uint32_t key = find_key(evaluation, subject, code[2]);
	bool is_good = true;

	if (key == DOC_NONE)
		return true;
	for (uint32_t i = 0; i < code[3]; i++) {
		if (find_key(evaluation, subject, code[4 + i]) != DOC_NONE)
			continue;
		is_good = evaluation_report(evaluation, subject, code, key,
					    code[4 + i]);
		if (!evaluation->is_explaining)
			return false;
	}
	return is_good;
}

bool evaluate_dependent_schema(struct evaluation *evaluation,
			       const uint32_t *code,
			       const struct subject *subject)
{
	if (find_key(evaluation, subject, code[2]) == DOC_NONE)
		return true;
	return evaluate_same(evaluation, code[3], subject, subject->marks);
}

bool evaluate_unevaluated_properties(struct evaluation *evaluation,
				     const uint32_t *code,
				     const struct subject *subject)
{
	const struct doc *doc = evaluation->doc;
	const bool is_false = evaluation->program->blocks[code[2]].is_false;
	bool is_good = true;
	uint32_t number = 0;

	if (subject->node->type != NODE_OBJECT)
		return true;
	for (uint32_t at = subject->index + 1; at < subject->node->next;
	     number++, at = doc->nodes[doc->nodes[at].next].next) {
		if (!evaluation_spend(evaluation, 1))
			return false;
		if (scratch_is_marked(evaluation, subject->marks, number))
			continue;
		if (is_false)
			is_good = evaluation_report(evaluation, subject, code,
						    at, 0);
		else if (!evaluate_child(evaluation, code[2],
					 doc->nodes[at].next))
			is_good = false;
		if (!is_good && !evaluation->is_explaining)
			return false;
	}
	scratch_mark_all(evaluation, subject->marks, subject);
	return is_good;
}
