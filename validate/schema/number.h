/*
 * Numbers by their text: exact comparison and divisibility, whatever their
 * size. Nothing is rounded.
 */
#ifndef VALIDATE_SCHEMA_NUMBER_H
#define VALIDATE_SCHEMA_NUMBER_H

#include "validate/base.h"

enum number_class { NUMBER_FINITE, NUMBER_INFINITE, NUMBER_NAN };

/*
 * The value 0.DIGITS x 10^point. `digits` borrows from the text, begins and
 * ends with a digit that is not 0 and may hold the decimal point; for zero
 * there are none.
 */
struct number {
	enum number_class class;
	bool is_negative;
	struct span digits;
	uint32_t count; /* of digits, without the decimal point */
	int64_t point;
};

/*
 * Read a number as JSON writes it, or "inf", "-inf", "nan". false if the text
 * is none.
 */
must_check bool number_read(struct span text, struct number *out);

/* Is it written as JSON writes a number? */
bool number_is_json(struct span text);

/* Less than, equal to or greater than 0. Not for NUMBER_NAN. */
int number_compare(const struct number *a, const struct number *b);

bool number_is_integer(const struct number *number);

/*
 * Is `number` a whole multiple of `divisor` (finite, above 0)? 1 or 0, or
 * -E2BIG if both are too long to be divided in reasonable time.
 */
must_check int number_is_multiple(const struct number *number,
				  const struct number *divisor);

/* Equal numbers have equal hashes, however they are written. */
uint32_t number_hash(const struct number *number);

/* The value of at most 18 digits without fraction or exponent; else false. */
must_check bool number_small(struct span text, int64_t *out);

#endif
