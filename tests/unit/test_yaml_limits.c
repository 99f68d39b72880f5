/* The YAML reader under attack: limits, memory, time, cancellation. */
#include "tests/unit/yaml_shown.h"

#include "validate/formats/formats.h"
#include "validate/host.h"

#include <errno.h>

/* `count` times `unit`, with '@' numbered, between `begin` and `end`. */
static char *repeated(const char *begin, const char *unit, size_t count,
		      const char *end)
{
	const char *gap = strchr(unit, '@');
	char *text = malloc(count * (strlen(unit) + 12) + strlen(begin) +
			    strlen(end) + 1);
	char *at = stpcpy(text, begin);

	for (size_t i = 0; i < count; i++) {
		if (gap)
			at += sprintf(at, "%.*s%zu%s", (int)(gap - unit), unit,
				      i, gap + 1);
		else
			at = stpcpy(at, unit);
	}
	stpcpy(at, end);
	return text;
}

/*
 * What libyaml would take minutes for, all of it within the time of this test:
 * a limit stops it. That our own code takes linear time is counted in steps by
 * tests/fuzz/growth.c.
 */
static const struct {
	const char *what;
	const char *begin;
	const char *unit; /* '@' is a number */
	size_t count;
	const char *end;
	const char *rule; /* "": none */
} attacks[] = {
	{"[", "", "[", 100000, "", "limit/depth"},
	{"{", "", "{", 100000, "", "limit/depth"},
	{"[ on lines", "", "[\n", 50000, "", "limit/depth"},
	{"- -", "", "- ", 50000, "x", "limit/depth"},
	{"? ?", "", "? ", 50000, "x", "limit/depth"},
	{"[a: ", "", "[a: ", 25000, "", "limit/depth"},
	{"&a &b", "", "&a &b ", 20000, "", "syntax/yaml"},
	{"%TAG", "", "%TAG !a@! x\n", 40000, "---\n", "limit/directives"},
	{"%TAG behind other line ends", "", "%TAG !a@! x\xe2\x80\xa8", 40000,
	 "---\n", "limit/directives"},
	{"long %TAG", "%TAG !! ", "xxxxxxxxxxxxxxxx", 5000, "\n--- [!!a b]",
	 "limit/directive-bytes"},
	{"anchors", "", "- &a@ x\n", 100001, "", "limit/aliases"},
	{"aliases", "- &a x\n", "- *a\n", 100000, "", "limit/aliases"},
	{"a: a: a:", "", "a: ", 33000, "", "syntax/yaml"},
	{"long plain key", "", "aaaaaaaaaa", 100000, ": 1", "syntax/yaml"},
	{"long explicit key", "? ", "aaaaaaaaaa", 100000, "\n: 1", ""},
	{"pairs in a line", "{", "a@: 1, ", 10000, "}", ""},
	{"pairs in lines", "", "a@: 1\n", 20000, "", ""},
	{"one key", "{", "a: 1, ", 10000, "}", "key/duplicate"},
	{"comments", "", " #", 50000, "", ""},
	{"documents", "", "---\n", 20000, "", ""},
	{"line ends in quotes", "\"", "\n", 100000, "\"", ""},
	{"merge of a merge", "- &a0 {x: 1}\n", "- &a {<<: [*a0, *a0, *a0]}\n",
	 10000, "", ""},
	{"templates in an open quote", "a: \"", "\n{{", 100000, "",
	 "syntax/yaml"},
};

static void hostile_files_end_as_they_should(void **state)
{

	(void)state;
	for (size_t i = 0; i < array_size(attacks); i++) {
		char *text = repeated(attacks[i].begin, attacks[i].unit,
				      attacks[i].count, attacks[i].end);
		struct reading reading;

		read_yaml_text(&reading, text);

		const char *rule = reading.findings.count
					   ? reading.findings.list[0].rule
					   : "";

		if (strcmp(rule, attacks[i].rule) != 0)
			fail_msg("%s: \'%s\'", attacks[i].what, rule);
		reading_release(&reading);
		free(text);
	}
}

