/*
 * What the YAML reader made of a text, as one line that tests compare.
 */
#ifndef TESTS_UNIT_YAML_SHOWN_H
#define TESTS_UNIT_YAML_SHOWN_H

#include "tests/unit/shown.h"
#include "tests/unit/yaml_compare.h"

#include "validate/text.h"

static inline void show_yaml_value(struct shown *shown, const struct doc *doc,
				   uint32_t index);

static inline void show_yaml_scalar(struct shown *shown,
				    const struct node *node)
{
	const char *quote = node->type == NODE_STRING ? "\"" : "";
	const char *suffix = node->type != NODE_NUMBER	     ? ""
			     : node->flags & NODE_NOT_FINITE ? "#"
			     : node->flags & NODE_INTEGER    ? "i"
							     : "f";

	if (node->type == NODE_BOOL)
		assert_true(span_is(node_text(node), node->flags & NODE_TRUE
							     ? "true"
							     : "false"));
	show(shown, "%s%.*s%s%s", quote, (int)node->size, node->text, quote,
	     suffix);
}

/* A merged key has `^` before it. */
static inline void show_yaml_object(struct shown *shown, const struct doc *doc,
				    uint32_t object)
{
	uint32_t pairs = 0;

	show(shown, "{");
	for (uint32_t key = object + 1; key < doc->nodes[object].next;) {
		const uint32_t value = doc->nodes[key].next;

		assert_true(doc->nodes[key].flags & NODE_KEY);
		show(shown, "%s%s", pairs++ ? ", " : "",
		     doc->nodes[key].flags & NODE_MERGED ? "^" : "");
		show_yaml_value(shown, doc, key);
		show(shown, ": ");
		show_yaml_value(shown, doc, value);
		key = doc->nodes[value].next;
	}
	assert_int_equal(pairs, doc->nodes[object].size);
	show(shown, "}");
}

static inline void show_yaml_array(struct shown *shown, const struct doc *doc,
				   uint32_t array)
{
	uint32_t items = 0;

	show(shown, "[");
	for (uint32_t item = array + 1; item < doc->nodes[array].next;
	     item = doc->nodes[item].next) {
		show(shown, "%s", items++ ? ", " : "");
		show_yaml_value(shown, doc, item);
	}
	assert_int_equal(items, doc->nodes[array].size);
	show(shown, "]");
}

/*
 * Strings in quotes; numbers end in i (integer), f or # (not finite); aliases
 * as what they stand for, after `*`.
 */
static inline void show_yaml_value(struct shown *shown, const struct doc *doc,
				   uint32_t index)
{
	const uint32_t target = doc_resolve(doc, index);
	const struct node *node = &doc->nodes[target];

	assert_int_equal(doc->nodes[index].reserved, 0);
	if (target != index) {
		assert_int_equal(doc->nodes[index].next, index + 1);
		show(shown, "*");
	}
	if (node->type == NODE_OBJECT)
		show_yaml_object(shown, doc, target);
	else if (node->type == NODE_ARRAY)
		show_yaml_array(shown, doc, target);
	else
		show_yaml_scalar(shown, node);
}

/* All documents, " | " between; `!` is one that could not be read. */
static inline char *shown_yaml_values(const struct reading *reading)
{
	const struct doc *doc = &reading->doc;
	struct shown shown = {0};

	show(&shown, "%s", "");
	for (uint32_t i = 0; i < doc->document_count; i++) {
		show(&shown, "%s", i ? " | " : "");
		if (doc->documents[i].root == DOC_NONE)
			show(&shown, "!");
		else
			show_yaml_value(&shown, doc, doc->documents[i].root);
	}
	return shown.text;
}

/* All findings as "DOCUMENT:LINE:COLUMN+WIDTH RULE", ", " between. */
static inline char *shown_yaml_findings(const struct reading *reading)
{
	const struct span source = reading->doc.source;
	struct shown shown = {0};

	show(&shown, "%s", "");
	for (uint32_t i = 0; i < reading->findings.count; i++) {
		const struct raw_finding *found = &reading->findings.list[i];
		struct text_cursor cursor;

		text_cursor_init(&cursor, source);

		const struct position position =
			text_position(&cursor, found->place.offset);

		show(&shown, "%s%u:%u:%u+%u %s", i ? ", " : "",
		     found->place.document, position.line, position.column,
		     text_width(source, found->place.offset,
				found->place.length),
		     found->rule);
	}
	return shown.text;
}

/* Read `text` with default limits; the caller releases. */
static inline void read_yaml_text(struct reading *reading, const char *text)
{
	*reading = (struct reading){0};
	reading_run(reading, "yaml", "", span_of(text));
	assert_int_equal(reading->result, 0);
}

/* A text and what its values and its findings are, NULL: not looked at. */
struct yaml_case {
	const char *what;
	const char *text;
	const char *values;
	const char *findings;
};

static inline bool yaml_differs(const char *what, const char *text,
				char *is_now, const char *should)
{
	const bool differs = should && strcmp(is_now, should) != 0;

	if (differs)
		print_error("%s: %s\n  is:     %s\n  should: %s\n", what, text,
			    is_now, should);
	free(is_now);
	return differs;
}

static inline void try_yaml_cases(const struct yaml_case *cases, size_t count)
{
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		const struct limits limits = LIMITS_DEFAULT;
		struct reading reading;

		compare_readers(span_of(cases[i].text), &limits);
		read_yaml_text(&reading, cases[i].text);
		wrong += yaml_differs(cases[i].what, cases[i].text,
				      shown_yaml_values(&reading),
				      cases[i].values);
		wrong += yaml_differs(cases[i].what, cases[i].text,
				      shown_yaml_findings(&reading),
				      cases[i].findings);
		reading_release(&reading);
	}
	assert_int_equal(wrong, 0);
}

#endif
