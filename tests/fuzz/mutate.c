#include "tests/fuzz/mutate.h"

/* xorshift64* of Vigna, "An experimental exploration of Marsaglia's xorshift
 * generators, scrambled" (2016): small, and good enough to pick places. */
static uint64_t next_number(struct mutator *mutator)
{
	mutator->state ^= mutator->state >> 12;
	mutator->state ^= mutator->state << 25;
	mutator->state ^= mutator->state >> 27;
	return mutator->state * 0x2545f4914f6cdd1du >> 16;
}

static size_t below(struct mutator *mutator, size_t limit)
{
	return limit ? (size_t)(next_number(mutator) % limit) : 0;
}

/* Short ranges mostly, sometimes a long one. */
static size_t some_length(struct mutator *mutator, size_t limit)
{
	const size_t most = below(mutator, 4) ? 16 : 256;

	return below(mutator, (limit < most ? limit : most) + 1);
}

/* Make room at a place and fill it; what does not fit is left out. */
static void insert(struct mutator *mutator, size_t at, struct span piece)
{
	if (piece.size > MUTATE_MAX - mutator->size)
		return;
	memmove(mutator->bytes + at + piece.size, mutator->bytes + at,
		mutator->size - at);
	memcpy(mutator->bytes + at, piece.data, piece.size);
	mutator->size += piece.size;
}

static void insert_copy(struct mutator *mutator, size_t at, struct span piece)
{
	char copy[256];

	if (piece.size == 0)
		return;
	if (piece.size > sizeof(copy))
		piece.size = sizeof(copy);
	memcpy(copy, piece.data, piece.size);
	insert(mutator, at, (struct span){copy, piece.size});
}

static void flip_bit(struct mutator *mutator)
{
	if (mutator->size == 0)
		return;

	char *byte = &mutator->bytes[below(mutator, mutator->size)];

	*byte = (char)((uint8_t)*byte ^ 1u << below(mutator, 8));
}

static void set_byte(struct mutator *mutator)
{
	static const char likely[] = "\0\t\n\r \"#'*,-./0:;<=[\\]{|}~\x1e\x7f"
				     "\x80\xc3\xe2\xed\xf0\xff";

	if (mutator->size)
		mutator->bytes[below(mutator, mutator->size)] =
			likely[below(mutator, sizeof(likely) - 1)];
}

static void erase(struct mutator *mutator)
{
	const size_t at = below(mutator, mutator->size);
	const size_t size = some_length(mutator, mutator->size - at);

	memmove(mutator->bytes + at, mutator->bytes + at + size,
		mutator->size - at - size);
	mutator->size -= size;
}

/* Part of the input itself, somewhere else again. */
static void copy_within(struct mutator *mutator)
{
	const size_t from = below(mutator, mutator->size);
	const size_t size = some_length(mutator, mutator->size - from);

	insert_copy(mutator, below(mutator, mutator->size + 1),
		    (struct span){mutator->bytes + from, size});
}

/* The same piece many times: what is not linear becomes slow by it. */
static void repeat(struct mutator *mutator)
{
	const size_t from = below(mutator, mutator->size);
	const size_t size = some_length(mutator, mutator->size - from);
	const size_t times = below(mutator, 16) ? 8 : 512;

	for (size_t i = 0; i < times; i++)
		insert_copy(mutator, from,
			    (struct span){mutator->bytes + from, size});
}

/* Part of another seed. */
static void splice(struct mutator *mutator)
{
	const struct mutate_stock *stock = mutator->stock;
	const struct span other =
		stock->seeds[below(mutator, stock->seed_count)];
	const size_t from = below(mutator, other.size);
	const size_t size = some_length(mutator, other.size - from);

	insert(mutator, below(mutator, mutator->size + 1),
	       (struct span){other.data + from, size});
}

static void insert_word(struct mutator *mutator)
{
	const struct mutate_stock *stock = mutator->stock;

	if (stock->word_count == 0) {
		set_byte(mutator);
		return;
	}
	insert(mutator, below(mutator, mutator->size + 1),
	       stock->words[below(mutator, stock->word_count)]);
}

static void cut_end(struct mutator *mutator)
{
	mutator->size = below(mutator, mutator->size + 1);
}

void mutate_next(struct mutator *mutator)
{
	static void (*const changes[])(struct mutator *) = {
		flip_bit, set_byte, set_byte,	 erase,	      copy_within,
		repeat,	  splice,   insert_word, insert_word, cut_end,
	};
	const struct mutate_stock *stock = mutator->stock;
	const struct span seed =
		stock->seeds[below(mutator, stock->seed_count)];
	const size_t count = 1 + below(mutator, 4);

	mutator->size = seed.size < MUTATE_MAX ? seed.size : MUTATE_MAX;
	memcpy(mutator->bytes, seed.data, mutator->size);
	for (size_t i = 0; i < count; i++)
		changes[below(mutator, array_size(changes))](mutator);
}
