#include "validate/schema/evaluate/location.h"

/* Bytes of a text as a step of a JSON pointer. */
static size_t escaped_size(struct span text)
{
	size_t size = text.size;

	for (size_t i = 0; i < text.size; i++)
		size += text.data[i] == '~' || text.data[i] == '/';
	return size;
}

/* Write a step so that it ends before `end`; returns where it begins. */
static char *put_before(char *end, struct span text)
{
	for (size_t i = text.size; i-- > 0;) {
		const char c = text.data[i];

		if (c == '~' || c == '/') {
			*--end = c == '~' ? '0' : '1';
			*--end = '~';
		} else {
			*--end = c;
		}
	}
	return end;
}

char *location_text(const struct schema *program, uint32_t location,
		    enum keyword keyword, struct arena *arena)
{
	const struct span name = span_of(
		keyword < KEYWORD_COUNT ? keyword_facts[keyword].name : "");
	const struct program_location *steps = program->locations;
	size_t size = name.size + 1;
	uint32_t at = location;

	for (; steps[at].parent != PROGRAM_NONE; at = steps[at].parent)
		size += 1 + escaped_size(program_text(program, steps[at].key));

	/* A root: the path of the file, then '#'. */
	const struct span path = program_text(program, steps[at].key);
	char *text = arena_alloc(arena, path.size + 1 + size + 1);

	if (!text)
		return NULL;

	char *end = text + path.size + 1 + size;

	*end = '\0';
	memcpy(text, path.data, path.size);
	text[path.size] = '#';
	end -= name.size;
	memcpy(end, name.data, name.size);
	*--end = '/';
	for (at = location; steps[at].parent != PROGRAM_NONE;
	     at = steps[at].parent) {
		end = put_before(end, program_text(program, steps[at].key));
		*--end = '/';
	}
	if (keyword == KEYWORD_COUNT)
		text[strlen(text) - 1] = '\0';
	return text;
}
