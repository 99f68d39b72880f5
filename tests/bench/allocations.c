/*
 * allocations DIR: judges every file below a directory, twice, and prints how
 * many blocks of memory were asked for a verdict that is made, and for one that
 * is found in memory; beside the lines of a file, each of which is a node or
 * more.
 */
#include "fs/service.h"
#include "fs/survey.h"

#include <stdio.h>

static atomic_size_t asked;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

/* All of the process comes through here: it counts. */
void *malloc(size_t size)
{
	atomic_fetch_add_explicit(&asked, 1, memory_order_relaxed);
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	atomic_fetch_add_explicit(&asked, 1, memory_order_relaxed);
	return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	atomic_fetch_add_explicit(&asked, 1, memory_order_relaxed);
	return __libc_realloc(old, size);
}

static size_t lines_of(struct span content)
{
	size_t lines = 0;

	for (size_t i = 0; i < content.size; i++)
		lines += content.data[i] == '\n';
	return lines;
}

struct tally_of_round {
	size_t files;
	size_t blocks;
	size_t lines;
};

/* Reading is not counted: it is the same whoever judges. */
static void judge_one(struct service *service, const char *path,
		      struct tally_of_round *round)
{
	struct judgement *judgement;
	struct snapshot snapshot;
	struct stamp stamp;
	auto_close int fd = source_open_stamped(service->source, path, &stamp);

	if (fd < 0 || snapshot_read(fd, UINT32_MAX, &snapshot))
		return;

	const struct span content = {snapshot.bytes, snapshot.size};
	const size_t before = atomic_load(&asked);

	if (judge_content(service->judge, path, content, NULL, &judgement) ==
	    0) {
		round->blocks += atomic_load(&asked) - before;
		round->files++;
		round->lines += lines_of(content);
		judgement_release(judgement);
	}
	snapshot_release(&snapshot);
}

static void print_round(const char *what, const struct tally_of_round *round)
{
	printf("%-22s %6.1f blocks a file (%zu files of %.0f lines)\n", what,
	       (double)round->blocks / (double)round->files, round->files,
	       (double)round->lines / (double)round->files);
}

int main(int argc, char **argv)
{
	const struct service_options options = {.root = argv[argc - 1],
						.settings = SETTINGS_DEFAULT};
	const struct survey_options walk = {.depth = SURVEY_KNOWN};
	struct tally_of_round rounds[2] = {0};
	struct service service;
	struct survey survey;

	if (argc != 2 || service_open(&options, &service))
		return 2;
	if (survey_run(service.judge, "", &walk, &survey))
		return 2;
	for (size_t round = 0; round < 2; round++)
		for (size_t i = 0; i < survey.count; i++)
			judge_one(&service, survey.entries[i].path,
				  &rounds[round]);
	/* The first file pays for the thread's arena: the second round does
	 * not. */
	print_round("first round", &rounds[0]);
	print_round("verdict made", &rounds[1]);
	survey_release(&survey);
	judge_thread_ends();
	service_close(&service);
	return 0;
}
