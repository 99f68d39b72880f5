#include "fs/inventory/tree.h"

#include <errno.h>
#include <limits.h>

static struct directory *directory_new(struct directory *parent,
				       const char *name)
{
	const size_t size = strlen(name) + 1;
	struct directory *directory = calloc(1, sizeof(*directory) + size);

	if (!directory)
		return NULL;
	directory->parent = parent;
	memcpy(directory->name, name, size);
	return directory;
}

int tree_init(struct tree *tree)
{
	const int r = classes_init(&tree->classes);

	if (r)
		return r;
	tree->root = directory_new(NULL, "");
	tree->directory_count = 1;
	if (tree->root)
		return 0;
	classes_release(&tree->classes);
	return -ENOMEM;
}

static void directory_free(struct directory *directory)
{
	free(directory->children);
	free(directory->records);
	free(directory->names);
	free(directory);
}

/* Children go first, without recursion: trees may be deep. */
static void free_all(struct tree *tree, struct directory *top)
{
	struct directory *at = top;

	while (at) {
		struct directory *parent = at == top ? NULL : at->parent;

		if (at->child_count) {
			at = at->children[--at->child_count];
			continue;
		}
		directory_free(at);
		tree->directory_count--;
		at = parent;
	}
}

void tree_release(struct tree *tree)
{
	if (tree->root)
		free_all(tree, tree->root);
	classes_release(&tree->classes);
	*tree = (struct tree){0};
}

