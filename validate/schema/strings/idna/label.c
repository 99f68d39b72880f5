#include "validate/schema/strings/idna/label.h"

/* The characters that need company. */
enum {
	MIDDLE_DOT = 0xb7,
	KERAIA = 0x375,
	GERESH = 0x5f3,
	GERSHAYIM = 0x5f4,
	NON_JOINER = 0x200c,
	JOINER = 0x200d,
	KATAKANA_DOT = 0x30fb,
};

static const uint32_t point_mask = (1u << IDNA_CLASS_SHIFT) - 1;

/* The last run that begins at or before `point`; -1: none does. */
static ptrdiff_t find_run(const uint32_t *runs, size_t count, uint32_t point)
{
	size_t from = 0;

	while (count > 0) {
		const size_t half = count / 2;

		if ((runs[from + half] & point_mask) <= point) {
			from += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return (ptrdiff_t)from - 1;
}

static const struct idna_class *class_of(uint32_t point)
{
	const ptrdiff_t at = find_run(idna_ranges, idna_range_count, point);

	if (at < 0)
		return NULL;

	const uint32_t run = idna_ranges[at];
	const uint32_t stride = run >> IDNA_STRIDE_SHIFT;
	const uint32_t distance = point - (run & point_mask);

	if (distance >> stride >= idna_range_counts[at] ||
	    (stride && distance & 1))
		return NULL;
	return &idna_classes[run >> IDNA_CLASS_SHIFT & 31];
}

bool label_classify(struct label *label)
{
	for (size_t i = 0; i < label->count; i++) {
		label->classes[i] = class_of(label->points[i]);
		if (!label->classes[i])
			return false;
	}
	return true;
}

/* RFC 5892 A.1: between letters that join, marks in between left out. */
static bool is_between_joining(const struct label *label, size_t at)
{
	size_t before = at;
	size_t after = at + 1;

	while (before > 0 &&
	       label->classes[before - 1]->joining == IDNA_JOINS_THROUGH)
		before--;
	while (after < label->count &&
	       label->classes[after]->joining == IDNA_JOINS_THROUGH)
		after++;
	if (before == 0 || after == label->count)
		return false;

	const uint8_t left = label->classes[before - 1]->joining;
	const uint8_t right = label->classes[after]->joining;

	return (left == IDNA_JOINS_LEFT || left == IDNA_JOINS_BOTH) &&
	       (right == IDNA_JOINS_RIGHT || right == IDNA_JOINS_BOTH);
}

static bool is_behind_virama(const struct label *label, size_t at)
{
	return at > 0 && label->classes[at - 1]->is_virama;
}

static bool has_script(const struct label *label, enum idna_script script)
{
	for (size_t i = 0; i < label->count; i++)
		if (label->classes[i]->script == script &&
		    label->points[i] != KATAKANA_DOT)
			return true;
	return false;
}

/*
 * The rules for two kinds of Arabic digits (A.8, A.9) are not here: a label
 * that mixes them breaks the rule of direction.
 */
static bool is_in_company(const struct label *label, size_t at)
{
	const bool has_next = at + 1 < label->count;

	switch (label->points[at]) {
	case NON_JOINER:
		return is_behind_virama(label, at) ||
		       is_between_joining(label, at);
	case JOINER:
		return is_behind_virama(label, at);
	case MIDDLE_DOT:
		return at > 0 && has_next && label->points[at - 1] == 'l' &&
		       label->points[at + 1] == 'l';
	case KERAIA:
		return has_next && label->classes[at + 1]->script == IDNA_GREEK;
	case GERESH:
	case GERSHAYIM:
		return at > 0 && label->classes[at - 1]->script == IDNA_HEBREW;
	case KATAKANA_DOT:
		return has_script(label, IDNA_JAPANESE);
	default:
		return true;
	}
}

bool label_is_in_context(const struct label *label)
{
	const size_t count = label->count;

	if (label->points[0] == '-' || label->points[count - 1] == '-' ||
	    (count > 3 && label->points[2] == '-' && label->points[3] == '-'))
		return false;
	if (label->classes[0]->is_combining)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!is_in_company(label, i))
			return false;
	return true;
}

static uint8_t combining_class(uint32_t point)
{
	const ptrdiff_t at =
		find_run(idna_combining, idna_combining_count, point);

	if (at < 0 || point - (idna_combining[at] & point_mask) >=
			      idna_combining_counts[at])
		return 0;
	return (uint8_t)(idna_combining[at] >> IDNA_CLASS_SHIFT);
}

static bool is_pair(uint32_t first, uint32_t second)
{
	size_t from = 0;
	size_t count = idna_pair_count;

	while (count > 0) {
		const size_t half = count / 2;
		const struct idna_pair *pair = &idna_pairs[from + half];

		if (pair->second == second && pair->first == first)
			return true;
		if (pair->second < second ||
		    (pair->second == second && pair->first < first)) {
			from += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return false;
}

/* What a character is the composition of, NULL: it is none. */
static const struct idna_pair *find_parts(uint32_t point)
{
	for (size_t i = 0; i < idna_pair_count; i++)
		if (idna_pairs[i].both == point)
			return &idna_pairs[i];
	return NULL;
}

/*
 * Would a letter take in a mark that follows it? So would one that has a mark
 * in it already, if the new one goes below that.
 */
static bool is_taken_in(uint32_t letter, uint32_t mark, uint8_t class)
{
	while (!is_pair(letter, mark)) {
		const struct idna_pair *parts =
			class ? find_parts(letter) : NULL;

		if (!parts || combining_class(parts->second) <= class)
			return false;
		letter = parts->first;
	}
	return true;
}

/*
 * Marks in their order, and nothing that would be written as one with the
 * letter before. What is allowed in a label is normal if it stands alone.
 */
bool label_is_normal(const struct label *label)
{
	uint32_t starter = 0;
	uint8_t last = 0;

	for (size_t i = 0; i < label->count; i++) {
		const uint32_t point = label->points[i];
		const uint8_t class = combining_class(point);
		const bool is_blocked = last && last >= class;

		if (class && last > class)
			return false;
		if (starter && !is_blocked &&
		    is_taken_in(starter, point, class))
			return false;
		if (!class)
			starter = point;
		last = class;
	}
	return true;
}

/* Directions as a set. */
#define SET(direction) (1u << (direction))

enum { RIGHT_SET = SET(IDNA_RIGHT) | SET(IDNA_ARABIC) };

static unsigned directions(const struct label *label)
{
	unsigned set = 0;

	for (size_t i = 0; i < label->count; i++)
		set |= SET(label->classes[i]->direction);
	return set;
}

bool label_has_right(const struct label *label)
{
	return directions(label) & (RIGHT_SET | SET(IDNA_ARABIC_NUMBER));
}

bool label_is_directed(const struct label *label)
{
	const unsigned both = SET(IDNA_NUMBER) | SET(IDNA_ARABIC_NUMBER);
	const unsigned all = directions(label);
	const unsigned first = SET(label->classes[0]->direction);
	size_t end = label->count;

	while (end > 1 && label->classes[end - 1]->direction == IDNA_MARK)
		end--;

	const unsigned last = SET(label->classes[end - 1]->direction);

	if (first == SET(IDNA_LEFT))
		return !(all & (RIGHT_SET | SET(IDNA_ARABIC_NUMBER))) &&
		       last & (SET(IDNA_LEFT) | SET(IDNA_NUMBER));
	return first & RIGHT_SET && !(all & SET(IDNA_LEFT)) &&
	       last & (RIGHT_SET | both) && (all & both) != both;
}
