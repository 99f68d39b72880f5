/* What configuration and a baseline allow: counts, states, digests, verdicts.
 */
#include "tests/unit/judged.h"

static size_t rule_of(const char *name)
{
	const int rule = rule_find(span_of(name));

	assert_true(rule >= 0);
	return (size_t)rule;
}

/* Keys that are repeated: as many errors as there are lines but one. */
static char *repeated_keys(size_t lines)
{
	char *text = malloc(lines * 5 + 1);
	char *at = text;

	for (size_t i = 0; i < lines; i++)
		at = stpcpy(at, "a: 1\n");
	return text;
}

static struct verdict *judge_text(const char *text, const struct plan *plan)
{
	const struct judging judging = {.text = span_of(text), .plan = *plan};
	struct verdict *verdict;

	assert_int_equal(judging_run(&judging, &verdict), 0);
	assert_true(verdict_is_sound(verdict, verdict->size));
	return verdict;
}

static void a_baseline_allows_as_many_as_it_says(void **state)
{
	static const struct {
		uint32_t at_most;
		uint32_t errors;
		uint32_t suppressed;
		enum state state;
	} cases[] = {
		{5, 0, 5, STATE_VALID},
		{6, 0, 5, STATE_VALID},
		{4, 5, 0, STATE_INVALID},
		{1, 5, 0, STATE_INVALID},
	};
	char *text = repeated_keys(6);

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const struct allowance allowances[] = {
			{"key/duplicate", cases[i].at_most},
			{"yaml/tag", 3},
			{"gone/rule", 3}};
		const struct plan plan = {.baseline = allowances,
					  .baseline_count = 3};
		struct verdict *verdict = judge_text(text, &plan);

		assert_int_equal(verdict->totals[SEVERITY_ERROR],
				 cases[i].errors);
		assert_int_equal(verdict->finding_count, cases[i].errors);
		assert_int_equal(verdict->suppressed[SUPPRESSED_BY_BASELINE],
				 cases[i].suppressed);
		assert_int_equal(verdict->state, cases[i].state);
		assert_int_equal(verdict->tally_count, 1);
		assert_string_equal(
			verdict_text(verdict, verdict_tallies(verdict)->rule),
			"key/duplicate");
		assert_int_equal(verdict_tallies(verdict)->count, 5);
		free(verdict);
	}
	free(text);
}

/* As it would be without a baseline: the first ones, in order, with text. */
static void a_baseline_that_is_too_small_changes_nothing(void **state)
{
	static const struct allowance allowances[] = {{"key/duplicate", 2},
						      {"yaml/ambiguous", 1}};
	const struct plan with = {.baseline = allowances, .baseline_count = 2};
	const struct plan without = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct verdict *a;
	struct verdict *b;

	(void)state;
	for (int i = 0; i < 150; i++)
		fputs("a: yes\nb:\n  c: !!int x\n  c: 1\n", out);
	fclose(out);
	a = judge_text(text, &without);
	b = judge_text(text, &with);
	assert_int_equal(a->finding_count, 100);
	assert_int_equal(b->finding_count, 100);
	assert_memory_equal(a->totals, b->totals, sizeof(a->totals));
	for (uint32_t i = 0; i < a->finding_count; i++) {
		const struct finding *wanted = &a->findings[i];
		const struct finding *got = &b->findings[i];

		assert_int_equal(got->line, wanted->line);
		assert_int_equal(got->column, wanted->column);
		assert_int_equal(got->fingerprint, wanted->fingerprint);
		assert_string_equal(verdict_text(b, got->message),
				    verdict_text(a, wanted->message));
		assert_string_equal(verdict_text(b, got->pointer),
				    verdict_text(a, wanted->pointer));
	}
	free(a);
	free(b);
	free(text);
}

static void comments_come_before_configuration_before_a_baseline(void **state)
{
	static const struct allowance allowances[] = {{"yaml/ambiguous", 9},
						      {"key/duplicate", 9}};
	struct plan plan = {.baseline = allowances, .baseline_count = 2};
	struct verdict *verdict;

	(void)state;
	rule_set_add(&plan.allowed, rule_of("yaml/ambiguous"));
	verdict = judge_text("a: yes # cfgfs: disable-line=yaml/ambiguous\n"
			     "b: no\nb: off\n",
			     &plan);
	assert_int_equal(verdict->state, STATE_VALID);
	assert_int_equal(verdict->suppressed[SUPPRESSED_BY_COMMENT], 1);
	assert_int_equal(verdict->suppressed[SUPPRESSED_BY_CONFIG], 2);
	assert_int_equal(verdict->suppressed[SUPPRESSED_BY_BASELINE], 1);
	assert_int_equal(verdict_suppressed(verdict), 4);
	free(verdict);
}

static void a_record_has_all_that_can_be_suppressed(void **state)
{
	const struct plan plan = {.record_baseline = true};
	char *text = repeated_keys(5000);
	struct verdict *verdict = judge_text(text, &plan);

	(void)state;
	assert_int_equal(verdict->state, STATE_VALID);
	assert_int_equal(verdict->tally_count, 1);
	assert_int_equal(verdict_tallies(verdict)->count, 4999);
	assert_int_equal(verdict_suppressed(verdict), 4999);
	free(verdict);
	free(text);
}

static void broken_syntax_is_never_allowed(void **state)
{
	static const struct allowance allowances[] = {{"syntax/yaml", 9}};
	struct plan plan = {.baseline = allowances,
			    .baseline_count = 1,
			    .record_baseline = true};
	struct verdict *verdict;

	(void)state;
	rule_set_add(&plan.allowed, rule_of("syntax/yaml"));
	verdict = judge_text("a: [\n", &plan);
	assert_int_equal(verdict->state, STATE_INVALID);
	assert_int_equal(verdict_suppressed(verdict), 0);
	free(verdict);
}

