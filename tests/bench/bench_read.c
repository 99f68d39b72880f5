/*
 * How fast a reader is: bench_read FORMAT[:DIALECT] FILE... reads all files,
 * from memory, again and again for a second, and prints the median of five.
 */
#include "validate/format.h"
#include "validate/text.h"

#include <stdio.h>
#include <time.h>

enum { ROUNDS = 5 };

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The whole file, in the arena. */
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

/* What is measured: one file as validate_bytes() would hand it on. */
struct work {
	const struct format *format;
	const char *dialect;
	struct limits limits;
	struct arena arena;
	uint64_t nodes;
	uint64_t broken;
};

static void read_one(struct work *work, struct span text)
{
	const size_t bom = text_bom_size(text);
	struct doc doc;
	struct findings findings;

	text.data += bom;
	text.size -= bom;
	arena_reset(&work->arena);
	findings_init(&findings, &work->arena, work->limits.findings);
	doc_init(&doc, &work->arena, text, work->limits.nodes);

	struct parse parse = {.source = text,
			      .limits = &work->limits,
			      .dialect = work->dialect,
			      .doc = &doc,
			      .findings = &findings};
	const int r = work->format->read(&parse);

	work->nodes += doc.count;
	work->broken += r != 0 || findings.totals[SEVERITY_ERROR] > 0;
}

static int compare_numbers(const void *left, const void *right)
{
	const double a = *(const double *)left;
	const double b = *(const double *)right;

	return a < b ? -1 : a > b;
}

/* Seconds for one pass over all files. */
static double measure(struct work *work, const struct span *texts, size_t count)
{
	double rounds[ROUNDS];

	for (int round = 0; round < ROUNDS; round++) {
		const double start = now();
		int passes = 0;

		do {
			work->nodes = 0;
			work->broken = 0;
			for (size_t i = 0; i < count; i++)
				read_one(work, texts[i]);
			passes++;
		} while (now() - start < 1.0 / ROUNDS);
		rounds[round] = (now() - start) / passes;
	}
	qsort(rounds, ROUNDS, sizeof(rounds[0]), compare_numbers);
	return rounds[ROUNDS / 2];
}

static void print_results(const struct work *work, const char *name,
			  double seconds, const struct span *texts,
			  size_t count)
{
	double bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += (double)texts[i].size;
	printf("read.%s %.1f MB/s\n", name, bytes / seconds / 1e6);
	printf("read.%s.file %.3f us\n", name, seconds / (double)count * 1e6);
	printf("read.%s.node %.2f ns\n", name,
	       seconds / (double)(work->nodes ? work->nodes : 1) * 1e9);
	printf("read.%s.files %zu files\n", name, count);
	printf("read.%s.bytes %.0f bytes\n", name, bytes);
	printf("read.%s.broken %llu files\n", name,
	       (unsigned long long)work->broken);
}

static int usage(void)
{
	fprintf(stderr, "usage: bench_read FORMAT[:DIALECT] FILE...\n");
	return 2;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return usage();

	char *colon = strchr(argv[1], ':');
	struct work work = {.dialect = colon ? colon + 1 : "",
			    .limits = LIMITS_DEFAULT};
	const size_t count = (size_t)argc - 2;
	release_by(arena_release) struct arena files;

	arena_init(&files, SIZE_MAX);

	struct span *texts = arena_alloc(&files, count * sizeof(*texts));

	if (colon)
		*colon = '\0';
	work.format = format_find(argv[1]);
	if (!work.format || !texts)
		return usage();
	for (size_t i = 0; i < count; i++) {
		if (!load(argv[i + 2], &files, &texts[i])) {
			perror(argv[i + 2]);
			return 2;
		}
	}
	arena_init(&work.arena, work.limits.arena_bytes);

	const double seconds = measure(&work, texts, count);

	print_results(&work, argv[1], seconds, texts, count);
	arena_release(&work.arena);
	return 0;
}
