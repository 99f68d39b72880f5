#include "validate/schema/evaluate/message.h"

#include "validate/schema/evaluate/location.h"
#include "validate/schema/evaluate/words.h"

/* The key that holds a value, DOC_NONE if it is an item or the root. */
static uint32_t holder_of(const struct doc *doc, uint32_t value)
{
	if (value > 0 && doc->nodes[value - 1].flags & NODE_KEY &&
	    doc->nodes[value - 1].next == value)
		return value - 1;
	return DOC_NONE;
}

/*
 * What to point at: the value or key itself; for what a container lacks
 * or has too much of, the key that holds it. A container is pointed at
 * by its first character.
 */
static struct place place_of(const struct evaluation *evaluation,
			     const struct violation *violation)
{
	const struct schema_run *run = evaluation->run;
	const bool is_container =
		node_is_container(doc_node(run->doc, violation->at));
	uint32_t node = violation->at;

	if (is_container && violation->keyword != KEYWORD_TYPE &&
	    violation->keyword != KEYWORD_UNIQUE_ITEMS) {
		const uint32_t holder = holder_of(run->doc, violation->at);

		if (holder != DOC_NONE)
			node = holder;
	}

	struct place place = place_of_node(run->doc, run->document, node);

	if (node_is_container(&run->doc->nodes[node]))
		place.length = 1;
	return place;
}

/* Was the same said shortly before? Schemas often demand it twice. */
static bool is_repeated(const struct violation *list, uint32_t number)
{
	const struct violation *violation = &list[number];
	const uint32_t from = number > 32 ? number - 32 : 0;

	for (uint32_t i = from; i < number; i++) {
		if (list[i].at != violation->at ||
		    list[i].keyword != violation->keyword ||
		    list[i].detail != violation->detail)
			continue;
		if (list[i].code == violation->code ||
		    violation->keyword == KEYWORD_REQUIRED ||
		    violation->keyword == KEYWORD_ADDITIONAL_PROPERTIES)
			return true;
	}
	return false;
}

static int add(const struct evaluation *evaluation,
	       const struct violation *violation)
{
	const struct schema *program = evaluation->program;
	const struct schema_run *run = evaluation->run;
	struct message message = {
		.evaluation = evaluation,
		.violation = violation,
		.code = violation->code == PROGRAM_NONE
				? NULL
				: program->code + violation->code,
		.node = doc_node(run->doc, violation->at),
	};
	const bool is_false = message.code && program_operation(message.code) ==
						      OPERATION_FALSE;
	const char *rule = is_false ? "schema/false"
				    : keyword_facts[violation->keyword].rule;
	const struct place place = place_of(evaluation, violation);
	const char *location = "";

	/* Findings that are only counted need no text. */
	if (findings_would_keep(run->findings, rule, place.offset)) {
		words_say(&message);
		location = location_text(
			program, program->blocks[violation->block].location,
			is_false ? KEYWORD_COUNT : violation->keyword,
			run->arena);
		if (!location)
			return run->arena->error;
	}
	findings_add_schema(run->findings, rule, place, location, "%s",
			    message.text);
	return run->arena->error;
}

int messages_add(const struct evaluation *evaluation)
{
	const struct violation *list = evaluation->violations.data;
	const uint32_t count = evaluation->violations.count;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < count; i++)
		if (!is_repeated(list, i))
			r = add(evaluation, &list[i]);
	if (r == 0 && count == 0)
		findings_add_schema(
			evaluation->run->findings, "schema/invalid",
			place_at(evaluation->run->document,
				 evaluation->doc->nodes[evaluation->run->root]
					 .offset,
				 1),
			"",
			"is not as the schema demands; it is too "
			"intricate to "
			"say where");
	return r;
}
