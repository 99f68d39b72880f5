/*
 * What the tests of the configuration start with: a tree in memory, loading a
 * configuration from it, and the plan for a file.
 */
#ifndef TESTS_UNIT_CONFIG_TREE_H
#define TESTS_UNIT_CONFIG_TREE_H

#include "tests/unit/unit.h"

#include "fs/config/config.h"

#include <errno.h>
#include <limits.h>

/* A tree of a few files; each is handed out as an exactly sized block. */
struct file {
	const char *path;
	const char *text;
	int error; /* instead of the text */
};

struct tree {
	struct file files[4];
	char *blocks[8];
	size_t block_count;
};

static inline int tree_read(void *ctx, const char *path, struct span *out)
{
	struct tree *tree = ctx;

	for (size_t i = 0; i < array_size(tree->files); i++) {
		const struct file *file = &tree->files[i];

		if (!file->path || strcmp(file->path, path) != 0)
			continue;
		if (file->error)
			return file->error;

		const size_t size = strlen(file->text);
		char *block = malloc(size ? size : 1);

		memcpy(block, file->text, size);
		tree->blocks[tree->block_count++] = block;
		*out = (struct span){block, size};
		return 0;
	}
	return -ENOENT;
}

static inline int tree_load(struct tree *tree, const struct settings *settings,
			    struct config **out)
{
	const struct host host = {.ctx = tree, .read = tree_read};
	const int r = config_load(settings, &host, out);

	/* Nothing of the files may be needed any more. */
	for (size_t i = 0; i < tree->block_count; i++)
		free(tree->blocks[i]);
	tree->block_count = 0;
	return r;
}

static const struct settings usual = {
	.level = LEVEL_STANDARD,
	.use_ignore_files = true,
	.limits = {.schemas = 64,
		   .depth = 256,
		   .nodes = 1 << 20,
		   .aliases = 100000,
		   .directives = 64,
		   .findings = 100,
		   .steps = 200000000,
		   .arena_bytes = 64 << 20},
};

static inline struct config *load(const char *text)
{
	struct tree tree = {.files = {{CONFIG_FILE, text, 0}}};
	struct config *config;

	assert_int_equal(tree_load(&tree, &usual, &config), 0);
	return config;
}

static inline struct config *load_good(const char *text)
{
	struct config *config = load(text);
	const struct verdict *verdict = config_problems(config);

	assert_non_null(verdict);
	if (verdict->finding_count)
		fail_msg("%s",
			 verdict_text(verdict, verdict->findings[0].message));
	assert_int_equal(verdict->state, STATE_VALID);
	assert_true(config_is_valid(config));
	return config;
}

struct planned {
	struct plan plan;
	char directory[PATH_MAX];
};

static inline struct plan *plan(struct planned *planned,
				const struct config *config, const char *path,
				const char *content)
{
	const struct content_facts facts = content_facts_of(span_of(content));

	config_plan(config, path, &facts, planned->directory, &planned->plan);
	return &planned->plan;
}

static inline bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* `part` many times between `start` and `end`. */
static inline char *repeat(const char *start, const char *part, size_t count,
			   const char *end)
{
	const size_t size = strlen(part);
	char *text = malloc(strlen(start) + size * count + strlen(end) + 1);
	char *at = stpcpy(text, start);

	for (size_t i = 0; i < count; i++)
		at = stpcpy(at, part);
	stpcpy(at, end);
	return text;
}

#endif
