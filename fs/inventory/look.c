#include "fs/inventory/inventory_parts.h"
#include "fs/sighting.h"
#include "fs/walk.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

_Thread_local bool inventory_is_looking;

/* A name that was found. */
struct found {
	uint32_t name; /* offset in the names */
	enum sighting_kind kind;
	bool is_link;
	struct judgement *judgement; /* owned; NULL: none is known */
	uint64_t stamp;		     /* that it is about */
};

/* A directory while it is being listed. */
struct listing {
	struct inventory *inventory;
	const struct directory *directory;
	struct found *found;
	size_t count;
	size_t capacity;
	char *names;
	size_t name_bytes;
	size_t name_capacity;
	uint32_t forgotten; /* when it began, as the next */
	unsigned long long changes;
};

/* Room for one more thing of `size` bytes in an owned array. 0 or -ENOMEM. */
static int reserve(void **array, size_t *capacity, size_t count, size_t size)
{
	if (count <= *capacity)
		return 0;

	const size_t wanted = count < 16 ? 16 : count * 2;
	void *larger = realloc(*array, wanted * size);

	if (!larger)
		return -ENOMEM;
	*array = larger;
	*capacity = wanted;
	return 0;
}

static int add_found(struct listing *listing, const char *name,
		     const struct found *found)
{
	const size_t size = strlen(name) + 1;
	void *array = listing->found;
	void *names = listing->names;
	int r = reserve(&array, &listing->capacity, listing->count + 1,
			sizeof(*listing->found));

	listing->found = array;
	if (r == 0)
		r = reserve(&names, &listing->name_capacity,
			    listing->name_bytes + size, 1);
	listing->names = names;
	if (r)
		return r;
	listing->found[listing->count] = *found;
	listing->found[listing->count++].name = (uint32_t)listing->name_bytes;
	memcpy(listing->names + listing->name_bytes, name, size);
	listing->name_bytes += size;
	return 0;
}

/* What is known of a file by its path, if that is still about it. */
static struct judgement *known(struct judge *judge, const char *path,
			       uint64_t *stamp)
{
	struct stamp now;
	struct judgement *judgement;

	if (source_stat(judge_source(judge), path, &now, NULL))
		return NULL;
	judgement = judge_known(judge, path, &now);
	*stamp = inventory_stamp(&now);
	return judgement;
}

static bool has_file_record(const struct listing *listing, const char *name)
{
	pthread_mutex_lock(&listing->inventory->lock);

	const struct record *record = tree_record(listing->directory, name);
	const bool is_file = record && record->kind == RECORD_FILE;

	pthread_mutex_unlock(&listing->inventory->lock);
	return is_file;
}

/* A file that had no record yet may have been judged before. */
static void recall(const struct listing *listing, const char *path,
		   const char *name, struct found *found)
{
	struct judge *judge = listing->inventory->judge;

	if (judge_has_result(judge, path) && !has_file_record(listing, name))
		found->judgement = known(judge, path, &found->stamp);
}

static int visit(void *ctx, const char *path, unsigned char type, int error)
{
	struct listing *listing = ctx;
	struct judge *judge = listing->inventory->judge;
	const char *slash = strrchr(path, '/');
	const char *name = error ? "" : slash ? slash + 1 : path;
	struct sighting sighting;
	struct found found;
	int r = error ? sighting_of_failure(judge, path, error, &sighting)
		      : sighting_of(judge, path, type, &sighting);

	if (r)
		return r;
	found = (struct found){.kind = sighting.kind,
			       .is_link = sighting.is_link,
			       .judgement = sighting.judgement};
	/* A link that is all right now may not be later. */
	if (sighting.kind == SIGHTING_NOTHING && !sighting.is_link)
		return WALK_SKIP;
	if (sighting.kind == SIGHTING_FILE)
		recall(listing, path, name, &found);
	r = add_found(listing, name, &found);
	if (r)
		judgement_release(found.judgement);
	return r ? r : error ? 0 : WALK_SKIP;
}

static int compare_found(const void *left, const void *right, void *names)
{
	const struct found *a = left;
	const struct found *b = right;

	return strcmp((const char *)names + a->name,
		      (const char *)names + b->name);
}

static void release_listing(struct listing *listing)
{
	for (size_t i = 0; i < listing->count; i++)
		judgement_release(listing->found[i].judgement);
	free(listing->found);
	free(listing->names);
}

