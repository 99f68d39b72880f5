/*
 * The INI reader under attack: lines and names of all lengths, limits, files
 * made to be slow.
 */
#include "tests/unit/shown.h"
#include "tests/unit/unit.h"

#include "validate/host.h"

#include <errno.h>

/* `count` times `c`, in the heap. */
static char *run_of(char c, size_t count)
{
	char *text = malloc(count + 1);

	memset(text, c, count);
	text[count] = '\0';
	return text;
}

static void nothing_is_cut_at_any_length(void **state)
{
	static const size_t sizes[] = {1,   47,	 48,  49,  50,	51,   190,
				       198, 199, 200, 201, 300, 5000, 1u << 20};

	(void)state;
	for (size_t i = 0; i < array_size(sizes); i++) {
		char *run = run_of('v', sizes[i]);
		struct shown text = {0};
		struct shown expected = {0};

		show(&text, "[%s1]\n%s1 = %s;%s ;x\n  %s\n", run, run, run, run,
		     run);
		show(&text, "[%s2]\n%s1 = =%s:\n%s2:a b %s c\n", run, run, run,
		     run, run);
		show(&expected, "[%s1]%s1=%s;%s\n%s|", run, run, run, run, run);
		show(&expected, "[%s2]%s1==%s:|%s2=a b %s c|", run, run, run,
		     run, run);

		struct reading reading = {0};

		reading_run(&reading, "ini", "",
			    (struct span){text.text, text.size});

		char *doc = shown_doc(&reading);

		if (strcmp(doc, expected.text) != 0 || reading.findings.count)
			fail_msg("size %zu", sizes[i]);
		free(doc);
		reading_release(&reading);
		free(expected.text);
		free(text.text);
		free(run);
	}
}

static void white_space_of_any_length_is_trimmed(void **state)
{
	static const size_t sizes[] = {1, 199, 200, 201, 5000};

	(void)state;
	for (size_t i = 0; i < array_size(sizes); i++) {
		char *run = run_of(i % 2 ? '\t' : ' ', sizes[i]);
		struct shown text = {0};

		show(&text, "%sa%s=%sb%s;c\n[d]%s\n%s=", run, run, run, run,
		     run, run);

		struct reading reading = {0};

		reading_run(&reading, "ini", "",
			    (struct span){text.text, text.size});
		assert_int_equal(reading.findings.count, 1);
		assert_int_equal(reading.findings.list[0].place.offset,
				 text.size - 1);
		reading_release(&reading);
		reading_run(&reading, "ini", "",
			    (struct span){text.text, text.size - 1});

		char *doc = shown_doc(&reading);

		assert_string_equal(doc, "a=b|[d]");
		free(doc);
		reading_release(&reading);
		free(text.text);
		free(run);
	}
}

static void a_nul_is_a_byte_like_others(void **state)
{
	static const char text[] = "a\0b = c\0d\n[e\0f]\n";
	struct reading reading = {0};

	(void)state;
	reading_run(&reading, "ini", "", (struct span){text, sizeof(text) - 1});
	assert_int_equal(reading.findings.count, 0);
	assert_int_equal(reading.doc.nodes[1].size, 3);
	assert_int_equal(reading.doc.nodes[2].size, 3);
	assert_int_equal(reading.doc.nodes[3].size, 3);
	reading_release(&reading);
}

static void memory_and_nodes_have_limits(void **state)
{
	static const char *const dialects[] = {"", "systemd", "gitconfig",
					       "setupcfg"};
	const struct span text = span_of("[Ab  \"c\"]\nDef=1\\\n2\n  3\nDEF=4\n"
					 "[ab \"c\"]\nx=y\n");

	(void)state;
	for (size_t i = 0; i < array_size(dialects); i++) {
		uint64_t limit = 0;
		int result = -E2BIG;

		for (; result; limit++) {
			struct reading reading = {.limits = LIMITS_DEFAULT};

			reading.limits.arena_bytes = limit;
			reading_run(&reading, "ini", dialects[i], text);
			result = reading.result;
			if (result)
				assert_int_equal(result, -E2BIG);
			reading_release(&reading);
		}
		assert_true(limit > 500);
	}
	for (uint32_t nodes = 1; nodes <= 5; nodes++) {
		struct reading reading = {.limits = LIMITS_DEFAULT};

		reading.limits.nodes = nodes;
		reading_run(&reading, "ini", "", span_of("[a]\nb=c\n"));
		assert_int_equal(reading.result, 0);
		assert_int_equal(reading.findings.is_undecided, nodes < 5);
		assert_int_equal(reading.findings.count, nodes < 5);
		assert_true((reading.doc.documents[0].root == DOC_NONE) ==
			    (nodes < 5));
		reading_release(&reading);
	}
}

