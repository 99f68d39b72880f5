/* Patterns, one a line, the separator, a path. */
#include "fs/config/glob.h"
#include "tests/fuzz/check_verdict.h"
#include "tests/fuzz/fuzz.h"
#include "validate/path.h"

#include <errno.h>

enum { LINES_MAX = 64, ARENA_BYTES = 1 << 20 };

static struct span take_line(struct span *rest)
{
	const char *newline =
		rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
	const size_t size =
		newline ? (size_t)(newline - rest->data) : rest->size;
	const struct span line = {rest->data, size};

	rest->data += size + (newline != NULL);
	rest->size -= size + (newline != NULL);
	return line;
}

/* Append; false if the pattern can never match. */
static bool add(struct glob_list *list, struct span pattern)
{
	enum glob_fault fault = GLOB_FINE;
	const struct glob_place place = {"list", 1};

	fuzz_require(glob_list_add(list, pattern, place, &fault) == 0,
		     "a pattern is taken or left out");
	if (fault == GLOB_FINE) {
		const char *origin = list->globs[list->count - 1].origin;

		fuzz_require(check_is_printable(span_of(origin)),
			     "where a pattern stands can be printed");
		return true;
	}
	fuzz_require(*glob_fault_text(fault), "a fault is told");
	return false;
}

/* Does this pattern alone, not negated, match the path? */
static bool matches_alone(struct span pattern, const char *path)
{
	struct arena arena;
	struct glob_list list;

	arena_init(&arena, ARENA_BYTES);
	glob_list_init(&list, &arena);
	if (span_starts(pattern, "!")) {
		pattern.data++;
		pattern.size--;
	}

	const bool is_match = add(&list, pattern) &&
			      !list.globs[0].is_negated &&
			      glob_list_select(&list, path);

	arena_release(&arena);
	return is_match;
}

/* The last one that matches decides, whatever the others are. */
static void check_select(struct span text, const char *path)
{
	struct arena arena;
	struct glob_list list;
	bool is_selected = false;

	arena_init(&arena, ARENA_BYTES);
	glob_list_init(&list, &arena);
	for (int i = 0; i < LINES_MAX && text.size; i++) {
		const struct span line = take_line(&text);

		/* "!!x" negates a pattern that begins with "!". */
		if (span_starts(line, "!!") || !add(&list, line))
			continue;
		if (matches_alone(line, path))
			is_selected = !span_starts(line, "!");
	}
	fuzz_require(!!glob_list_select(&list, path) == is_selected,
		     "the last pattern that matches decides");
	arena_release(&arena);
}

/* What lies in an excluded folder is excluded, by the same pattern. */
static void check_exclude(struct span text, const char *path)
{
	struct arena arena;
	struct glob_list list;
	char below[GLOB_PATH_SIZE];

	arena_init(&arena, ARENA_BYTES);
	glob_list_init(&list, &arena);
	fuzz_require(glob_list_add_lines(&list, text, ".cfgfsignore") == 0,
		     "short lists are taken");

	const struct glob *found = glob_list_exclude(&list, path, true);

	(void)glob_list_exclude(&list, path, false);
	(void)glob_list_select(&list, path);
	if (strlen(path) + 3 < sizeof(below)) {
		stpcpy(stpcpy(below, path), "/x");
		fuzz_require(!found || glob_list_exclude(&list, below, false) ==
					       found,
			     "what lies in an excluded folder is excluded");
	}
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = fuzz_span(data, size);
	struct span text = fuzz_take_part(&rest);
	auto_free char *bytes = fuzz_copy(text);
	auto_free char *path = fuzz_copy_text(rest);

	text.data = bytes;
	if (!path_tidy(path) || !*path)
		return 0;
	check_exclude(text, path);
	if (fuzz_number(text) % 4 == 0)
		check_select(text, path);
	return 0;
}
