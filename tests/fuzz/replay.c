/*
 * Runs a target without libFuzzer, so that every build does it:
 *
 *   replay_TARGET FILE...                        these inputs
 *   replay_TARGET FOLDER [DICTIONARY [COUNT [SEED]]]
 *                  all inputs of the folder, then COUNT mutations of them
 *
 * The folder is run in a child process; when that dies, the input is kept as
 * crash-TARGET in the current folder.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mutate.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { FILES_MAX = 512, WORDS_MAX = 512, COUNT_DEFAULT = 1000 };

/* Where the child leaves what it is about to run, for its parent. */
struct shared {
	size_t size;
	char bytes[MUTATE_MAX];
};

struct corpus {
	struct span files[FILES_MAX]; /* owned */
	size_t file_count;
	char *dictionary;
	struct span words[WORDS_MAX]; /* in the dictionary */
	size_t word_count;
};

static void run(struct span input)
{
	char *copy = fuzz_copy(input);

	LLVMFuzzerTestOneInput((const uint8_t *)copy, input.size);
	free(copy);
}

/* The bytes of a file (free()), or NULL. */
static char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	char *bytes = malloc(MUTATE_MAX + 1);

	if (file && bytes) {
		*size = fread(bytes, 1, MUTATE_MAX, file);
		bytes[*size] = '\0';
		fclose(file);
		return bytes;
	}
	if (file)
		fclose(file);
	free(bytes);
	return NULL;
}

static int hex_value(char c)
{
	const char *digits = "0123456789abcdef";
	const char *found = c ? strchr(digits, c | 0x20) : NULL;

	return found ? (int)(found - digits) : 0;
}

/* A word in libFuzzer's notation, decoded in its place; its end. */
static char *decode_word(char *text, struct span *word)
{
	char *to = text;
	char *at = text;

	for (; *at && *at != '"'; at++) {
		if (*at != '\\' || !at[1]) {
			*to++ = *at;
		} else if (at[1] == 'x' && at[2] && at[3]) {
			*to++ = (char)(hex_value(at[2]) * 16 +
				       hex_value(at[3]));
			at += 3;
		} else {
			*to++ = *++at;
		}
	}
	*word = (struct span){text, (size_t)(to - text)};
	return at;
}

static void read_dictionary(struct corpus *corpus, const char *path)
{
	size_t size;
	char *at = corpus->dictionary = read_file(path, &size);

	while (at && *at && corpus->word_count < WORDS_MAX) {
		if (*at == '"')
			at = decode_word(at + 1,
					 &corpus->words[corpus->word_count++]);
		at = strchr(at, '\n');
		at += at != NULL;
	}
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* In an order that no file system decides. */
static void read_folder(struct corpus *corpus, const char *folder)
{
	struct dirent **names = NULL;
	const int count = scandir(folder, &names, NULL, compare_names);

	for (int i = 0; i < count; i++) {
		char path[4096];
		struct span *file = &corpus->files[corpus->file_count];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (names[i]->d_name[0] != '.' &&
		    corpus->file_count < FILES_MAX) {
			file->data = read_file(path, &file->size);
			corpus->file_count += file->data != NULL;
		}
		free(names[i]);
	}
	free(names);
}

static void release(struct corpus *corpus)
{
	for (size_t i = 0; i < corpus->file_count; i++)
		free((void *)(uintptr_t)corpus->files[i].data);
	free(corpus->dictionary);
}

static void run_noted(struct shared *shared, struct span input)
{
	shared->size = input.size;
	memcpy(shared->bytes, input.data, input.size);
	run(input);
}

static void run_all(const struct corpus *corpus, unsigned long count,
		    unsigned long seed, struct shared *shared)
{
	const struct mutate_stock stock = {
		.seeds = corpus->files,
		.seed_count = corpus->file_count,
		.words = corpus->words,
		.word_count = corpus->word_count,
	};
	char *bytes = malloc(MUTATE_MAX);
	struct mutator mutator = {
		.stock = &stock, .state = seed + 1, .bytes = bytes};

	run_noted(shared, (struct span){"", 0});
	for (size_t i = 0; i < corpus->file_count; i++)
		run_noted(shared, corpus->files[i]);
	for (unsigned long i = 0; i < count; i++) {
		mutate_next(&mutator);
		run_noted(shared, (struct span){bytes, mutator.size});
	}
	free(bytes);
}

/* What the child was running when it died. */
static int keep_crash(const struct shared *shared, const char *program)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;
	char path[256];

	snprintf(path, sizeof(path), "crash-%.200s", name);

	FILE *file = fopen(path, "wb");

	if (file) {
		fwrite(shared->bytes, 1, shared->size, file);
		fclose(file);
	}
	fprintf(stderr, "failed; the input of %zu bytes is in %s\n",
		shared->size, path);
	return 1;
}

static int run_in_child(const struct corpus *corpus, const char *program,
			unsigned long count, unsigned long seed)
{
	struct shared *shared =
		mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;

	if (shared == MAP_FAILED)
		return 1;
	printf("%zu inputs, %lu mutations, %zu words, seed %lu\n",
	       corpus->file_count, count, corpus->word_count, seed);
	fflush(stdout);

	const pid_t child = fork();

	if (child == 0) {
		run_all(corpus, count, seed, shared);
		/* _exit() would skip the search for leaks. */
		exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return keep_crash(shared, program);
	munmap(shared, sizeof(*shared));
	return 0;
}

static int replay_folder(int count, char **arguments)
{
	auto_free struct corpus *corpus = calloc(1, sizeof(*corpus));
	unsigned long mutations = COUNT_DEFAULT;
	unsigned long seed = 1;

	if (!corpus)
		return 1;
	read_folder(corpus, arguments[1]);
	if (corpus->file_count == 0) {
		fprintf(stderr, "%s: no inputs\n", arguments[1]);
		return 1;
	}
	if (count > 2)
		read_dictionary(corpus, arguments[2]);
	if (count > 3)
		mutations = strtoul(arguments[3], NULL, 10);
	if (count > 4)
		seed = strtoul(arguments[4], NULL, 10);

	const int r = run_in_child(corpus, arguments[0], mutations, seed);

	release(corpus);
	return r;
}

int main(int count, char **arguments)
{
	struct stat status;

	if (count < 2) {
		fprintf(stderr, "usage: %s FOLDER|FILE...\n", arguments[0]);
		return 2;
	}
	if (stat(arguments[1], &status) == 0 && S_ISDIR(status.st_mode))
		return replay_folder(count, arguments);
	for (int i = 1; i < count; i++) {
		size_t size;
		auto_free char *bytes = read_file(arguments[i], &size);

		if (!bytes) {
			fprintf(stderr, "%s: cannot be read\n", arguments[i]);
			return 1;
		}
		printf("%s\n", arguments[i]);
		fflush(stdout);
		run((struct span){bytes, size});
	}
	return 0;
}
