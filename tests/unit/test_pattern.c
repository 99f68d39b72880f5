/* Patterns: what ECMA-262 means by them, with the engine and without. */
#include "tests/unit/pattern_case.h"

struct match_case {
	const char *pattern;
	const char *subject;
	bool wanted;
};

static void expect_match(const struct match_case *given, bool by_engine)
{
	struct pattern *pattern = NULL;

	if (compile_in(by_engine, span_of(given->pattern), &pattern) != 0)
		fail_msg("%s does not compile", given->pattern);
	if (match(pattern, span_of(given->subject)) != given->wanted)
		fail_msg("%s on %s", given->pattern, given->subject);
	pattern_free(pattern);
}

static void patterns_mean_what_ecma_says(void **state)
{
	static const struct match_case cases[] = {
		{"a", "bab", true},
		{"^a", "ba", false},
		{"^a$", "a\n", false},
		{"^$", "", true},
		{"^$", "a", false},
		{"a|^b|c$", "xb", false},
		{"a|^b|c$", "xc", true},
		{"(^|,)x($|,)", "a,x", true},
		{"(^|,)x($|,)", "ax,", false},
		{"^.$", "\n", false},
		{"^.$", "\u2028", false},
		{"^.$", "\u00e9", true},
		{"^.$", "\U0001f600", true},
		{"^[^a]$", "\U0001f600", true},
		{"^[^a]$", "\n", true},
		{"^\\s$", "\u00a0", true},
		{"^\\s$", "\ufeff", true},
		{"^\\S$", "\u00a0", false},
		{"^[\\S]$", "\u00a0", false},
		{"^[\\S]$", "\u00a1", true},
		{"^[\\S]$", "\U0010ffff", true},
		{"^[^\\S]$", "\u3000", true},
		{"^[^\\S]$", "a", false},
		{"^[\\s\\S]$", "\u00a0", true},
		{"^\\d$", "\u0661", false},
		{"^\\w$", "\u00e9", false},
		{"^\\W$", "\u00e9", true},
		{"^[\\w-.]$", "-", true},
		{"^[\\w-.]$", ",", false},
		{"^[a-]$", "-", true},
		{"^[\u00e0-\u00ff]$", "\u00e9", true},
		{"^[\u00e0-\u00ff]$", "\u0100", false},
		{"^[^\u00e0-\u00ff]$", "\u00df", true},
		{"^\\u00e9\\x41\\cJ\\0$", "\u00e9A\n", false},
		{"^\\u00e9\\x41\\cJ$", "\u00e9A\n", true},
		{"^[\\b]$", "\b", true},
		{"[]", "a", false},
		{"^a[]?$", "a", true},
		{"^a[]*b$", "ab", true},
		{"^a[]{0,3}b$", "ab", true},
		{"^a[]+$", "a", false},
		{"^a[]*$", "a", true},
		{"^[:alpha:]$", "p", true},
		{"^[:alpha:]$", ":", true},
		{"^[=a=]$", "=", true},
		{"^[[:alpha:]]$", "p]", true},
		{"^[^]$", "\n", true},
		{"^a{2,3}$", "a", false},
		{"^a{2,3}$", "aaa", true},
		{"^a{2,3}$", "aaaa", false},
		{"^a{2,}$", "aaaaa", true},
		{"^(ab){2}$", "abab", true},
		{"^(ab){2}$", "ab", false},
		{"^a{0}b$", "b", true},
		{"^a{0,2}?b$", "aab", true},
		{"^(a|bc)+?$", "abca", true},
		{"^(a*)*$", "aaab", false},
		{"^(a|)+b$", "aab", true},
		{"^(?:a|b)c$", "bc", true},
		{"^(?<n>a)(?<m>b)$", "ab", true},
		{"(?<!a)b", "ab", false},
		{"(?<=a)b", "ab", true},
		{"^(?!a)", "b", true},
		{"^(a)\\1$", "aa", true},
		{"\\bfoo\\b", "a foo b", true},
		{"^\\p{Letter}+$", "\u00e9a", true},
		{"^\\p{Script=Greek}+$", "\u03b1", true},
		{"^\\ud83d\\ude00$", "\U0001f600", true},
		{"^\\-\\/\\.$", "-/.", true},
		{"\\$\\{[a-z]+\\}", "x ${ab}", true},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		expect_match(&cases[i], false);
		expect_match(&cases[i], true);
	}
}

