/* Records of one line each, whatever the names hold; and the profile. */
#include "tests/unit/unit.h"

#include "fs/profile.h"
#include "fs/report/report.h"

static void names_are_quoted_as_git_does(void **state)
{
	static const struct {
		const char *name;
		const char *field;
	} cases[] = {
		{"", "-"},
		{"plain name.yaml", "plain name.yaml"},
		{"gr\xc3\xb6\xc3\x9f"
		 "e.yaml",
		 "gr\xc3\xb6\xc3\x9f"
		 "e.yaml"},
		{"tab\there", "\"tab\\there\""},
		{"new\nline", "\"new\\nline\""},
		{"esc\033[31m", "\"esc\\033[31m\""},
		{"quo\"te", "\"quo\\\"te\""},
		{"back\\slash", "\"back\\\\slash\""},
		{"bad\xff", "\"bad\\377\""},
		{"cut\xe2\x82", "\"cut\\342\\202\""},
		{"bidi\xe2\x80\xae"
		 "x",
		 "\"bidi\\342\\200\\256x\""},
		{"c1\xc2\x85", "\"c1\\302\\205\""},
		{"line\xe2\x80\xa8", "\"line\\342\\200\\250\""},
		{"del\177", "\"del\\177\""},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		char *text = NULL;
		size_t size = 0;
		FILE *file = open_memstream(&text, &size);

		report_write_field(file, cases[i].name);
		fclose(file);
		assert_string_equal(text, cases[i].field);
		free(text);
	}
}

static void lines_for_people_are_escaped_only_where_they_must_be(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	report_write_line(file,
			  "say \"a\\b\"\n\033[1m\xe2\x80\xae\xff \xc3\xa9");
	fclose(file);
	assert_string_equal(text, "say \"a\\b\"\\n\\033[1m\\342\\200\\256\\377 "
				  "\xc3\xa9");
	free(text);
}

static void a_profile_counts_and_knows_its_middle(void **state)
{
	struct profile *profile = profile_new(true);

	(void)state;
	for (int i = 0; i < 100; i++) {
		/* 99 laps of about 1 ms and one of about 100 ms */
		uint64_t since =
			profile_start(profile) - (i ? 1000000u : 100000000u);

		profile_lap(profile, PHASE_HASH, &since);
	}

	const struct profile_line line = profile_read(profile, PHASE_HASH);

	assert_int_equal(line.count, 100);
	assert_string_equal(line.name, "hash");
	assert_in_range(line.p50_us, 800, 1300);
	assert_true(line.p99_us >= 800); /* a busy machine adds to it */
	assert_true(line.seconds > 0.19);
	assert_int_equal(profile_read(profile, PHASE_READ).count, 0);
	profile_free(profile);
}

static void a_profile_that_is_off_counts_nothing(void **state)
{
	struct profile *profile = profile_new(false);
	uint64_t since = profile_start(profile);

	(void)state;
	profile_lap(profile, PHASE_HASH, &since);
	assert_int_equal(since, 0);
	assert_int_equal(profile_read(profile, PHASE_HASH).count, 0);
	profile_free(profile);
}

static void phases_are_found_by_name(void **state)
{
	(void)state;
	for (int i = 0; i < PHASE_COUNT; i++) {
		const enum profile_phase phase = (enum profile_phase)i;

		assert_int_equal(profile_phase_find(profile_phase_name(phase)),
				 i);
	}
	assert_int_equal(profile_phase_find("parse.new"), PHASE_PARSE_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_quoted_as_git_does),
		cmocka_unit_test(
			lines_for_people_are_escaped_only_where_they_must_be),
		cmocka_unit_test(a_profile_counts_and_knows_its_middle),
		cmocka_unit_test(a_profile_that_is_off_counts_nothing),
		cmocka_unit_test(phases_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
