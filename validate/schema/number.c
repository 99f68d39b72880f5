#include "validate/schema/number.h"

#include <errno.h>

/* Exponents are cut off here: beyond it order is all that can matter. */
#define EXPONENT_MAX ((int64_t)1 << 50)

/* Most digits that the slow division handles. */
enum { LONG_DIGITS = 1024 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t skip_digits(struct span text, size_t at)
{
	while (at < text.size && is_digit(text.data[at]))
		at++;
	return at;
}

/* The parts of a number as JSON writes it. */
struct parts {
	size_t start; /* of the integer part */
	size_t point; /* end of the integer part */
	size_t end;   /* of integer part and fraction */
};

/* Find the parts; returns where the text stops being a number, 0 for never. */
static size_t split(struct span text, struct parts *parts)
{
	parts->start = text.size && text.data[0] == '-';
	parts->point = skip_digits(text, parts->start);
	if (parts->point == parts->start)
		return 0;
	if (text.data[parts->start] == '0' && parts->point > parts->start + 1)
		return 0;
	parts->end = parts->point;
	if (parts->end < text.size && text.data[parts->end] == '.') {
		parts->end = skip_digits(text, parts->point + 1);
		if (parts->end == parts->point + 1)
			return 0;
	}
	return parts->end;
}

/* The exponent behind `at`; false if something else is there. */
static bool read_exponent(struct span text, size_t at, int64_t *out)
{
	int64_t value = 0;

	*out = 0;
	if (at == text.size)
		return true;
	if ((text.data[at] | 0x20) != 'e')
		return false;
	at++;

	const bool is_negative = at < text.size && text.data[at] == '-';

	if (at < text.size && (text.data[at] == '-' || text.data[at] == '+'))
		at++;
	if (at == text.size || skip_digits(text, at) != text.size)
		return false;
	for (; at < text.size; at++)
		if (value < EXPONENT_MAX)
			value = value * 10 + (text.data[at] - '0');
	if (value > EXPONENT_MAX)
		value = EXPONENT_MAX;
	*out = is_negative ? -value : value;
	return true;
}

static bool read_special(struct span text, struct number *out)
{
	const bool is_negative = span_starts(text, "-");
	const struct span rest = {text.data + is_negative,
				  text.size - is_negative};

	*out = (struct number){.is_negative = is_negative};
	out->class = span_is(rest, "inf") ? NUMBER_INFINITE : NUMBER_NAN;
	return out->class == NUMBER_INFINITE || span_is(rest, "nan");
}

/* Drop zeros at both ends; the point moves with the leading ones. */
static void trim(struct span text, const struct parts *parts,
		 struct number *out)
{
	size_t first = parts->start;
	size_t last = parts->end;