static void what_is_undecided_stays_so(void **state)
{
	struct plan plan = {.record_baseline = true, .limits = LIMITS_DEFAULT};
	struct verdict *verdict;

	(void)state;
	plan.limits.depth = 2;
	verdict = judge_text("# cfgfs: disable-file=yaml/tag\n[[[]]]\n", &plan);
	assert_int_equal(verdict->state, STATE_ERROR);
	assert_int_equal(verdict->finding_count, 1);
	free(verdict);
}

static void whatever_is_allowed_is_part_of_the_key(void **state)
{
	const struct content_facts facts = content_facts_of(span_of("a: 1\n"));
	static const struct allowance one[] = {{"yaml/tag", 1}};
	static const struct allowance two[] = {{"yaml/tag", 2}};
	static const struct allowance other[] = {{"yaml/merge", 1}};
	struct plan plans[8];
	struct digest digests[array_size(plans)];

	(void)state;
	memset(plans, 0, sizeof(plans));
	rule_set_add(&plans[1].allowed, rule_of("yaml/tag"));
	rule_set_add(&plans[2].allowed, rule_of("yaml/merge"));
	plans[3].baseline = one;
	plans[4].baseline = two;
	plans[5].baseline = other;
	for (size_t i = 3; i < 6; i++)
		plans[i].baseline_count = 1;
	plans[6].record_baseline = true;
	plans[7].ignore_suppressions = true;
	for (size_t i = 0; i < array_size(plans); i++) {
		digests[i] = plan_digest(&plans[i], &facts);
		for (size_t j = 0; j < i; j++)
			assert_false(digest_equal(&digests[i], &digests[j]));
	}
	/* What is ignored does not count. */
	plans[3].ignore_suppressions = true;
	digests[3] = plan_digest(&plans[3], &facts);
	assert_true(digest_equal(&digests[3], &digests[7]));
}

static void a_verdict_with_broken_tallies_is_not_sound(void **state)
{
	const struct plan plan = {.record_baseline = true};
	struct verdict *verdict = judge_text("a: 1\na: 1\n", &plan);
	struct tally *tally =
		(struct tally *)(uintptr_t)verdict_tallies(verdict);

	(void)state;
	tally->rule = verdict->text_size;
	assert_false(verdict_is_sound(verdict, verdict->size));
	tally->rule = 0;
	assert_true(verdict_is_sound(verdict, verdict->size));
	verdict->tally_count++;
	assert_false(verdict_is_sound(verdict, verdict->size));
	verdict->tally_count = UINT32_MAX;
	assert_false(verdict_is_sound(verdict, verdict->size));
	free(verdict);
}

static void rules_are_chosen_by_name_and_group(void **state)
{
	static const struct {
		const char *written;
		enum rule_selection selection;
		const char *has;
		const char *has_not;
	} cases[] = {
		{"schema/type", RULES_FREE, "schema/type", "schema/enum"},
		{"schema/*", RULES_FREE, "schema/enum", "schema/missing"},
		{"yaml/*", RULES_FREE, "yaml/tag", "schema/type"},
		{"schema/missing", RULES_FIXED, NULL, "schema/missing"},
		{"limit/whatever", RULES_FIXED, NULL, "limit/digits"},
		{"syntax/*", RULES_FIXED, NULL, "syntax/yaml"},
		{"suppression/unused", RULES_FIXED, NULL, "suppression/unused"},
		{"*", RULES_UNKNOWN, NULL, "schema/type"},
		{"/*", RULES_UNKNOWN, NULL, "schema/type"},
		{"*/*", RULES_UNKNOWN, NULL, "schema/type"},
		{"schema", RULES_UNKNOWN, NULL, "schema/type"},
		{"schema/", RULES_UNKNOWN, NULL, "schema/type"},
		{"schem/*", RULES_UNKNOWN, NULL, "schema/type"},
		{"Schema/Type", RULES_UNKNOWN, NULL, "schema/type"},
		{"", RULES_UNKNOWN, NULL, "schema/type"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct rule_set set = {0};

		if (rule_select(span_of(cases[i].written), &set) !=
		    cases[i].selection)
			fail_msg("'%s'", cases[i].written);
		if (cases[i].has)
			assert_true(rule_set_has(&set, rule_of(cases[i].has)));
		assert_false(rule_set_has(&set, rule_of(cases[i].has_not)));
		assert_int_equal(rule_set_is_empty(&set), !cases[i].has);
	}
	assert_true(
		span_is(rule_suggest(span_of("schema/tpye")), "schema/type"));
	assert_true(span_is(rule_suggest(span_of("schemas/*")), "schema/*"));
	assert_null(rule_suggest(span_of("something/else")).data);
}

static void no_rule_is_in_the_table_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < rule_count(); i++)
		assert_int_equal(rule_find(span_of(rule_name(i))), i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_baseline_allows_as_many_as_it_says),
		cmocka_unit_test(a_baseline_that_is_too_small_changes_nothing),
		cmocka_unit_test(
			comments_come_before_configuration_before_a_baseline),
		cmocka_unit_test(a_record_has_all_that_can_be_suppressed),
		cmocka_unit_test(broken_syntax_is_never_allowed),
		cmocka_unit_test(what_is_undecided_stays_so),
		cmocka_unit_test(whatever_is_allowed_is_part_of_the_key),
		cmocka_unit_test(a_verdict_with_broken_tallies_is_not_sound),
		cmocka_unit_test(rules_are_chosen_by_name_and_group),
		cmocka_unit_test(no_rule_is_in_the_table_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
