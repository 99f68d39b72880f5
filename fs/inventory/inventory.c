#include "fs/inventory/inventory_parts.h"

#include <errno.h>
#include <limits.h>

uint64_t inventory_stamp(const struct stamp *stamp)
{
	const uint64_t parts[] = {stamp->dev,
				  stamp->ino,
				  (uint64_t)stamp->btime_ns,
				  (uint64_t)stamp->mtime_ns,
				  (uint64_t)stamp->ctime_ns,
				  stamp->size,
				  (uint64_t)stamp->mode << 32 | stamp->nlink};
	const struct span bytes = {(const char *)parts, sizeof(parts)};

	const uint64_t shared = stamp->nlink > 1 ? STAMP_SHARED : 0;
	const uint64_t flags = STAMP_PROVES | STAMP_SHARED;

	if (stamp_is_racy(stamp))
		return shared;
	return (digest_checksum(bytes) & ~flags) | STAMP_PROVES | shared;
}

void inventory_set_stamp_locked(struct inventory *inventory,
				struct record *record, uint64_t stamp)
{
	record->stamp = stamp;
	inventory->has_shared |= (stamp & STAMP_SHARED) != 0;
}

void inventory_want_locked(struct inventory *inventory,
			   struct directory *directory, uint32_t to_do)
{
	directory->to_do |= to_do;
	if (directory->is_waiting)
		return;
	directory->is_waiting = true;
	directory->next = NULL;
	*inventory->last = directory;
	inventory->last = &directory->next;
	pthread_cond_signal(&inventory->changed);
}

/* The next one to be looked at, and for what; NULL: none waits. */
static struct directory *take_locked(struct inventory *inventory,
				     uint32_t *to_do)
{
	struct directory *directory = inventory->first;

	if (!directory)
		return NULL;
	inventory->first = directory->next;
	if (!inventory->first)
		inventory->last = &inventory->first;
	directory->is_waiting = false;
	*to_do = directory->to_do;
	directory->to_do = 0;
	return directory;
}

void inventory_doubt_records_locked(struct inventory *inventory,
				    struct directory *directory)
{
	for (uint32_t i = 0; i < directory->record_count; i++) {
		struct record *record = &directory->records[i];

		if (record->kind == RECORD_FILE)
			tree_doubt(&inventory->tree, directory, record);
	}
}

void inventory_doubt_locked(struct inventory *inventory,
			    struct directory *directory)
{
	for (struct directory *at = directory; at;
	     at = tree_next(directory, at)) {
		inventory_doubt_records_locked(inventory, at);
		inventory_want_locked(inventory, at,
				      DIRECTORY_TO_LIST | DIRECTORY_TO_VERIFY);
	}
}

