#include "validate/arena.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum { ALIGNMENT = 16, FIRST_BLOCK = 32 * 1024, LARGEST_STEP = 1024 * 1024 };

/*
 * Under AddressSanitizer pieces lie apart, and what is not handed out cannot
 * be touched: inside a block it would not see an overrun by itself.
 */
#if defined(__has_feature)
#define HAS_ASAN __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#else
#define HAS_ASAN 0
#endif

#if HAS_ASAN
#include <sanitizer/asan_interface.h>
enum { GAP = ALIGNMENT };
#else
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
enum { GAP = 0 };
#endif

/* What a piece of that size takes of a block. */
static size_t room_of(size_t size)
{
	return ((size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1)) + GAP;
}

struct arena_block {
	struct arena_block *older;
	size_t size; /* payload bytes */
	_Alignas(ALIGNMENT) char data[];
};

void arena_init(struct arena *arena, size_t limit_bytes)
{
	*arena = (struct arena){.limit_bytes = limit_bytes};
}

static void free_blocks(struct arena_block *block)
{
	while (block) {
		struct arena_block *older = block->older;

		free(block);
		block = older;
	}
}

void arena_release(struct arena *arena)
{
	free_blocks(arena->block);
	arena_init(arena, arena->limit_bytes);
}

void arena_reset(struct arena *arena)
{
	struct arena_block *keep = arena->block;

	arena_init(arena, arena->limit_bytes);
	if (!keep)
		return;
	free_blocks(keep->older);
	if (keep->size > LARGEST_STEP) {
		free(keep);
		return;
	}
	keep->older = NULL;
	arena->block = keep;
	arena->next = keep->data;
	arena->end = keep->data + keep->size;
	ASAN_POISON_MEMORY_REGION(keep->data, keep->size);
}

static void *fail(struct arena *arena, int error)
{
	if (!arena->error)
		arena->error = error;
	return NULL;
}

/* Blocks double up to LARGEST_STEP; a larger request has one of its own. */
static bool add_block(struct arena *arena, size_t size)
{
	size_t step = arena->block ? arena->block->size * 2 : FIRST_BLOCK;

	if (step > LARGEST_STEP)
		step = LARGEST_STEP;
	if (step < size)
		step = size;

	struct arena_block *block = malloc(sizeof(*block) + step);

	if (!block)
		return false;
	block->older = arena->block;
	block->size = step;
	arena->block = block;
	arena->next = block->data;
	arena->end = block->data + step;
	ASAN_POISON_MEMORY_REGION(block->data, step);
	return true;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	if (size > arena->limit_bytes - arena->used_bytes)
		return fail(arena, -E2BIG);

	const size_t room = room_of(size);

	/* No bytes are a piece too: NULL means failure. */
	if ((!arena->block || room > (size_t)(arena->end - arena->next)) &&
	    !add_block(arena, room))
		return fail(arena, -ENOMEM);

	char *start = arena->next;

	ASAN_UNPOISON_MEMORY_REGION(start, size);
	arena->next += room;
	arena->used_bytes += size;
	return start;
}

void *arena_grow(struct arena *arena, void *old, size_t old_size,
		 size_t new_size)
{
	if (new_size - old_size > arena->limit_bytes - arena->used_bytes)
		return fail(arena, -E2BIG);

	const size_t room = room_of(new_size);
	const bool is_last =
		old && (char *)old + room_of(old_size) == arena->next;

	if (is_last && room <= (size_t)(arena->end - (char *)old)) {
		ASAN_UNPOISON_MEMORY_REGION(old, new_size);
		arena->next = (char *)old + room;
		arena->used_bytes += new_size - old_size;
		return old;
	}

	void *larger = arena_alloc(arena, new_size);

	if (larger && old)
		memcpy(larger, old, old_size);
	return larger;
}

void arena_trim(struct arena *arena, void *last, size_t old_size,
		size_t new_size)
{
	arena->next = (char *)last + room_of(new_size);
	arena->used_bytes -= old_size - new_size;
	ASAN_POISON_MEMORY_REGION((char *)last + new_size, old_size - new_size);
}

void arena_rewind(struct arena *arena, const struct arena *mark)
{
	while (arena->block != mark->block) {
		struct arena_block *older = arena->block->older;

		free(arena->block);
		arena->block = older;
	}
	*arena = *mark;
	ASAN_POISON_MEMORY_REGION(arena->next,
				  (size_t)(arena->end - arena->next));
}

char *arena_text(struct arena *arena, struct span text)
{
	char *copy = arena_alloc(arena, text.size + 1);

	if (!copy)
		return NULL;
	if (text.size)
		memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int size = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (size < 0)
		return fail(arena, -ENOMEM);

	char *text = arena_alloc(arena, (size_t)size + 1);

	if (!text)
		return NULL;
	va_start(arguments, format);
	vsnprintf(text, (size_t)size + 1, format, arguments);
	va_end(arguments);
	return text;
}
