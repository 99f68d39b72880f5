/*
 * What libyaml alone costs: bench_yaml_floor FILE... pulls the events of all
 * files, from memory, again and again for a second, and prints the CPU seconds
 * of one round (median of five). The YAML reader is measured against it.
 */
#include "validate/arena.h"

#include <stdio.h>
#include <time.h>
#include <yaml.h>

enum { ROUNDS = 5 };

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool load(const char *path, struct arena *arena, struct span *out)
{
	FILE *file = fopen(path, "rb");
	size_t capacity = 65536;
	size_t size = 0;
	char *bytes = arena_alloc(arena, capacity);

	while (file && bytes) {
		size += fread(bytes + size, 1, capacity - size, file);
		if (size < capacity)
			break;
		bytes = arena_grow(arena, bytes, capacity, capacity * 2);
		capacity *= 2;
	}
	if (file)
		fclose(file);
	*out = (struct span){bytes, size};
	return file && bytes;
}

static uint64_t pull(struct span text)
{
	yaml_parser_t parser;
	uint64_t count = 0;
	bool is_last = false;

	if (!yaml_parser_initialize(&parser))
		return 0;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.data,
				     text.size);
	while (!is_last) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event))
			break;
		count++;
		is_last = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return count;
}

static int compare_numbers(const void *left, const void *right)
{
	const double a = *(const double *)left;
	const double b = *(const double *)right;

	return a < b ? -1 : a > b;
}

/* Seconds of one round over all files. */
static double measure(const struct span *texts, int count, uint64_t *events)
{
	const double start = now();
	double spent;
	int rounds = 0;

	do {
		*events = 0;
		for (int i = 0; i < count; i++)
			*events += pull(texts[i]);
		rounds++;
		spent = now() - start;
	} while (spent < 1);
	return spent / rounds;
}

int main(int argc, char **argv)
{
	struct arena arena;
	double seconds[ROUNDS];
	uint64_t events = 0;
	size_t bytes = 0;

	arena_init(&arena, SIZE_MAX / 2);

	struct span *texts = arena_alloc(&arena, (size_t)argc * sizeof(*texts));

	if (!texts)
		return 2;
	for (int i = 1; i < argc; i++) {
		if (!load(argv[i], &arena, &texts[i - 1])) {
			fprintf(stderr, "cannot read '%s'\n", argv[i]);
			return 2;
		}
		bytes += texts[i - 1].size;
	}
	for (int i = 0; i < ROUNDS; i++)
		seconds[i] = measure(texts, argc - 1, &events);
	qsort(seconds, ROUNDS, sizeof(*seconds), compare_numbers);
	printf("files %d count\nbytes %zu count\nevents %llu count\n"
	       "floor %.6f s\n",
	       argc - 1, bytes, (unsigned long long)events,
	       seconds[ROUNDS / 2]);
	arena_release(&arena);
	return 0;
}
