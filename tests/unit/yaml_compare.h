/*
 * Does the quick YAML reader make of a text what the library's does, field by
 * field? It may also leave the text; then nothing may have happened.
 */
#ifndef TESTS_UNIT_YAML_COMPARE_H
#define TESTS_UNIT_YAML_COMPARE_H

#include "tests/unit/unit.h"

#include "validate/formats/yaml/quick/quick.h"
#include "validate/formats/yaml/yaml.h"

/* The two readings of a text. */
struct two_readings {
	struct reading quick;
	struct reading library;
	const char *skips[2];
};

/* Run a reader; `reading` has its limits. Returns why the file is skipped. */
static inline const char *
read_yaml_with(struct reading *reading, format_reader *reader, struct span text)
{
	reading->bytes = malloc(text.size ? text.size : 1);
	if (text.size)
		memcpy(reading->bytes, text.data, text.size);
	arena_init(&reading->arena, reading->limits.arena_bytes);
	findings_init(&reading->findings, &reading->arena,
		      reading->limits.findings);

	const struct span source = {reading->bytes, text.size};

	doc_init(&reading->doc, &reading->arena, source, reading->limits.nodes);

	struct parse parse = {.source = source,
			      .limits = &reading->limits,
			      .dialect = "",
			      .doc = &reading->doc,
			      .findings = &reading->findings};

	reading->result = reader(&parse);
	return parse.skip;
}

static inline bool same_text(const char *a, const char *b)
{
	return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

static inline bool same_node(const struct node *a, const struct node *b)
{
	if (a->type != b->type || a->flags != b->flags ||
	    a->reserved != b->reserved || a->offset != b->offset ||
	    a->length != b->length || a->next != b->next ||
	    a->size != b->size || a->hash != b->hash)
		return false;
	return node_is_container(a) || a->type == NODE_ALIAS ||
	       span_equal(node_text(a), node_text(b));
}

static inline bool same_document(const struct document *a,
				 const struct document *b)
{
	return a->root == b->root && a->offset == b->offset &&
	       !a->schema.data == !b->schema.data &&
	       span_equal(a->schema, b->schema) &&
	       a->schema_offset == b->schema_offset;
}

static inline bool same_finding(const struct raw_finding *a,
				const struct raw_finding *b)
{
	return a->severity == b->severity &&
	       a->place.document == b->place.document &&
	       a->place.offset == b->place.offset &&
	       a->place.length == b->place.length &&
	       a->place.node == b->place.node && a->order == b->order &&
	       same_text(a->rule, b->rule) &&
	       same_text(a->message, b->message) &&
	       same_text(a->schema_location, b->schema_location);
}

/* What differs first, or NULL. */
static inline const char *differing_doc(const struct doc *a,
					const struct doc *b)
{
	if (a->count != b->count)
		return "number of nodes";
	if (a->document_count != b->document_count)
		return "number of documents";
	for (uint32_t i = 0; i < a->count; i++)
		if (!same_node(&a->nodes[i], &b->nodes[i]))
			return "a node";
	for (uint32_t i = 0; i < a->document_count; i++)
		if (!same_document(&a->documents[i], &b->documents[i]))
			return "a document";
	return NULL;
}

static inline const char *differing_findings(const struct findings *a,
					     const struct findings *b)
{
	if (a->count != b->count ||
	    memcmp(a->totals, b->totals, sizeof(a->totals)) != 0)
		return "number of findings";
	if (a->is_undecided != b->is_undecided)
		return "being decided";
	for (uint32_t i = 0; i < a->count; i++)
		if (!same_finding(&a->list[i], &b->list[i]))
			return "a finding";
	return NULL;
}

/* A text that is left must leave no trace. */
static inline const char *trace_of(const struct reading *reading)
{
	const bool is_clean =
		!reading->doc.count && !reading->doc.nodes &&
		!reading->doc.document_count && !reading->findings.count &&
		!reading->findings.totals[SEVERITY_ERROR] &&
		!reading->findings.totals[SEVERITY_WARNING] &&
		!reading->findings.is_undecided && !reading->arena.used_bytes &&
		!reading->arena.error;

	return is_clean ? NULL : "a trace of what was left";
}

static inline const char *differing_part(const struct two_readings *two)
{
	const struct reading *quick = &two->quick;
	const struct reading *library = &two->library;
	const char *part;

	if (quick->result == QUICK_LEFT)
		return trace_of(quick);
	if (quick->result || library->result)
		return "the result";
	if (!same_text(two->skips[0], two->skips[1]))
		return "being skipped";
	part = differing_doc(&quick->doc, &library->doc);
	return part ? part
		    : differing_findings(&quick->findings, &library->findings);
}

/*
 * Read a text both ways; fails the test where they differ. Returns whether the
 * quick reader took it.
 */
static inline bool compare_readers(struct span text,
				   const struct limits *limits)
{
	struct two_readings two = {.quick.limits = *limits,
				   .library.limits = *limits};
	const char *part;
	bool is_taken;

	two.skips[0] = read_yaml_with(&two.quick, quick_read, text);
	two.skips[1] = read_yaml_with(&two.library, yaml_read_by_library, text);
	part = differing_part(&two);
	is_taken = two.quick.result == 0;
	reading_release(&two.quick);
	reading_release(&two.library);
	if (part)
		fail_msg("the readers differ in %s:\n%.*s", part,
			 (int)text.size, text.data);
	return is_taken;
}

#endif