/* The record of a name that is still there keeps what it knows. */
static struct record carry_locked(const struct listing *listing,
				  const struct found *found, const char *name,
				  bool is_unsure)
{
	struct inventory *inventory = listing->inventory;
	const struct directory *directory = listing->directory;
	struct classes *classes = &inventory->tree.classes;
	const struct record *old = tree_record(directory, name);

	if (found->kind == SIGHTING_FILE && old && old->kind == RECORD_FILE) {
		struct record record = *old;

		record.class = classes_share(classes, old->class) & CLASS_MASK;
		return record;
	}
	return (struct record){
		.stamp = found->stamp,
		.class = (found->judgement
				  ? classes_take(classes, found->judgement)
				  : CLASS_UNCHECKED) &
			 CLASS_MASK,
		.kind = found->kind == SIGHTING_FILE ? RECORD_FILE
						     : RECORD_ENTRY,
		.is_dirty = found->kind == SIGHTING_FILE && found->judgement &&
			    is_unsure};
}

/* Only what is counted has a record. */
static bool has_record(const struct found *found)
{
	return found->kind == SIGHTING_FILE || found->kind == SIGHTING_ENTRY;
}

static void fill_locked(struct listing *listing, struct directory *directory,
			struct contents *contents)
{
	struct inventory *inventory = listing->inventory;
	const bool is_unsure =
		listing->changes != atomic_load(&inventory->changes);
	uint32_t used = 0;

	if (is_unsure)
		inventory_want_locked(inventory, directory,
				      DIRECTORY_TO_VERIFY);
	for (size_t i = 0; i < listing->count; i++) {
		const struct found *found = &listing->found[i];
		const char *name = listing->names + found->name;
		const size_t size = strlen(name) + 1;

		contents->link_count += found->is_link;
		if (!has_record(found))
			continue;

		struct record *record = &contents->records[contents->count++];

		*record = carry_locked(listing, found, name, is_unsure);
		inventory_set_stamp_locked(inventory, record, record->stamp);
		record->name = used;
		memcpy(contents->names + used, name, size);
		used += (uint32_t)size;
	}
	contents->name_bytes = used;
}

static int replace_records_locked(struct listing *listing,
				  struct directory *directory)
{
	struct inventory *inventory = listing->inventory;
	struct contents contents = {
		.records = calloc(listing->count + 1, sizeof(struct record)),
		.names = malloc(listing->name_bytes + 1),
	};

	if (!contents.records || !contents.names) {
		free(contents.records);
		free(contents.names);
		return -ENOMEM;
	}
	fill_locked(listing, directory, &contents);
	tree_replace(&inventory->tree, directory, &contents);
	return 0;
}

