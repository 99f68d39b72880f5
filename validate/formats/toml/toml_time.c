#include "validate/formats/toml/toml_internal.h"

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool has_digits(const char *at, const char *end, size_t count)
{
	if ((size_t)(end - at) < count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!is_digit(at[i]))
			return false;
	return true;
}

bool toml_is_time(const char *at, const char *end)
{
	return (has_digits(at, end, 2) && end - at > 2 && at[2] == ':') ||
	       (has_digits(at, end, 4) && end - at > 4 && at[4] == '-');
}

/* A date or time that is being read. */
struct clock {
	struct toml *toml;
	const char *start;
	const char *at;
	const char *end;
};

static bool fail_clock(const struct clock *clock, const char *message)
{
	return toml_fail(clock->toml, clock->start,
			 (size_t)(clock->at - clock->start) + 1, message);
}

static bool fail_form(const struct clock *clock)
{
	return fail_clock(clock,
			  "not a date or time; they are written as "
			  "YYYY-MM-DDThh:mm:ssZ, and what is left out of it is "
			  "a whole date, time or offset");
}

static bool skip_byte(struct clock *clock, char byte)
{
	if (clock->at == clock->end || *clock->at != byte)
		return false;
	clock->at++;
	return true;
}

/* `count` digits, up to `high`. */
static bool read_field(struct clock *clock, size_t count, int high, int *out)
{
	int value = 0;

	if (!has_digits(clock->at, clock->end, count))
		return fail_form(clock);
	for (size_t i = 0; i < count; i++)
		value = value * 10 + (*clock->at++ - '0');
	*out = value;
	if (value > high) {
		clock->at--;
		return fail_clock(clock,
				  "no such date or time: a part of it is too "
				  "large");
	}
	return true;
}

static int days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30,
				   31, 31, 30, 31, 30, 31};
	const bool is_leap =
		year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && is_leap ? 29 : days[month - 1];
}

static bool read_date(struct clock *clock)
{
	int year = 0;
	int month = 0;
	int day = 0;

	if (!read_field(clock, 4, 9999, &year))
		return false;
	if (!skip_byte(clock, '-'))
		return fail_form(clock);
	if (!read_field(clock, 2, 12, &month))
		return false;
	if (!skip_byte(clock, '-'))
		return fail_form(clock);
	if (!read_field(clock, 2, 31, &day))
		return false;
	if (month > 0 && day > 0 && day <= days_of_month(year, month))
		return true;
	clock->at--;
	return fail_clock(clock, "no such date: that month has no such day");
}

static bool read_seconds(struct clock *clock)
{
	int seconds = 0;

	/* 60 is a leap second. */
	if (!read_field(clock, 2, 60, &seconds))
		return false;
	if (!skip_byte(clock, '.'))
		return true;
	if (!has_digits(clock->at, clock->end, 1))
		return fail_form(clock);
	while (has_digits(clock->at, clock->end, 1))
		clock->at++;
	return true;
}

static bool read_clock(struct clock *clock)
{
	int hour = 0;
	int minute = 0;

	if (!read_field(clock, 2, 23, &hour))
		return false;
	if (!skip_byte(clock, ':'))
		return fail_form(clock);
	if (!read_field(clock, 2, 59, &minute))
		return false;
	/* 1.1: the seconds may be left out. */
	return !skip_byte(clock, ':') || read_seconds(clock);
}

static bool read_offset(struct clock *clock)
{
	int hour = 0;
	int minute = 0;

	if (skip_byte(clock, 'Z') || skip_byte(clock, 'z'))
		return true;
	if (!skip_byte(clock, '+') && !skip_byte(clock, '-'))
		return true;
	if (!read_field(clock, 2, 23, &hour))
		return false;
	if (!skip_byte(clock, ':'))
		return fail_form(clock);
	return read_field(clock, 2, 59, &minute);
}

/* A blank in the place of the T counts only if a time follows. */
static bool has_clock(struct clock *clock)
{
	if (skip_byte(clock, 'T') || skip_byte(clock, 't'))
		return true;
	if (clock->end - clock->at < 2 || *clock->at != ' ' ||
	    !is_digit(clock->at[1]))
		return false;
	clock->at++;
	return true;
}

static bool read_moment(struct clock *clock)
{
	if (clock->at[2] == ':')
		return read_clock(clock);
	if (!read_date(clock))
		return false;
	return !has_clock(clock) || (read_clock(clock) && read_offset(clock));
}

bool toml_read_time(struct toml *toml, struct toml_item *item)
{
	struct clock clock = {toml, toml->at, toml->at, toml->end};

	if (!read_moment(&clock))
		return false;
	/* Nothing of what a scalar is made of may stick to it. */
	if (clock.at < clock.end && (toml_is_bare((unsigned char)*clock.at) ||
				     strchr("+.:", *clock.at)))
		return fail_form(&clock);
	toml->at = clock.at;
	item->type = NODE_STRING;
	item->flags = NODE_DATETIME;
	item->text = clock.start;
	item->size = (uint32_t)(clock.at - clock.start);
	return true;
}
