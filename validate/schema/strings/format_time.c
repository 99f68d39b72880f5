#include "validate/schema/strings/format_check.h"

/* Cut a number of exactly `digits` digits off the text; -1 if there is none. */
static int take_number(struct span *text, int digits)
{
	int value = 0;

	if (text->size < (size_t)digits)
		return -1;
	for (int i = 0; i < digits; i++) {
		const char c = text->data[i];

		if (c < '0' || c > '9')
			return -1;
		value = value * 10 + (c - '0');
	}
	text->data += digits;
	text->size -= (size_t)digits;
	return value;
}

static bool take(struct span *text, char c)
{
	if (!text->size || *text->data != c)
		return false;
	text->data++;
	text->size--;
	return true;
}

static bool take_any_case(struct span *text, char upper)
{
	return take(text, upper) || take(text, (char)(upper | 0x20));
}

static int days_of(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30,
				   31, 31, 30, 31, 30, 31};
	const bool is_leap =
		(year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap);
}

static bool take_date(struct span *text)
{
	const int year = take_number(text, 4);
	const bool first = take(text, '-');
	const int month = take_number(text, 2);
	const bool second = take(text, '-');
	const int day = take_number(text, 2);

	return year >= 0 && first && second && month >= 1 && month <= 12 &&
	       day >= 1 && day <= days_of(year, month);
}

/* "Z" or "+hh:mm"; *minutes is what is to be added to get UTC. */
static bool take_offset(struct span *text, int *minutes)
{
	*minutes = 0;
	if (take_any_case(text, 'Z'))
		return true;

	const bool is_ahead = take(text, '+');

	if (!is_ahead && !take(text, '-'))
		return false;

	const int hour = take_number(text, 2);
	const bool colon = take(text, ':');
	const int minute = take_number(text, 2);

	if (!colon || hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return false;
	*minutes = (hour * 60 + minute) * (is_ahead ? -1 : 1);
	return true;
}

static bool take_time(struct span *text)
{
	const int hour = take_number(text, 2);
	const bool first = take(text, ':');
	const int minute = take_number(text, 2);
	const bool second_colon = take(text, ':');
	const int second = take_number(text, 2);
	int offset;

	if (!first || !second_colon || hour < 0 || hour > 23 || minute < 0 ||
	    minute > 59 || second < 0 || second > 60)
		return false;
	if (take(text, '.')) {
		if (take_number(text, 1) < 0)
			return false;
		while (take_number(text, 1) >= 0)
			;
	}
	if (!take_offset(text, &offset))
		return false;

	/* A leap second is the last of a day in UTC. */
	const int utc = (hour * 60 + minute + offset + 2880) % 1440;

	return second < 60 || utc == 1439;
}

bool format_is_date(struct span text)
{
	return take_date(&text) && text.size == 0;
}

bool format_is_time(struct span text)
{
	return take_time(&text) && text.size == 0;
}

bool format_is_date_time(struct span text)
{
	return take_date(&text) && take_any_case(&text, 'T') &&
	       take_time(&text) && text.size == 0;
}

/*
 * Parts such as "3D" whose units come in the order of `units` without a gap,
 * as RFC 3339 has it. Returns how many there are, -1 if something is wrong.
 */
static int take_parts(struct span *text, const char *units)
{
	const char *last = NULL;
	int count = 0;

	while (text->size && take_number(text, 1) >= 0) {
		const char *unit;

		while (take_number(text, 1) >= 0)
			;
		if (!text->size || !*text->data)
			return -1;
		unit = strchr(units, *text->data);
		if (!unit || (last && unit != last + 1))
			return -1;
		last = unit;
		take(text, *unit);
		count++;
	}
	return count;
}

bool format_is_duration(struct span text)
{
	if (!take(&text, 'P'))
		return false;

	struct span weeks = text;

	if (take_parts(&weeks, "W") == 1 && weeks.size == 0)
		return true;

	const int days = take_parts(&text, "YMD");
	int times = 0;

	if (take(&text, 'T')) {
		times = take_parts(&text, "HMS");
		if (times < 1)
			return false;
	}
	return days >= 0 && days + times > 0 && text.size == 0;
}
