/* What is heard of files that were judged. */
#include "fs/inventory/inventory_parts.h"

#include <limits.h>

const char *inventory_split(const char *path, char *directory)
{
	const char *slash = strrchr(path, '/');
	const size_t size = slash ? (size_t)(slash - path) : 0;

	if (size >= PATH_MAX)
		return NULL;
	memcpy(directory, path, size);
	directory[size] = '\0';
	return slash ? slash + 1 : path;
}

/* A file is of that class, whose use is taken over. If it may have changed
 * since, a look at it confirms that or does not. */
static void set_class_locked(struct inventory *inventory,
			     struct directory *directory, struct record *record,
			     uint32_t class, uint64_t stamp, bool is_sure)
{
	const bool is_dirty = record->is_dirty;

	tree_set(&inventory->tree, directory, record, class);
	inventory_set_stamp_locked(inventory, record, stamp);
	if (is_sure && !is_dirty)
		return;
	tree_doubt(&inventory->tree, directory, record);
	inventory_want_locked(inventory, directory, DIRECTORY_TO_VERIFY);
}

/* The directory of a path; those on the way that are not known are made, and
 * listed to see whether they count. NULL: no memory. */
static struct directory *make_path_locked(struct inventory *inventory,
					  char *path)
{
	struct directory *directory = inventory->tree.root;
	char *rest = path;
	char *name;

	while (directory && *path && (name = strsep(&rest, "/"))) {
		struct directory *child = tree_child(directory, name);

		if (!child) {
			inventory_want_locked(inventory, directory,
					      DIRECTORY_TO_LIST);
			if (tree_add_child(&inventory->tree, directory, name,
					   &child))
				child = NULL;
		}
		directory = child;
	}
	return directory;
}

/* Takes over the use of the class. */
static void place_news_locked(struct inventory *inventory, struct news *news)
{
	struct tree *tree = &inventory->tree;
	char path[PATH_MAX] = "";
	const char *name = inventory_split(news->path, path);
	struct directory *directory = make_path_locked(inventory, path);
	struct record *record = directory ? tree_record(directory, name) : NULL;

	if (directory && !record) {
		inventory_want_locked(inventory, directory, DIRECTORY_TO_LIST);
		record = tree_insert(tree, directory, name);
	}
	if (record && record->kind == RECORD_FILE &&
	    news->forgotten == inventory->forgotten)
		set_class_locked(inventory, directory, record, news->class,
				 news->stamp, false);
	else
		classes_drop(&tree->classes, news->class);
}

void inventory_take_news(struct inventory *inventory)
{
	struct news *news;

	pthread_mutex_lock(&inventory->lock);
	news = steal(&inventory->news);
	while (news) {
		struct news *next = news->next;

		place_news_locked(inventory, news);
		free(news);
		news = next;
	}
	pthread_mutex_unlock(&inventory->lock);
}

/* Records are made by those who look at the disk. */
static void keep_news_locked(struct inventory *inventory,
			     const struct judge_news *news)
{
	const size_t size = strlen(news->path) + 1;
	struct news *kept = malloc(sizeof(*kept) + size);

	if (!kept)
		return; /* it stays unchecked */
	kept->stamp = inventory_stamp(news->stamp);
	kept->class = classes_take(&inventory->tree.classes, news->judgement);
	kept->forgotten = inventory->forgotten;
	memcpy(kept->path, news->path, size);
	kept->next = inventory->news;
	inventory->news = kept;
	pthread_cond_signal(&inventory->changed);
}

static void store_locked(struct inventory *inventory, const char *path,
			 const struct judge_news *news, bool is_sure)
{
	const char *slash = strrchr(news->path, '/');
	const char *name = slash ? slash + 1 : news->path;
	struct tree *tree = &inventory->tree;
	struct directory *directory = tree_find(tree, path);
	struct record *record = directory ? tree_record(directory, name) : NULL;

	if (record && record->kind == RECORD_FILE)
		set_class_locked(inventory, directory, record,
				 classes_take(&tree->classes, news->judgement),
				 inventory_stamp(news->stamp), is_sure);
	else
		keep_news_locked(inventory, news);
}

/* What is skipped is so at any level. */
static bool is_of_level(const struct inventory *inventory,
			const struct judgement *judgement)
{
	return !judgement->has_digest || judgement->level == inventory->level;
}

/* Is it still the file that was judged? */
static bool is_current(struct inventory *inventory,
		       const struct judge_news *news)
{
	struct stamp now;

	return source_stat(judge_source(inventory->judge), news->path, &now,
			   NULL) == 0 &&
	       stamp_equal(&now, news->stamp);
}

void inventory_hear(void *ctx, const struct judge_news *news)
{
	struct inventory *inventory = ctx;
	unsigned long long changes;
	char path[PATH_MAX];

	if (inventory_is_looking)
		return;
	if (!news->path) {
		inventory_forget_all(inventory);
		return;
	}
	changes = atomic_load(&inventory->changes);
	if (!inventory_split(news->path, path) || !is_current(inventory, news))
		return;
	pthread_mutex_lock(&inventory->lock);
	inventory_set_rules_locked(inventory,
				   news->generation > inventory->generation
					   ? news->generation
					   : inventory->generation,
				   judge_level(inventory->judge));
	/* A change that was reported since that look may be one of this file,
	 * and have been dealt with already. */
	if (news->generation == inventory->generation &&
	    is_of_level(inventory, news->judgement))
		store_locked(inventory, path, news,
			     changes == atomic_load(&inventory->changes));
	pthread_mutex_unlock(&inventory->lock);
}
