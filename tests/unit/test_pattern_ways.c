/* Patterns: the automaton and PCRE2 must give the same answers. */
#include "tests/unit/pattern_case.h"
#include "tests/unit/suite.h"

enum { PATTERN_MAX = 512, SUBJECT_MAX = 256 };

static size_t put_point(uint32_t point, char text[static 4])
{
	if (point < 0x80) {
		text[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		text[0] = (char)(unsigned char)(0xc0 | point >> 6);
		text[1] = (char)(unsigned char)(0x80 | (point & 0x3f));
		return 2;
	}
	text[0] = (char)(unsigned char)(0xe0 | point >> 12);
	text[1] = (char)(unsigned char)(0x80 | (point >> 6 & 0x3f));
	text[2] = (char)(unsigned char)(0x80 | (point & 0x3f));
	return 3;
}

/* Every character of the first plane, against what PCRE2 says. */
static void named_sets_are_those_of_the_engine(void **state)
{
	static const char *const sets[] = {"^.$",      "^\\s$",	 "^\\S$",
					   "^[^\\s]$", "^\\w$",	 "^\\W$",
					   "^\\D$",    "^[\\S]$"};

	(void)state;
	for (size_t i = 0; i < array_size(sets); i++) {
		struct pattern_memory *memory = NULL;
		struct pattern *ours = NULL;
		struct pattern *engine = NULL;
		char text[4];

		assert_int_equal(compile_in(false, span_of(sets[i]), &ours), 0);
		assert_int_equal(compile_in(true, span_of(sets[i]), &engine),
				 0);
		for (uint32_t point = 0; point < 0x10000; point++) {
			const struct span subject = {text,
						     put_point(point, text)};

			if (point >= 0xd800 && point < 0xe000)
				continue;
			if (pattern_match(ours, subject, &memory) !=
			    pattern_match(engine, subject, &memory))
				fail_msg("%s on U+%04X", sets[i], point);
		}
		pattern_memory_free(memory);
		pattern_free(ours);
		pattern_free(engine);
	}
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Pieces that subjects are made of besides those of the pattern itself. */
static const char *const pieces[] = {
	"a", "b",  "Z", "0",	  "9",	    "-",      "_",	    ".",
	" ", "\n", "/", "\u00e9", "\u2028", "\u00a0", "\U0001f600", "",
};

/* A subject near to what the pattern names; its size. */
static size_t make_subject(struct span pattern, uint32_t *seed,
			   char subject[static SUBJECT_MAX])
{
	const uint32_t count = next_random(seed) % 24;
	size_t size = 0;
	size_t at = pattern.size ? next_random(seed) % pattern.size : 0;

	for (uint32_t i = 0; i < count && size + 8 < SUBJECT_MAX; i++) {
		const char *piece =
			pieces[next_random(seed) % array_size(pieces)];
		const bool is_plain =
			at < pattern.size && (pattern.data[at] & 0x80) == 0;

		if (is_plain && pattern.data[at] && next_random(seed) % 4) {
			subject[size++] = pattern.data[at];
		} else {
			memcpy(subject + size, piece, strlen(piece));
			size += strlen(piece);
		}
		at += 1 + next_random(seed) % 3 % 2;
	}
	return size;
}

/* How many subjects were compared, and how many of them matched. */
struct tally {
	uint32_t seed;
	size_t patterns;
	size_t simple;
	size_t matches;
	size_t decided;
};

/* Hold `rounds` subjects against a pattern in both ways. */
static void compare_ways(struct tally *tally, struct span text, int rounds)
{
	struct pattern *ours = NULL;
	struct pattern *engine = NULL;
	const int r = compile_in(false, text, &ours);

	if (r != compile_in(true, text, &engine))
		fail_msg("only one way takes %.*s", (int)text.size, text.data);
	if (r)
		return;
	tally->patterns++;
	tally->simple += !pattern_needs_engine(ours);
	for (int i = 0; i < rounds; i++) {
		char data[SUBJECT_MAX];
		const struct span subject = {
			data, make_subject(text, &tally->seed, data)};
		const int wanted = match(engine, subject);
		const int found = match(ours, subject);

		if (wanted == -E2BIG)
			continue;
		if (found != wanted)
			fail_msg("%.*s on %.*s: %d", (int)text.size, text.data,
				 (int)subject.size, subject.data, found);
		tally->decided++;
		tally->matches += found > 0;
	}
	pattern_free(ours);
	pattern_free(engine);
}

static size_t put(char pattern[static PATTERN_MAX], size_t size,
		  const char *text)
{
	const size_t length = strlen(text);

	if (size + length >= PATTERN_MAX / 2)
		return size;
	memcpy(pattern + size, text, length);
	return size + length;
}

/* A pattern of nested alternatives, classes and repetitions. */
static size_t make_pattern(uint32_t *seed, int depth, size_t size,
			   char pattern[static PATTERN_MAX])
{
	static const char *const atoms[] = {
		"a",	  "b",	    "[ab]",  "[^a]",   ".",
		"\\d",	  "\\w",    "\\S",   "[\\s-]", "[a-z0-9_]",
		"\\.",	  "\u00e9", "^",     "$",      "[^\\W_]",
		"[\\S.]", "\\n",    "\\x61", "-",      "[\u00e0-\u00ff]"};
	static const char *const times[] = {"",	     "",     "",    "*",
					    "+",     "?",    "{2}", "{1,2}",
					    "{0,3}", "{2,}", "*?"};
	const uint32_t count = next_random(seed) % 4 + (depth == 0);

	for (uint32_t i = 0; i < count; i++) {
		const bool is_group = depth < 3 && next_random(seed) % 3 == 0;
		const char *atom = atoms[next_random(seed) % array_size(atoms)];
		const bool is_anchor =
			!is_group && (*atom == '^' || *atom == '$');

		if (is_group) {
			const size_t before = size;

			size = put(pattern, size, "(");
			if (size == before)
				return size;
			size = make_pattern(seed, depth + 1, size, pattern);
			pattern[size++] = ')';
		} else {
			size = put(pattern, size, atom);
		}
		if (!is_anchor && size < PATTERN_MAX / 2 - 8)
			size = put(
				pattern, size,
				times[next_random(seed) % array_size(times)]);
		if (next_random(seed) % 4 == 0)
			size = put(pattern, size, "|");
	}
	return size;
}

static void both_ways_agree_on_patterns_of_all_kinds(void **state)
{
	struct tally tally = {.seed = 7};

	(void)state;
	for (int i = 0; i < 4000; i++) {
		char pattern[PATTERN_MAX];
		const bool is_whole = next_random(&tally.seed) % 4 > 0;
		size_t size = put(pattern, 0, is_whole ? "^(?:" : "");

		size = make_pattern(&tally.seed, 0, size, pattern);
		size = put(pattern, size, is_whole ? ")$" : "");
		compare_ways(&tally, (struct span){pattern, size}, 12);
	}
	print_message("%zu patterns, %zu simple, %zu of %zu match\n",
		      tally.patterns, tally.simple, tally.matches,
		      tally.decided);
	assert_true(tally.simple > tally.patterns / 2);
	assert_true(tally.matches > tally.decided / 10);
	assert_true(tally.matches < tally.decided * 9 / 10);
}

/* Patterns that were changed in one place: taken or refused alike. */
static void both_ways_agree_on_broken_patterns(void **state)
{
	static const char *const patterns[] = {
		"^[a-z][a-z0-9_-]{0,62}$", "^(?:#|(&#x23;))[0-9a-fA-F]{6}$",
		"^(?<n>\\w+)|[^\\s\\-x]*?\\u00e9$",
		"a{1,2}(b|c|)+[]^-]|\\cA\\x41\\0"};
	static const char changes[] = "()[]{}*+?|^$\\.-,:<>=!0ab";
	struct tally tally = {.seed = 3};

	(void)state;
	for (size_t i = 0; i < array_size(patterns); i++) {
		const size_t size = strlen(patterns[i]);

		for (size_t j = 0; j < size * (array_size(changes) - 1); j++) {
			char text[64];

			memcpy(text, patterns[i], size);
			text[j / (array_size(changes) - 1)] =
				changes[j % (array_size(changes) - 1)];
			compare_ways(&tally, (struct span){text, size}, 2);
		}
		for (size_t cut = 0; cut < size; cut++)
			compare_ways(&tally, (struct span){patterns[i], cut},
				     2);
	}
	assert_true(tally.patterns > 500);
}

/* All patterns below a node of a schema. */
static void compare_node(struct tally *tally, const struct doc *doc,
			 uint32_t index)
{
	const struct node *node = &doc->nodes[index];

	for (uint32_t at = index + 1;
	     node->type == NODE_OBJECT && at < node->next;) {
		const uint32_t value = doc->nodes[at].next;
		const struct span key = node_text(doc_node(doc, at));

		if (span_is(key, "pattern") &&
		    doc->nodes[value].type == NODE_STRING)
			compare_ways(tally, node_text(&doc->nodes[value]), 40);
		if (span_is(key, "patternProperties") &&
		    doc->nodes[value].type == NODE_OBJECT)
			for (uint32_t name = value + 1;
			     name < doc->nodes[value].next;
			     name = doc->nodes[doc->nodes[name].next].next)
				compare_ways(tally,
					     node_text(doc_node(doc, name)),
					     40);
		at = doc->nodes[value].next;
	}
}

static void compare_file(struct tally *tally, const char *path)
{
	struct reading reading = {0};
	struct span text;

	assert_true(suite_read(path, &text));
	reading_run(&reading, "json", "", text);
	for (uint32_t i = 0; i < reading.doc.count; i++)
		compare_node(tally, &reading.doc, i);
	reading_release(&reading);
	free((void *)(uintptr_t)text.data);
}

static void both_ways_agree_on_published_patterns(void **state)
{
	const char *root = suite_root();
	struct tally tally = {.seed = 1};
	struct dirent **entries = NULL;
	char path[2048];

	(void)state;
	if (!root)
		skip();
	snprintf(path, sizeof(path), "%s/schemastore/schema", root);

	const int count = scandir(path, &entries, NULL, alphasort);

	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/schemastore/schema/%s", root,
			 entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			compare_file(&tally, path);
		free(entries[i]);
	}
	free(entries);
	print_message("%zu patterns, %zu simple, %zu of %zu match\n",
		      tally.patterns, tally.simple, tally.matches,
		      tally.decided);
	assert_true(tally.simple > tally.patterns * 9 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_sets_are_those_of_the_engine),
		cmocka_unit_test(both_ways_agree_on_patterns_of_all_kinds),
		cmocka_unit_test(both_ways_agree_on_broken_patterns),
		cmocka_unit_test(both_ways_agree_on_published_patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
