#include "tests/unit/unit.h"

#include "fs/mount/protect/policy.h"

#include <errno.h>

static enum policy policy_of(char letter)
{
	return letter == 's'   ? POLICY_SERVE
	       : letter == 'd' ? POLICY_DENY
			       : POLICY_LAST_GOOD;
}

/* Serve, deny, last good: of unchecked, valid, warning, invalid, error and
 * skipped files, in the order of enum state. */
static void each_state_has_its_outcome(void **state)
{
	static const struct {
		char on_invalid, on_error;
		char outcome[STATE_COUNT + 1];
	} cases[] = {
		{'s', 's', "ssssss"}, {'d', 'd', "dssdds"},
		{'l', 'l', "lsslls"}, {'d', 's', "sssdss"},
		{'s', 'd', "dsssds"}, {'l', 'd', "dsslds"},
		{'d', 'l', "lssdls"}, {'l', 's', "ssslss"},
		{'s', 'l', "lsssls"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const struct policy_rules rules = {
			.on_invalid = policy_of(cases[i].on_invalid),
			.on_error = policy_of(cases[i].on_error)};
		const bool has_last_good =
			cases[i].on_invalid == 'l' || cases[i].on_error == 'l';

		for (int j = 0; j < STATE_COUNT; j++)
			assert_int_equal(policy_for(&rules, (enum state)j),
					 policy_of(cases[i].outcome[j]));
		assert_int_equal(policy_protects(&rules), i != 0);
		assert_int_equal(policy_may_show_another(&rules),
				 has_last_good);
	}
}

/* One that was served because nobody judged it is no version to go back to. */
static void only_what_was_valid_is_good(void **state)
{
	(void)state;
	for (int i = 0; i < STATE_COUNT; i++)
		assert_int_equal(policy_is_good((enum state)i),
				 i == STATE_VALID || i == STATE_WARNING);
}

static void the_error_is_a_choice(void **state)
{
	struct policy_rules rules = {.on_invalid = POLICY_DENY};

	(void)state;
	assert_int_equal(policy_errno(&rules), -EACCES);
	rules.denies_with_eio = true;
	assert_int_equal(policy_errno(&rules), -EIO);
}

static void policies_have_names(void **state)
{
	enum policy policy = POLICY_DENY;

	(void)state;
	assert_true(policy_parse(span_of("lastgood"), &policy));
	assert_int_equal(policy, POLICY_LAST_GOOD);
	assert_true(policy_parse(span_of("serve"), &policy));
	assert_int_equal(policy, POLICY_SERVE);
	assert_false(policy_parse(span_of("last-good"), &policy));
	assert_int_equal(policy, POLICY_SERVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_its_outcome),
		cmocka_unit_test(only_what_was_valid_is_good),
		cmocka_unit_test(the_error_is_a_choice),
		cmocka_unit_test(policies_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
