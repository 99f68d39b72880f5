/* Numbers by their text: two of them with a separator between. */
#include "tests/fuzz/fuzz.h"
#include "validate/schema/number.h"

#include <errno.h>

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

/* As machine numbers, where both fit. */
static void check_small(struct span texts[2], const struct number numbers[2])
{
	int64_t values[2];

	if (!number_small(texts[0], &values[0]) ||
	    !number_small(texts[1], &values[1]))
		return;
	fuzz_require(sign(number_compare(&numbers[0], &numbers[1])) ==
			     (values[0] > values[1]) - (values[0] < values[1]),
		     "small numbers compare as machine numbers do");
	if (values[1] > 0)
		fuzz_require(number_is_multiple(&numbers[0], &numbers[1]) ==
				     (values[0] % values[1] == 0),
			     "small numbers divide as machine numbers do");
}

static void check_pair(struct span texts[2], const struct number numbers[2])
{
	const int order = number_compare(&numbers[0], &numbers[1]);
	const struct number *divisor = &numbers[1];

	fuzz_require(sign(order) ==
			     -sign(number_compare(&numbers[1], &numbers[0])),
		     "an order has two sides");
	fuzz_require(order != 0 ||
			     number_hash(&numbers[0]) == number_hash(divisor),
		     "equal numbers have equal hashes");
	check_small(texts, numbers);
	if (divisor->class != NUMBER_FINITE || divisor->is_negative ||
	    divisor->count == 0)
		return;

	const int is_multiple = number_is_multiple(&numbers[0], divisor);

	fuzz_require(is_multiple == 0 || is_multiple == 1 ||
			     is_multiple == -E2BIG,
		     "a division ends with an answer");
	fuzz_require(order != 0 || is_multiple != 0,
		     "a number is a multiple of itself");
	fuzz_require(is_multiple != 1 || !number_is_integer(divisor) ||
			     number_is_integer(&numbers[0]),
		     "a multiple of an integer is one");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = fuzz_span(data, size);
	struct span texts[2] = {fuzz_take_part(&rest), rest};
	auto_free char *first = fuzz_copy(texts[0]);
	auto_free char *second = fuzz_copy(texts[1]);
	struct number numbers[2];

	texts[0].data = first;
	texts[1].data = second;
	for (size_t i = 0; i < array_size(texts); i++) {
		if (!number_read(texts[i], &numbers[i]) ||
		    numbers[i].class == NUMBER_NAN)
			return 0;
		fuzz_require(number_is_json(texts[i]) ||
				     numbers[i].class != NUMBER_FINITE,
			     "what is a number is written as JSON does");
		fuzz_require(number_compare(&numbers[i], &numbers[i]) == 0,
			     "a number is equal to itself");
	}
	check_pair(texts, numbers);
	return 0;
}
