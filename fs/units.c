#include "fs/units.h"

#include <strings.h>

enum { AGE_MAX = 1 << 30 }; /* of any unit: no overflow in weeks */

/* Digits only, no sign or space; *rest is what stands behind. */
static bool read_digits(const char *text, uint64_t maximum, uint64_t *number,
			const char **rest)
{
	uint64_t sum = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		sum = sum * 10 + (uint64_t)(*text - '0');
		if (sum > maximum)
			return false;
	}
	*number = sum;
	*rest = text;
	return true;
}

bool units_parse_size(const char *text, uint64_t *bytes)
{
	static const char letters[] = "KMGT";
	const uint64_t maximum = UINT64_MAX / 16;
	uint64_t number;
	const char *unit;
	unsigned shift = 0;

	if (!read_digits(text, maximum, &number, &unit) || number == 0)
		return false;
	if (*unit && strcasecmp(unit, "B") != 0) {
		const char *letter = strchr(letters, *unit & ~0x20);

		if (!letter || (unit[1] && strcasecmp(unit + 1, "B") != 0 &&
				strcasecmp(unit + 1, "iB") != 0))
			return false;
		shift = 10 * (unsigned)(letter - letters + 1);
	}
	if (number > maximum >> shift)
		return false;
	*bytes = number << shift;
	return true;
}

bool units_parse_wait(const char *text, uint64_t *milliseconds)
{
	const uint64_t maximum = 1u << 30;
	uint64_t number;
	const char *unit;

	if (!read_digits(text, maximum, &number, &unit))
		return false;
	if (*unit && strcmp(unit, "ms") != 0 && strcmp(unit, "s") != 0)
		return false;
	*milliseconds = strcmp(unit, "s") == 0 ? number * 1000 : number;
	return true;
}

bool units_parse_age(const char *text, int64_t *seconds)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = {{"", 1},	  {"s", 1},	{"m", 60},
		     {"h", 3600}, {"d", 86400}, {"w", 604800}};
	uint64_t number;
	const char *unit;

	if (!read_digits(text, AGE_MAX, &number, &unit))
		return false;
	for (size_t i = 0; i < array_size(units); i++) {
		if (strcmp(unit, units[i].name) == 0) {
			*seconds = (int64_t)number * units[i].seconds;
			return true;
		}
	}
	return false;
}
