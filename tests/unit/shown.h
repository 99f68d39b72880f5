/*
 * Texts that tests build, to compare what was read with what it should be.
 */
#ifndef TESTS_UNIT_SHOWN_H
#define TESTS_UNIT_SHOWN_H

#include "tests/unit/unit.h"

#include <stdio.h>

/* A text that grows; free() it. */
struct shown {
	char *text;
	size_t size;
};

/* Append to it. */
printf_like(2, 3) static inline void show(struct shown *shown,
					  const char *format, ...)
{
	va_list arguments;
	char *part;

	va_start(arguments, format);
	const int size = vasprintf(&part, format, arguments);
	va_end(arguments);
	assert_true(size >= 0);
	shown->text = realloc(shown->text, shown->size + (size_t)size + 1);
	memcpy(shown->text + shown->size, part, (size_t)size + 1);
	shown->size += (size_t)size;
	free(part);
}

/* The members of an object, and of the objects in it. */
static inline void show_members(struct shown *shown, const struct doc *doc,
				uint32_t object)
{
	uint32_t count = 0;

	for (uint32_t key = object + 1; key < doc->nodes[object].next;) {
		const struct node *name = &doc->nodes[key];
		const struct node *value = &doc->nodes[name->next];
		char *text = strndup(name->text, name->size);

		assert_true(name->flags & NODE_KEY);
		assert_int_equal(name->hash, doc_hash(node_text(name)));
		if (value->type == NODE_OBJECT) {
			show(shown, "[%s]", text);
			show_members(shown, doc, name->next);
		} else {
			assert_true(value->flags & NODE_UNTYPED);
			assert_int_equal(value->hash,
					 doc_hash(node_text(value)));
			show(shown, "%s%s%.*s|", text,
			     value->flags & NODE_QUOTED ? "\"=" : "=",
			     (int)value->size, value->text);
		}
		free(text);
		key = value->next;
		count++;
	}
	assert_int_equal(count, doc->nodes[object].size);
}

/*
 * The document of an INI file: "[section]key=value|key=value|"; "-" if
 * there is none. free() it.
 */
static inline char *shown_doc(const struct reading *reading)
{
	struct shown shown = {0};

	assert_int_equal(reading->result, 0);
	assert_int_equal(reading->doc.document_count, 1);
	show(&shown, "%s", "");
	if (reading->doc.documents[0].root == DOC_NONE)
		show(&shown, "-");
	else
		show_members(&shown, &reading->doc, 0);
	return shown.text;
}

#endif