/* Those that are to be removed must not wait any more. */
static void dismiss_gone_locked(struct inventory *inventory)
{
	struct directory **at = &inventory->first;

	while (*at) {
		if ((*at)->is_gone)
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
	inventory->last = at;
}

void inventory_remove_locked(struct inventory *inventory,
			     struct directory *directory)
{
	bool does_wait = false;

	for (struct directory *at = directory; at;
	     at = tree_next(directory, at)) {
		at->is_gone = true;
		does_wait = does_wait || at->is_waiting;
	}
	if (does_wait)
		dismiss_gone_locked(inventory);
	tree_remove_child(&inventory->tree, directory);
}

/* What was judged under another configuration or at another level is unchecked;
 * other files may be excluded now, and names suppressed. */
void inventory_set_rules_locked(struct inventory *inventory,
				uint32_t generation, enum level level)
{
	if (generation == inventory->generation && level == inventory->level)
		return;
	inventory->generation = generation;
	inventory->level = level;
	inventory->forgotten++;
	tree_forget(&inventory->tree, false);
	inventory_doubt_locked(inventory, inventory->tree.root);
}

void inventory_forget_all(struct inventory *inventory)
{
	pthread_mutex_lock(&inventory->lock);
	inventory->forgotten++;
	tree_forget(&inventory->tree, false);
	pthread_mutex_unlock(&inventory->lock);
}

int inventory_new(struct judge *judge, const struct inventory_source *source,
		  struct inventory **out)
{
	struct inventory *inventory = calloc(1, sizeof(*inventory));

	if (!inventory)
		return -ENOMEM;
	if (tree_init(&inventory->tree)) {
		free(inventory);
		return -ENOMEM;
	}
	inventory->judge = judge;
	if (source)
		inventory->source = *source;
	inventory->last = &inventory->first;
	inventory->generation = judge_generation(judge);
	inventory->level = judge_level(judge);
	pthread_mutex_init(&inventory->work, NULL);
	pthread_mutex_init(&inventory->lock, NULL);
	pthread_cond_init(&inventory->changed, NULL);
	/* Where nothing is reported a scan is of no use to who asks later. */
	if (source)
		inventory_want_locked(inventory, inventory->tree.root,
				      DIRECTORY_TO_LIST);
	judge_set_listener(judge, inventory_hear, inventory);
	*out = inventory;
	return 0;
}

void inventory_free(struct inventory *inventory)
{
	if (!inventory)
		return;
	judge_set_listener(inventory->judge, NULL, NULL);
	pthread_mutex_lock(&inventory->lock);
	atomic_store(&inventory->is_ending, true);
	pthread_cond_broadcast(&inventory->changed);
	pthread_mutex_unlock(&inventory->lock);
	if (inventory->has_thread)
		pthread_join(inventory->thread, NULL);
	while (inventory->news) {
		struct news *news = inventory->news;

		inventory->news = news->next;
		free(news);
	}
	tree_release(&inventory->tree);
	pthread_cond_destroy(&inventory->changed);
	pthread_mutex_destroy(&inventory->lock);
	pthread_mutex_destroy(&inventory->work);
	free(inventory);
}

static void doubt_shared_in_locked(struct inventory *inventory,
				   struct directory *directory)
{
	for (uint32_t i = 0; i < directory->record_count; i++) {
		struct record *record = &directory->records[i];

		if (record->kind != RECORD_FILE ||
		    !(record->stamp & STAMP_SHARED))
			continue;
		tree_doubt(&inventory->tree, directory, record);
		inventory_want_locked(inventory, directory,
				      DIRECTORY_TO_VERIFY);
	}
}

/* A change is reported under one name; which others the file has is not told.
 */
static void doubt_shared_locked(struct inventory *inventory)
{
	struct tree *tree = &inventory->tree;

	inventory->are_shared_in_doubt = false;
	for (struct directory *at = tree->root; at;
	     at = tree_next(tree->root, at))
		doubt_shared_in_locked(inventory, at);
}

bool inventory_look_at_next(struct inventory *inventory)
{
	struct directory *directory;
	uint32_t to_do = 0;
	int r;

	inventory_take_news(inventory);
	pthread_mutex_lock(&inventory->lock);
	if (inventory->are_shared_in_doubt)
		doubt_shared_locked(inventory);
	directory = take_locked(inventory, &to_do);
	pthread_mutex_unlock(&inventory->lock);
	if (!directory)
		return false;
	r = inventory_look(inventory, directory, to_do);
	pthread_mutex_lock(&inventory->lock);
	inventory->is_blind |= r != 0;
	inventory->was_complete |= !inventory->first;
	pthread_mutex_unlock(&inventory->lock);
	return true;
}

/* Until there is something to do, and nobody who asks for counts does it. */
static bool wait_for_work(struct inventory *inventory)
{
	pthread_mutex_lock(&inventory->lock);
	while (!atomic_load(&inventory->is_ending) &&
	       ((!inventory->first && !inventory->news) ||
		atomic_load(&inventory->askers)))
		pthread_cond_wait(&inventory->changed, &inventory->lock);
	pthread_mutex_unlock(&inventory->lock);
	return !atomic_load(&inventory->is_ending);
}

static void *keep_up(void *ctx)
{
	struct inventory *inventory = ctx;

	while (wait_for_work(inventory)) {
		pthread_mutex_lock(&inventory->work);
		inventory_look_at_next(inventory);
		pthread_mutex_unlock(&inventory->work);
	}
	judge_thread_ends();
	return NULL;
}

int inventory_start(struct inventory *inventory)
{
	const int r =
		pthread_create(&inventory->thread, NULL, keep_up, inventory);

	inventory->has_thread = r == 0;
	return -r;
}

static void doubt_name_locked(struct inventory *inventory,
			      struct directory *directory, const char *name)
{
	struct record *record = tree_record(directory, name);
	struct directory *child = tree_child(directory, name);

	if (record && record->kind == RECORD_FILE) {
		tree_doubt(&inventory->tree, directory, record);
		inventory_want_locked(inventory, directory,
				      DIRECTORY_TO_VERIFY);
	}
	if (child)
		inventory_doubt_locked(inventory, child);
}

/* One that is not known, perhaps because it is excluded: the nearest above it
 * that is will tell. */
static void list_above_locked(struct inventory *inventory, const char *path)
{
	char above[PATH_MAX] = "";
	struct directory *directory = NULL;

	if (strlen(path) < sizeof(above))
		memcpy(above, path, strlen(path) + 1);
	while (!directory) {
		char *slash = strrchr(above, '/');

		*(slash ? slash : above) = '\0';
		directory = tree_find(&inventory->tree, above);
	}
	inventory_want_locked(inventory, directory, DIRECTORY_TO_LIST);
}

static void apply_content_locked(struct inventory *inventory,
				 struct directory *directory, const char *name)
{
	const struct record *record = tree_record(directory, name);

	if (!record || record->kind != RECORD_FILE)
		inventory_want_locked(inventory, directory, DIRECTORY_TO_LIST);
	doubt_name_locked(inventory, directory, name);
}

static void apply_locked(struct inventory *inventory,
			 enum inventory_change change, const char *path,
			 const char *name)
{
	struct directory *directory = tree_find(&inventory->tree, path);

	switch (change) {
	case INVENTORY_CONTENT:
		if (directory)
			apply_content_locked(inventory, directory, name);
		break;
	case INVENTORY_ENTRY:
		if (!directory)
			break;
		doubt_name_locked(inventory, directory, name);
		inventory_want_locked(inventory, directory, DIRECTORY_TO_LIST);
		break;
	case INVENTORY_DIRECTORY:
		if (directory)
			inventory_doubt_locked(inventory, directory);
		else
			list_above_locked(inventory, path);
		break;
	case INVENTORY_LOST:
		inventory_doubt_locked(inventory, inventory->tree.root);
		break;
	}
}

void inventory_apply(struct inventory *inventory, enum inventory_change change,
		     const char *directory, const char *name)
{
	pthread_mutex_lock(&inventory->lock);
	atomic_fetch_add(&inventory->changes, 1);
	inventory->are_links_in_doubt |= change != INVENTORY_CONTENT;
	inventory->are_shared_in_doubt |= inventory->has_shared;
	apply_locked(inventory, change, directory, name);
	pthread_mutex_unlock(&inventory->lock);
}
