/* Numbers by their text: nothing is rounded. */
#include "tests/unit/unit.h"

#include "validate/schema/number.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

static struct number read_text(const char *text)
{
	struct number number;

	assert_true(number_read(span_of(text), &number));
	return number;
}

static void only_json_numbers_are_numbers(void **state)
{
	static const char *const good[] = {"0",	   "-0",    "10",    "1.5",
					   "1e5",  "1E+5",  "-2e-3", "0.0",
					   "0e99", "100.00"};
	static const char *const bad[] = {"",	  "-",	 "01",	 "1.",	".5",
					  "1e",	  "1e+", "+1",	 "0x1", "1 ",
					  "1e5x", "--1", "1.e5", "Inf"};
	struct number number;

	(void)state;
	for (size_t i = 0; i < array_size(good); i++)
		assert_true(number_is_json(span_of(good[i])));
	for (size_t i = 0; i < array_size(bad); i++) {
		if (number_is_json(span_of(bad[i])) ||
		    number_read(span_of(bad[i]), &number))
			fail_msg("%s", bad[i]);
	}
	assert_false(number_is_json(span_of("inf")));
	assert_int_equal(read_text("-inf").class, NUMBER_INFINITE);
	assert_int_equal(read_text("nan").class, NUMBER_NAN);
}

static void expect_order(const char *left, const char *right, int wanted)
{
	const struct number a = read_text(left);
	const struct number b = read_text(right);
	const int order = number_compare(&a, &b);

	if ((order > 0) - (order < 0) != wanted)
		fail_msg("%s and %s", left, right);
	if (wanted == 0)
		assert_int_equal(number_hash(&a), number_hash(&b));
}

static void order_is_that_of_the_values(void **state)
{
	/* Ascending; those of one row are equal. */
	static const char *const rows[][3] = {
		{"-inf", "-inf", "-inf"},
		{"-1e999999999999", "-10e999999999998", "-1e999999999999"},
		{"-18446744073709551617", "-1.8446744073709551617e19",
		 "-18446744073709551617.0"},
		{"-18446744073709551616", "-184467440737095516160e-1",
		 "-18446744073709551616"},
		{"-1.5", "-15e-1", "-0.15e1"},
		{"-1", "-1.0", "-10e-1"},
		{"0", "-0", "0e5"},
		{"1e-400", "0.1e-399", "10e-401"},
		{"0.1", "1e-1", "0.10"},
		{"0.10000000000000000001", "10000000000000000001e-20",
		 "0.100000000000000000010"},
		{"9007199254740992", "9007199254740992.0",
		 "9.007199254740992e15"},
		{"9007199254740993", "90071992547409930e-1",
		 "9007199254740993.00"},
		{"inf", "inf", "inf"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(rows); i++)
		for (size_t j = 0; j < array_size(rows); j++)
			expect_order(rows[i][i % 3], rows[j][1 + j % 2],
				     (i > j) - (i < j));
}

static void multiples_are_exact(void **state)
{
	static const struct {
		const char *number;
		const char *divisor;
		int expected;
	} list[] = {
		{"0", "7", 1},
		{"19.99", "0.01", 1},
		{"0.3", "0.1", 1},
		{"0.35", "0.1", 0},
		{"1e308", "0.5", 1},
		{"1e308", "0.123456789", 0},
		{"12345678901234567890", "3", 1},
		{"12345678901234567891", "3", 0},
		{"-9", "3", 1},
		{"5", "10", 0},
		{"4.5", "1.5", 1},
		{"100000000000000000000000000000", "3", 0},
		{"100000000000000000000000000002", "3", 1},
		/* Divisors too long for the short way. */
		{"246913578024691357802469135780",
		 "123456789012345678901234567890", 1},
		{"246913578024691357802469135781",
		 "123456789012345678901234567890", 0},
		{"1e3000", "123456789012345678901", -E2BIG},
		{"inf", "1", 0},
		{"nan", "1", 0},
	};

	(void)state;
	for (size_t i = 0; i < array_size(list); i++) {
		const struct number number = read_text(list[i].number);
		const struct number divisor = read_text(list[i].divisor);

		if (number_is_multiple(&number, &divisor) != list[i].expected)
			fail_msg("%s by %s", list[i].number, list[i].divisor);
	}
}

static void integers_are_told_by_value(void **state)
{
	static const struct {
		const char *text;
		bool is_integer;
	} list[] = {
		{"1", true},	  {"1.0", true},  {"1.5", false},
		{"15e-1", false}, {"1e3", true},  {"1.5e1", true},
		{"0.0", true},	  {"inf", false}, {"0.5e-9", false},
	};

	(void)state;
	for (size_t i = 0; i < array_size(list); i++) {
		const struct number number = read_text(list[i].text);

		if (number_is_integer(&number) != list[i].is_integer)
			fail_msg("%s", list[i].text);
	}
}

static void small_integers_need_no_text(void **state)
{
	int64_t value = 7;

	(void)state;
	assert_true(number_small(span_of("-42"), &value));
	assert_int_equal(value, -42);
	assert_true(number_small(span_of("999999999999999999"), &value));
	assert_int_equal(value, 999999999999999999);
	assert_false(number_small(span_of("1000000000000000000"), &value));
	assert_false(number_small(span_of("1.0"), &value));
	assert_false(number_small(span_of("-"), &value));
	assert_false(number_small(span_of(""), &value));
}

/* Against doubles, where doubles are exact. */
static void order_agrees_with_doubles(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char texts[2][64];
		double values[2];

		for (int j = 0; j < 2; j++) {
			random = random * 6364136223846793005u + 1;
			snprintf(texts[j], sizeof(texts[j]), "%d.%03de%d",
				 (int)(random >> 40) % 2000 - 1000,
				 (int)(random >> 33 & 7) * 125,
				 (int)(random >> 60) - 8);
			values[j] = strtod(texts[j], NULL);
		}

		const struct number a = read_text(texts[0]);
		const struct number b = read_text(texts[1]);
		const int order = number_compare(&a, &b);

		if (fabs(values[0] - values[1]) >
			    1e-12 * fabs(values[0] + values[1]) &&
		    (order > 0) != (values[0] > values[1]))
			fail_msg("%s and %s", texts[0], texts[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_json_numbers_are_numbers),
		cmocka_unit_test(order_is_that_of_the_values),
		cmocka_unit_test(multiples_are_exact),
		cmocka_unit_test(integers_are_told_by_value),
		cmocka_unit_test(small_integers_need_no_text),
		cmocka_unit_test(order_agrees_with_doubles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