/* Both ways must refuse. */
static void what_is_no_pattern_is_refused(void **state)
{
	static const char *const bad[] = {
		"*",
		"^{1}",
		"$?",
		"a**",
		"a++",
		"^*",
		"(",
		")",
		"(a",
		"[a",
		"[z-a]",
		"a{2,1}",
		"\\",
		"\\a",
		"\\Z",
		"(?i)a",
		"(?P<n>a)",
		"(?#a)",
		"(?>a)",
		"(?<n>a)(?<n>b)",
		"\\p{Nonsense}",
		"(*ACCEPT)",
		"a|*",
		"(?<1n>a)",
		"a*{2}",
		"\\ud83d",
	};

	(void)state;
	for (size_t i = 0; i < array_size(bad); i++) {
		struct pattern *pattern = NULL;

		if (compile_in(false, span_of(bad[i]), &pattern) != -EBADMSG ||
		    compile_in(true, span_of(bad[i]), &pattern) != -EBADMSG)
			fail_msg("%s is taken", bad[i]);
	}
}

/* A lookbehind may begin with what is repeated: that changes nothing. */
static void lookbehinds_may_begin_with_repetitions(void **state)
{
	static const struct match_case cases[] = {
		{"(?<=a+)b", "aab", true},
		{"(?<=a+)b", "cb", false},
		{"^(?<=a*)b", "b", true},
		{"(?<=a*c)b", "cb", true},
		{"(?<=a*c)b", "ab", false},
		{"(?<!a+)b", "aab", false},
		{"(?<!a+)b", "cb", true},
		{"(?<!a*)b", "b", false},
		{"(?<=a{2,}?)b", "ab", false},
		{"(?<=a{2,5})b", "aaab", true},
		{"(?<=[ab]{2,4})c", "abc", true},
		{"(?<=x|[ab]+)c", "bc", true},
		{"(?<=x|[ab]+)c", "yc", false},
		{"(?<=.+)b", "\nb", false},
		{"(?<=(?:a|b))c+", "bcc", true},
		{"(?<=\\d+)a|b+", "1a", true},
		{"(?<=(?<=a+)b)c", "abc", true},
		{"(?<=a)b+", "abb", true},
	};
	static const char *const bad[] = {
		"(?<=a+*)b",  "(?<=a{3,2})b",  "(?<=*)b",
		"(?<=a++)b",  "(?<=a{2}{2})b", "(?<=\\b+)b",
		"(?<=ba+)c",  "(?<=(a|bc)+)d", "(?<=a{99999})b",
		"(?<=\\a*)b", "(?<=[b-a]*)b",  "(?<=ab?)c"};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		expect_match(&cases[i], false);
	for (size_t i = 0; i < array_size(bad); i++) {
		struct pattern *pattern = NULL;

		if (compile_in(false, span_of(bad[i]), &pattern) != -EBADMSG)
			fail_msg("%s is taken", bad[i]);
	}
}

static void what_is_not_supported_is_not_wrong(void **state)
{
	static const char *const right[] = {
		"(?<=ba+)c",   "a{70000}b",
		"(?<=a|bc?)d", "^a$",
		"(?=a)",       "(?<a23456789012345678901234567890123>a)(?=b)"};
	static const char *const wrong[] = {"(?<=ba+)c)", "(?i)a", "\\p{Xx}",
					    "(?<=ba+)c[z-a]"};

	(void)state;
	for (size_t i = 0; i < array_size(right); i++)
		if (pattern_is_wrong(span_of(right[i])))
			fail_msg("%s", right[i]);
	for (size_t i = 0; i < array_size(wrong); i++)
		if (!pattern_is_wrong(span_of(wrong[i])))
			fail_msg("%s", wrong[i]);
}