/* Where a child of that name stands, or would. */
static uint32_t find_place(const struct directory *directory, struct span name)
{
	uint32_t low = 0;
	uint32_t high = directory->child_count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const char *other = directory->children[middle]->name;
		const int order = strncmp(other, name.data, name.size);

		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct directory *find_child(const struct directory *directory,
				    struct span name)
{
	const uint32_t at = find_place(directory, name);

	if (at == directory->child_count ||
	    !span_is(name, directory->children[at]->name))
		return NULL;
	return directory->children[at];
}

struct directory *tree_child(const struct directory *directory,
			     const char *name)
{
	return find_child(directory, span_of(name));
}

struct directory *tree_find(const struct tree *tree, const char *path)
{
	struct directory *directory = tree->root;

	while (directory && *path) {
		const char *end = strchrnul(path, '/');

		directory = find_child(
			directory, (struct span){path, (size_t)(end - path)});
		path = *end ? end + 1 : end;
	}
	return directory;
}

const char *record_name(const struct directory *directory,
			const struct record *record)
{
	return directory->names + record->name;
}

/* Where a record of that name stands, or would. */
static uint32_t find_record(const struct directory *directory, const char *name)
{
	uint32_t low = 0;
	uint32_t high = directory->record_count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const struct record *record = &directory->records[middle];

		if (strcmp(record_name(directory, record), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct record *tree_record(const struct directory *directory, const char *name)
{
	const uint32_t at = find_record(directory, name);

	if (at == directory->record_count ||
	    strcmp(record_name(directory, &directory->records[at]), name) != 0)
		return NULL;
	return &directory->records[at];
}

bool tree_path(const struct directory *directory, char *path)
{
	char buf[PATH_MAX];
	char *start = buf + sizeof(buf) - 1;

	*start = '\0';
	for (; directory->parent; directory = directory->parent) {
		const size_t size = strlen(directory->name);

		if ((size_t)(start - buf) < size + 1)
			return false;
		if (*start)
			*--start = '/';
		start -= size;
		memcpy(start, directory->name, size);
	}
	memcpy(path, start, strlen(start) + 1);
	return true;
}

/* Count a file of that class in its directory and all above: once more, or
 * (`sign` -1) once less. */
static void count(struct directory *directory, const struct class *class,
		  int sign)
{
	const uint64_t one = sign < 0 ? UINT64_MAX : 1; /* modulo 2^64 */

	for (; directory; directory = directory->parent) {
		struct survey_counts *below = &directory->below;

		below->files += one;
		below->by_state[class->state] += one;
		for (int i = 0; i < SEVERITY_COUNT; i++)
			below->by_severity[i] += one * class->totals[i];
		below->suppressed += one * class->suppressed;
		below->score.sum += one * class->score.sum;
		below->score.count += one * class->score.count;
	}
}

static const struct class *shown_class(const struct tree *tree,
				       const struct record *record)
{
	return classes_at(&tree->classes,
			  record->is_dirty ? CLASS_UNCHECKED : record->class);
}

void tree_set(struct tree *tree, struct directory *directory,
	      struct record *record, uint32_t class)
{
	const uint32_t old = record->class;

	count(directory, shown_class(tree, record), -1);
	record->is_dirty = false;
	record->is_verified = false;
	record->class = class & CLASS_MASK;
	count(directory, shown_class(tree, record), 1);
	classes_drop(&tree->classes, old);
}

void tree_doubt(struct tree *tree, struct directory *directory,
		struct record *record)
{
	count(directory, shown_class(tree, record), -1);
	record->is_dirty = true;
	record->is_verified = false;
	count(directory, shown_class(tree, record), 1);
}

static void forget_in(struct tree *tree, struct directory *directory,
		      bool only_stale)
{
	for (uint32_t i = 0; i < directory->record_count; i++) {
		struct record *record = &directory->records[i];
		const struct class *class =
			classes_at(&tree->classes, record->class);

		if (record->kind != RECORD_FILE ||
		    record->class == CLASS_UNCHECKED ||
		    (only_stale && !class->is_stale))
			continue;

		const bool is_dirty = record->is_dirty;

		tree_set(tree, directory, record, CLASS_UNCHECKED);
		record->is_dirty = is_dirty;
	}
}

void tree_forget(struct tree *tree, bool only_stale)
{
	struct directory *directory = tree->root;

	for (; directory; directory = tree_next(tree->root, directory))
		forget_in(tree, directory, only_stale);
}

static void count_all(struct tree *tree, struct directory *directory, int sign)
{
	for (uint32_t i = 0; i < directory->record_count; i++)
		count(directory, shown_class(tree, &directory->records[i]),
		      sign);
}

static void drop_classes(struct tree *tree, const struct directory *directory)
{
	for (uint32_t i = 0; i < directory->record_count; i++)
		classes_drop(&tree->classes, directory->records[i].class);
}

void tree_replace(struct tree *tree, struct directory *directory,
		  const struct contents *contents)
{
	count_all(tree, directory, -1);
	drop_classes(tree, directory);
	free(directory->records);
	free(directory->names);
	tree->link_count -= directory->link_count;
	directory->records = contents->records;
	directory->record_count = contents->count;
	directory->names = contents->names;
	directory->name_bytes = contents->name_bytes;
	directory->link_count = contents->link_count;
	tree->link_count += directory->link_count;
	count_all(tree, directory, 1);
}

struct record *tree_insert(struct tree *tree, struct directory *directory,
			   const char *name)
{
	const uint32_t at = find_record(directory, name);
	const size_t size = strlen(name) + 1;
	char *names = realloc(directory->names, directory->name_bytes + size);
	struct record *records =
		realloc(directory->records,
			(directory->record_count + 1) * sizeof(*records));

	if (names)
		directory->names = names;
	if (records)
		directory->records = records;
	if (!names || !records)
		return NULL;
	memcpy(names + directory->name_bytes, name, size);
	memmove(records + at + 1, records + at,
		(directory->record_count - at) * sizeof(*records));
	records[at] = (struct record){.name = directory->name_bytes};
	directory->name_bytes += (uint32_t)size;
	directory->record_count++;
	count(directory, shown_class(tree, &records[at]), 1);
	return &records[at];
}

int tree_add_child(struct tree *tree, struct directory *parent,
		   const char *name, struct directory **out)
{
	const uint32_t at = find_place(parent, span_of(name));
	struct directory *child = directory_new(parent, name);
	struct directory **children =
		realloc(parent->children,
			(parent->child_count + 1) * sizeof(struct directory *));

	if (children)
		parent->children = children;
	if (!children || !child) {
		free(child);
		return -ENOMEM;
	}
	memmove(children + at + 1, children + at,
		(parent->child_count - at) * sizeof(struct directory *));
	children[at] = child;
	parent->child_count++;
	tree->directory_count++;
	*out = child;
	return 0;
}

struct directory *tree_next(const struct directory *top,
			    struct directory *directory)
{
	if (directory->child_count)
		return directory->children[0];
	while (directory != top) {
		const struct directory *parent = directory->parent;
		const uint32_t at =
			find_place(parent, span_of(directory->name)) + 1;

		if (at < parent->child_count)
			return parent->children[at];
		directory = directory->parent;
	}
	return NULL;
}

void tree_remove_child(struct tree *tree, struct directory *child)
{
	struct directory *parent = child->parent;
	const uint32_t at = find_place(parent, span_of(child->name));

	for (struct directory *below = child; below;
	     below = tree_next(child, below)) {
		count_all(tree, below, -1);
		drop_classes(tree, below);
		tree->link_count -= below->link_count;
		tree->unwatched_count -= below->is_unwatched;
	}
	parent->child_count--;
	memmove(parent->children + at, parent->children + at + 1,
		(parent->child_count - at) * sizeof(struct directory *));
	free_all(tree, child);
}