static const struct {
	const char *what;
	struct limits limits;
	const char *text;
	const char *findings;
} budgets[] = {
	{"depth reached", {.depth = 2}, "[[1]]", ""},
	{"depth exceeded", {.depth = 2}, "[[\n[]]]", "0:2:1+1 limit/depth"},
	{"depth of blocks",
	 {.depth = 2},
	 "a:\n  b:\n    c: 1\n",
	 "0:3:5+1 limit/depth"},
	{"nodes reached", {.nodes = 3}, "[1, 2]", ""},
	{"nodes exceeded", {.nodes = 3}, "[1, 2, 3]", "0:1:8+1 limit/nodes"},
	{"nodes of all documents",
	 {.nodes = 2},
	 "--- 1\n--- 2\n--- 3",
	 "2:3:5+1 limit/nodes"},
	{"nodes of merges",
	 {.nodes = 9},
	 "[&a {x: 1, y: 2}, {<<: *a}]",
	 "0:1:1+1 limit/nodes"},
	{"aliases reached", {.aliases = 3}, "[&a 1, *a, *a]", ""},
	{"aliases exceeded",
	 {.aliases = 2},
	 "[&a 1, *a, *a]",
	 "0:1:12+1 limit/aliases"},
	{"aliases of all documents",
	 {.aliases = 1},
	 "--- &a 1\n--- &a 2",
	 "1:2:5+1 limit/aliases"},
	{"directives reached", {.directives = 1}, "%YAML 1.2\n--- 1", ""},
	{"directives exceeded",
	 {.directives = 1},
	 "%TAG !a! b\n%TAG !c! d\n--- 1",
	 "0:2:1+1 limit/directives"},
	{"no directives", {.directives = 1}, "a: |\n  %TAG\n  %TAG\n", ""},
	{"digits",
	 {0},
	 "0x1000000000000000000000000000000000000000000000000000000000"
	 "000000000000000000000000000000000000000000000000000000000000"
	 "0000000000000",
	 "0:1:1+1 limit/digits"},
};

static void limits_stop_exactly(void **state)
{

	(void)state;
	for (size_t i = 0; i < array_size(budgets); i++) {
		const struct limits *changed = &budgets[i].limits;
		struct reading reading = {.limits = LIMITS_DEFAULT};

		if (changed->depth)
			reading.limits.depth = changed->depth;
		if (changed->nodes)
			reading.limits.nodes = changed->nodes;
		if (changed->aliases)
			reading.limits.aliases = changed->aliases;
		if (changed->directives)
			reading.limits.directives = changed->directives;
		reading_run(&reading, "yaml", "", span_of(budgets[i].text));
		assert_int_equal(reading.result, 0);
		if (yaml_differs(budgets[i].what, budgets[i].text,
				 shown_yaml_findings(&reading),
				 budgets[i].findings))
			fail();
		assert_int_equal(reading.findings.is_undecided,
				 *budgets[i].findings != '\0');
		if (*budgets[i].findings) {
			const struct doc *doc = &reading.doc;

			assert_int_equal(
				doc->documents[doc->document_count - 1].root,
				DOC_NONE);
		}
		reading_release(&reading);
	}
}