static void many_repeats_cost_little_and_are_counted(void **state)
{
	enum { MANY = 100000 };
	struct shown text = {.text = malloc((size_t)MANY * 12)};

	(void)state;
	for (int i = 0; i < MANY; i++)
		text.size += (size_t)sprintf(text.text + text.size,
					     i % 2 ? "a=1\n" : "[s%d]\n",
					     i % 4 ? i : 0);

	struct reading reading = {0};

	reading_run(&reading, "ini", "", (struct span){text.text, text.size});
	assert_int_equal(reading.result, 0);
	assert_int_equal(reading.findings.count, reading.limits.findings);
	assert_int_equal(reading.findings.totals[SEVERITY_WARNING],
			 2 * (MANY / 4 - 1));
	reading_release(&reading);
	free(text.text);
}

static void many_errors_and_long_values_cost_little(void **state)
{
	static const struct {
		const char *dialect;
		const char *line;
		uint32_t errors;
	} cases[] = {
		{"", "word\n", 1},	     {"", "=\n", 1},
		{"", "a%u=b\n", 0},	     {"", " x\n", 0},
		{"systemd", "[a]\\\n", 0},   {"gitconfig", "[a]a=\"\\\n", 0},
		{"gitconfig", "a=\"x\n", 1},
	};
	enum { MANY = 100000 };

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const size_t size = strlen(cases[i].line);
		char *text = malloc(5 + MANY * size);
		struct reading reading = {0};

		(void)snprintf(text, 5 + MANY * size, "a=b\n");
		for (size_t k = 0; k < MANY; k++)
			memcpy(text + 4 + k * size, cases[i].line, size);
		reading_run(&reading, "ini", cases[i].dialect,
			    (struct span){text, 4 + MANY * size});
		assert_int_equal(reading.result, 0);
		if (cases[i].errors)
			assert_int_equal(
				reading.findings.totals[SEVERITY_ERROR], MANY);
		reading_release(&reading);
		free(text);
	}
}

static void a_raised_flag_stops_every_reader(void **state)
{
	static const char *const formats[] = {"ini", "env", "properties"};
	static const atomic_bool flag = true;
	const struct host host = {.cancel = &flag};
	char *text = run_of('\n', 10000);

	(void)state;
	for (size_t i = 0; i < array_size(formats); i++) {
		const struct limits limits = LIMITS_DEFAULT;
		const struct span source = {text, 10000};
		struct arena arena;
		struct findings findings;
		struct doc doc;
		struct parse parse = {.source = source,
				      .limits = &limits,
				      .host = &host,
				      .dialect = "",
				      .doc = &doc,
				      .findings = &findings};

		arena_init(&arena, limits.arena_bytes);
		findings_init(&findings, &arena, limits.findings);
		doc_init(&doc, &arena, source, limits.nodes);
		assert_int_equal(format_find(formats[i])->read(&parse),
				 -ECANCELED);
		arena_release(&arena);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_cut_at_any_length),
		cmocka_unit_test(white_space_of_any_length_is_trimmed),
		cmocka_unit_test(a_nul_is_a_byte_like_others),
		cmocka_unit_test(memory_and_nodes_have_limits),
		cmocka_unit_test(many_repeats_cost_little_and_are_counted),
		cmocka_unit_test(many_errors_and_long_values_cost_little),
		cmocka_unit_test(a_raised_flag_stops_every_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
