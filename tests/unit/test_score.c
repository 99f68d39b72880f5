/* How well a file and a tree are, in one number. */
#include "tests/unit/unit.h"

#include "fs/score.h"

static void a_file_loses_by_severity(void **state)
{
	static const struct {
		const char *what;
		enum state state;
		uint32_t errors, warnings, hints;
		const char *score;
	} cases[] = {
		{"nothing found", STATE_VALID, 0, 0, 0, "100"},
		{"a hint", STATE_VALID, 0, 0, 1, "99"},
		{"a warning", STATE_WARNING, 0, 1, 0, "95"},
		{"an error", STATE_INVALID, 1, 0, 0, "75"},
		{"one of each", STATE_INVALID, 1, 1, 1, "69"},
		{"all that there is to lose", STATE_INVALID, 4, 0, 0, "0"},
		{"more than that", STATE_INVALID, 4, 0, 1, "0"},
		{"as many as there can be", STATE_INVALID, UINT32_MAX,
		 UINT32_MAX, UINT32_MAX, "0"},
		{"not decided", STATE_ERROR, 0, 0, 0, "0"},
		{"skipped", STATE_SKIPPED, 0, 0, 0, "-"},
		{"not judged", STATE_UNCHECKED, 0, 0, 0, "-"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const struct verdict verdict = {
			.state = cases[i].state,
			.totals = {[SEVERITY_ERROR] = cases[i].errors,
				   [SEVERITY_WARNING] = cases[i].warnings,
				   [SEVERITY_INFO] = cases[i].hints},
		};
		char text[SCORE_TEXT_BYTES];
		struct score score = {0};

		score_add(&score, &verdict);
		if (strcmp(score_text(&score, text), cases[i].score) != 0)
			fail_msg("%s: %s", cases[i].what,
				 score_text(&score, text));
	}
}

static void a_tree_is_perfect_only_if_every_file_is(void **state)
{
	const struct verdict good = {.state = STATE_VALID};
	const struct verdict hint = {.state = STATE_VALID,
				     .totals = {[SEVERITY_INFO] = 1}};
	struct score one = {0};
	struct score all = {0};
	unsigned value;

	(void)state;
	assert_false(score_read(&all, &value));
	score_add(&all, NULL);
	assert_false(score_read(&all, &value));
	for (int i = 0; i < 100000; i++)
		score_add(&all, &good);
	assert_true(score_read(&all, &value));
	assert_int_equal(value, 100);
	score_add(&one, &hint);
	score_add_all(&all, &one);
	assert_true(score_read(&all, &value));
	assert_int_equal(value, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_loses_by_severity),
		cmocka_unit_test(a_tree_is_perfect_only_if_every_file_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
