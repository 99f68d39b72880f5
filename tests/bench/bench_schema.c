/*
 * How fast a schema is compiled and evaluated: bench_schema SCHEMA FILE...
 * prints one `name value unit` a line; medians of CPU time. Documents are
 * parsed before; those that cannot be, or that the schema refuses, are left
 * out. `bench_schema --json SCHEMA FILE...` prints the documents that would be
 * measured instead, one a line as JSON, for other validators to run over.
 * References to URLs are read from the schema's folder by their last part.
 */
#include "validate/format.h"
#include "validate/schema/program.h"
#include "validate/schema/schema.h"
#include "validate/text.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

enum { ROUNDS = 9, COMPILES_MAX = 101 };

static const double round_seconds = 0.05;
static const double compile_seconds = 0.1;

/* A file that was read and its first document. */
struct instance {
	struct span text;
	struct arena arena;
	struct doc doc;
	struct findings findings;
	uint32_t root;
};

struct bench {
	char folder[4096]; /* of the schema */
	struct arena files;
	struct arena scratch;
	struct limits limits;
	struct schema *schema;
	struct instance **instances;
	size_t count;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int compare_numbers(const void *left, const void *right)
{
	const double a = *(const double *)left;
	const double b = *(const double *)right;

	return a < b ? -1 : a > b;
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare_numbers);
	return values[count / 2];
}

