#include "validate/formats/toml/toml_internal.h"

#include <inttypes.h>

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Behind decimal digits with single underscores between them. */
static const char *skip_digits(const char *at, const char *end)
{
	const char *behind = at;

	while (at < end && is_digit(*at)) {
		behind = ++at;
		if (at < end && *at == '_')
			at++;
	}
	return behind;
}

static bool fail_number(struct toml *toml, struct span token,
			const char *message)
{
	return toml_fail(toml, token.data, token.size, message);
}

static bool set_text(struct toml *toml, struct toml_item *item, char *text)
{
	if (!text) {
		toml->result = toml->parse->doc->arena->error;
		return false;
	}
	item->text = text;
	item->size = (uint32_t)strlen(text);
	return true;
}

/* The digits as JSON has them: no underscores, no plus in front. */
static bool clean_digits(struct toml *toml, struct toml_item *item,
			 struct span token)
{
	const size_t plus = *token.data == '+';

	item->text = token.data + plus;
	item->size = (uint32_t)(token.size - plus);
	if (!memchr(token.data, '_', token.size))
		return true;

	char *text = arena_text(toml->parse->doc->arena,
				(struct span){item->text, item->size});
	char *to = text;

	for (const char *from = text; from && *from; from++) {
		if (*from != '_')
			*to++ = *from;
	}
	if (text)
		*to = '\0';
	return set_text(toml, item, text);
}

/* Does the decimal integer fit in 64 bits with a sign? */
static bool is_in_range(const struct toml_item *item)
{
	const bool is_negative = *item->text == '-';
	const char *digits = item->text + is_negative;
	const size_t size = item->size - is_negative;

	if (size != 19)
		return size < 19;
	return memcmp(digits,
		      is_negative ? "9223372036854775808"
				  : "9223372036854775807",
		      size) <= 0;
}

static bool read_integer(struct toml *toml, struct span token,
			 struct toml_item *item)
{
	item->flags = NODE_INTEGER;
	if (!clean_digits(toml, item, token))
		return false;
	if (item->size == 2 && memcmp(item->text, "-0", 2) == 0) {
		item->text++;
		item->size--;
	}
	return is_in_range(item) ||
	       fail_number(toml, token, "this integer does not fit in 64 bits");
}

/* 0x, 0o and 0b: what a digit counts for, or -1. */
static int digit_of(char byte, unsigned base)
{
	const int small = byte | 0x20;
	const int value = is_digit(byte)		 ? byte - '0'
			  : small >= 'a' && small <= 'f' ? small - 'a' + 10
							 : -1;

	return value < (int)base ? value : -1;
}

static bool read_based(struct toml *toml, struct span token, unsigned base,
		       struct toml_item *item)
{
	uint64_t value = 0;
	bool is_after_digit = false;

	for (size_t i = 2; i < token.size; i++) {
		const int digit = digit_of(token.data[i], base);

		if (digit < 0 && (token.data[i] != '_' || !is_after_digit))
			return fail_number(toml, token,
					   "not a number: 0x, 0o and 0b take "
					   "digits of their base, and single "
					   "underscores between them");
		is_after_digit = digit >= 0;
		if (digit < 0)
			continue;
		if (value > (uint64_t)INT64_MAX / base ||
		    value * base > (uint64_t)INT64_MAX - (unsigned)digit)
			return fail_number(
				toml, token,
				"this integer does not fit in 64 bits");
		value = value * base + (unsigned)digit;
	}
	if (!is_after_digit)
		return fail_number(toml, token,
				   "a number should end with a digit");
	item->flags = NODE_INTEGER;
	return set_text(
		toml, item,
		arena_printf(toml->parse->doc->arena, "%" PRIu64, value));
}

/* What is wrong with a number that has an integer part of `size` bytes. */
static bool fail_decimal(struct toml *toml, struct span token,
			 const char *digits, const char *behind)
{
	if (digits == behind)
		return fail_number(toml, token,
				   "a number needs a digit in front (inf and "
				   "nan are in small letters)");
	if (*digits == '0' && behind - digits > 1)
		return fail_number(toml, token,
				   "a number must not begin with a needless "
				   "0; in quotes it would be text");
	return fail_number(toml, token,
			   "not a number: digits with single underscores "
			   "between them, then a fraction or an exponent with "
			   "digits of its own; text needs quotes");
}

/* Fraction and exponent; NULL if they are broken. */
static const char *skip_fraction(const char *at, const char *end)
{
	if (at < end && *at == '.') {
		const char *behind = skip_digits(at + 1, end);

		if (behind == at + 1)
			return NULL;
		at = behind;
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		at++;
		at += at < end && (*at == '+' || *at == '-');

		const char *behind = skip_digits(at, end);

		at = behind == at ? NULL : behind;
	}
	return at;
}

static bool read_decimal(struct toml *toml, struct span token, size_t sign,
			 struct toml_item *item)
{
	const char *end = token.data + token.size;
	const char *digits = token.data + sign;
	const char *behind = skip_digits(digits, end);
	const bool has_zero =
		behind > digits && *digits == '0' && behind - digits > 1;

	if (behind == digits || has_zero || skip_fraction(behind, end) != end)
		return fail_decimal(toml, token, digits, behind);
	return behind == end ? read_integer(toml, token, item)
			     : clean_digits(toml, item, token);
}

bool toml_read_number(struct toml *toml, struct span token,
		      struct toml_item *item)
{
	const size_t sign = *token.data == '+' || *token.data == '-';
	const struct span rest = {token.data + sign, token.size - sign};
	const unsigned base = sign			 ? 0
			      : span_starts(token, "0x") ? 16
			      : span_starts(token, "0o") ? 8
			      : span_starts(token, "0b") ? 2
							 : 0;

	if (span_is(rest, "inf") || span_is(rest, "nan")) {
		const size_t skip =
			*token.data == '+' || *rest.data == 'n' ? sign : 0;

		item->flags = NODE_NOT_FINITE;
		item->text = token.data + skip;
		item->size = (uint32_t)(token.size - skip);
		return true;
	}
	return base ? read_based(toml, token, base, item)
		    : read_decimal(toml, token, sign, item);
}