static const struct found *find_folder(const struct listing *listing,
				       const char *name)
{
	size_t low = 0;
	size_t high = listing->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct found *found = &listing->found[middle];
		const int order = strcmp(listing->names + found->name, name);

		if (order == 0)
			return found->kind == SIGHTING_FOLDER ? found : NULL;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int replace_children_locked(struct listing *listing,
				   struct directory *directory)
{
	struct inventory *inventory = listing->inventory;
	struct directory *child;
	int r = 0;

	for (uint32_t i = directory->child_count; i-- > 0;)
		if (!find_folder(listing, directory->children[i]->name))
			inventory_remove_locked(inventory,
						directory->children[i]);
	for (size_t i = 0; r == 0 && i < listing->count; i++) {
		const struct found *found = &listing->found[i];
		const char *name = listing->names + found->name;

		if (found->kind != SIGHTING_FOLDER ||
		    tree_child(directory, name))
			continue;
		r = tree_add_child(&inventory->tree, directory, name, &child);
		if (r == 0)
			inventory_want_locked(inventory, child,
					      DIRECTORY_TO_LIST);
	}
	return r;
}

static int merge(struct listing *listing, struct directory *directory)
{
	struct inventory *inventory = listing->inventory;
	int r = 0;

	if (listing->count)
		qsort_r(listing->found, listing->count, sizeof(struct found),
			compare_found, listing->names);
	pthread_mutex_lock(&inventory->lock);
	/* What was found was so before all was forgotten: look again. */
	if (inventory->forgotten != listing->forgotten)
		inventory_want_locked(inventory, directory, DIRECTORY_TO_LIST);
	else
		r = replace_records_locked(listing, directory);
	if (r == 0 && inventory->forgotten == listing->forgotten)
		r = replace_children_locked(listing, directory);
	pthread_mutex_unlock(&inventory->lock);
	return r;
}

static void watch(struct inventory *inventory, struct directory *directory,
		  const char *path)
{
	const struct inventory_source *source = &inventory->source;
	const bool is_watched =
		source->watch && source->watch(source->ctx, path);

	pthread_mutex_lock(&inventory->lock);
	inventory->tree.unwatched_count -= directory->is_unwatched;
	directory->is_unwatched = !is_watched;
	inventory->tree.unwatched_count += directory->is_unwatched;
	pthread_mutex_unlock(&inventory->lock);
}

static int list(struct inventory *inventory, struct directory *directory,
		const char *path)
{
	struct listing listing = {.inventory = inventory,
				  .directory = directory};
	int r;

	pthread_mutex_lock(&inventory->lock);
	listing.forgotten = inventory->forgotten;
	listing.changes = atomic_load(&inventory->changes);
	pthread_mutex_unlock(&inventory->lock);
	watch(inventory, directory, path);
	r = walk_directory(judge_source(inventory->judge), path, visit,
			   &listing);
	if (r == 0)
		r = merge(&listing, directory);
	release_listing(&listing);
	return r;
}

/* A look at one file. */
struct look {
	struct inventory *inventory;
	struct directory *directory;
	struct record *record;
	uint32_t forgotten; /* when it began */
	bool has_class;	    /* it was judged once */
};

/* From here on a change that is reported makes it unverified again. False:
 * there is no doubt about it. */
static bool begin(struct look *look)
{
	struct inventory *inventory = look->inventory;
	struct record *record = look->record;
	bool is_wanted;

	pthread_mutex_lock(&inventory->lock);
	is_wanted = record->is_dirty;
	record->is_verified = is_wanted;
	look->forgotten = inventory->forgotten;
	look->has_class = record->class != CLASS_UNCHECKED;
	pthread_mutex_unlock(&inventory->lock);
	return is_wanted;
}

/* Nothing came meanwhile that could make it wrong; else it is looked at once
 * more. */
static bool is_valid_locked(const struct look *look)
{
	if (look->record->is_verified &&
	    look->forgotten == look->inventory->forgotten)
		return true;
	inventory_want_locked(look->inventory, look->directory,
			      DIRECTORY_TO_VERIFY);
	return false;
}

/*
 * Is what was known of a file still about it? Then it stays; so a file need
 * not be judged again whose judgement has been dropped from memory.
 */
static bool confirm(const struct look *look, uint64_t stamp)
{
	struct tree *tree = &look->inventory->tree;
	struct record *record = look->record;
	bool is_same;

	pthread_mutex_lock(&look->inventory->lock);
	is_same = stamp & STAMP_PROVES && record->stamp == stamp &&
		  record->class != CLASS_UNCHECKED &&
		  !classes_at(&tree->classes, record->class)->is_stale;
	if (is_same && is_valid_locked(look))
		tree_set(tree, look->directory, record,
			 classes_share(&tree->classes, record->class));
	pthread_mutex_unlock(&look->inventory->lock);
	return is_same;
}

static void conclude(const struct look *look, const struct judgement *judgement,
		     uint64_t stamp)
{
	struct tree *tree = &look->inventory->tree;

	pthread_mutex_lock(&look->inventory->lock);
	if (is_valid_locked(look)) {
		tree_set(tree, look->directory, look->record,
			 judgement ? classes_take(&tree->classes, judgement)
				   : CLASS_UNCHECKED);
		/* It may be judged later than its other name is edited. */
		inventory_set_stamp_locked(look->inventory, look->record,
					   judgement ? stamp
						     : stamp & STAMP_SHARED);
	}
	pthread_mutex_unlock(&look->inventory->lock);
}

static void verify_file(struct look *look, const char *path)
{
	struct judge *judge = look->inventory->judge;
	struct judgement *judgement = NULL;
	struct stamp now;
	uint64_t stamp = 0;

	if (!begin(look))
		return;
	if ((look->has_class || judge_has_result(judge, path)) &&
	    source_stat(judge_source(judge), path, &now, NULL) == 0) {
		stamp = inventory_stamp(&now);
		if (confirm(look, stamp))
			return;
		judgement = judge_known(judge, path, &now);
	}
	conclude(look, judgement, stamp);
	judgement_release(judgement);
}

static void verify(struct inventory *inventory, struct directory *directory,
		   const char *above)
{
	char path[PATH_MAX];

	for (uint32_t i = 0; i < directory->record_count; i++) {
		struct look look = {.inventory = inventory,
				    .directory = directory,
				    .record = &directory->records[i]};
		const char *name = record_name(directory, look.record);
		const int size = snprintf(path, sizeof(path), "%s%s%s", above,
					  *above ? "/" : "", name);

		if (size > 0 && (size_t)size < sizeof(path))
			verify_file(&look, path);
	}
}

int inventory_look(struct inventory *inventory, struct directory *directory,
		   uint32_t to_do)
{
	char path[PATH_MAX];
	bool has_path;
	int r = 0;

	pthread_mutex_lock(&inventory->lock);
	has_path = tree_path(directory, path);
	pthread_mutex_unlock(&inventory->lock);
	if (!has_path)
		return 0; /* nobody can open what is so deep */
	inventory_is_looking = true;
	if (to_do & DIRECTORY_TO_LIST)
		r = list(inventory, directory, path);
	if (r == 0 && to_do & DIRECTORY_TO_VERIFY)
		verify(inventory, directory, path);
	inventory_is_looking = false;
	return r;
}