/* The whole file, in the arena. */
static bool load(const char *path, struct arena *arena, struct span *out)
{
	FILE *file = fopen(path, "rbe");
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

static int read_reference(void *ctx, const char *path, struct span *out)
{
	struct bench *bench = ctx;
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	const size_t size = strlen(name);
	const bool has_end = size > 5 && strcmp(name + size - 5, ".json") == 0;
	char file[8192];

	snprintf(file, sizeof(file), "%s/%s%s", bench->folder, name,
		 has_end ? "" : ".json");
	return size && load(file, &bench->files, out) ? 0 : -ENOENT;
}

static bool read_instance(const struct bench *bench, struct instance *instance,
			  const char *path)
{
	const struct format_choice choice = format_detect(path, instance->text);
	const size_t bom = text_bom_size(instance->text);
	const struct span text = {instance->text.data + bom,
				  instance->text.size - bom};

	arena_init(&instance->arena, bench->limits.arena_bytes);
	findings_init(&instance->findings, &instance->arena,
		      bench->limits.findings);
	doc_init(&instance->doc, &instance->arena, text, bench->limits.nodes);

	struct parse parse = {.source = text,
			      .limits = &bench->limits,
			      .dialect = choice.dialect,
			      .doc = &instance->doc,
			      .findings = &instance->findings};

	if (!choice.format || choice.format->read(&parse) != 0 ||
	    !instance->doc.document_count)
		return false;
	instance->root = instance->doc.documents[0].root;
	return instance->root != DOC_NONE &&
	       instance->findings.totals[SEVERITY_ERROR] == 0;
}

static int evaluate(struct bench *bench, struct instance *instance)
{
	const struct schema_run run = {.doc = &instance->doc,
				       .root = instance->root,
				       .max_steps = bench->limits.steps,
				       .arena = &bench->scratch,
				       .findings = &instance->findings};

	arena_reset(&bench->scratch);
	return schema_evaluate(bench->schema, &run);
}

static void add_instance(struct bench *bench, const char *path)
{
	struct instance *instance = calloc(1, sizeof(*instance));

	if (instance && load(path, &bench->files, &instance->text) &&
	    read_instance(bench, instance, path) &&
	    evaluate(bench, instance) == 0 &&
	    instance->findings.totals[SEVERITY_ERROR] == 0 &&
	    !instance->findings.is_undecided) {
		bench->instances[bench->count++] = instance;
		return;
	}
	if (instance)
		arena_release(&instance->arena);
	free(instance);
}

static int compile(struct bench *bench, struct span text, const char *path)
{
	const struct schema_options options = {SCHEMA_COMPAT,
					       SCHEMA_BY_CONTENT};
	const struct host host = {.ctx = bench, .read = read_reference};
	char *why = NULL;
	const int r = schema_compile(text, path, &options, &host,
				     &bench->schema, &why);

	if (r)
		fprintf(stderr, "%s: %s\n", path, why ? why : strerror(-r));
	free(why);
	return r;
}

static int measure_compile(struct bench *bench, struct span text,
			   const char *path)
{
	double times[COMPILES_MAX];
	size_t count = 0;
	const double begin = now();

	do {
		const double start = now();

		schema_free(bench->schema);
		bench->schema = NULL;
		if (compile(bench, text, path))
			return -1;
		times[count++] = now() - start;
	} while (count < 5 ||
		 (count < COMPILES_MAX && now() - begin < compile_seconds));
	printf("schema.compile.first %.3f ms\n", times[0] * 1e3);
	printf("schema.compile %.3f ms\n", median(times, count) * 1e3);
	return 0;
}

/* Opening the image of the schema instead of compiling it. */
static int measure_open(const struct bench *bench)
{
	double times[COMPILES_MAX];
	size_t size = 0;
	char *image = NULL;

	if (schema_export(bench->schema, &image, &size))
		return -1;
	for (size_t i = 0; i < COMPILES_MAX; i++) {
		const double start = now();
		struct schema *schema = NULL;

		if (schema_open((struct span){image, size}, &schema))
			return -1;
		times[i] = now() - start;
		schema_free(schema);
	}
	free(image);
	printf("schema.image %zu bytes\n", size);
	printf("schema.open.first %.3f ms\n", times[0] * 1e3);
	printf("schema.open %.3f ms\n", median(times, COMPILES_MAX) * 1e3);
	return 0;
}

static void measure_evaluate(struct bench *bench)
{
	double rounds[ROUNDS];
	size_t bytes = 0;

	for (int round = 0; round < ROUNDS; round++) {
		const double start = now();
		size_t passes = 0;

		do {
			for (int i = 0; i < 20; i++, passes++)
				for (size_t j = 0; j < bench->count; j++)
					(void)!evaluate(bench,
							bench->instances[j]);
		} while (now() - start < round_seconds);
		rounds[round] = (now() - start) / (double)passes;
	}
	for (size_t j = 0; j < bench->count; j++) {
		(void)!evaluate(bench, bench->instances[j]);
		bytes += bench->scratch.used_bytes;
	}
	printf("schema.evaluate %.1f ns/document\n",
	       median(rounds, ROUNDS) * 1e9 / (double)bench->count);
	printf("schema.scratch %.1f bytes/document\n",
	       (double)bytes / (double)bench->count);
}

static void print_json(const struct doc *doc, uint32_t at, bool is_key);

static void print_children(const struct doc *doc, uint32_t at)
{
	const struct node *node = &doc->nodes[at];
	const bool is_object = node->type == NODE_OBJECT;
	bool is_first = true;

	for (uint32_t child = at + 1; child < node->next; is_first = false) {
		if (!is_first)
			putchar(',');
		if (is_object) {
			print_json(doc, child, true);
			putchar(':');
			child = doc->nodes[child].next;
		}
		print_json(doc, child, false);
		child = doc->nodes[child].next;
	}
}

static void print_string(struct span text)
{
	putchar('"');
	for (size_t i = 0; i < text.size; i++) {
		const unsigned char c = (unsigned char)text.data[i];

		if (c < ' ' || c == '"' || c == '\\')
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void print_json(const struct doc *doc, uint32_t at, bool is_key)
{
	const uint32_t index = doc_resolve(doc, at);
	const struct node *node = &doc->nodes[index];

	if (node->type == NODE_ARRAY || node->type == NODE_OBJECT) {
		putchar(node->type == NODE_ARRAY ? '[' : '{');
		print_children(doc, index);
		putchar(node->type == NODE_ARRAY ? ']' : '}');
	} else if (node->type == NODE_STRING || is_key) {
		print_string(node_text(node));
	} else if (node->type == NODE_NUMBER) {
		fwrite(node->text, 1, node->size, stdout);
	} else if (node->type == NODE_BOOL) {
		fputs(node->flags & NODE_TRUE ? "true" : "false", stdout);
	} else {
		fputs("null", stdout);
	}
}

static int run(struct bench *bench, bool is_json, int count, char **paths)
{
	struct span text;
	const char *slash = strrchr(paths[0], '/');

	snprintf(bench->folder, sizeof(bench->folder), "%.*s",
		 slash ? (int)(slash - paths[0]) : 1, slash ? paths[0] : ".");
	bench->instances = calloc((size_t)count, sizeof(struct instance *));
	if (!bench->instances || !load(paths[0], &bench->files, &text) ||
	    compile(bench, text, paths[0]))
		return 1;
	for (int i = 1; i < count; i++)
		add_instance(bench, paths[i]);
	if (is_json) {
		for (size_t i = 0; i < bench->count; i++) {
			print_json(&bench->instances[i]->doc,
				   bench->instances[i]->root, false);
			putchar('\n');
		}
		return 0;
	}
	printf("schema.documents %zu documents\n", bench->count);
	if (measure_compile(bench, text, paths[0]))
		return 1;
	if (measure_open(bench))
		return 1;
	printf("schema.program %zu bytes\n", bench->schema->arena.used_bytes);
	if (bench->count)
		measure_evaluate(bench);
	return 0;
}

int main(int argc, char **argv)
{
	struct bench bench = {.limits = LIMITS_DEFAULT};
	const bool is_json = argc > 1 && strcmp(argv[1], "--json") == 0;
	const int first = is_json ? 2 : 1;

	if (argc <= first) {
		fprintf(stderr,
			"usage: bench_schema [--json] SCHEMA FILE...\n");
		return 2;
	}
	arena_init(&bench.files, SIZE_MAX);
	arena_init(&bench.scratch, bench.limits.arena_bytes);

	const int status = run(&bench, is_json, argc - first, argv + first);

	schema_free(bench.schema);
	for (size_t i = 0; i < bench.count; i++) {
		arena_release(&bench.instances[i]->arena);
		free(bench.instances[i]);
	}
	free(bench.instances);
	arena_release(&bench.files);
	arena_release(&bench.scratch);
	return status;
}
