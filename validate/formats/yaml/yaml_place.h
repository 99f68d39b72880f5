/*
 * Where YAML values stand in the source: libyaml counts code points and gives
 * a value's mark with its tag and anchor, findings want the bytes of the value.
 */
#ifndef VALIDATE_FORMATS_YAML_YAML_PLACE_H
#define VALIDATE_FORMATS_YAML_YAML_PLACE_H

#include "validate/base.h"

/* Walks through the source from mark to mark. */
struct yaml_marks {
	struct span source;
	size_t points;
	size_t bytes;
	bool is_ascii;
};

/* Has the text no byte above 127? */
bool yaml_place_is_ascii(struct span text);

void yaml_place_init(struct yaml_marks *marks, struct span source);

/* yaml_place_offset() where the source is not all ASCII. */
uint32_t yaml_place_walk(struct yaml_marks *marks, size_t points);

/*
 * Byte offset of a mark. Cheap when marks grow; they hardly ever go back, and
 * then a few bytes.
 */
static inline uint32_t yaml_place_offset(struct yaml_marks *marks,
					 size_t points)
{
	if (!marks->is_ascii)
		return yaml_place_walk(marks, points);
	return (uint32_t)(points < marks->source.size ? points
						      : marks->source.size);
}

/* yaml_place_value() where there is a tag or an anchor. */
uint32_t yaml_place_skip(struct span source, uint32_t start, uint32_t end,
			 bool *has_tag);

/*
 * Where a value between `start` and `end` begins behind its tag and anchor.
 * *has_tag tells of a tag, also of a lone `!` (libyaml does not).
 */
static inline uint32_t yaml_place_value(struct span source, uint32_t start,
					uint32_t end, bool *has_tag)
{
	*has_tag = false;
	if (start < end &&
	    (source.data[start] == '!' || source.data[start] == '&'))
		return yaml_place_skip(source, start, end, has_tag);
	return start;
}

/* `end` without the blanks and line ends before it. */
uint32_t yaml_place_end(struct span source, uint32_t start, uint32_t end);

#endif
