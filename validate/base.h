/*
 * The few words that every file here uses: borrowed bytes, automatic release,
 * results that must be looked at, and byte order. Header only.
 */
#ifndef VALIDATE_BASE_H
#define VALIDATE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Borrowed bytes, not terminated. Comments say for how long they live. */
struct span {
	const char *data;
	size_t size;
};

#define must_check __attribute__((warn_unused_result))
#define printf_like(text, first)                                               \
	__attribute__((__format__(__printf__, text, first)))

/* Run `fn(&variable)` when the variable goes out of scope. */
#define release_by(fn) __attribute__((cleanup(fn)))

static inline void base_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void base_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* An owned heap block; an owned descriptor (-1: none). */
#define auto_free release_by(base_free)
#define auto_close release_by(base_close)

/* Hand on what an automatic variable owns. */
static inline void *base_steal(void *pointer)
{
	void *value = *(void **)pointer;

	*(void **)pointer = NULL;
	return value;
}

static inline int steal_fd(int *fd)
{
	const int value = *fd;

	*fd = -1;
	return value;
}

#define steal(pointer) ((__typeof__(*(pointer)))base_steal(pointer))

#define array_size(array) (sizeof(array) / sizeof((array)[0]))

/* The bytes of a string literal or of a terminated string. */
static inline struct span span_of(const char *text)
{
	return (struct span){text, strlen(text)};
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.size == b.size &&
	       (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool span_is(struct span a, const char *text)
{
	return span_equal(a, span_of(text));
}

static inline bool span_starts(struct span a, const char *prefix)
{
	const size_t size = strlen(prefix);

	return a.size >= size && memcmp(a.data, prefix, size) == 0;
}

static inline void put_le32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

static inline uint32_t get_le32(const uint8_t *from)
{
	return (uint32_t)from[0] | (uint32_t)from[1] << 8 |
	       (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static inline void put_le64(uint8_t *to, uint64_t value)
{
	put_le32(to, (uint32_t)value);
	put_le32(to + 4, (uint32_t)(value >> 32));
}

static inline uint64_t get_le64(const uint8_t *from)
{
	return get_le32(from) | (uint64_t)get_le32(from + 4) << 32;
}

#endif
