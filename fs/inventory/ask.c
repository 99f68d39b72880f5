/* What is asked: counts, as of now. */
#include "fs/inventory/inventory_parts.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>

/* Who asks for counts looks at so many directories; if more have changed the
 * thread goes on, and the asker is told that it is not complete. */
enum { LOOKS_OF_ASKER = 256, TRIES = 8 };

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
	inventory_set_rules_locked(inventory,
				   generation > inventory->generation
					   ? generation
					   : inventory->generation,
				   judge_level(inventory->judge));
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
	while (looks-- && inventory_look_at_next(inventory))
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
	memcpy(names, path, strlen(path) + 1);
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

/* What is to be done about a directory, which is then being done. */
static uint32_t take_to_do(struct inventory *inventory,
			   struct directory *directory)
{
	pthread_mutex_lock(&inventory->lock);

	const uint32_t to_do = directory->to_do;

	directory->to_do = 0;
	pthread_mutex_unlock(&inventory->lock);
	return to_do;
}

/* List a directory, and look at each file in it of which something is known;
 * again, a few times, if something came in between. */
static int look_anew(struct inventory *inventory, struct directory *directory)
{
	int r = 0;

	pthread_mutex_lock(&inventory->lock);
	atomic_fetch_add(&inventory->changes, 1);
	inventory_doubt_records_locked(inventory, directory);
	directory->to_do = DIRECTORY_TO_LIST | DIRECTORY_TO_VERIFY;
	pthread_mutex_unlock(&inventory->lock);
	for (int i = 0; r == 0 && i < TRIES; i++) {
		const uint32_t to_do = take_to_do(inventory, directory);

		if (to_do == 0)
			break;
		r = inventory_look(inventory, directory, to_do);
	}
	return r;
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
	if (r || !top)
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
	int r = source_stat(source, path, NULL, &facts);

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

	const bool has_to = !inventory->source.watch || inventory->is_blind ||
			    inventory->tree.unwatched_count > 0;

	pthread_mutex_unlock(&inventory->lock);
	return has_to;
}

int inventory_counts(struct inventory *inventory, const char *path,
		     const atomic_bool *cancel, struct survey_counts *out,
		     bool *is_complete)
{
	const struct inventory_source *source = &inventory->source;
	const struct directory *directory;

	/* The root is not among the names that a watch tells of. */
	if (source_is_gone(judge_source(inventory->judge)))
		return -ESTALE;
	notice(inventory);
	if (inventory_has_to_look(inventory) ||
	    (source->settle && !source->settle(source->ctx))) {
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
	const char *name = inventory_split(path, above);
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
