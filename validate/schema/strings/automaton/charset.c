#include "validate/schema/strings/automaton/charset.h"

enum { ASCII_LAST = 0x7f, LAST = 0x10ffff };

void charset_init(struct charset *set)
{
	set->ascii[0] = 0;
	set->ascii[1] = 0;
	set->wide_count = 0;
	set->is_full = false;
}

static void add_wide(struct charset *set, uint32_t first, uint32_t last)
{
	if (set->wide_count == CHARSET_RANGES_MAX) {
		set->is_full = true;
		return;
	}
	set->wide[set->wide_count++] = (struct charset_range){first, last};
}

void charset_add(struct charset *set, uint32_t first, uint32_t last)
{
	for (uint32_t c = first; c <= last && c <= ASCII_LAST; c++)
		set->ascii[c / 64] |= UINT64_C(1) << (c % 64);
	if (last > ASCII_LAST)
		add_wide(set, first > ASCII_LAST ? first : ASCII_LAST + 1,
			 last);
}

static int compare_ranges(const void *left, const void *right)
{
	const struct charset_range *a = left;
	const struct charset_range *b = right;

	return (a->first > b->first) - (a->first < b->first);
}

void charset_negate(struct charset *set)
{
	struct charset old = *set;
	uint32_t next = ASCII_LAST + 1;

	qsort(old.wide, old.wide_count, sizeof(*old.wide), compare_ranges);
	set->ascii[0] = ~old.ascii[0];
	set->ascii[1] = ~old.ascii[1];
	set->wide_count = 0;
	for (uint32_t i = 0; i < old.wide_count; i++) {
		if (old.wide[i].first > next)
			add_wide(set, next, old.wide[i].first - 1);
		if (old.wide[i].last >= next)
			next = old.wide[i].last + 1;
	}
	if (next <= LAST)
		add_wide(set, next, LAST);
}

/* The members of the named sets, as ECMA-262 has them. */
static const struct {
	char name;
	uint32_t count;
	struct charset_range ranges[10];
} named[] = {
	{'d', 1, {{'0', '9'}}},
	{'w', 4, {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
	{'s',
	 10,
	 {{'\t', '\r'},
	  {' ', ' '},
	  {0xa0, 0xa0},
	  {0x1680, 0x1680},
	  {0x2000, 0x200a},
	  {0x2028, 0x2029},
	  {0x202f, 0x202f},
	  {0x205f, 0x205f},
	  {0x3000, 0x3000},
	  {0xfeff, 0xfeff}}},
	/* Not the members: the ends of lines. */
	{'.', 3, {{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}},
};

static void add_members(struct charset *set, char name)
{
	for (size_t i = 0; i < array_size(named); i++)
		for (uint32_t j = 0;
		     named[i].name == name && j < named[i].count; j++)
			charset_add(set, named[i].ranges[j].first,
				    named[i].ranges[j].last);
}

void charset_add_named(struct charset *set, char name, bool is_negated)
{
	struct charset members;

	if (name == '.')
		is_negated = !is_negated;
	if (!is_negated) {
		add_members(set, name);
		return;
	}
	charset_init(&members);
	add_members(&members, name);
	charset_negate(&members);
	set->ascii[0] |= members.ascii[0];
	set->ascii[1] |= members.ascii[1];
	for (uint32_t i = 0; i < members.wide_count; i++)
		add_wide(set, members.wide[i].first, members.wide[i].last);
}

bool charset_equal(const struct charset *a, const struct charset *b)
{
	return a->ascii[0] == b->ascii[0] && a->ascii[1] == b->ascii[1] &&
	       a->wide_count == b->wide_count &&
	       memcmp(a->wide, b->wide, a->wide_count * sizeof(*a->wide)) == 0;
}
