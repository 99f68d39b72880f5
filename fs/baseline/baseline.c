#include "fs/baseline/baseline.h"

#include <errno.h>
#include <stdatomic.h>

struct baseline {
	atomic_uint references;
	struct arena arena; /* of all below */
	struct baseline_file *files;
	size_t count;
};

struct baseline_item {
	const char *path;
	struct allowance allowance;
};

struct baseline *baseline_share(struct baseline *baseline)
{
	atomic_fetch_add(&baseline->references, 1);
	return baseline;
}

void baseline_release(struct baseline *baseline)
{
	if (!baseline || atomic_fetch_sub(&baseline->references, 1) > 1)
		return;
	arena_release(&baseline->arena);
	free(baseline);
}

size_t baseline_count(const struct baseline *baseline)
{
	return baseline->count;
}

const struct baseline_file *baseline_at(const struct baseline *baseline,
					size_t index)
{
	return &baseline->files[index];
}

static int compare_path(const void *path, const void *file)
{
	return strcmp(path, ((const struct baseline_file *)file)->path);
}

const struct baseline_file *baseline_find(const struct baseline *baseline,
					  const char *path)
{
	if (baseline->count == 0)
		return NULL;
	return bsearch(path, baseline->files, baseline->count,
		       sizeof(*baseline->files), compare_path);
}

size_t baseline_entries(const struct baseline *baseline)
{
	size_t entries = 0;

	for (size_t i = 0; i < baseline->count; i++)
		entries += baseline->files[i].count;
	return entries;
}

int baseline_add(struct baseline_maker *maker, const char *path,
		 const char *rule, uint32_t count)
{
	if (count == 0)
		return 0;
	if (maker->count == maker->capacity) {
		const size_t capacity =
			maker->capacity ? maker->capacity * 2 : 64;
		struct baseline_item *items =
			realloc(maker->items, capacity * sizeof(*items));

		if (!items)
			return -ENOMEM;
		maker->items = items;
		maker->capacity = capacity;
	}
	maker->items[maker->count++] =
		(struct baseline_item){path, {rule, count}};
	return 0;
}

static int compare_items(const void *left, const void *right)
{
	const struct baseline_item *a = left;
	const struct baseline_item *b = right;
	const int order = strcmp(a->path, b->path);

	return order ? order : strcmp(a->allowance.rule, b->allowance.rule);
}

static char *copy_text(struct arena *arena, const char *text)
{
	return arena_text(arena, span_of(text));
}

/* Items are sorted: those of one file stand together. */
static int fill(struct baseline *baseline, const struct baseline_maker *maker)
{
	struct arena *arena = &baseline->arena;
	const size_t count = maker->count;
	struct allowance *list = arena_alloc(arena, count * sizeof(*list));
	struct baseline_file *file = NULL;

	baseline->files = arena_alloc(arena, count * sizeof(*baseline->files));
	if (!list || !baseline->files)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct baseline_item *item = &maker->items[i];

		if (!file || strcmp(file->path, item->path) != 0) {
			file = &baseline->files[baseline->count++];
			*file = (struct baseline_file){
				copy_text(arena, item->path), &list[i], 0};
		}
		list[i] = (struct allowance){
			copy_text(arena, item->allowance.rule),
			item->allowance.at_most};
		if (!file->path || !list[i].rule)
			return -ENOMEM;
		file->count++;
	}
	return 0;
}

int baseline_make(struct baseline_maker *maker, struct baseline **out)
{
	struct baseline *baseline = calloc(1, sizeof(*baseline));
	int r = baseline ? 0 : -ENOMEM;

	if (maker->count)
		qsort(maker->items, maker->count, sizeof(*maker->items),
		      compare_items);
	if (r == 0) {
		atomic_init(&baseline->references, 1);
		arena_init(&baseline->arena, SIZE_MAX);
		r = fill(baseline, maker);
	}
	free(maker->items);
	*maker = (struct baseline_maker){0};
	if (r) {
		baseline_release(baseline);
		return r;
	}
	*out = baseline;
	return 0;
}
