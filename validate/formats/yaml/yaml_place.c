#include "validate/formats/yaml/yaml_place.h"

bool yaml_place_is_ascii(struct span text)
{
	const uint64_t high_bits = 0x8080808080808080u;
	uint64_t seen = 0;
	size_t i = 0;

	for (; i + 8 <= text.size; i += 8) {
		uint64_t word;

		memcpy(&word, text.data + i, 8);
		seen |= word;
	}
	for (; i < text.size; i++)
		seen |= (unsigned char)text.data[i];
	return (seen & high_bits) == 0;
}

void yaml_place_init(struct yaml_marks *marks, struct span source)
{
	*marks = (struct yaml_marks){.source = source,
				     .is_ascii = yaml_place_is_ascii(source)};
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

uint32_t yaml_place_walk(struct yaml_marks *marks, size_t points)
{
	const struct span source = marks->source;

	while (marks->points < points && marks->bytes < source.size) {
		marks->bytes++;
		while (marks->bytes < source.size &&
		       is_continuation(source.data[marks->bytes]))
			marks->bytes++;
		marks->points++;
	}
	while (marks->points > points && marks->bytes > 0) {
		marks->bytes--;
		while (marks->bytes > 0 &&
		       is_continuation(source.data[marks->bytes]))
			marks->bytes--;
		marks->points--;
	}
	return (uint32_t)marks->bytes;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where the tag or anchor that begins at `at` ends. */
static uint32_t property_end(struct span source, uint32_t at)
{
	const bool is_verbatim = at + 1 < source.size &&
				 source.data[at] == '!' &&
				 source.data[at + 1] == '<';
	const char *stops = is_verbatim ? ">" : ",[]{}";

	while (at < source.size && !is_space(source.data[at]) &&
	       !strchr(stops, source.data[at]))
		at++;
	return is_verbatim && at < source.size ? at + 1 : at;
}

static uint32_t line_end(struct span source, uint32_t at)
{
	while (at < source.size && source.data[at] != '\n')
		at++;
	return at;
}

uint32_t yaml_place_skip(struct span source, uint32_t start, uint32_t end,
			 bool *has_tag)
{
	uint32_t at = start;

	while (at < end) {
		const char c = source.data[at];

		if (c == '!' || c == '&') {
			*has_tag |= c == '!';
			at = property_end(source, at);
		} else if (c == '#') {
			at = line_end(source, at);
		} else if (is_space(c)) {
			at++;
		} else {
			break;
		}
	}
	return at < end ? at : end;
}

uint32_t yaml_place_end(struct span source, uint32_t start, uint32_t end)
{
	while (end > start && is_space(source.data[end - 1]))
		end--;
	return end;
}
