#include "tests/fuzz/fuzz.h"

#include <stdio.h>

void fuzz_fail(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: invariant broken: %s\n", file, line, what);
	abort();
}

uint8_t fuzz_take_byte(struct span *rest)
{
	if (rest->size == 0)
		return 0;

	const uint8_t byte = (uint8_t)*rest->data;

	rest->data++;
	rest->size--;
	return byte;
}

struct span fuzz_take_part(struct span *rest)
{
	const struct span all = *rest;
	size_t size = 0;

	while (size < all.size && all.data[size] != FUZZ_SEPARATOR)
		size++;
	rest->data += size + (size < all.size);
	rest->size -= size + (size < all.size);
	return (struct span){all.data, size};
}

char *fuzz_copy(struct span text)
{
	char *copy = malloc(text.size ? text.size : 1);

	fuzz_require(copy, "memory for a copy");
	if (text.size)
		memcpy(copy, text.data, text.size);
	return copy;
}

char *fuzz_copy_text(struct span text)
{
	char *copy = strndup(text.size ? text.data : "", text.size);

	fuzz_require(copy, "memory for a copy");
	return copy;
}

uint32_t fuzz_number(struct span text)
{
	uint32_t number = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < text.size; i++)
		number = (number ^ (uint8_t)text.data[i]) * 16777619u;
	return number ^ number >> 15;
}

static bool begins_at(struct span text, size_t at, struct span part)
{
	for (size_t i = 0; i < part.size; i++)
		if (text.data[at + i] != part.data[i])
			return false;
	return true;
}

bool fuzz_contains(struct span text, struct span part)
{
	for (size_t at = 0; at + part.size <= text.size; at++)
		if (begins_at(text, at, part))
			return true;
	return false;
}