	while (first < last &&
	       (text.data[first] == '0' || text.data[first] == '.'))
		first++;
	while (last > first &&
	       (text.data[last - 1] == '0' || text.data[last - 1] == '.'))
		last--;
	out->digits = (struct span){text.data + first, last - first};
	out->count = (uint32_t)(last - first);
	if (first == last) {
		out->point = 0;
		out->is_negative = false;
		return;
	}
	if (first < parts->point && last > parts->point)
		out->count--;
	out->point += (int64_t)parts->point - (int64_t)first;
	if (first > parts->point)
		out->point++;
}

bool number_read(struct span text, struct number *out)
{
	struct parts parts;
	int64_t exponent;
	const size_t end = split(text, &parts);

	if (end == 0 || !read_exponent(text, end, &exponent))
		return read_special(text, out);
	*out = (struct number){.is_negative = text.data[0] == '-',
			       .point = exponent};
	trim(text, &parts, out);
	return true;
}

bool number_is_json(struct span text)
{
	struct parts parts;
	int64_t exponent;
	const size_t end = split(text, &parts);

	return end != 0 && read_exponent(text, end, &exponent);
}

/* Walks the digits of a number, with zeros behind the last. */
struct digits {
	struct span rest;
};

static char next_digit(struct digits *digits)
{
	if (digits->rest.size && *digits->rest.data == '.') {
		digits->rest.data++;
		digits->rest.size--;
	}
	if (!digits->rest.size)
		return '0';
	digits->rest.size--;
	return *digits->rest.data++;
}

static int compare_magnitude(const struct number *a, const struct number *b)
{
	struct digits left = {a->digits};
	struct digits right = {b->digits};
	const uint32_t count = a->count > b->count ? a->count : b->count;

	if (!a->count || !b->count)
		return (a->count > 0) - (b->count > 0);
	if (a->point != b->point)
		return a->point < b->point ? -1 : 1;
	for (uint32_t i = 0; i < count; i++) {
		const int order = next_digit(&left) - next_digit(&right);

		if (order)
			return order;
	}
	return 0;
}

/* -1, 0 or 1: which end of the line an infinite number is. */
static int end_of_line(const struct number *number)
{
	if (number->class != NUMBER_INFINITE)
		return 0;
	return number->is_negative ? -1 : 1;
}

int number_compare(const struct number *a, const struct number *b)
{
	const int ends = end_of_line(a) - end_of_line(b);

	if (ends || a->class == NUMBER_INFINITE)
		return ends;
	if (a->is_negative != b->is_negative)
		return a->is_negative ? -1 : 1;

	const int order = compare_magnitude(a, b);

	return a->is_negative ? -order : order;
}

bool number_is_integer(const struct number *number)
{
	return number->class == NUMBER_FINITE &&
	       number->point >= (int64_t)number->count;
}

/* Room for the product of two 64-bit numbers. */
__extension__ typedef unsigned __int128 wide_number;

/* base^exponent modulo `modulus`. */
static uint64_t power_modulo(uint64_t base, uint64_t exponent, uint64_t modulus)
{
	wide_number power = base % modulus;
	wide_number result = 1 % modulus;

	for (; exponent; exponent >>= 1) {
		if (exponent & 1)
			result = result * power % modulus;
		power = power * power % modulus;
	}
	return (uint64_t)result;
}

/* Remainder of digits x 10^zeros by a divisor of at most 18 digits. */
static uint64_t short_remainder(const struct number *number, uint64_t zeros,
				uint64_t divisor)
{
	struct digits digits = {number->digits};
	wide_number rest = 0;

	for (uint32_t i = 0; i < number->count; i++)
		rest = (rest * 10 + (unsigned)(next_digit(&digits) - '0')) %
		       divisor;
	return (uint64_t)(rest * power_modulo(10, zeros, divisor) % divisor);
}

/* A remainder under way: `size` digits, most significant first. */
struct long_rest {
	uint8_t digits[LONG_DIGITS + 1];
	uint8_t divisor[LONG_DIGITS + 1];
	uint32_t size;
};

static bool take_divisor(struct long_rest *rest)
{
	int borrow = 0;

	if (memcmp(rest->digits, rest->divisor, rest->size) < 0)
		return false;
	for (uint32_t i = rest->size; i-- > 0;) {
		const int digit = rest->digits[i] - rest->divisor[i] - borrow;

		borrow = digit < 0;
		rest->digits[i] = (uint8_t)(borrow ? digit + 10 : digit);
	}
	return true;
}

/* The same by paper and pencil for a long divisor. */
static bool long_is_divisible(const struct number *number, uint64_t zeros,
			      const struct number *divisor)
{
	struct long_rest rest = {.size = divisor->count + 1};
	struct digits digits = {divisor->digits};
	uint8_t any = 0;

	for (uint32_t i = 1; i < rest.size; i++)
		rest.divisor[i] = (uint8_t)(next_digit(&digits) - '0');
	digits.rest = number->digits;
	for (uint64_t i = 0; i < number->count + zeros; i++) {
		memmove(rest.digits, rest.digits + 1, rest.size - 1);
		rest.digits[rest.size - 1] =
			(uint8_t)(next_digit(&digits) - '0');
		while (take_divisor(&rest))
			;
	}
	for (uint32_t i = 0; i < rest.size; i++)
		any |= rest.digits[i];
	return any == 0;
}

int number_is_multiple(const struct number *number,
		       const struct number *divisor)
{
	if (number->class != NUMBER_FINITE)
		return 0;
	if (!number->count)
		return 1;

	/* Both as whole numbers without zeros at the end, times a power. */
	const int64_t zeros = (number->point - (int64_t)number->count) -
			      (divisor->point - (int64_t)divisor->count);

	if (zeros < 0)
		return 0;
	if (divisor->count > 0 && divisor->count <= 18) {
		struct digits digits = {divisor->digits};
		uint64_t value = 0;

		for (uint32_t i = 0; i < divisor->count; i++)
			value = value * 10 +
				(unsigned)(next_digit(&digits) - '0');
		/* The digits begin with one that is not 0. */
		return value &&
		       short_remainder(number, (uint64_t)zeros, value) == 0;
	}
	if (zeros > LONG_DIGITS || number->count > LONG_DIGITS ||
	    divisor->count > LONG_DIGITS)
		return -E2BIG;
	return long_is_divisible(number, (uint64_t)zeros, divisor);
}

uint32_t number_hash(const struct number *number)
{
	struct digits digits = {number->digits};
	uint64_t hash = (uint64_t)number->point * 4 +
			number->is_negative * UINT64_C(2) +
			(number->class != NUMBER_FINITE);

	for (uint32_t i = 0; i < number->count; i++)
		hash = (hash ^ (uint64_t)next_digit(&digits)) *
		       0xff51afd7ed558ccdu;
	return (uint32_t)(hash ^ hash >> 32);
}

bool number_small(struct span text, int64_t *out)
{
	const size_t start = text.size && text.data[0] == '-';
	int64_t value = 0;

	if (text.size == start || text.size - start > 18)
		return false;
	for (size_t i = start; i < text.size; i++) {
		if (!is_digit(text.data[i]))
			return false;
		value = value * 10 + (text.data[i] - '0');
	}
	*out = start ? -value : value;
	return true;
}
