#include "cache/memory/duels.h"

/*
 * The score goes from -ONE (newcomers always won) to ONE (residents did); each
 * duel moves it by a part of the way that is left.
 */
enum { ONE = 1 << 16, PARTS = 64 };

/* One side of a duel; print 0: none. */
struct side {
	uint32_t print;
	uint32_t is_resident : 1;
	uint32_t other : 31; /* where the other side is */
};
_Static_assert(sizeof(struct side) == DUELS_UNIT, "as the header says");

struct duels {
	size_t side_count; /* a power of two */
	int32_t score;
	struct side sides[];
};

struct duels *duels_new(size_t bytes)
{
	struct duels *duels = calloc(1, sizeof(*duels) + bytes);

	if (duels)
		duels->side_count = bytes / sizeof(struct side);
	return duels;
}

/* Others spread by the same hash: other bits, mixed otherwise. */
static uint64_t mix(uint64_t hash)
{
	hash = (hash ^ hash >> 31) * 0xff51afd7ed558ccdU;
	return hash ^ hash >> 30;
}

static uint32_t print_of(uint64_t mixed)
{
	return (uint32_t)mixed | 1;
}

static uint32_t place_of(const struct duels *duels, uint64_t mixed)
{
	return (uint32_t)(mixed >> 32 & (duels->side_count - 1));
}

/* Take a side away, and the other one unless that is in another duel by now. */
static void end(struct duels *duels, uint32_t place)
{
	struct side *side = &duels->sides[place];
	struct side *other = &duels->sides[side->other];

	if (side->print && other->other == place)
		other->print = 0;
	side->print = 0;
}

void duels_begin(struct duels *duels, uint64_t newcomer, uint64_t resident)
{
	const uint64_t one = mix(newcomer);
	const uint64_t two = mix(resident);
	const uint32_t one_place = place_of(duels, one);
	const uint32_t two_place = place_of(duels, two);

	if (one_place == two_place)
		return;
	end(duels, one_place);
	end(duels, two_place);
	duels->sides[one_place] =
		(struct side){print_of(one), false, two_place & INT32_MAX};
	duels->sides[two_place] =
		(struct side){print_of(two), true, one_place & INT32_MAX};
}

void duels_ask(struct duels *duels, uint64_t hash)
{
	const uint64_t mixed = mix(hash);
	const uint32_t place = place_of(duels, mixed);
	const struct side *side = &duels->sides[place];

	if (side->print != print_of(mixed))
		return;

	const int32_t aim = side->is_resident ? ONE : -ONE;

	duels->score += (aim - duels->score) / PARTS;
	end(duels, place);
}

bool duels_favour_popular(const struct duels *duels)
{
	return duels->score >= 0;
}
