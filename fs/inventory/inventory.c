#include "fs/inventory/inventory_parts.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>

/* Who asks for counts looks at so many directories; if more have changed the
 * thread goes on, and the asker is told that it is not complete. */
enum { LOOKS_OF_ASKER = 256 };

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

	return stamp_is_racy(stamp) ? 0 : digest_checksum(bytes) | 1;
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

static void doubt_records_locked(struct inventory *inventory,
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
		doubt_records_locked(inventory, at);
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

/* What was judged under another configuration is unchecked; other files may be
 * excluded now, and names suppressed. */
static void set_generation_locked(struct inventory *inventory,
				  uint32_t generation)
{
	if (generation == inventory->generation)
		return;
	inventory->generation = generation;
	inventory->forgotten++;
	tree_forget(&inventory->tree, false);
	inventory_doubt_locked(inventory, inventory->tree.root);
}

static void forget_all(struct inventory *inventory)
{
	pthread_mutex_lock(&inventory->lock);
	inventory->forgotten++;
	tree_forget(&inventory->tree, false);
	pthread_mutex_unlock(&inventory->lock);
}

/* A path cut in two: `directory` gets all before the last slash. */
static const char *split(const char *path, char directory[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	const size_t size = slash ? (size_t)(slash - path) : 0;

	if (size >= PATH_MAX)
		return NULL;
	memcpy(directory, path, size);
	directory[size] = '\0';
	return slash ? slash + 1 : path;
}

/* A file is of that class, whose use is taken over. If there is doubt about it
 * the look at it will confirm that, or not. */
static void set_class_locked(struct inventory *inventory,
			     struct directory *directory, struct record *record,
			     uint32_t class, uint64_t stamp)
{
	const bool is_dirty = record->is_dirty;

	tree_set(&inventory->tree, directory, record, class);
	record->stamp = stamp;
	if (!is_dirty)
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
	char path[PATH_MAX];
	const char *name = split(news->path, path);
	struct directory *directory = make_path_locked(inventory, path);
	struct record *record = directory ? tree_record(directory, name) : NULL;

	if (directory && !record) {
		inventory_want_locked(inventory, directory, DIRECTORY_TO_LIST);
		record = tree_insert(tree, directory, name);
	}
	if (record && record->kind == RECORD_FILE &&
	    news->forgotten == inventory->forgotten)
		set_class_locked(inventory, directory, record, news->class,
				 news->stamp);
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
			 const char *name, const struct judge_news *news)
{
	struct tree *tree = &inventory->tree;
	struct directory *directory = tree_find(tree, path);
	struct record *record = directory ? tree_record(directory, name) : NULL;

	if (record && record->kind == RECORD_FILE)
		set_class_locked(inventory, directory, record,
				 classes_take(&tree->classes, news->judgement),
				 inventory_stamp(news->stamp));
	else
		keep_news_locked(inventory, news);
}

/*
 * A file was judged. If it still is what was judged, any later edit will be
 * reported, and makes it unchecked again.
 */
static void hear(void *ctx, const struct judge_news *news)
{
	struct inventory *inventory = ctx;
	char path[PATH_MAX];
	struct stamp now;
	const char *name;

	if (inventory_is_looking)
		return;
	if (!news->path) {
		forget_all(inventory);
		return;
	}
	name = split(news->path, path);
	if (!name ||
	    source_stat(judge_source(inventory->judge), news->path, &now,
			NULL) ||
	    !stamp_equal(&now, news->stamp))
		return;
	pthread_mutex_lock(&inventory->lock);
	if (news->generation > inventory->generation)
		set_generation_locked(inventory, news->generation);
	if (news->generation == inventory->generation)
		store_locked(inventory, path, name, news);
	pthread_mutex_unlock(&inventory->lock);
}

int inventory_new(struct judge *judge, inventory_watcher *watch, void *ctx,
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
	inventory->watch = watch;
	inventory->watch_ctx = ctx;
	inventory->last = &inventory->first;
	inventory->generation = judge_generation(judge);
	pthread_mutex_init(&inventory->work, NULL);
	pthread_mutex_init(&inventory->lock, NULL);
	pthread_cond_init(&inventory->changed, NULL);
	/* Where nothing is reported a scan is of no use to who asks later. */
	if (watch)
		inventory_want_locked(inventory, inventory->tree.root,
				      DIRECTORY_TO_LIST);
	judge_set_listener(judge, hear, inventory);
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

/* With `work` held. False: nothing waits. */
static bool look_at_next(struct inventory *inventory)
{
	struct directory *directory;
	uint32_t to_do = 0;
	int r;

	inventory_take_news(inventory);
	pthread_mutex_lock(&inventory->lock);
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
		look_at_next(inventory);
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
		strcpy(above, path);
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
	inventory->are_links_in_doubt |= change != INVENTORY_CONTENT;
	apply_locked(inventory, change, directory, name);
	pthread_mutex_unlock(&inventory->lock);
}

/* What is said of links hangs on names anywhere in the tree. */
static void doubt_links_locked(struct inventory *inventory)
{
	struct tree *tree = &inventory->tree;
	struct directory *at = tree->root;

	inventory->are_links_in_doubt = false;
	for (; at && tree->link_count; at = tree_next(tree->root, at))
		if (at->link_count)
			inventory_want_locked(inventory, at, DIRECTORY_TO_LIST);
}

/* What changed without a change of the file itself. The registry of
 * dependencies, which is asked here, calls nobody. */
static void notice(struct inventory *inventory)
{
	const uint32_t generation = judge_generation(inventory->judge);
	struct tree *tree = &inventory->tree;

	pthread_mutex_lock(&inventory->lock);
	if (generation > inventory->generation)
		set_generation_locked(inventory, generation);
	if (classes_mark_stale(&tree->classes, inventory->judge)) {
		inventory->forgotten++;
		tree_forget(tree, true);
	}
	if (inventory->are_links_in_doubt)
		doubt_links_locked(inventory);
	pthread_mutex_unlock(&inventory->lock);
}

/* The first scan is left to the thread, if there is one. */
static unsigned looks_for_asker(struct inventory *inventory)
{
	pthread_mutex_lock(&inventory->lock);

	const bool leaves_it =
		inventory->has_thread && !inventory->was_complete;

	pthread_mutex_unlock(&inventory->lock);
	return leaves_it ? 0 : LOOKS_OF_ASKER;
}

/* Who asks goes before the thread. */
static void begin_asking(struct inventory *inventory)
{
	atomic_fetch_add(&inventory->askers, 1);
	pthread_mutex_lock(&inventory->work);
}

static void end_asking(struct inventory *inventory)
{
	pthread_mutex_unlock(&inventory->work);
	pthread_mutex_lock(&inventory->lock);
	atomic_fetch_sub(&inventory->askers, 1);
	pthread_cond_signal(&inventory->changed);
	pthread_mutex_unlock(&inventory->lock);
}

static void settle(struct inventory *inventory)
{
	unsigned looks = looks_for_asker(inventory);

	if (looks == 0)
		return;
	begin_asking(inventory);
	while (looks-- && look_at_next(inventory))
		;
	end_asking(inventory);
}

/* The directory of a path, listing what is on the way. With `work` held. 0;
 * -ENOENT; -ENOMEM. */
static int reach(struct inventory *inventory, const char *path,
		 struct directory **out)
{
	char names[PATH_MAX];
	char *rest = names;
	char *name;
	struct directory *directory = inventory->tree.root;
	int r = 0;

	if (strlen(path) >= sizeof(names))
		return -ENOENT;
	strcpy(names, path);
	while (directory && *path && (name = strsep(&rest, "/"))) {
		struct directory *child = tree_child(directory, name);

		if (!child)
			r = inventory_look(inventory, directory,
					   DIRECTORY_TO_LIST);
		if (r)
			return r;
		directory = child ? child : tree_child(directory, name);
	}
	*out = directory;
	return directory ? 0 : -ENOENT;
}

/* List a directory, and look at each file in it of which something is known. */
static int look_anew(struct inventory *inventory, struct directory *directory)
{
	pthread_mutex_lock(&inventory->lock);
	doubt_records_locked(inventory, directory);
	pthread_mutex_unlock(&inventory->lock);
	return inventory_look(inventory, directory,
			      DIRECTORY_TO_LIST | DIRECTORY_TO_VERIFY);
}

/* With `work` held, so that nobody sees what is in doubt only for a moment. */
static int look_below(struct inventory *inventory, const char *path,
		      const atomic_bool *cancel, struct survey_counts *out)
{
	struct directory *top = NULL;
	int r;

	inventory_take_news(inventory);
	r = reach(inventory, path, &top);
	for (struct directory *at = top; at && r == 0; at = tree_next(top, at))
		r = cancel && atomic_load(cancel) ? -ECANCELED
						  : look_anew(inventory, at);
	if (r)
		return r;
	pthread_mutex_lock(&inventory->lock);
	*out = top->below;
	pthread_mutex_unlock(&inventory->lock);
	return 0;
}

static int count_by_looking(struct inventory *inventory, const char *path,
			    const atomic_bool *cancel,
			    struct survey_counts *out)
{
	const struct source *source = judge_source(inventory->judge);
	struct stat facts;
	int r = source_is_gone(source)
			? -ESTALE
			: source_stat(source, path, NULL, &facts);

	if (r)
		return r;
	if (!S_ISDIR(facts.st_mode))
		return -ENOENT;
	begin_asking(inventory);
	r = look_below(inventory, path, cancel, out);
	end_asking(inventory);
	return r;
}

bool inventory_has_to_look(struct inventory *inventory)
{
	pthread_mutex_lock(&inventory->lock);

	const bool has_to = !inventory->watch || inventory->is_blind ||
			    inventory->tree.unwatched_count > 0;

	pthread_mutex_unlock(&inventory->lock);
	return has_to;
}

int inventory_counts(struct inventory *inventory, const char *path,
		     const atomic_bool *cancel, struct survey_counts *out,
		     bool *is_complete)
{
	const struct directory *directory;

	notice(inventory);
	if (inventory_has_to_look(inventory)) {
		*is_complete = true;
		return count_by_looking(inventory, path, cancel, out);
	}
	settle(inventory);
	pthread_mutex_lock(&inventory->lock);
	directory = tree_find(&inventory->tree, path);
	if (directory)
		*out = directory->below;
	*is_complete = !inventory->first && !inventory->news;
	pthread_mutex_unlock(&inventory->lock);
	return directory ? 0 : -ENOENT;
}

enum state inventory_state(struct inventory *inventory, const char *path)
{
	char above[PATH_MAX];
	const char *name = split(path, above);
	enum state state = STATE_UNCHECKED;

	if (!name)
		return state;
	pthread_mutex_lock(&inventory->lock);

	const struct directory *directory = tree_find(&inventory->tree, above);
	const struct record *record =
		directory ? tree_record(directory, name) : NULL;

	if (record && !record->is_dirty)
		state = classes_at(&inventory->tree.classes, record->class)
				->state;
	pthread_mutex_unlock(&inventory->lock);
	return state;
}

static size_t directory_bytes(struct directory *directory)
{
	return malloc_usable_size(directory) +
	       malloc_usable_size(directory->children) +
	       malloc_usable_size(directory->records) +
	       malloc_usable_size(directory->names);
}

struct inventory_size inventory_size(struct inventory *inventory)
{
	const struct tree *tree = &inventory->tree;
	struct inventory_size size = {0};

	pthread_mutex_lock(&inventory->lock);
	size.directories = tree->directory_count;
	size.files = tree->root->below.files;
	size.bytes = tree->classes.capacity *
		     (sizeof(struct class) + sizeof(uint32_t));
	for (struct directory *at = tree->root; at;
	     at = tree_next(tree->root, at))
		size.bytes += directory_bytes(at);
	pthread_mutex_unlock(&inventory->lock);
	return size;
}
