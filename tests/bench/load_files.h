/*
 * What programs that time readers share: files in memory, CPU time, and the
 * median of passes over all of them.
 */
#ifndef TESTS_BENCH_LOAD_FILES_H
#define TESTS_BENCH_LOAD_FILES_H

#include "validate/arena.h"

#include <stdio.h>
#include <time.h>

enum { BENCH_ROUNDS = 5 };

/* Files in memory; each has a NUL behind it. */
struct bench_files {
	struct arena arena;
	struct span *texts;
	size_t count;
	size_t bytes;
};

static inline void bench_release(struct bench_files *files)
{
	arena_release(&files->arena);
}

/* The whole file, in the arena. */
static inline bool bench_load_one(const char *path, struct arena *arena,
				  struct span *out)
{
	FILE *file = fopen(path, "rb");
	size_t capacity = 65536;
	size_t size = 0;
	char *bytes = arena_alloc(arena, capacity);

	while (file && bytes) {
		size += fread(bytes + size, 1, capacity - 1 - size, file);
		if (size < capacity - 1)
			break;
		bytes = arena_grow(arena, bytes, capacity, capacity * 2);
		capacity *= 2;
	}
	if (file)
		fclose(file);
	if (!file || !bytes)
		return false;
	bytes[size] = '\0';
	*out = (struct span){bytes, size};
	return true;
}

/* All files of a list; false, with a message, if one cannot be read. */
static inline bool bench_load(struct bench_files *files, char *const *paths,
			      size_t count)
{
	*files = (struct bench_files){.count = count};
	arena_init(&files->arena, SIZE_MAX);
	files->texts =
		arena_alloc(&files->arena, (count + 1) * sizeof(struct span));
	for (size_t i = 0; files->texts && i < count; i++) {
		if (!bench_load_one(paths[i], &files->arena,
				    &files->texts[i])) {
			perror(paths[i]);
			return false;
		}
		files->bytes += files->texts[i].size;
	}
	return files->texts != NULL;
}

static inline double bench_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static inline int bench_compare(const void *left, const void *right)
{
	const double a = *(const double *)left;
	const double b = *(const double *)right;

	return a < b ? -1 : a > b;
}

/*
 * CPU seconds of one call of `pass`, which reads all files: the median of
 * rounds that share a second.
 */
static inline double
bench_measure(void (*pass)(void *ctx, const struct bench_files *files),
	      void *ctx, const struct bench_files *files)
{
	double rounds[BENCH_ROUNDS];

	for (int round = 0; round < BENCH_ROUNDS; round++) {
		const double start = bench_now();
		int passes = 0;

		do {
			pass(ctx, files);
			passes++;
		} while (bench_now() - start < 1.0 / BENCH_ROUNDS);
		rounds[round] = (bench_now() - start) / passes;
	}
	qsort(rounds, BENCH_ROUNDS, sizeof(rounds[0]), bench_compare);
	return rounds[BENCH_ROUNDS / 2];
}

#endif
