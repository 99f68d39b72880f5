/* Records of one line each, whatever the names hold; and the profile. */
#include "tests/unit/unit.h"

#include "fs/profile.h"
#include "fs/report/profile_text.h"
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

static char *text_of(const struct profile *profile)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	assert_int_equal(profile_write(file, profile), 0);
	fclose(file);
	return text;
}

static void a_bottleneck_is_named_with_its_figures(void **state)
{
	struct profile *profile = profile_new(true);
	char name[16];

	(void)state;
	profile_add(profile, PHASE_HASH, 380000000);
	profile_add(profile, PHASE_PARSE_YAML, 310000000);
	profile_add(profile, PHASE_PARSE_YAML, 310000000);
	profile_check(profile, "a b\n.json", 1000000);
	for (unsigned i = 1; i <= 100; i++) {
		snprintf(name, sizeof(name), "%u.yaml", i);
		profile_file(profile, name, i > 97 ? 97000000 : 1000000 * 3, i);
	}

	auto_free char *text = text_of(profile);

	assert_non_null(strstr(
		text, "# cfgfs.profile 1\n62 % in parse.yaml (0.620000 s "
		      "of 1.000000 s); the 3 slowest of 100 files take "
		      "50 % of the validating\n"));
	assert_non_null(strstr(text, "  \"a b\\n.json\"\n"));
	assert_non_null(strstr(text, "100  100.yaml\n"));
	profile_free(profile);
}

static void a_profile_without_laps_says_so(void **state)
{
	struct profile *profile = profile_new(false);

	(void)state;
	profile_add(profile, PHASE_HASH, 1);
	profile_file(profile, "a", 1, 1);
	profile_check(profile, "a", 1);

	auto_free char *text = text_of(profile);

	assert_non_null(strstr(text, "nothing was measured yet\n"));
	profile_free(profile);
}

static void a_tally_keeps_what_takes_longest(void **state)
{
	struct tally *tally = tally_new(3);
	struct tally_view view;

	(void)state;
	tally_add(tally, "a", 10, 1);
	tally_add(tally, "b", 20, 2);
	tally_add(tally, "a", 15, 3);
	tally_add(tally, "c", 5, 4);
	tally_add(tally, "d", 4, 5); /* too quick */
	tally_add(tally, "e", 6, 6); /* takes the place of c */
	assert_int_equal(tally_read(tally, &view), 0);
	assert_int_equal(view.line_count, 3);
	assert_int_equal(view.count, 6);
	assert_int_equal(view.ns, 60);
	assert_string_equal(view.lines[0].name, "a");
	assert_int_equal(view.lines[0].ns, 25);
	assert_int_equal(view.lines[0].count, 2);
	assert_int_equal(view.lines[0].bytes, 3);
	assert_string_equal(view.lines[1].name, "b");
	assert_string_equal(view.lines[2].name, "e");
	tally_view_release(&view);
	tally_free(tally);
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
		cmocka_unit_test(a_bottleneck_is_named_with_its_figures),
		cmocka_unit_test(a_profile_without_laps_says_so),
		cmocka_unit_test(a_tally_keeps_what_takes_longest),
		cmocka_unit_test(phases_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