/* A text of 1 MB, and 20,000 places that repeat it. */
static void long_texts_are_not_compared_again_and_again(void **state)
{
	static const struct {
		const char *what;
		const char *begin;
		const char *behind;
		const char *unit;
		const char *end;
		const char *rule;
	} cases[] = {
		{"aliases", "- &a ", "\n", "- *a\n", "", ""},
		{"keys", "- &a ", "\n- {", "*a : 1, ", "}",
		 "limit/alias-key-bytes"},
		{"merged keys", "- &a\n  ? ", "\n  : 1\n- <<: [", "*a, ", "]",
		 "limit/nodes"},
		{"anchors", "- &a ", "\n", "- &a\n", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		char *head = repeated(cases[i].begin, "xxxxxxxxxx", 100000,
				      cases[i].behind);
		char *text = repeated(head, cases[i].unit, 20000, cases[i].end);
		struct reading reading;

		read_yaml_text(&reading, text);

		const char *rule = reading.findings.count
					   ? reading.findings.list[0].rule
					   : "";

		if (strcmp(rule, cases[i].rule) != 0)
			fail_msg("%s: \'%s\'", cases[i].what, rule);
		reading_release(&reading);
		free(text);
		free(head);
	}
}

/* A chain of mappings, each merging the one before twice, without growing. */
static void work_of_merges_counts_against_the_nodes(void **state)
{
	char *text =
		repeated("- &a0 {x: 1, y: 2}\n",
			 "- &a {<<: [*a0, *a0, *a0, *a0, *a0]}\n", 100, "");
	struct reading reading = {.limits = LIMITS_DEFAULT};

	(void)state;
	reading.limits.nodes = 900;
	reading_run(&reading, "yaml", "", span_of(text));
	assert_int_equal(reading.result, 0);
	assert_int_equal(reading.findings.count, 1);
	assert_string_equal(reading.findings.list[0].rule, "limit/nodes");
	reading_release(&reading);
	free(text);
}

static const char everything[] =
	"%TAG !e! tag:yaml.org,2002:\n# $schema: x\n---\n"
	"a: &a {x: .5, y: [0x1F, yes]}\nb: {<<: [*a, {z: 1}], x: 2, x: 3}\n"
	"\"c\\n\": >\n  folded\n  text\n? [k]\n: !e!int z\nd: *nowhere\n"
	"---\ne: [\n";

static void a_small_arena_fails_cleanly(void **state)
{
	size_t limit = 0;
	int result = -E2BIG;

	(void)state;
	for (; result == -E2BIG && limit < 1 << 20; limit += 8) {
		struct reading reading = {.limits = LIMITS_DEFAULT};

		reading.limits.arena_bytes = limit;
		reading_run(&reading, "yaml", "", span_of(everything));
		result = reading.result ? reading.result : reading.arena.error;
		reading_release(&reading);
	}
	assert_int_equal(result, 0);
	assert_true(limit > 1000);
}

static void every_beginning_of_a_file_can_be_read(void **state)
{
	(void)state;
	for (size_t size = 0; size < sizeof(everything); size++) {
		struct reading reading = {0};

		reading_run(&reading, "yaml", "",
			    (struct span){everything, size});
		assert_int_equal(reading.result, 0);
		assert_true(reading.doc.document_count > 0);
		free(shown_yaml_values(&reading));
		reading_release(&reading);
	}
}

static void reading_stops_when_cancelled(void **state)
{
	const atomic_bool cancel = true;
	const struct host host = {.cancel = &cancel};
	const struct limits limits = LIMITS_DEFAULT;
	const struct span text = span_of("a: 1\n");
	struct arena arena;
	struct findings findings;
	struct doc doc;
	struct parse parse = {.source = text,
			      .limits = &limits,
			      .host = &host,
			      .dialect = "",
			      .doc = &doc,
			      .findings = &findings};

	(void)state;
	arena_init(&arena, limits.arena_bytes);
	findings_init(&findings, &arena, 10);
	doc_init(&doc, &arena, text, limits.nodes);
	assert_int_equal(read_yaml(&parse), -ECANCELED);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_files_end_as_they_should),
		cmocka_unit_test(long_texts_are_not_compared_again_and_again),
		cmocka_unit_test(limits_stop_exactly),
		cmocka_unit_test(work_of_merges_counts_against_the_nodes),
		cmocka_unit_test(a_small_arena_fails_cleanly),
		cmocka_unit_test(every_beginning_of_a_file_can_be_read),
		cmocka_unit_test(reading_stops_when_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