static void what_is_not_supported_is_named(void **state)
{
	char why[PATTERN_WHY_SIZE];
	struct pattern *pattern = NULL;

	(void)state;
	assert_int_equal(pattern_compile(span_of("(?<=ba+)c"), &pattern, why),
			 -EBADMSG);
	assert_non_null(strstr(why, "lookbehind"));
	assert_int_equal(pattern_compile(span_of("(?i:a)"), &pattern, why),
			 -EBADMSG);
	assert_non_null(strstr(why, "group (?"));
	assert_int_equal(pattern_compile(span_of("\\p{Xx}"), &pattern, why),
			 -EBADMSG);
	assert_non_null(strstr(why, "\\p"));
}

static void expect_engine(const char *text, bool wanted)
{
	struct pattern *pattern = NULL;

	assert_int_equal(compile_in(false, span_of(text), &pattern), 0);
	if (pattern_needs_engine(pattern) != wanted)
		fail_msg("%s", text);
	pattern_free(pattern);
}

static void only_what_is_not_regular_needs_the_engine(void **state)
{
	static const char *const without[] = {"^[a-z][a-z0-9_-]*$",
					      "^(a|b|c)$",
					      "^.*$",
					      "^\\S+$",
					      ".+",
					      "^(?:[01]\\d|2[0-3]):[0-5]\\d$",
					      "^#|(&#x23;)\\d{6}$",
					      "^(a+)+$",
					      "^x-",
					      "[\u00e0-\u00ff]",
					      "a{200}",
					      "^(?<name>\\w+)$"};
	static const char *const with[] = {"(?=a)",  "(?!a)",  "\\ba",
					   "(a)\\1", "a{300}", "\\p{L}"};

	(void)state;
	for (size_t i = 0; i < array_size(without); i++)
		expect_engine(without[i], false);
	for (size_t i = 0; i < array_size(with); i++)
		expect_engine(with[i], true);
}

static void expect_on_megabyte(const char *text, const char *unit, int wanted)
{
	struct pattern *pattern = NULL;
	const size_t unit_size = strlen(unit);
	const size_t size = (size_t)1 << 20;
	char *subject = malloc(size);

	for (size_t i = 0; i < size; i++)
		subject[i] = unit[i % unit_size];
	assert_int_equal(compile_in(false, span_of(text), &pattern), 0);

	const int r = match(pattern, (struct span){subject, size});

	if (r != wanted)
		fail_msg("%s on %s: %d", text, unit, r);
	pattern_free(pattern);
	free(subject);
}

static void long_texts_are_matched_or_not_decided(void **state)
{
	(void)state;
	expect_on_megabyte("^(a+)+$", "a", 1);
	expect_on_megabyte("^(a+)+b", "a", 0);
	expect_on_megabyte("(.*a){8}b", "a", 0);
	expect_on_megabyte("^(a|aa)*c$", "a", 0);
	expect_on_megabyte("^[^x]*$", "\u00e9", 1);
	/* More ways than may be followed. */
	expect_on_megabyte("^(a?){250}(.*a?){2}b", "a", 0);
	expect_on_megabyte("((a*){100}.*){2}b", "a", -E2BIG);
	/* The engine gives up: that is no mismatch. */
	expect_on_megabyte("^(?=a)(a+)+b", "a", -E2BIG);
	expect_on_megabyte("^(?=a)(a|aa)*c$", "a", -E2BIG);
}

static void patterns_without_end_are_left_to_the_engine(void **state)
{
	static const char *const texts[] = {
		"((((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9}){9})",
		"((((((((((){9}){9}){9}){9}){9}){9}){9}){9}){9})",
		"((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))",
	};

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++) {
		struct pattern *pattern = NULL;
		const int r = compile_in(false, span_of(texts[i]), &pattern);

		if (r == 0)
			assert_true(pattern_needs_engine(pattern));
		else
			assert_int_equal(r, -EBADMSG);
		pattern_free(pattern);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_mean_what_ecma_says),
		cmocka_unit_test(what_is_no_pattern_is_refused),
		cmocka_unit_test(lookbehinds_may_begin_with_repetitions),
		cmocka_unit_test(what_is_not_supported_is_named),
		cmocka_unit_test(what_is_not_supported_is_not_wrong),
		cmocka_unit_test(only_what_is_not_regular_needs_the_engine),
		cmocka_unit_test(long_texts_are_matched_or_not_decided),
		cmocka_unit_test(patterns_without_end_are_left_to_the_engine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
