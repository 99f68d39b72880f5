#include "validate/schema/strings/idna/punycode.h"

/* RFC 3492 section 5. */
enum {
	BASE = 36,
	T_MIN = 1,
	T_MAX = 26,
	SKEW = 38,
	DAMP = 700,
	INITIAL_BIAS = 72,
	INITIAL_POINT = 0x80,
	ENCODED_MAX = PUNYCODE_LABEL_MAX - 4,
};

/* Section 6.1. */
static uint32_t adapt(uint32_t delta, uint32_t count, bool is_first)
{
	uint32_t k = 0;

	delta /= is_first ? DAMP : 2;
	delta += delta / count;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
	if (k <= bias + T_MIN)
		return T_MIN;
	return k >= bias + T_MAX ? T_MAX : k - bias;
}

static char lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c | 0x20);
	return c;
}

/* The value of a digit, BASE if it is none. */
static uint32_t digit_value(char c)
{
	c = lower(c);
	if (c >= 'a' && c <= 'z')
		return (uint32_t)(c - 'a');
	return c >= '0' && c <= '9' ? (uint32_t)(c - '0') + 26 : BASE;
}

/* A number of variable length, taken off the text; false if it has none. */
static bool take_delta(struct span *text, uint32_t bias, uint32_t *out)
{
	uint64_t delta = 0;
	uint64_t weight = 1;

	for (uint32_t k = BASE; text->size; k += BASE) {
		const uint32_t digit = digit_value(*text->data);
		const uint32_t limit = threshold(k, bias);

		text->data++;
		text->size--;
		delta += digit * weight;
		if (digit == BASE || delta > UINT32_MAX)
			return false;
		if (digit < limit) {
			*out = (uint32_t)delta;
			return true;
		}
		weight *= BASE - limit;
		if (weight > UINT32_MAX)
			return false;
	}
	return false;
}

/* The letters before the last hyphen stand for themselves. */
static size_t take_plain(struct span *text, uint32_t *points)
{
	const char *hyphen =
		text->size ? memrchr(text->data, '-', text->size) : NULL;
	const size_t count = hyphen ? (size_t)(hyphen - text->data) : 0;

	if (!count)
		return 0;
	for (size_t i = 0; i < count; i++)
		points[i] = (unsigned char)lower(text->data[i]);
	text->data += count + 1;
	text->size -= count + 1;
	return count;
}

size_t punycode_decode(struct span text,
		       uint32_t points[static PUNYCODE_LABEL_MAX])
{
	uint64_t point = INITIAL_POINT;
	uint32_t bias = INITIAL_BIAS;
	uint64_t place = 0;

	if (text.size > ENCODED_MAX)
		return 0;

	uint32_t count = (uint32_t)take_plain(&text, points);

	while (text.size) {
		uint32_t delta;

		if (!take_delta(&text, bias, &delta))
			return 0;
		count++;
		bias = adapt(delta, count, place == 0);
		place += delta;
		point += place / count;
		place %= count;
		if (point > 0x10ffff)
			return 0;
		memmove(points + place + 1, points + place,
			(count - 1 - place) * sizeof(*points));
		points[place++] = (uint32_t)point;
	}
	return count;
}

/* Text being written; one byte too many makes it full for good. */
struct writer {
	char *text;
	size_t size;
	bool is_full;
};

static void put(struct writer *writer, char c)
{
	if (writer->size == ENCODED_MAX)
		writer->is_full = true;
	else
		writer->text[writer->size++] = c;
}

static void put_delta(struct writer *writer, uint32_t delta, uint32_t bias)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	for (uint32_t k = BASE;; k += BASE) {
		const uint32_t limit = threshold(k, bias);

		if (delta < limit)
			break;
		put(writer, digits[limit + (delta - limit) % (BASE - limit)]);
		delta = (delta - limit) / (BASE - limit);
	}
	put(writer, digits[delta]);
}

/* The least code point from `from` on. */
static uint32_t next_point(const uint32_t *points, size_t count, uint32_t from)
{
	uint32_t least = UINT32_MAX;

	for (size_t i = 0; i < count; i++)
		if (points[i] >= from && points[i] < least)
			least = points[i];
	return least;
}

/* What is left to be encoded. */
struct progress {
	uint32_t done;
	uint32_t plain;
	uint32_t bias;
	uint32_t delta;
};

/* Write where `point` occurs. */
static void put_point(struct writer *writer, const uint32_t *points,
		      size_t count, uint32_t point, struct progress *progress)
{
	for (size_t i = 0; i < count; i++) {
		if (points[i] < point)
			progress->delta++;
		if (points[i] != point)
			continue;
		put_delta(writer, progress->delta, progress->bias);
		progress->bias = adapt(progress->delta, progress->done + 1,
				       progress->done == progress->plain);
		progress->delta = 0;
		progress->done++;
	}
}

size_t punycode_encode(const uint32_t *points, size_t count,
		       char text[static PUNYCODE_LABEL_MAX])
{
	struct writer writer = {.text = text};
	struct progress progress = {.bias = INITIAL_BIAS};
	uint32_t from = INITIAL_POINT;

	/* Every code point takes a byte: so no sum below overflows. */
	if (count > ENCODED_MAX)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (points[i] < INITIAL_POINT)
			put(&writer, (char)points[i]);
	progress.plain = progress.done = (uint32_t)writer.size;
	if (progress.plain)
		put(&writer, '-');
	while (progress.done < count && !writer.is_full) {
		const uint32_t point = next_point(points, count, from);

		progress.delta += (point - from) * (progress.done + 1);
		put_point(&writer, points, count, point, &progress);
		progress.delta++;
		from = point + 1;
	}
	return writer.is_full ? 0 : writer.size;
}
