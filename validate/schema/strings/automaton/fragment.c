#include "validate/schema/strings/automaton/automaton_build.h"

struct fragment fragment_empty(void)
{
	return (struct fragment){.is_nullable = true};
}

bool fragment_position(struct build *build, struct fragment *out)
{
	if (build->count == POSITIONS_MAX)
		return false;
	*out = (struct fragment){.is_nullable = false};
	positions_add(&out->first, build->count);
	positions_add(&out->last, build->count);
	build->follow[build->count] = (struct positions){{0}};
	build->count++;
	return true;
}

/* The number of a set, a new one if need be; CHARSETS_MAX: no room. */
static uint32_t charset_number(struct build *build, const struct charset *set)
{
	uint32_t i = 0;

	while (i < build->charset_count &&
	       !charset_equal(&build->charsets[i], set))
		i++;
	if (i == build->charset_count && i < CHARSETS_MAX) {
		build->charsets[i] = *set;
		build->members[i] = (struct positions){{0}};
		build->charset_count++;
	}
	return i;
}

bool fragment_charset(struct build *build, const struct charset *set,
		      struct fragment *out)
{
	const uint32_t number =
		set->is_full ? CHARSETS_MAX : charset_number(build, set);

	if (number == CHARSETS_MAX || !fragment_position(build, out))
		return false;
	positions_join(&build->members[number], &out->first);
	return true;
}

struct fragment fragment_either(const struct fragment *a,
				const struct fragment *b)
{
	struct fragment both = *a;

	positions_join(&both.first, &b->first);
	positions_join(&both.last, &b->last);
	both.is_nullable |= b->is_nullable;
	return both;
}

/* Every position of `ends` may be followed by those of `begins`. */
static void connect(struct build *build, const struct positions *ends,
		    const struct positions *begins)
{
	for (uint32_t word = 0; word < SET_WORDS; word++) {
		uint64_t bits = ends->words[word];

		for (; bits; bits &= bits - 1)
			positions_join(
				&build->follow[word * 64 +
					       (unsigned)__builtin_ctzll(bits)],
				begins);
	}
}

struct fragment fragment_then(struct build *build, const struct fragment *a,
			      const struct fragment *b)
{
	struct fragment both = {
		.first = a->first,
		.last = b->last,
		.is_nullable = a->is_nullable && b->is_nullable,
	};

	connect(build, &a->last, &b->first);
	if (a->is_nullable)
		positions_join(&both.first, &b->first);
	if (b->is_nullable)
		positions_join(&both.last, &a->last);
	return both;
}

void fragment_loop(struct build *build, const struct fragment *fragment)
{
	connect(build, &fragment->last, &fragment->first);
}
