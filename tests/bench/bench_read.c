/*
 * How fast a reader is: bench_read FORMAT[:DIALECT] FILE... reads all files,
 * from memory, again and again for a second, and prints the median of five.
 */
#include "tests/bench/load_files.h"

#include "validate/format.h"
#include "validate/text.h"

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

static void read_all(void *ctx, const struct bench_files *files)
{
	struct work *work = ctx;

	work->nodes = 0;
	work->broken = 0;
	for (size_t i = 0; i < files->count; i++)
		read_one(work, files->texts[i]);
}

static void print_results(const struct work *work, const char *name,
			  double seconds, const struct bench_files *files)
{
	const double bytes = (double)files->bytes;

	printf("read.%s %.1f MB/s\n", name, bytes / seconds / 1e6);
	printf("read.%s.file %.3f us\n", name,
	       seconds / (double)files->count * 1e6);
	printf("read.%s.node %.2f ns\n", name,
	       seconds / (double)(work->nodes ? work->nodes : 1) * 1e9);
	printf("read.%s.files %zu files\n", name, files->count);
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
	release_by(bench_release) struct bench_files files = {0};

	if (argc < 3)
		return usage();

	char *colon = strchr(argv[1], ':');
	struct work work = {.dialect = colon ? colon + 1 : "",
			    .limits = LIMITS_DEFAULT};

	if (colon)
		*colon = '\0';
	work.format = format_find(argv[1]);
	if (!work.format || !work.format->read)
		return usage();
	if (!bench_load(&files, argv + 2, (size_t)argc - 2))
		return 2;
	arena_init(&work.arena, work.limits.arena_bytes);

	const double seconds = bench_measure(read_all, &work, &files);

	print_results(&work, argv[1], seconds, &files);
	arena_release(&work.arena);
	return 0;
}
